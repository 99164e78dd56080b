"""The search for mistakes by itself, with no user's code: mutants are planted in the derivation's numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chalkgrad import Network
from chalkgrad.derive import derive
from chalkgrad.diagnose.mistakes.equation_site import Mutant
from chalkgrad.diagnose.mistakes.rules import KINDS, mutants
from chalkgrad.diagnose.probes.factors import named
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.probes.probes import batch_sizes, mild
from chalkgrad.diagnose.search.explanation import Explanation
from chalkgrad.diagnose.search.search import Search
from chalkgrad.evaluate.interpret import compile_expr
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.expr import Expr, Symbol

Array = NDArray[Any]
Planted = tuple[str, Mutant]
"""A step's name, and what stands there instead."""
NETWORKS = {
    "a sigmoid": Network("4-3:tanh-1:sigmoid"),
    "two sigmoids": Network("3-4:relu-2:sigmoid"),
    "softmax": Network("3-4:sigmoid-5:softmax"),
    "a skip": Network("2-3:relu-3:tanh:skip-2"),
    "no bias": Network("3-5:leaky_relu:nobias-2:tanh"),
    "three layers": Network("3-2:tanh-4:relu-1"),
    "a norm": Network("3-4:layer_norm:tanh-2:sigmoid"),
    "two norms": Network("2-4:layer_norm:relu-5:layer_norm-3:softmax"),
    "a batch norm": Network("3-4:batch_norm:tanh-2:sigmoid"),
    "a penalty": Network("3-4:relu-2:sigmoid", l2=0.3),
}
FREE = [name for name, network in NETWORKS.items() if not network.l2]
_ALL = list(KINDS)
MADE = _ALL[_ALL.index("derivative-missing") : _ALL.index("broadcasting") + 1]
"""The rules of activations, heads, matrices and the batch: all of them are made by mutants."""
CUT_SHORT = {"batch-sum-axis"}
"""What has one entry a sample, so another shape than the gradient's unless there are as many samples."""
REFUSED = {"transpose-product", "hadamard-for-matmul"}
"""What NumPy may refuse as shapes that do not go together."""
EACH = 2
"""In how many places each rule is planted."""
WITH_FACTOR = 3
"""How many mutants of each network have a factor besides."""


@cache
def points(name: str) -> tuple[Point, ...]:
    """Probes of two batch sizes, and of one sample."""
    network = NETWORKS[name]
    derivation = derive(network)
    rows = (*batch_sizes(network), *(() if network.statistics else (1,)))
    return tuple(Point(derivation, mild(network, m, 5 + i), {}, {}) for i, m in enumerate(rows))


def table(name: str) -> Iterator[Planted]:
    """Every mutant of every step."""
    derivation = points(name)[0].derivation
    for step in derivation.backward:
        yield from ((step.name, mutant) for mutant in mutants(derivation, step.name))


def value(expr: Expr, values: Mapping[Any, Any]) -> Array:
    """What an expression is at a probe."""
    with np.errstate(all="ignore"):
        return np.asarray(compile_expr(expr, FLOAT64)(dict(values)), dtype=np.float64)


def walked(point: Point, instead: Mapping[str, Mutant], factors: Mapping[str, float]) -> dict[Symbol, Array]:
    """The backward pass with mutants and factors in some steps, and all that follows from them."""
    values: dict[Any, Any] = dict(point.forward)
    for step in point.derivation.backward:
        expr = instead[step.name].expr if step.name in instead else step.expr
        values[step.symbol] = factors.get(step.name, 1.0) * value(expr, values)
    return values


def claims(point: Point, values: Mapping[Symbol, Array]) -> Point:
    """The probe with a backward pass's gradients as the user's."""
    of = {step.name: values[step.symbol] for step in point.derivation.gradients}
    return Point(point.derivation, point.data, of, {})


def planted(name: str, step: str, mutant: Mutant, factor: int | None) -> list[Point] | None:
    """Probes with a mistake and a named factor in one step; None if NumPy would not go on."""
    there, found = points(name), []
    for point in there:
        names = named(there)
        factors = {} if factor is None else {step: names[factor % len(names)].value(point)}
        try:
            walk = walked(point, {step: mutant}, factors)
        except ValueError:
            return None
        shapes = all(walk[s.symbol].shape == point.right(s.symbol).shape for s in point.derivation.backward)
        if not shapes or not all(np.isfinite(walk[s.symbol]).all() for s in point.derivation.backward):
            return None
        found.append(claims(point, walk))
    return found


def reproduces(explanation: Explanation, there: Sequence[Point]) -> bool:
    """Whether an explanation's mutants give the user's gradients at every probe, up to a factor each."""
    instead = {place.step: place.mutant for place in explanation.places if place.mutant is not None}
    for point in there:
        walk = walked(point, instead, {})
        for step in point.derivation.gradients:
            own, made = point.claimed[step.name].ravel(), walk[step.symbol].ravel()
            size = float(np.sqrt((own @ own) * (made @ made)))
            zeroed = any(place.rule == "zero" and place.step == step.name for place in explanation.places)
            if not zeroed and size and abs(own @ made) < (1 - 1e-9) * size:
                return False
    return True


