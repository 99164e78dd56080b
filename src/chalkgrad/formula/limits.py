"""Limits at ±∞, by what sums, products, powers and functions do to limits; ``None`` where that does not tell.

A finite limit carries how fast it is reached, an infinite one how fast it grows: a product 0·∞ is 0 where
the first falls exponentially and the second grows like a power.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import reduce

from chalkgrad.formula.build import ONE, ZERO, add, mul, num, power
from chalkgrad.formula.fold import COMPARE
from chalkgrad.formula.nodes import Add, Call, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.simplify import simplify

UNKNOWN, POWER, EXPONENTIAL, EXACT = range(4)
"""How fast: not known, like a power, exponentially or faster, a constant."""


@dataclass(frozen=True)
class Limit:
    """A finite value as a formula without variables, or ∞ with its sign."""

    value: Node | None
    sign: int
    speed: int


def _finite(value: Node, speed: int) -> Limit | None:
    value = simplify(value)
    number = value_at(value, {}, 30)
    if not number.context.isfinite(number):
        return None
    return Limit(value, (number > 0) - (number < 0), speed)


def limit(node: Node, variable: Hashable, end: int) -> Limit | None:
    """Return the limit where the variable goes to +∞ (``end`` 1) or −∞ (−1).

    >>> from chalkgrad.formula import parse_formula
    >>> limit(parse_formula("z*(1 - tanh(z)^2)"), "z", 1).value == ZERO
    True
    """
    if isinstance(node, Num | Named):
        return _finite(node, EXACT)
    if isinstance(node, Var):
        return Limit(None, end, POWER) if node.name == variable else None
    if isinstance(node, Where):
        return _branch(node, variable, end)
    parts = [limit(part, variable, end) for part in _parts(node)]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if isinstance(node, Add):
        return _sum(found)
    if isinstance(node, Mul):
        return reduce(lambda left, right: left and _product(left, right), found, _finite(ONE, EXACT))
    if isinstance(node, Pow):
        return _power(found[0], node.exponent)
    return _called(node.function, found[0]) if isinstance(node, Call) and len(found) == 1 else None


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Add):
        return node.terms
    if isinstance(node, Mul):
        return node.factors
    return (node.base,) if isinstance(node, Pow) else node.args if isinstance(node, Call) else ()


def _branch(node: Where, variable: Hashable, end: int) -> Limit | None:
    condition = node.condition
    apart = limit(add(condition.left, mul(num(-1), condition.right)), variable, end)
    if apart is None or (apart.sign == 0 and apart.speed != EXACT):
        return None
    return limit(node.then if COMPARE[condition.op](apart.sign, 0) else node.otherwise, variable, end)


def _sum(parts: list[Limit]) -> Limit | None:
    endless = [part for part in parts if part.value is None]
    if not endless:
        return _finite(add(*(part.value for part in parts if part.value)), min(part.speed for part in parts))
    if len({part.sign for part in endless}) > 1:
        return None
    speeds = {part.speed for part in endless}
    return Limit(None, endless[0].sign, speeds.pop() if len(speeds) == 1 else UNKNOWN)


def _product(left: Limit, right: Limit) -> Limit | None:
    if left.value is not None and right.value is not None:
        zeros = [part.speed for part in (left, right) if part.sign == 0]
        return _finite(mul(left.value, right.value), max(zeros) if zeros else min(left.speed, right.speed))
    if left.value is None and right.value is None:
        same = left.speed == right.speed
        return Limit(None, left.sign * right.sign, left.speed if same else UNKNOWN)
    bounded, endless = (left, right) if right.value is None else (right, left)
    if bounded.sign:
        return Limit(None, bounded.sign * endless.sign, endless.speed)
    beaten = bounded.speed == EXACT or (bounded.speed == EXPONENTIAL and endless.speed == POWER)
    return Limit(ZERO, 0, bounded.speed) if beaten else None


def _power(base: Limit, exponent: Node) -> Limit | None:
    if not isinstance(exponent, Num):
        return None
    order = exponent.value
    whole = order.denominator == 1
    if base.value is not None:
        allowed = base.sign > 0 or (whole and order > 0) or (whole and base.sign < 0)
        return _finite(power(base.value, exponent), base.speed) if allowed else None
    if order < 0:
        return Limit(ZERO, 0, base.speed) if whole else None
    if base.sign < 0 and not whole:
        return None
    return Limit(None, base.sign if order % 2 else 1, base.speed)


_ENDS: dict[str, tuple[Node, Node]] = {
    "sigmoid": (ZERO, ONE), "tanh": (num(-1), ONE), "erf": (num(-1), ONE), "erfc": (num(2), ZERO),
}  # fmt: skip
_FALLS = {"exp": ZERO, "expm1": num(-1), "softplus": ZERO}
_SMOOTH = ("exp", "expm1", "log", "log1p", "sqrt", "sigmoid", "tanh", "softplus", "erf", "erfc", "sin", "cos",
           "atan", "sinh", "cosh")  # fmt: skip


def _called(function: str, inside: Limit) -> Limit | None:
    if inside.value is not None:
        if function == "relu" and inside.sign < 0:
            return Limit(ZERO, 0, EXACT)
        at_root = function in ("sqrt", "log") and inside.sign <= 0
        smooth = function in _SMOOTH and not at_root
        return _finite(Call(function, (inside.value,)), inside.speed) if smooth else None
    speed = EXPONENTIAL if inside.speed in (POWER, EXPONENTIAL) else UNKNOWN
    if function in _ENDS:
        return _finite(_ENDS[function][inside.sign > 0], speed)
    if function in _FALLS:
        if inside.sign < 0:
            return _finite(_FALLS[function], speed)
        return Limit(None, 1, inside.speed if function == "softplus" else speed)
    if function == "relu":
        return inside if inside.sign > 0 else Limit(ZERO, 0, EXACT)
    if function == "abs":
        return Limit(None, 1, inside.speed)
    if function == "sign":
        return _finite(num(inside.sign), EXACT)
    if function == "atan":
        return _finite(mul(num(inside.sign), Named("pi"), power(num(2), num(-1))), UNKNOWN)
    return Limit(None, 1, UNKNOWN) if function in ("log", "sqrt") and inside.sign > 0 else None
