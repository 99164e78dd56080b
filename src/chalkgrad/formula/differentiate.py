"""Derivatives of scalar formulas: sum, product, power and chain rule over the function table."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache

from chalkgrad.formula.build import MINUS_ONE, ONE, ZERO, add, mul, negate, power, substitute
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.parse import parse_formula
from chalkgrad.formula.simplify import simplify

Slope = Callable[[Node], Node]
"""What the derivative of a part is."""


def differentiate(node: Node, variable: Hashable) -> Node:
    """Return the simplified derivative ∂node/∂variable.

    A branch's condition is taken as locally constant; at kinks the conventions of the function table
    hold (relu'(0) = 0).

    >>> from chalkgrad.formula import format_formula, parse_formula
    >>> format_formula(differentiate(parse_formula("z*sigmoid(z)"), "z"))
    'sigmoid(z)*(1 + z*(1 - sigmoid(z)))'
    """
    return simplify(_rule(node, variable, {}))


def _rule(node: Node, variable: Hashable, done: dict[int, Node]) -> Node:
    known = done.get(id(node))
    if known is None:
        known = done[id(node)] = slope_by(node, variable, lambda part: _rule(part, variable, done))
    return known


def slope_by(node: Node, variable: Hashable, inner: Slope) -> Node:
    """Return the derivative by one rule, from what ``inner`` says of the parts."""
    if isinstance(node, Num | Named):
        return ZERO
    if isinstance(node, Var):
        return ONE if node.name == variable else ZERO
    if isinstance(node, Add):
        return add(*(part for term in node.terms if (part := inner(term)) != ZERO))
    if isinstance(node, Mul):
        return _product(node, inner)
    if isinstance(node, Pow):
        return _power(node, inner)
    if isinstance(node, Call):
        return _chain(node, inner)
    if isinstance(node, Where):
        then, otherwise = inner(node.then), inner(node.otherwise)
        return ZERO if then == ZERO and otherwise == ZERO else Where(node.condition, then, otherwise)
    if isinstance(node, Compare):
        raise TypeError("a comparison has no derivative")
    raise TypeError(f"unknown formula node {type(node).__name__}")


def _product(node: Mul, inner: Slope) -> Node:
    terms = []
    for index, factor in enumerate(node.factors):
        slope = inner(factor)
        if slope != ZERO:
            terms.append(mul(*node.factors[:index], slope, *node.factors[index + 1 :]))
    return add(*terms)


def _power(node: Pow, inner: Slope) -> Node:
    """(u^v)' = v·u^(v−1)·u' + u^v·log(u)·v'."""
    base, exponent = node.base, node.exponent
    terms = []
    slope = inner(base)
    if slope != ZERO:
        lower = Num(exponent.value - 1) if isinstance(exponent, Num) else add(exponent, MINUS_ONE)
        rest = ONE if lower == ZERO else power(base, lower)
        terms.append(mul(exponent, rest, slope))
    slope = inner(exponent)
    if slope != ZERO:
        terms.append(mul(node, Call("log", (base,)), slope))
    return add(*terms)


def _chain(node: Call, inner: Slope) -> Node:
    entry = FUNCTIONS[node.function]
    values: dict[Hashable, Node] = dict(zip(entry.arguments, node.args, strict=True))
    terms = []
    for index, argument in enumerate(node.args):
        slope = inner(argument)
        if slope == ZERO:
            continue
        outer = substitute(derivative_rule(node.function, index), values)
        terms.append(mul(outer, slope) if outer != MINUS_ONE else negate(slope))
    return add(*terms)


@cache
def derivative_rule(function: str, argument: int) -> Node:
    """Return the table's partial derivative of a function, in its own argument names."""
    entry = FUNCTIONS[function]
    return parse_formula(entry.derivatives[argument], entry.arguments)
