"""Constructors that keep formulas flat, and the walks over them.

A product is kept as ``coefficient, numerator factors…, denominators (Pow with a negative exponent)…``;
sums and products are never nested directly.  Nothing here changes the order a person typed, except
that numbers of a product are gathered in front and denominators behind.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from fractions import Fraction

from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Node, Num, Pow, Var, Where

ZERO = Num(Fraction(0))
ONE = Num(Fraction(1))
MINUS_ONE = Num(Fraction(-1))


def num(value: int | Fraction) -> Num:
    """Return the constant ``value``."""
    return Num(Fraction(value))


def add(*terms: Node) -> Node:
    """Return the sum of the terms, with directly nested sums made flat."""
    flat: list[Node] = []
    for term in terms:
        if isinstance(term, Add):
            flat.extend(term.terms)
        else:
            flat.append(term)
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def mul(*factors: Node) -> Node:
    """Return the product: one number in front, then numerators, then denominators."""
    coefficient = Fraction(1)
    above: list[Node] = []
    below: list[Node] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Num):
                coefficient *= part.value
            elif _is_denominator(part):
                below.append(part)
            else:
                above.append(part)
    parts = above + below
    if coefficient != 1 or not parts:
        parts.insert(0, Num(coefficient))
    return parts[0] if len(parts) == 1 else Mul(tuple(parts))


def _is_denominator(node: Node) -> bool:
    return (
        isinstance(node, Pow)
        and isinstance(node.exponent, Num)
        and node.exponent.value < 0
        and node.exponent.value.denominator == 1
    )


def negate(node: Node) -> Node:
    """Return ``-node``, folded into the coefficient."""
    return mul(MINUS_ONE, node)


def subtract(left: Node, right: Node) -> Node:
    """Return ``left - right``."""
    return add(left, negate(right))


def power(base: Node, exponent: Node) -> Node:
    """Return ``base ^ exponent``; an exponent of exactly one disappears."""
    return base if exponent == ONE else Pow(base, exponent)


def invert(node: Node) -> Node:
    """Return ``1 / node`` with the division carried to every factor.

    Raises
    ------
    ZeroDivisionError
        If ``node`` is the number 0.

    """
    if isinstance(node, Num):
        return Num(1 / node.value)
    if isinstance(node, Mul):
        return mul(*(invert(factor) for factor in node.factors))
    if isinstance(node, Pow) and isinstance(node.exponent, Num):
        return power(node.base, Num(-node.exponent.value))
    return Pow(node, MINUS_ONE)


def divide(left: Node, right: Node) -> Node:
    """Return ``left / right``."""
    return mul(left, invert(right))


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct parts of a node, in reading order."""
    if isinstance(node, Add):
        return node.terms
    if isinstance(node, Mul):
        return node.factors
    if isinstance(node, Pow):
        return (node.base, node.exponent)
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Compare):
        return (node.left, node.right)
    if isinstance(node, Where):
        return (node.condition, node.then, node.otherwise)
    return node.parts


def with_parts(node: Node, parts: Iterable[Node]) -> Node:
    """Return ``node`` with its direct parts replaced and nothing else: no sum is made flat."""
    if isinstance(node, Add):
        return Add(tuple(parts))
    if isinstance(node, Mul):
        return Mul(tuple(parts))
    if isinstance(node, Pow):
        return Pow(*parts)
    if isinstance(node, Call):
        return Call(node.function, tuple(parts))
    if isinstance(node, Compare):
        return Compare(node.op, *parts)
    if isinstance(node, Where):
        condition, then, otherwise = parts
        assert isinstance(condition, Compare)
        return Where(condition, then, otherwise)
    return node


def rebuild(node: Node, parts: Iterable[Node]) -> Node:
    """Return ``node`` with its direct parts replaced, through the flattening constructors."""
    if isinstance(node, Add):
        return add(*parts)
    if isinstance(node, Mul):
        return mul(*parts)
    if isinstance(node, Pow):
        return power(*parts)
    return with_parts(node, parts)


def each_part(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return ``node`` with every direct part changed, in the form that it was typed in."""
    parts = children(node)
    return with_parts(node, map(change, parts)) if parts else node


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it, parents first."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(children(here)))


def variables(node: Node) -> set[Hashable]:
    """Return the names of the variables that occur."""
    return {part.name for part in walk(node) if isinstance(part, Var)}


def substitute(node: Node, values: Mapping[Hashable, Node]) -> Node:
    """Return the formula with variables replaced by formulas, all at once.

    >>> from chalkgrad.formula.nodes import Var
    >>> substitute(Var("z"), {"z": ONE}) == ONE
    True
    """
    if isinstance(node, Var):
        return values.get(node.name, node)
    parts = children(node)
    if not parts:
        return node
    new = tuple(substitute(part, values) for part in parts)
    return node if all(a is b for a, b in zip(parts, new, strict=True)) else rebuild(node, new)
