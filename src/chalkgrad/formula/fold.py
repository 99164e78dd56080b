"""Calls, powers and branches that have a simpler equal: log(1) is 0, where(1 > 0, u, v) is u."""

from __future__ import annotations

import operator
from fractions import Fraction
from math import isqrt

from chalkgrad.formula.build import ONE, ZERO, num
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Call, Compare, Named, Node, Num, Pow, Where

COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}

_AT_ZERO: dict[str, Node] = {
    **dict.fromkeys(("sqrt", "expm1", "log1p", "tanh", "erf", "sin", "tan", "atan", "sinh"), ZERO),
    **dict.fromkeys(("exp", "erfc", "cos", "cosh"), ONE),
    "sigmoid": num(Fraction(1, 2)),
}
_INVERSE = {("log", "exp"), ("exp", "log"), ("log1p", "expm1"), ("expm1", "log1p"), ("tan", "atan")}


def fold_call(function: str, args: tuple[Node, ...]) -> Node:
    """Return an equal of the call that is simpler, or the call."""
    first = args[0]
    values = [arg.value for arg in args if isinstance(arg, Num)]
    known = FUNCTIONS.get(function)  # not there: differences from a target, as ``stable`` writes them
    exact = None if known is None else known.exact
    if exact is not None and len(values) == len(args):
        return Num(Fraction(exact(*values)))
    if first == ZERO and function in _AT_ZERO:
        return _AT_ZERO[function]
    if function == "log" and first in (ONE, Named("e")):
        return ZERO if first == ONE else ONE
    if function == "sqrt" and isinstance(first, Num):
        root = _root(first.value)
        return Call(function, args) if root is None else Num(root)
    if isinstance(first, Call) and (function, first.function) in _INVERSE:
        return first.args[0]
    if function in ("relu", "abs") and isinstance(first, Call) and first.function in ("relu", "abs", "exp"):
        return first
    if function in ("max", "min") and args[0] == args[1]:
        return first
    return Call(function, args)


def _root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None


def fold_power(base: Node, exponent: Node) -> Node:
    """Return an equal of the power that is simpler, or the power."""
    if exponent == ONE or base == ONE:
        return base
    if exponent == ZERO:
        return ONE
    if base == Named("e"):
        return Call("exp", (exponent,))
    if exponent == num(Fraction(1, 2)):
        return Call("sqrt", (base,))
    if isinstance(base, Num) and isinstance(exponent, Num) and base.value == 0 and exponent.value > 0:
        return ZERO
    return Pow(base, exponent)


def fold_where(condition: Compare, then: Node, otherwise: Node) -> Node:
    """Return the branch taken if it is known, or the ``where``."""
    if then == otherwise:
        return then
    if isinstance(condition.left, Num) and isinstance(condition.right, Num):
        return then if COMPARE[condition.op](condition.left.value, condition.right.value) else otherwise
    if condition.left == condition.right:
        return then if condition.op in (">=", "<=") else otherwise
    return Where(condition, then, otherwise)
