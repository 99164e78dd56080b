"""Tidy writing: like terms and factors collected, terms and factors in reading order, and its cost.

Order in a sum: positive before negative, fewer factors first, then by letter, so ``1 - y``,
``y - t``, ``1 + z + z^2``.  Order in a product: number, constants, variables, functions, sums,
then denominators.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from chalkgrad.formula.build import ONE, ZERO, add, mul, num, power
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.text import format_formula


def tidy_sum(terms: list[Node], pull: bool = True) -> Node:
    """Return the sum with like terms collected, and a common number pulled out if that is shorter."""
    coefficients: dict[Node, Fraction] = {}
    queue = list(terms)
    queue.reverse()
    while queue:
        coefficient, core = split(queue.pop())
        if isinstance(core, Add) and abs(coefficient) == 1:
            signed = core.terms if coefficient == 1 else [mul(num(-1), term) for term in core.terms]
            queue.extend(reversed(signed))
            continue
        coefficients[core] = coefficients.get(core, Fraction(0)) + coefficient
    parts = [(value, core) for core, value in coefficients.items() if value]
    plain = _sum(parts)
    if not pull or len(parts) < 2:
        return plain
    plain = min((plain, _factored(parts)), key=cost)
    if not isinstance(plain, Add):
        return plain
    content = Fraction(
        gcd(*(value.numerator for value, _ in parts)), lcm(*(value.denominator for value, _ in parts))
    )
    if content == 1:
        return plain
    pulled = mul(Num(content), _sum([(value / content, core) for value, core in parts]))
    return min((pulled, plain), key=cost)


def _sum(parts: list[tuple[Fraction, Node]]) -> Node:
    nodes = [mul(Num(value), core) for value, core in parts]
    nodes.sort(key=sort_key)
    return add(*nodes)


def _factored(parts: list[tuple[Fraction, Node]]) -> Node:
    """Return the sum with the factors that all terms share in front: s*(1 + z*(1 - s))."""
    terms = [core.factors if isinstance(core, Mul) else (core,) for _, core in parts]
    shared = [factor for factor in terms[0] if all(factor in term for term in terms[1:])]
    if not shared or ONE in shared:
        return _sum(parts)
    rest = [
        (value, mul(*(factor for factor in term if factor not in shared)))
        for (value, _), term in zip(parts, terms, strict=True)
    ]
    return tidy_product([*shared, tidy_sum([mul(Num(value), core) for value, core in rest])])


def tidy_product(factors: list[Node]) -> Node:
    """Return the product with equal bases collected, in reading order."""
    coefficient = Fraction(1)
    powers: dict[Node, Fraction] = {}
    queue = [(factor, Fraction(1)) for factor in reversed(factors)]
    while queue:
        node, order = queue.pop()
        if isinstance(node, Mul) and order.denominator == 1:
            queue.extend((part, order) for part in reversed(node.factors))
        elif (
            isinstance(node, Pow)
            and isinstance(node.exponent, Num)
            and _may_multiply(node.exponent.value, order)
        ):
            queue.append((node.base, order * node.exponent.value))
        elif isinstance(node, Num) and (node.value or order > 0) and _small(node.value, order):
            coefficient *= node.value ** int(order)
        else:
            if isinstance(node, Add) and order.denominator == 1 and all(_negative(t) for t in node.terms):
                node = add(*(mul(num(-1), term) for term in node.terms))
                coefficient *= Fraction(-1) ** int(order)
            powers[node] = powers.get(node, Fraction(0)) + order
    if coefficient == 0:
        return ZERO
    parts = [power(base, Num(order)) for base, order in powers.items() if order]
    parts.sort(key=factor_key)
    if coefficient == -1 and len(parts) == 1 and isinstance(parts[0], Add):
        return tidy_sum([mul(num(-1), term) for term in parts[0].terms], pull=False)
    return mul(Num(coefficient), *parts)


def _may_multiply(inner: Fraction, outer: Fraction) -> bool:
    """(u^a)^b is u^(ab) for every real u only if b is an integer and a is one, or outer is 1."""
    return outer == 1 or (inner.denominator == 1 and outer.denominator == 1)


def _small(value: Fraction, order: Fraction) -> bool:
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return order.denominator == 1 and bits * abs(order) <= 4096


def _negative(node: Node) -> bool:
    return split(node)[0] < 0


def split(node: Node) -> tuple[Fraction, Node]:
    """Return the rational coefficient and the rest."""
    if isinstance(node, Num):
        return node.value, ONE
    if isinstance(node, Mul) and isinstance(node.factors[0], Num):
        return node.factors[0].value, mul(*node.factors[1:])
    return Fraction(1), node


# -- reading order --
def sort_key(term: Node) -> tuple[bool, int, str]:
    """Return the place of a term in a sum."""
    coefficient, core = split(term)
    return coefficient < 0, _size(core), _text(core)


def factor_key(factor: Node) -> tuple[int, str]:
    """Return the place of a factor in a product."""
    base = factor.base if isinstance(factor, Pow) and isinstance(factor.exponent, Num) else factor
    kinds = (Num, Named, Var, Call, Pow, Where, Add)
    return next(i for i, kind in enumerate((*kinds, Node)) if isinstance(base, kind)), _text(base)


def _size(core: Node) -> int:
    if core == ONE or isinstance(core, Named):
        return 0
    if isinstance(core, Mul):
        return sum(_size(factor) for factor in core.factors)
    if isinstance(core, Pow) and isinstance(core.exponent, Num):
        return max(1, abs(int(core.exponent.value))) * _size(core.base)
    return 1


@lru_cache(maxsize=8192)
def _text(node: Node) -> str:
    return format_formula(node)


@lru_cache(maxsize=8192)
def cost(node: Node) -> int:
    """Return how much there is to read."""
    if isinstance(node, Num):
        return 3 if node.value.denominator == 1 else 5
    if isinstance(node, Named | Var):
        return 4
    if isinstance(node, Add):
        return sum(cost(term) + 1 for term in node.terms)
    if isinstance(node, Mul):
        first = node.factors[0]
        sign = isinstance(first, Num) and first.value == -1
        return sum(cost(factor) for factor in node.factors) - (2 if sign else 0)
    if isinstance(node, Pow):
        return cost(node.base) + (1 if node.exponent == num(-1) else cost(node.exponent))
    if isinstance(node, Call):
        return 4 + sum(cost(arg) for arg in node.args)
    if isinstance(node, Compare):
        return cost(node.left) + cost(node.right) + 1
    if isinstance(node, Where):
        return 4 + cost(node.condition) + cost(node.then) + cost(node.otherwise)
    raise TypeError(f"unknown formula node {type(node).__name__}")
