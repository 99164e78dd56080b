"""Where a function of one variable is largest or smallest nearby, and its slopes on both sides of a kink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from chalkgrad.formula.build import each_part, negate, num, substitute
from chalkgrad.formula.differentiate import differentiate
from chalkgrad.formula.fold import COMPARE
from chalkgrad.formula.nodes import Call, Node, Num, Where
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.simplify import simplify

REACH, PER_UNIT = 20, 4
"""How far from 0 extremes are sought, and how many points of a unit are tried."""
_DIGITS = 50
_NEAR = Fraction(1, 10**45)
_STEP = Fraction(1, 10**40)


@dataclass(frozen=True)
class Extreme:
    """A place where a derivative changes its sign.

    Attributes
    ----------
    kind
        ``maximum`` or ``minimum``.
    place, value
        As numbers of 50 digits.
    exact_place, exact_value
        As formulas, where the place is a fraction or a square root of one.
    """

    kind: str
    place: Any
    value: Any
    exact_place: Node | None = None
    exact_value: Node | None = None


def extremes(node: Node, variable: str) -> tuple[Extreme, ...]:
    """Return the maxima and minima for |variable| ≤ 20 at which the derivative is 0.

    >>> from chalkgrad.formula import parse_formula
    >>> [top] = extremes(parse_formula("sigmoid(z)*(1 - sigmoid(z))"), "z")
    >>> top.kind, top.exact_place == num(0), top.exact_value == num(Fraction(1, 4))
    ('maximum', True, True)
    """
    slope = differentiate(node, variable)
    return tuple(
        _extreme(node, slope, variable, place, rises)
        for place, rises in _zeros(slope, variable)
        if all(_has_value(formula, variable, place) for formula in (node, slope))
    )


def _has_value(node: Node, variable: str, place: Fraction) -> bool:
    value = value_at(node, {variable: place}, _DIGITS)
    return bool(value.context.isfinite(value))


def _size(value: Any) -> Any:
    """How many times 10⁻⁴⁵ a number is."""
    return abs(value) * _NEAR.denominator


def _sign(node: Node, variable: str, place: Any) -> int:
    value = value_at(node, {variable: place}, _DIGITS)
    return int(value > 0) - int(value < 0)


def _zeros(slope: Node, variable: str) -> Iterator[tuple[Any, bool]]:
    """Yield where the slope changes its sign, and whether it was positive before."""
    points = [Fraction(k, PER_UNIT) for k in range(-REACH * PER_UNIT, REACH * PER_UNIT + 1)]
    signs = [_sign(slope, variable, point) for point in points]
    for k in range(1, len(points)):
        before, here = signs[k - 1], signs[k]
        if before * here < 0:
            place = _bisected(slope, variable, points[k - 1], points[k], before)
            if _size(value_at(slope, {variable: place}, _DIGITS)) < 10**5:
                yield place, before > 0
        elif here == 0 and k + 1 < len(points) and before * signs[k + 1] < 0:
            yield points[k], before > 0


def _bisected(slope: Node, variable: str, low: Fraction, high: Fraction, before: int) -> Fraction:
    while high - low > _NEAR:
        middle = (low + high) / 2
        sign = _sign(slope, variable, middle)
        if sign == 0:
            return middle
        low, high = (middle, high) if sign == before else (low, middle)
    return (low + high) / 2


def _extreme(node: Node, slope: Node, variable: str, place: Fraction, rises: bool) -> Extreme:
    kind = "maximum" if rises else "minimum"
    exact = _exact(place)
    if exact is not None and _size(value_at(substitute(slope, {variable: exact}), {}, _DIGITS)) > 1:
        exact = None
    at = simplify(substitute(node, {variable: exact})) if exact is not None else None
    return Extreme(kind, place, value_at(node, {variable: place}, _DIGITS), exact, at)


def _exact(place: Fraction) -> Node | None:
    """The fraction or root that a place is within 10⁻⁴⁰ of."""
    near = place.limit_denominator(1000)
    if abs(near - place) < _STEP:
        return num(near)
    square = (place**2).limit_denominator(1000)
    if abs(square - place**2) < _STEP:
        root = simplify(Call("sqrt", (num(square),)))
        return negate(root) if place < 0 else root
    return None


def beside(node: Node, variable: str, point: Fraction, side: int) -> Node:
    """Return the simplified formula that holds right beside a point: every case decided there."""
    place: dict[Any, Fraction] = {variable: point + side * _STEP}

    def decided(part: Node) -> Node:
        if isinstance(part, Where):
            left, right = (
                value_at(end, place, _DIGITS) for end in (part.condition.left, part.condition.right)
            )
            return decided(part.then if COMPARE[part.condition.op](left, right) else part.otherwise)
        if isinstance(part, Call) and part.function in ("relu", "abs", "sign", "max", "min"):
            return decided(_case(part, [value_at(arg, place, _DIGITS) for arg in part.args]))
        return each_part(part, decided)

    return simplify(decided(node))


def _case(part: Call, values: list[Any]) -> Node:
    """The case of a function of cases that holds for such arguments."""
    first = part.args[0]
    if part.function in ("max", "min"):
        larger = values[0] > values[1]
        return part.args[0 if larger == (part.function == "max") else 1]
    sign = int(values[0] > 0) - int(values[0] < 0)
    if part.function == "sign":
        return num(sign)
    if part.function == "relu":
        return first if sign > 0 else num(0)
    return first if sign > 0 else negate(first)


@dataclass(frozen=True)
class Kink:
    """A point without a derivative: the slopes on both sides, and what is used there."""

    place: Fraction
    left: Node
    right: Node
    used: Node


def kink(body: Node, slope: Node, variable: str, point: Fraction) -> Kink:
    """Return the one-sided derivatives of a function at a point, and the value of its derivative there."""
    at: dict[Any, Node] = {variable: Num(point)}
    sides = (differentiate(beside(body, variable, point, side), variable) for side in (-1, 1))
    left, right = (simplify(substitute(side, at)) for side in sides)
    return Kink(point, left, right, simplify(substitute(slope, at)))
