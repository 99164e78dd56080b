"""Kinds of mistakes with the batch, with db = Δᵀ 1, and with whole numbers; and what only a run shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import grad
from chalkgrad.derive.rules import softmax_gradient
from chalkgrad.diagnose.mistakes.equation_site import Mutant, Site, mean, numeric, per_sample, times
from chalkgrad.diagnose.mistakes.head_kinds import BROADCAST
from chalkgrad.diagnose.mistakes.kinds import MistakeKind, wherever
from chalkgrad.diagnose.mistakes.matrix_kinds import LINEAR
from chalkgrad.expr import Expr

SUM = "A parameter is shared by all samples, so its gradient is the sum of theirs, over the samples only."


def _largest(site: Site) -> Iterator[Mutant]:
    error = site.error
    yield Mutant(
        numeric(_column_of_largest, "the largest of {}", site.step.shape, error), variant="the largest"
    )


def _over_outputs(site: Site) -> Iterator[Mutant]:
    error = site.error
    yield Mutant(numeric(_row_sums, "the sums over the outputs of {}", site.step.shape, error))


def _sums_multiplied(site: Site) -> Iterator[Mutant]:
    there = site.dz(site.layer), site.a(site.layer - 1)
    product = numeric(_outer_of_sums, "(Σ {})ᵀ (Σ {})", site.step.shape, *there)
    yield Mutant(product, variant="the sums multiplied")


def _everything(site: Site) -> Iterator[Mutant]:
    yield Mutant(_total_of(site, site.error))


def _total_of(site: Site, what: Expr) -> Expr:
    return numeric(_total, "the sum of all {}", site.step.shape, what, site.of)


def _one_sample(site: Site) -> Iterator[Mutant]:
    error = site.error
    for name, pick in (("the last sample", -1), ("the first sample", 0)):
        if site.of.kind == "weight":
            there, text = (error, site.a(site.layer - 1)), "{}ᵀ {} of "
            one = numeric(partial(_outer, pick), text + name, site.step.shape, *there)
        else:
            one = numeric(partial(_row, pick), "{} of " + name, site.step.shape, error)
        yield Mutant(one, name)


def _from_weights(site: Site) -> Iterator[Mutant]:
    weights = grad(site.w(site.layer))
    sums = numeric(_row_sums, "the row sums of {}", site.step.shape, weights)
    yield Mutant(sums)
    if site.is_mean:  # with the 1/m that stands before the sum of δ
        yield Mutant(mean(site, sums))
    column = numeric(_first_column, "a column of {}", site.step.shape, weights)
    yield Mutant(column, variant="a column")
    yield Mutant(_total_of(site, weights), variant="everything")


CUT, FLOORED, ROUNDED = (f"{how} to whole numbers" for how in ("cut", "floored", "rounded"))


def _integers(site: Site) -> Iterator[Mutant]:
    """The right numbers, cut to integers on the way or floored by ``//``."""
    if site.kind == "head":
        for detail, cut in ((FLOORED, np.floor), (CUT, np.trunc)):
            yield Mutant(_head_of(site, _whole(site, cut, site.upstream)), detail)
    yield Mutant(_whole(site, np.trunc, site.right), CUT)
    yield Mutant(numeric(np.floor, "⌊{}⌋", site.step.shape, site.right), FLOORED)
    yield Mutant(numeric(np.round, "round({})", site.step.shape, site.right), ROUNDED)
    if site.is_mean:
        divided = numeric(_whole_mean, "(1 // m) {}", site.step.shape, site.right, site.a(0))
        yield Mutant(divided, "divided by m with //, and 1 // m is 0")
        for detail, cut in ((CUT, np.trunc), (FLOORED, np.floor)):
            whole = _whole(site, cut, per_sample(site.right))
            yield Mutant(mean(site, whole), detail, "before the mean")


def _whole(site: Site, cut: Callable[..., Array], expr: Expr) -> Expr:
    return numeric(cut, "int({})", site.step.shape, expr)


def _head_of(site: Site, error: Expr) -> Expr:
    if site.function(site.layer) is None:
        return softmax_gradient(error, site.a(site.layer), 1)
    return times(error, site.slope(site.layer))


# -- numbers ------------------------------------------------------------------------------------------------


def _whole_mean(value: Array, x: Array) -> Array:
    """m · value · (1 // m): all of it for one sample, and 0 for more."""
    found: Array = value * len(x) * (1 // len(x))
    return found


def _outer_of_sums(error: Array, a: Array) -> Array:
    return np.outer(error.sum(axis=0), a.sum(axis=0))


def _total(values: Array, like: Array) -> Array:
    return np.full(like.shape, values.sum())


def _row_sums(values: Array) -> Array:
    found: Array = values.sum(axis=1, keepdims=True)
    return found


def _first_column(values: Array) -> Array:
    return values[:, :1]


def _column_of_largest(values: Array) -> Array:
    found: Array = values.max(axis=0).reshape(-1, 1)
    return found


def _outer(pick: int, error: Array, a: Array) -> Array:
    return np.outer(error[pick], a[pick])


def _row(pick: int, error: Array) -> Array:
    found: Array = error[pick].reshape(-1, 1)
    return found


BATCH = (
    MistakeKind(
        "batch-sum-missing", "not summed over the batch", "{what} {was} not summed over the samples", SUM,
        wherever(_largest, "bias", "shift"),
    ),
    MistakeKind(
        "batch-sum-axis", "summed along the wrong axis",
        "{what} {was} summed along the wrong axis, over units instead of samples", SUM,
        wherever(_over_outputs, "bias", "shift"),
    ),
    MistakeKind(
        "batch-sum-everything", "summed over everything",
        "{what} {was} summed over everything; each unit has a sum of its own over the samples", SUM,
        {"weight": _sums_multiplied, **wherever(_everything, "bias", "shift")},
    ),
    MistakeKind(
        "one-sample-only", "only one sample of the batch counts", "{what} {holds} {detail} of the batch only",
        SUM, wherever(_one_sample, "weight", "bias", "shift"),
    ),
    MistakeKind(
        "bias-from-weights", "a bias's gradient formed from dW",
        "{what} {was} formed from {dW} instead of {delta}", LINEAR, {"bias": _from_weights},
    ),
    BROADCAST,
)  # fmt: skip
RUNS = (
    MistakeKind("accumulator", "an accumulator is never cleared"),
    MistakeKind(
        "inputs-changed", "inputs are changed in place",
        why="A second name is not a second array: x -= y changes what every name of x refers to.",
    ),
    MistakeKind("not-deterministic", "every call gives other numbers"),
    MistakeKind(
        "integers", "numbers are cut to integers", "{what} {was} {detail}",
        "A gradient is a real number; integers lose what is behind the point.",
        wherever(_integers, "head", "hidden", "activation", "weight", "bias"), exact=True,
    ),
    MistakeKind("unstable", "an unstable formula"),
    MistakeKind(
        "forward-differs", "the forward pass is not the network's",
        why="A gradient belongs to the function whose derivative it is.",
    ),
    MistakeKind("exception", "it raises an exception"),
    MistakeKind("no-answer", "it gives no answer"),
)  # fmt: skip
