"""Differences along a line: a derivative from nothing but values of the loss.

    D(h) = (L(θ + h v) − L(θ − h v)) / (2 h) = ⟨∇L, v⟩ + c₂ h² + c₄ h⁴ + …

A sweep over h from 10^−½ to 10^−12 shows first the truncation error fall as h², then the rounding error rise
as 1/h.  Nothing is assumed about the rounding error: it is measured on the loss itself.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Line = Callable[[Any], tuple[Any, bool]]
"""s to (L(θ + s v), whether every unit is on the branch that it has at θ)."""

EPSILON = 2.0**-52
HALF_DECADES = tuple(10.0 ** (-k / 2) for k in range(1, 25))
"""The sweep: 10^−½, 10^−1, …, 10^−12."""
NOISE_STEP = 1e-11
_NOISE_POINTS = 7


@dataclass(frozen=True)
class Sample:
    """The loss at θ + h v and θ − h v, less the loss at θ.

    ``smooth`` says whether no unit changed its branch on the way, so that Taylor's theorem holds.
    """

    h: float
    ahead: float
    behind: float
    smooth: bool

    @property
    def quotient(self) -> float:
        """(L(θ + h v) − L(θ − h v)) / (2 h)."""
        return (self.ahead - self.behind) / (2 * self.h)


@dataclass(frozen=True)
class MeasuredSlope:
    """A derivative along a line, an estimate of its error, and how many steps it rests on."""

    value: float
    error: float
    used: int


def sweep(
    line: Line, steps: Sequence[float] = HALF_DECADES, number: Callable[[float], Any] = float
) -> list[Sample]:
    """Evaluate a line at ±h for every step; values that are not finite are left out.

    Parameters
    ----------
    line
        The loss along the line.
    steps
        The h, falling.
    number
        Makes a number of the line's arithmetic.
    """
    middle, _ = line(number(0.0))
    samples = []
    for h in steps:
        (above, same_above), (below, same_below) = line(number(h)), line(number(-h))
        if not all(math.isfinite(value) for value in (above, below, middle)):
            continue
        ahead, behind = float(above - middle), float(below - middle)
        if math.isfinite(ahead) and math.isfinite(behind):
            samples.append(Sample(h, ahead, behind, same_above and same_below))
    return samples


def rounding_noise(line: Line, step: float = NOISE_STEP) -> float:
    """Measure the rounding error of one value of the loss.

    On points so close together that a smooth function is a straight line to rounding, all higher
    differences are noise:  σ_k² = (k!)²/(2k)! · mean (Δᵏ L)².

    References
    ----------
    Hamming 1962, "Numerical Methods for Scientists and Engineers", section 2.6; Moré, Wild 2011,
    "Estimating computational noise", section 3.
    """
    values = [line(step * k)[0] for k in range(-(_NOISE_POINTS // 2), _NOISE_POINTS // 2 + 1)]
    floor = EPSILON / 2 * max((abs(float(v)) for v in values if math.isfinite(v)), default=0.0)
    differences = [float(v) for v in values]
    if not all(map(math.isfinite, differences)):
        return math.inf
    found = [floor]
    for k in range(1, _NOISE_POINTS - 1):
        differences = [b - a for a, b in itertools.pairwise(differences)]
        if k > 1:
            scale = math.factorial(k) / math.sqrt(math.factorial(2 * k))
            largest = max(map(abs, differences))
            mean = sum((d / largest) ** 2 for d in differences) / len(differences) if largest else 0.0
            found.append(scale * largest * math.sqrt(mean))
    return max(found)


def extrapolate(samples: Sequence[Sample], noise: float) -> MeasuredSlope:
    """Combine the quotients of a sweep into the best derivative (Richardson, in powers of h²).

    The error of each entry of the tableau is the change against its neighbours plus the rounding error
    noise/h that it carries; the entry with the smallest error is returned.

    References
    ----------
    Ridders 1982, "Accurate computation of F′(x) and F′(x)F″(x)".
    """
    usable = [sample for sample in samples if sample.smooth]
    best = MeasuredSlope(math.nan, math.inf, 0)
    column = list[tuple[float, float]]()  # the previous row of the tableau: value, rounding error
    for row, sample in enumerate(usable):
        current = [(sample.quotient, noise / sample.h)]
        for order in range(1, row + 1):
            factor = (usable[row - order].h / sample.h) ** 2
            (fine, fine_noise), (coarse, coarse_noise) = current[order - 1], column[order - 1]
            value = fine + (fine - coarse) / (factor - 1)
            rounding = (factor * fine_noise + coarse_noise) / (factor - 1)
            current.append((value, rounding))
            error = max(abs(value - fine), abs(value - coarse)) + rounding
            if error < best.error:
                best = MeasuredSlope(value, error, order + 1)
        column = current
    return best
