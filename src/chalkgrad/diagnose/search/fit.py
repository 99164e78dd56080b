"""Whether a user's gradient is a constant times a candidate, plus a multiple of the parameter itself.

U = a V + c θ at every probe, with a and c by least squares.  The factor a gets a name (``factors``); c is
compared with the penalty of the loss, 2λ for weights and 0 for biases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, role_of_gradient
from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.probes.factors import NEAR, identify, named, with_power
from chalkgrad.diagnose.probes.points import Point

Pair = tuple[float, float] | tuple[()]
NO_CONSTANT = Deviation("")
TOLERANCE = 2e-6
TOLERANCE_FLOAT32 = 2e-4


@dataclass(frozen=True)
class FactorFit:
    """How U is made of V and θ."""

    factors: tuple[Deviation, ...] = ()
    penalty: Deviation | None = None
    ratios: tuple[float, ...] = ()  # a at every probe, where the probes all say it

    @property
    def all(self) -> tuple[Deviation, ...]:
        """Every deviation from U = V + c₀ θ."""
        return self.factors + ((self.penalty,) if self.penalty else ())


@dataclass(frozen=True)
class ClaimedGradient:
    """A user's gradient at all probes, with what may be added to it."""

    name: str
    arrays: tuple[Array, ...]
    parameters: tuple[Array, ...]
    penalty: float  # c₀: 2λ for a weight, 0 for a bias
    tolerance: float = TOLERANCE
    scales: tuple[float, ...] = ()  # what the derived gradient's largest entry is, or its layer's

    def noise(self, place: int) -> float:
        """What is zero to rounding at a probe."""
        return 1e-13 * self.scales[place] if self.scales else 0.0

    @property
    def is_small(self) -> bool:
        """Whether it has too few entries to find two unknowns in it."""
        return self.arrays[0].size < 4

    @property
    def is_exactly_zero(self) -> bool:
        """Whether every entry is 0 at every probe, which no sum of rounded numbers is."""
        return not any(array.any() for array in self.arrays)

    @property
    def is_zero(self) -> bool:
        """Whether it is zero at every probe."""
        return all(np.abs(u).max(initial=0) <= self.noise(i) for i, u in enumerate(self.arrays))


def quick(target: ClaimedGradient, candidate: Array) -> bool:
    """Whether the first probe allows U = a V + c θ at all."""
    if _pair(target, 0, candidate) is not None:
        return True
    return target.is_small and _beside(target, 0, candidate, 1.0) is not None


def fit(
    target: ClaimedGradient, candidates: Sequence[Array], points: Sequence[Point], *, derived: bool = False
) -> FactorFit | None:
    """Explain U by V at every probe, or None.

    With too few entries to find a and c at once a must be 1, or for the ``derived`` right side have a name.
    """
    found = _fit(target, [_pair(target, i, v) for i, v in enumerate(candidates)], points)
    if found is not None or not target.is_small:
        return found
    for each in (None, *named(points)) if derived else (None,):
        factors = [1.0 if each is None else each.value(point) for point in points]
        pairs = [_beside(target, i, v, factors[i]) for i, v in enumerate(candidates)]
        found = _fit(target, pairs, points)
        if found is not None:
            return found
    return None


def _fit(target: ClaimedGradient, pairs: Sequence[Pair | None], points: Sequence[Point]) -> FactorFit | None:
    ratios, multiples, there = [], [], []
    for pair, point in zip(pairs, points, strict=True):
        if pair is None:
            return None
        if pair:  # else zero on both sides, which says nothing
            ratios.append(pair[0])
            multiples.append(pair[1])
            there.append(point)
    if not there:
        return FactorFit()
    factors = identify(ratios, there, max(NEAR, 1.5 * target.tolerance))
    penalty = None if factors is None else _penalty(target, multiples, there)
    if factors is None or penalty == NO_CONSTANT:
        return None
    return FactorFit(factors, penalty, tuple(ratios) if len(ratios) == len(points) else ())


def _pair(target: ClaimedGradient, place: int, v: Array) -> Pair | None:
    """(a, c) at one probe; () where both sides are zero; None where nothing fits."""
    u, theta = target.arrays[place], target.parameters[place]
    if v.shape != u.shape or not np.isfinite(v).all():
        return None
    slack = max(target.tolerance * float(np.abs(u).max()), target.noise(place))
    base = u - target.penalty * theta if target.penalty else u
    vv = float((v * v).sum())
    if not vv or np.abs(v).max() <= target.noise(place):
        return None if np.abs(base).max() > slack else ()
    a = float((base * v).sum()) / vv
    if np.abs(base - a * v).max() <= slack and abs(a) * np.sqrt(vv) > 10 * slack:
        return a, target.penalty
    if target.is_small or not theta.any():
        return None
    tv, tt = float((theta * v).sum()), float((theta * theta).sum())
    det = vv * tt - tv * tv
    if det <= 1e-9 * vv * tt:
        return None
    uv, ut = float((u * v).sum()), float((u * theta).sum())
    a, c = (uv * tt - ut * tv) / det, (ut * vv - uv * tv) / det
    fits = np.abs(u - a * v - c * theta).max() <= slack and abs(a) * np.sqrt(vv) > 10 * slack
    return (a, c) if fits else None


def _beside(target: ClaimedGradient, place: int, v: Array, a: float) -> Pair | None:
    """(a, c) with a given."""
    u, theta = target.arrays[place], target.parameters[place]
    tt = float((theta * theta).sum())
    if v.shape != u.shape or not tt:
        return None
    rest = u - a * v
    c = float((rest * theta).sum()) / tt
    return (a, c) if np.abs(rest - c * theta).max() <= target.tolerance * float(np.abs(u).max()) else None


def _penalty(target: ClaimedGradient, found: Sequence[float], points: Sequence[Point]) -> Deviation | None:
    """What is wrong with c: None if nothing, ``NO_CONSTANT`` if it is none."""
    c, right = np.asarray(found), target.penalty
    near = max(NEAR, 1.5 * target.tolerance)
    if (np.abs(c - right) <= near * max(1.0, abs(right))).all():
        return None
    if not right:
        shown = _constant(c, points)
        if shown is None:
            return NO_CONSTANT
        is_bias = role_of_gradient(target.name) is BIAS
        l2 = float(points[0].derivation.network.l2)
        return Deviation("penalty-on-bias" if is_bias and l2 else "penalty-extra", shown)
    ratio = c / right
    if (np.abs(ratio) <= 1e-5).all():
        return Deviation("penalty-missing")
    for value, rule in ((-1.0, "penalty-sign"), (2.0, "penalty-doubled")):
        if (np.abs(ratio - value) <= 10 * near).all():
            return Deviation(rule)
    shown = _constant(ratio, points)
    return NO_CONSTANT if shown is None else Deviation("penalty-factor", shown)


def _constant(values: Array, points: Sequence[Point]) -> str | None:
    """A number that is the same at every probe, or is so times a power of m."""
    scales = (("", 0), ("/m", -1), (" m", 1))
    for text, power in scales:
        rest = values / np.array([float(point.m) ** power for point in points])
        if (np.abs(rest - rest[0]) <= 10 * NEAR * np.abs(rest[0])).all():
            return with_power(float(rest[0]), text)
    return None
