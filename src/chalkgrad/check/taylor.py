"""The verdict by rate: how fast the Taylor remainder of a claimed gradient falls.

    R(h) = L(θ + h v) − L(θ) − h ⟨g, v⟩          falls as h² if g is the gradient, as h if it is not
    S(h) = (R(h) − R(−h)) / 2                      falls as h³ if it is, as h if it is not

The exponents differ by a whole number, so no tolerance has to be chosen.  R is the classical test; S has no
h² term to hide behind, so it still sees an error of about 1e-10 of the gradient.  Rates are read where the
remainder stands ten standard deviations above the measured rounding noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from chalkgrad.check.differences import EPSILON, MeasuredSlope, Sample, extrapolate

Verdict = Literal["right", "wrong", "at-a-kink", "vacuous", "inconclusive"]

Floor = Callable[[float], float]

ABOVE_NOISE = 10.0
_BETWEEN = 1.5  # between the rate 1 of a wrong gradient and the rate 2 (or 3) of a right one


@dataclass(frozen=True)
class ConvergenceRow:
    """One row of a convergence table.

    ``rate`` is the local exponent log(R(h)/R(h′))/log(h/h′) against the step h′ before; None where the
    remainder is noise or a unit changes its branch.
    """

    h: float
    quotient: float
    remainder: float
    rate: float | None
    usable: bool


@dataclass(frozen=True)
class Taylor:
    """A claimed slope ⟨g, v⟩ against the loss along one line.

    Attributes
    ----------
    claimed, measured
        ⟨g, v⟩ and the derivative found by differences.
    rate
        The exponent with which the remainder falls; None when it is zero to rounding.
    symmetric
        Whether the rate is that of S (3 if right), because R's own h² term hides the error.
    resolution
        An error of the slope below this would not be seen.
    points
        The convergence table of R.
    """

    claimed: float
    measured: MeasuredSlope
    verdict: Verdict
    rate: float | None
    symmetric: bool
    resolution: float
    noise: float
    points: tuple[ConvergenceRow, ...]


def taylor(samples: Sequence[Sample], claimed: float, noise: float, rounding: float = 0.0) -> Taylor:
    """Judge a claimed slope by the rate of its remainder.

    Parameters
    ----------
    samples
        The loss along the line, steps falling.
    claimed
        ⟨g, v⟩.
    noise
        The rounding error of one value of the loss.
    rounding
        The rounding error of ⟨g, v⟩ itself.

    Returns
    -------
    Taylor
        ``vacuous`` if the claimed slope is zero and no other slope is seen, for then a gradient that is wrong
        by a factor would pass as well; ``inconclusive`` if noise or kinks leave no range of h to read a
        rate from, or the slope is too small to be seen.
    """
    usable = [sample for sample in samples if sample.smooth]
    measured = extrapolate(usable, noise)

    def floor(h: float) -> float:
        return ABOVE_NOISE * (noise + h * rounding)

    one_sided = [(s.h, s.ahead - s.h * claimed) for s in usable]
    symmetric = [(s.h, (s.ahead - s.behind) / 2 - s.h * claimed) for s in usable]
    points = _table(samples, claimed, floor)
    resolution = min(
        (floor(s.h) / s.h + abs(odd) / s.h for s, (_, odd) in zip(usable, symmetric, strict=True)),
        default=math.inf,
    )
    odd_rate, steady = _tail(symmetric, floor)
    rate, _ = _tail(one_sided, floor)
    verdict: Verdict
    if not usable or not math.isfinite(claimed):
        verdict = "inconclusive"
    elif odd_rate is not None and odd_rate < _BETWEEN:
        verdict = "wrong" if steady else "inconclusive"
    elif claimed == 0 or resolution > abs(claimed) / ABOVE_NOISE:
        nothing = max(100 * EPSILON * _scale(usable), rounding)
        verdict = "vacuous" if abs(claimed) <= nothing else "inconclusive"
    else:
        verdict = "right"
    hidden = verdict == "wrong" and (rate is None or rate > _BETWEEN)
    if hidden:
        rate = odd_rate
    return Taylor(claimed, measured, verdict, rate, hidden, resolution, noise, points)


def _scale(samples: Sequence[Sample]) -> float:
    """The size of slopes along the line: how fast the loss moves at the largest steps."""
    return max(max(abs(s.ahead), abs(s.behind)) / s.h for s in samples)


def _tail(remainders: Sequence[tuple[float, float]], floor: Floor) -> tuple[float | None, bool]:
    """Fit the exponent of the last three remainders above the noise; tell whether R/h is steady there.

    The first remainder that drowns in the noise after them bounds the exponent at the end from below: a
    remainder that falls as h cannot vanish at once.
    """
    visible = [(h, abs(r)) for h, r in remainders if abs(r) > floor(h)][-3:]
    if not visible:
        return None, False
    last_h, last = visible[-1]
    drowned = next((h for h, r in remainders if h < last_h and abs(r) <= floor(h)), None)
    bound = -math.inf
    if drowned is not None and floor(drowned) > 0:
        bound = math.log(last / floor(drowned)) / math.log(last_h / drowned)
    if len(visible) < 3:
        return (bound if math.isfinite(bound) else None), False
    logs = [(math.log(h), math.log(r)) for h, r in visible]
    mean_h, mean_r = (sum(pair[i] for pair in logs) / len(logs) for i in (0, 1))
    rate = sum((a - mean_h) * (b - mean_r) for a, b in logs) / sum((a - mean_h) ** 2 for a, _ in logs)
    slopes = [r / h for h, r in visible]
    signs = {r > 0 for h, r in remainders if any(h == v for v, _ in visible)}
    return max(rate, bound), max(slopes) < 2.5 * min(slopes) and len(signs) == 1


def _table(samples: Sequence[Sample], claimed: float, floor: Floor) -> tuple[ConvergenceRow, ...]:
    points: list[ConvergenceRow] = []
    before: tuple[float, float] | None = None
    for s in samples:
        remainder = abs(s.ahead - s.h * claimed)
        visible = s.smooth and remainder > floor(s.h)
        rate = None
        if visible and before is not None:
            rate = math.log(before[1] / remainder) / math.log(before[0] / s.h)
        before = (s.h, remainder) if visible else None
        points.append(ConvergenceRow(s.h, s.quotient, remainder, rate, s.smooth))
    return tuple(points)


def gradient_rounding(terms: float) -> float:
    """The rounding error of ⟨g, v⟩ whose terms have the absolute sum ``terms``."""
    return 4 * EPSILON * terms
