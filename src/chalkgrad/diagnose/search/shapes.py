"""A gradient of the wrong shape: what was computed, found among the products that have that shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, layer_of, role_of_gradient
from chalkgrad.derive import CANONICAL, grad
from chalkgrad.derive.forward import Alphabet
from chalkgrad.diagnose.mistakes.equation_site import Deviation, field
from chalkgrad.diagnose.probes.factors import identify
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.search.explanation import Explanation, Place

Made = tuple[Deviation, int]
"""Something that could have been made, and its place among such."""


def misshapen(explanation: Explanation, points: Sequence[Point]) -> tuple[list[Place], list[str]]:
    """Places for the gradients whose shape does not fit, and the names of those that nothing explains."""
    names = dict.fromkeys(name for point in points for name in point.misshapen if role_of_gradient(name))
    found = {name: _explained(name, explanation, points) for name in names}
    often = Counter(rule for each in found.values() for rule in {places[0].rule for places in each})
    places: list[Place] = []
    for each in found.values():
        ordered = sorted(each, key=lambda some: (-often[some[0].rule], len(some)))
        places += ordered[0] if ordered else []
    return places, [name for name, each in found.items() if not each]


def _explained(name: str, explanation: Explanation, points: Sequence[Point]) -> list[list[Place]]:
    """All ways to make a gradient's numbers in that shape; one output's sums are many things at once."""
    told: list[list[Place]] = []
    ratios: dict[Made, list[float]] = {}
    used: dict[Made, list[Point]] = {}
    if role_of_gradient(name) is None:
        return told
    there = [place for place, point in enumerate(points) if name in point.misshapen]
    for place in there:
        point = points[place]
        for number, (deviation, value) in enumerate(_made(name, point, explanation.values[place])):
            ratio = _ratio(point.misshapen[name], value, _size(name, point))
            if ratio is not None:
                ratios.setdefault((deviation, number), []).append(ratio)
                used.setdefault((deviation, number), []).append(point)
    for made, found in ratios.items():
        if len(found) < len(there):
            continue
        factors = identify(found, used[made])
        if factors is not None:
            told.append([Place(made[0], name), *(Place(f, name) for f in factors)])
    return told


def _made(name: str, point: Point, values: dict[Any, Any]) -> Iterator[tuple[Deviation, Array]]:
    """(deviation, value) of what people make where a parameter's gradient belongs."""
    if role_of_gradient(name) is None:
        return
    layer, depth = layer_of(name), point.derivation.network.depth
    letters = Alphabet(point.derivation.network, CANONICAL)
    sums = {l: grad(letters.weighted_sum(l)) for l in range(1, depth + 1)}
    errors = {l: np.asarray(values.get(symbol, point.everything[symbol])) for l, symbol in sums.items()}
    others = [(l, other) for l, other in errors.items() if l != layer]
    role = role_of_gradient(name)
    if role is not None and not role.is_matrix:
        for l, other in others if role is BIAS else ():
            yield Deviation("wrong-error", field(sums[l])), other.sum(axis=0)
        terms = _terms(name, point, values)
        yield Deviation("batch-sum-missing"), terms
        yield Deviation("batch-sum-everything"), np.asarray(terms.sum())
        yield Deviation("batch-sum-axis"), terms.sum(axis=1)
        for many in (len(terms), 1):  # a mean of errors that carry the 1/m, or do not yet
            yield Deviation("batch-sum-axis", variant="a mean"), many * terms.mean(axis=1)
            yield Deviation("batch-sum-everything", variant="a mean"), np.asarray(many * terms.mean())
        return
    error, below = errors[layer], np.asarray(point.everything[letters.activation(layer - 1)])
    for l, other in others:
        yield Deviation("wrong-error", field(sums[l])), other.T @ below
        above = np.asarray(point.everything[letters.activation(l - 1)])
        yield Deviation("wrong-activation", f"{{A{l - 1}}}"), error.T @ above
    yield Deviation("batch-sum-missing"), np.einsum("mi,mj->mij", error, below)
    yield Deviation("batch-sum-everything"), np.asarray((error.T @ below).sum())
    yield Deviation("batch-sum-axis", variant="over the inputs"), (error.T @ below).sum(axis=1)
    yield Deviation("batch-sum-axis", variant="over the units"), (error.T @ below).sum(axis=0)
    yield Deviation("batch-sum-missing", variant="δ itself"), error
    yield (
        Deviation("transpose-product", variant="Δ Aᵀ"),
        error @ below.T if error.shape[1] == below.shape[1] else error[:0],
    )
    if error.shape == below.shape:
        yield Deviation("hadamard-for-matmul"), error * below
    if error.shape[1] == 1 or below.shape[1] == 1:
        yield Deviation("hadamard-for-matmul"), error * below
        yield Deviation("batch-sum-missing"), error * below


def _terms(name: str, point: Point, values: dict[Any, Any]) -> Array:
    """What the gradient of a vector is a sum of over the samples: its error, times what belongs to it."""
    premises = point.derivation.step(name).premises
    parts = [values.get(each, point.everything[each]) for each in premises if not each.is_parameter]
    terms: Array = np.prod([np.asarray(part) for part in parts], axis=0)
    return terms


def _size(name: str, point: Point) -> float:
    """The size of what a gradient sums, beside which a sum may be zero to rounding."""
    letters = Alphabet(point.derivation.network, CANONICAL)
    return float(np.abs(point.everything[grad(letters.weighted_sum(layer_of(name)))]).max(initial=0))


def _ratio(found: Array, made: Array, size: float) -> float | None:
    """found/made where that is one number; 1 where both are zero to rounding."""
    u = np.squeeze(np.asarray(found, dtype=np.float64))
    for v in (np.squeeze(made), np.squeeze(made).T):
        if u.shape != v.shape or not u.size:
            continue
        vv = float((v * v).sum())
        if np.abs(v).max() <= 1e-13 * size and np.abs(u).max() <= 1e-12 * size:
            return 1.0
        if not vv or not np.isfinite(u).all():
            continue
        ratio = float((u * v).sum()) / vv
        if np.abs(u - ratio * v).max() <= 1e-6 * np.abs(u).max():
            return ratio
    return None
