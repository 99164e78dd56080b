"""Code that remembers: accumulators that are never cleared, and numbers that differ from call to call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.diagnose.findings import Fix, Mistake
from chalkgrad.diagnose.mistakes.statement import named
from chalkgrad.usercode.answer.observation import Observation

_NEAR = 1e-7


def remembers(there: Sequence[Observation]) -> tuple[Mistake | None, tuple[Observation, ...]]:
    """What is wrong with repeated calls, and the observations freed from it.

    Where each call adds its gradient to what is left of the calls before, the difference of two calls is the
    gradient of one, which can be diagnosed further.
    """
    moved = {name for seen in there for name in _moved(seen)}
    if not moved:
        return None, tuple(there)
    names = tuple(f"d{name}" for name in there[0].data.parameters if f"d{name}" in moved)
    if not names:
        return None, tuple(there)
    if all(_grows(seen, names) for seen in there if len(seen.again) >= 2):
        text = (
            "the second call on the same arrays gives the sum of both calls, "
            "because what is accumulated is never cleared."
        )
        fix = Fix(advice=("set ", *named(names), " to zero at the start of each call"))
        freed = tuple(_increment(seen, names) for seen in there)
        return Mistake("accumulator", (), names, (text,), remedy=fix), freed
    text = "every call on the same arrays gives other numbers, so it is random or keeps state."
    fix = Fix(advice=("draw random numbers outside of the gradient, or give them a seed",))
    return Mistake("not-deterministic", (), names, (text,), remedy=fix), tuple(there)


def _moved(seen: Observation) -> set[str]:
    return {
        name
        for other in seen.again
        for name, array in seen.gradients.items()
        if name not in other or other[name].shape != array.shape or not _same(array, other[name])
    }


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    size = max(float(np.abs(a).max()), float(np.abs(b).max())) if a.size else 0.0
    return bool(np.array_equal(a, b, equal_nan=True) or np.abs(a - b).max() <= _NEAR * size)


def _grows(seen: Observation, names: Sequence[str]) -> bool:
    """Whether the calls differ by the same amount each time."""
    first, second, third = seen.gradients, *seen.again[:2]
    for name in names:
        if any(name not in each for each in (first, second, third)):
            return False
        one, two = second[name] - first[name], third[name] - second[name]
        if not _same(one, two) or not one.any():
            return False
    return True


def _increment(seen: Observation, names: Sequence[str]) -> Observation:
    if not seen.again:
        return seen
    added = {name: seen.again[0][name] - seen.gradients[name] for name in names if name in seen.again[0]}
    return replace(seen, gradients={**seen.gradients, **added})
