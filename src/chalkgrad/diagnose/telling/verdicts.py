"""Right, wrong, of the wrong shape, not finite, not returned: a verdict for every parameter's gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.agreement import common_ratio
from chalkgrad.diagnose.findings import GradientVerdict, Remark
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.answer.rounding import agree, is_float32, relative_error


def verdicts(points: Sequence[Point], observations: Sequence[Observation]) -> tuple[GradientVerdict, ...]:
    """One verdict a parameter: right only if it is right at every probe."""
    return tuple(_verdict(step.name, points, observations) for step in points[0].derivation.gradients)


def _verdict(name: str, points: Sequence[Point], observations: Sequence[Observation]) -> GradientVerdict:
    worst: GradientVerdict | None = None
    for point, seen in zip(points, observations, strict=True):
        found = _at(name, point, seen)
        if worst is None or _BADNESS[found.verdict] > _BADNESS[worst.verdict]:
            worst = found
    assert worst is not None
    return worst


_BADNESS = {"right": 0, "wrong": 1, "not finite": 2, "wrong shape": 3, "not returned": 4}


def _at(name: str, point: Point, seen: Observation) -> GradientVerdict:
    truth = np.asarray(point.right(point.derivation.step(name).symbol))
    flat = truth.reshape(-1) if point.derivation.step(name).symbol.root.is_vector else truth
    if name in seen.misshapen:
        return GradientVerdict(name, "wrong shape", seen.problems.get(name, ""), seen.misshapen[name], flat)
    if name not in seen.gradients:
        return GradientVerdict(name, "not returned", "not returned", None, flat)
    array = seen.gradients[name]
    if name in seen.problems:
        return GradientVerdict(name, "wrong shape", seen.problems[name], array, flat)
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array)).sum())
        return GradientVerdict(name, "not finite", f"not finite: {bad} of {array.size} entries", array, flat)
    error = relative_error(array, flat)
    if agree(array, flat):
        digits = f"right to {-int(np.floor(np.log10(error)))} digits" if error > 1e-9 else "right"
        more = ": computed in float32" if error > 1e-9 and is_float32(array) else ""
        return GradientVerdict(name, "right", digits + more, array, flat, error)
    return GradientVerdict(name, "wrong", _pattern(array, flat), array, flat, error)


LESS_EXACT = Remark(
    "unstable",
    (
        "It agrees to a few digits only, as code does that adds a constant such as 1e-7 where it divides, "
        "clips its outputs, or computes in float32 on the way.",
    ),
)
_FEW_DIGITS = 2e-4


def nearly_right(verdict: GradientVerdict, points: Sequence[Point]) -> GradientVerdict:
    """The verdict, or right where the gradient differs by less than 2e-4 at every probe."""
    if verdict.verdict != "wrong":
        return verdict
    error = max(errors_of(verdict.name, points))
    if error > _FEW_DIGITS:
        return verdict
    said = f"right to {-int(np.floor(np.log10(error)))} digits"
    return replace(verdict, verdict="right", message=said, relative_error=error)


def is_wrong(name: str, points: Sequence[Point]) -> bool:
    """Whether a gradient is wrong by more than a few digits at some probe."""
    return any(error > _FEW_DIGITS for error in errors_of(name, points))


def errors_of(name: str, points: Sequence[Point]) -> list[float]:
    """The relative error of a gradient at every probe where it was returned."""
    symbol = points[0].derivation.step(name).symbol
    there = [point for point in points if name in point.claimed]
    return [relative_error(point.claimed[name], point.right(symbol)) for point in there]


def loses_digits(points: Sequence[Point]) -> bool:
    """Whether some gradient is nearly right: to too many digits for a mistake, to too few for float64."""
    names = [step.name for step in points[0].derivation.gradients]
    return any(1e-9 < error < _FEW_DIGITS for name in names for error in errors_of(name, points))


def _pattern(array: Array, truth: Array) -> str:
    ratio = common_ratio(array, truth)
    if ratio == 0:
        return "zero everywhere"
    if ratio is not None:
        return f"{float(ratio):.6g} times what it should be".replace("-", "−")
    index = np.unravel_index(int(np.abs(array - truth).argmax()), truth.shape)
    place = ", ".join(str(int(i) + 1) for i in index)
    return f"entry [{place}] is {array[index]:.6g}, should be {truth[index]:.6g}".replace("-", "−")
