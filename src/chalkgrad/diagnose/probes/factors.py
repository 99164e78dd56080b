"""Constant factors: found as numbers, one a probe, and given a name if one name fits every probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive import ETA
from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.mistakes.rules import KINDS
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.expr import Coefficient, Dim
from chalkgrad.network import Network

NEAR = 3e-6


@dataclass(frozen=True)
class _Named:
    factor: Deviation
    coefficient: Coefficient

    def value(self, point: Point) -> float:
        """The factor at a probe."""
        sizes = {"m": float(point.m), ETA.name: point.rate}
        found = float(self.coefficient.rational)
        for base, power in self.coefficient.powers:
            size = base.size if isinstance(base, Dim) and base.size is not None else sizes[base.name]
            found *= float(size) ** power
        return found


def factors(network: Network) -> list[_Named]:
    """The constant factors that have a name here, in the order of plausibility."""
    made = [(kind.rule, kind.factor(network)) for kind in KINDS.values() if kind.factor is not None]
    return [_Named(Deviation(rule), value) for rule, value in made if value is not None]


def named(points: Sequence[Point]) -> list[_Named]:
    """The names that mean something here: no means over one output, no 1/m where the loss is a sum."""
    found = factors(points[0].derivation.network)
    return [each for each in found if any(abs(each.value(p) - 1) > NEAR for p in points)]


def identify(
    ratios: Sequence[float], points: Sequence[Point], near: float = NEAR
) -> tuple[Deviation, ...] | None:
    """The factors whose product the ratios are: () for 1, one or two names, or one constant without a name.

    None if no constant fits all probes.
    """
    r = np.asarray(ratios)
    if not np.isfinite(r).all() or (r == 0).any():
        return None
    if _close(r, 1.0, near):
        return ()
    names = named(points)
    for each in names:
        if _close(r, [each.value(p) for p in points], near):
            return (each.factor,)
    for first, second in combinations(names, 2):
        if _close(r, [first.value(p) * second.value(p) for p in points], near) and not _inverse(
            first, second
        ):
            return first.factor, second.factor
    for text, power in (("", 0), (" m", 1), ("/m", -1), (" m²", 2), ("/m²", -2)):
        rest = r / np.array([float(point.m) ** power for point in points])
        if _close(rest, float(rest[0]), near):
            return (Deviation("factor-other", with_power(float(rest[0]), text)),)
    return None


def _inverse(first: _Named, second: _Named) -> bool:
    """Whether two names undo each other."""
    return (first.coefficient * second.coefficient).is_one


def also(factor: Deviation, points: Sequence[Point]) -> tuple[Deviation, ...]:
    """Other names of the same number at every probe: 2 and the number of outputs where there are two."""
    own = next((each for each in named(points) if each.factor == factor), None)
    if own is None:
        return ()
    values = [own.value(p) for p in points]
    return tuple(
        each.factor
        for each in named(points)
        if each.factor != factor and _close(np.asarray(values), [each.value(p) for p in points])
    )


def number(value: float) -> str:
    """A number as a person writes it: a simple fraction where it is one.

    >>> number(4.0), number(1 / 3), number(0.12345678)
    ('4', '1/3', '0.123457')
    """
    simple = Fraction(value).limit_denominator(64)
    if simple and abs(float(simple) - value) <= NEAR * abs(value):
        return str(simple).replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


def with_power(value: float, text: str) -> str:
    """A number times a power of m.

    >>> with_power(0.5, "/m"), with_power(4.0, " m"), with_power(3.0, "")
    ('1/(2m)', '4 m', '3')
    """
    shown = number(value)
    if text.startswith("/") and "/" in shown:
        return f"{shown.replace('/', '/(')}{text[1:]})"
    return shown.replace("1", "", 1).strip() + text.strip() if shown == "1" and text == " m" else shown + text


def _close(ratios: NDArray[Any], value: float | Sequence[float], near: float = NEAR) -> bool:
    wanted = np.asarray(value)
    return bool((np.abs(ratios - wanted) <= near * np.abs(wanted)).all())