def missed(name: str, step: str, mutant: Mutant, factor: int | None) -> str:
    """What is told instead, where a planted mistake is not found; "" where it is."""
    there = planted(name, step, mutant, factor)
    if there is None:
        return ""
    found = Search(there).explain(1 if factor is None else 2)
    is_named = any(mutant.rule in each.rules for each in found)
    if is_named or (found and all(reproduces(each, there) for each in found)):
        return ""
    return f"{name}, {step}: {mutant.rule} ({mutant.detail}) is told as {[each.rules for each in found]}"


@pytest.mark.parametrize("name", NETWORKS)
def test_a_mutant_has_its_steps_shape(name: str) -> None:
    point = points(name)[0]
    of = {step.name: step.symbol for step in point.derivation.backward}
    for step, mutant in table(name):
        assert mutant.expr.shape == of[step].shape, mutant
        try:
            found = value(mutant.expr, point.everything)
        except ValueError:
            assert mutant.rule in REFUSED, mutant
            continue
        expected = (point.m, 1) if mutant.rule in CUT_SHORT else point.right(of[step]).shape
        assert found.shape == expected, (step, mutant)


@pytest.mark.parametrize("rule", MADE)
def test_a_planted_mistake_is_named(rule: str) -> None:
    """Its rule is among the cheapest explanations, or those give the very same numbers."""
    random = np.random.default_rng(MADE.index(rule))
    cases = [(name, *case) for name in FREE for case in table(name) if case[1].rule == rule]
    chosen = random.permutation(len(cases))[:EACH]
    assert [said for place in chosen if (said := missed(*cases[int(place)], None))] == []


@pytest.mark.parametrize("name", FREE)
def test_a_planted_mistake_with_a_factor_is_named(name: str) -> None:
    """Any mutant but whole numbers, which are exact."""
    random = np.random.default_rng(FREE.index(name))
    cases = [(step, mutant) for step, mutant in table(name) if mutant.rule != "integers"]
    chosen = random.permutation(len(cases))[:WITH_FACTOR]
    factors = random.integers(100, size=WITH_FACTOR)
    said = [
        missed(name, *cases[int(place)], int(which)) for place, which in zip(chosen, factors, strict=True)
    ]
    assert [each for each in said if each] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_right_gradients_in_noise_are_right(name: str) -> None:
    """Gradients computed in float32, and rounded to it."""
    random = np.random.default_rng(9)
    rounded, noisy = [], []
    for point in points(name):
        right = {step.name: point.right(step.symbol) for step in point.derivation.gradients}
        single = {key: array.astype(np.float32).astype(np.float64) for key, array in right.items()}
        rounded.append(Point(point.derivation, point.data, single, {}))
        noise = {
            key: array + 3e-7 * np.abs(array).max() * random.standard_normal(array.shape)
            for key, array in right.items()
        }
        noisy.append(Point(point.derivation, point.data, noise, {}))
    for there in (rounded, noisy):
        found = Search(there, single=True).explain()
        assert found
        assert [each.places for each in found] == [()]


@pytest.mark.parametrize(
    ("multiple", "rule"),
    [(0.0, "penalty-missing"), (2.0, "penalty-doubled"), (-1.0, "penalty-sign"), (0.25, "penalty-factor")],
)
def test_a_wrong_penalty_is_named(multiple: float, rule: str) -> None:
    there = []
    for point in points("a penalty"):
        lack = (multiple - 1) * 2 * float(point.derivation.network.l2)
        of = {}
        for step in point.derivation.gradients:
            theta = point.data.parameters[step.name[1:]]
            of[step.name] = point.right(step.symbol) + (lack * theta if step.name[1] == "W" else 0)
        there.append(Point(point.derivation, point.data, of, {}))
    assert {each.rules for each in Search(there).explain()} == {(rule,)}


def test_the_table_and_the_titles_agree() -> None:
    made = {mutant.rule for name in NETWORKS for _, mutant in table(name)}
    assert made <= set(KINDS)
    assert set(MADE) == made - {"integers"}


@pytest.mark.parametrize("name", ["a sigmoid", "two sigmoids", "softmax", "no bias"])
def test_samples_alone_have_every_label_in_turn(name: str) -> None:
    network = NETWORKS[name]
    targets = [mild(network, 1, seed).t for seed in range(5)]
    labels = {tuple(t[0]) for t in targets}
    assert all(t.shape == (1, network.widths[-1]) for t in targets)
    if name == "no bias":
        assert len(labels) == 5
    else:
        assert all(set(label) <= {0.0, 1.0} for label in labels)
        assert len(labels) == {"a sigmoid": 2, "two sigmoids": 2, "softmax": 5}[name]
