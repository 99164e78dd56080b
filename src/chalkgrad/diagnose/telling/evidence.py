"""Where no mistake in the table fits: the pattern of the error, said plainly and not as a guess."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.diagnose.mistakes.statement import Statement
from chalkgrad.diagnose.probes.factors import number
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.expr import Symbol

_NEAR = 1e-6


def pattern(symbol: Symbol, found: Sequence[Array], right: Sequence[Array]) -> Statement:
    """One sentence on how a quantity differs from what it should be at every probe."""
    for told in _patterns(found, right):
        return (symbol, f" {told}.")
    u, v = found[0], right[0]
    cosine = float((u * v).sum()) / (float(np.linalg.norm(u) * np.linalg.norm(v)) or 1.0)
    share = float(np.mean(~_close(u, v)))
    return (
        symbol,
        f" is wrong in {share:.0%} of its entries; the cosine between it and the right one is "
        f"{cosine:.2f}, so no constant factor explains it.",
    )


def _patterns(found: Sequence[Array], right: Sequence[Array]) -> Iterator[str]:
    pairs = list(zip(found, right, strict=True))
    yield from _all(pairs, _rounded)
    yield from _all(pairs, _clipped)
    yield from _all(pairs, _few)
    yield from _all(pairs, _added)
    yield from _all(pairs, _by_rows)
    yield from _all(pairs, _by_columns)
    yield from _all(pairs, _signs)


def _all(pairs: Sequence[tuple[Array, Array]], test: Any) -> Iterator[str]:
    told = [test(u, v) for u, v in pairs if np.isfinite(u).all() and v.any() and not _close(u, v).all()]
    if told and all(told):
        yield str(told[0])


def _close(u: Array, v: Array) -> NDArray[np.bool_]:
    near: NDArray[np.bool_] = np.abs(u - v) <= _NEAR * (np.abs(v).max() or 1.0)
    return near


def _rounded(u: Array, v: Array) -> str:
    for digits in range(1, 9):
        if np.abs(u - np.round(v, digits)).max() < 1e-12:
            return f"is rounded to {digits} decimals"
    return ""


def _clipped(u: Array, v: Array) -> str:
    low, high = float(u.min()), float(u.max())
    held = (v < low - _NEAR) | (v > high + _NEAR)
    if held.any() and np.abs(u - np.clip(v, low, high)).max() <= _NEAR * np.abs(v).max():
        return f"is clipped to between {number(low)} and {number(high)}"
    return ""


def _few(u: Array, v: Array) -> str:
    wrong = ~_close(u, v)
    if not 0 < wrong.sum() <= max(1, u.size // 4) or u.size < 4:
        return ""
    places = [tuple(int(i) + 1 for i in index) for index in np.argwhere(wrong)[:3]]
    told = ", ".join(f"[{', '.join(map(str, place))}]" for place in places)
    first = tuple(i - 1 for i in places[0])
    if not v[first]:
        return f"is wrong only at {told}, where it should be 0"
    ratio = number(float(u[first] / v[first]))
    return f"is wrong only at {told}, where it is {ratio} times what it should be"


def _added(u: Array, v: Array) -> str:
    gap = u - v
    if gap.size > 1 and np.abs(gap - gap.flat[0]).max() <= _NEAR * np.abs(v).max() and gap.any():
        return f"has {number(float(gap.flat[0]))} added to every entry"
    return ""


def _by_rows(u: Array, v: Array) -> str:
    return _by(u, v, 1, "unit")


def _by_columns(u: Array, v: Array) -> str:
    return _by(u, v, 0, "input")


def _by(u: Array, v: Array, axis: int, word: str) -> str:
    if u.ndim < 2 or u.shape[axis] < 2 or (v == 0).any():
        return ""
    ratio = u / v
    middle = ratio.mean(axis=axis, keepdims=True)
    if np.abs(ratio - middle).max() <= 1e-5 * np.abs(middle).max():
        shown = ", ".join(number(float(value)) for value in middle.ravel()[:4])
        return f"is off by a factor for each {word}: {shown}{' …' if middle.size > 4 else ''}"
    return ""


def _signs(u: Array, v: Array) -> str:
    if _close(np.abs(u), np.abs(v)).all() and not _close(u, v).all():
        return "has the right sizes, but wrong signs"
    return ""


def values_of(name: str, points: Sequence[Point]) -> tuple[list[Array], list[Array]]:
    """The user's and the derived gradient at every probe where both are there."""
    found, right = [], []
    for point in points:
        if name in point.claimed and np.isfinite(point.claimed[name]).all():
            found.append(point.claimed[name])
            right.append(np.asarray(point.right(point.derivation.step(name).symbol)))
    return found, right
