"""Rational functions over atoms: the arithmetic in which canonical links are found.

    Rational := coefficient · Π base^order          base := atom | primitive polynomial in atoms

Sums are brought over one denominator, the common factors stay factored, and what remains is expanded
into one primitive polynomial, from which denominators are divided exactly.  Atoms are numbered per
``Ring``; nothing here looks inside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

from chalkgrad.formula.nodes import Node

MAX_TERMS = 200
MAX_BITS = 4096

Monomial = tuple[tuple[int, int], ...]
"""Pairs (atom, order), sorted by atom."""
Polynomial = dict[Monomial, Fraction]


class TooLargeError(Exception):
    """The expansion would have more than ``MAX_TERMS`` terms."""


@dataclass(frozen=True)
class Rational:
    """A coefficient times integer powers of bases; ``powers`` is never changed after construction."""

    coefficient: Fraction
    powers: dict[int, int]


class Ring:
    """The bases of one simplification, numbered in order of appearance."""

    def __init__(self) -> None:
        self.bases: list[Node | Polynomial] = []
        self._atoms: dict[Node, int] = {}
        self._polynomials: dict[frozenset[tuple[Monomial, Fraction]], int] = {}

    def atom(self, node: Node) -> Rational:
        """Return the atom as a rational function."""
        index = self._atoms.get(node)
        if index is None:
            index = self._atoms[node] = len(self.bases)
            self.bases.append(node)
        return Rational(Fraction(1), {index: 1})

    def number(self, value: Fraction) -> Rational:
        """Return the constant."""
        return Rational(value, {})

    # -- operations --
    def multiply(self, left: Rational, right: Rational) -> Rational:
        """Return the product, with exact polynomial factors cancelled."""
        coefficient = left.coefficient * right.coefficient
        _bounded(coefficient)
        if coefficient == 0:
            return Rational(coefficient, {})
        powers = dict(left.powers)
        for base, order in right.powers.items():
            total = powers.get(base, 0) + order
            if total:
                powers[base] = total
            else:
                powers.pop(base, None)
        return self._cancel(Rational(coefficient, powers))

    def power(self, value: Rational, order: int) -> Rational:
        """Return ``value ** order``."""
        if order < 0 and value.coefficient == 0:
            raise ZeroDivisionError
        size = max(value.coefficient.numerator.bit_length(), value.coefficient.denominator.bit_length())
        if size * abs(order) > MAX_BITS:
            raise TooLargeError
        powers = {base: own * order for base, own in value.powers.items() if order}
        return Rational(value.coefficient**order, powers)

    def add(self, parts: list[Rational]) -> Rational:
        """Return the sum over one denominator."""
        parts = [part for part in parts if part.coefficient != 0]
        if not parts:
            return Rational(Fraction(0), {})
        if len(parts) == 1:
            return parts[0]
        if len(parts) > MAX_TERMS:
            raise TooLargeError
        bases = {base for part in parts for base in part.powers}
        lowest = {base: min(part.powers.get(base, 0) for part in parts) for base in bases}
        common = {base: order for base, order in lowest.items() if order}
        total: Polynomial = {}
        for part in parts:
            rest = dict(part.powers)
            for base, order in common.items():
                rest[base] = rest.get(base, 0) - order
            for monomial, coefficient in self.expand(Rational(part.coefficient, rest)).items():
                value = total.get(monomial, Fraction(0)) + coefficient
                if value:
                    total[monomial] = value
                else:
                    total.pop(monomial, None)
        if len(total) > MAX_TERMS:
            raise TooLargeError
        return self.multiply(Rational(Fraction(1), common), self.collect(total))

    def expand(self, value: Rational) -> Polynomial:
        """Return the polynomial of a rational function without denominators."""
        result: Polynomial = {(): value.coefficient}
        for index, order in value.powers.items():
            base = self.bases[index]
            if isinstance(base, Node):
                result = multiply_polynomials(result, {((index, order),): Fraction(1)}) if order else result
            else:
                for _ in range(order):
                    result = multiply_polynomials(result, base)
        return result

    def collect(self, polynomial: Polynomial) -> Rational:
        """Return content · monomial · primitive polynomial with a positive first sign."""
        if not polynomial:
            return Rational(Fraction(0), {})
        shared = reduce(_common_monomial, polynomial)
        powers = dict(shared)
        if shared:
            polynomial = {_quotient(monomial, powers): c for monomial, c in polynomial.items()}
        values = list(polynomial.values())
        if len(values) == 1:
            return Rational(values[0], powers)
        content = Fraction(
            gcd(*(value.numerator for value in values)), lcm(*(value.denominator for value in values))
        )
        if _leading_sign(polynomial) < 0:
            content = -content
        _bounded(content)
        primitive = {monomial: value / content for monomial, value in polynomial.items()}
        return Rational(content, {**powers, self._polynomial(primitive): 1})

    # -- inner workings --
    def _polynomial(self, polynomial: Polynomial) -> int:
        key = frozenset(polynomial.items())
        index = self._polynomials.get(key)
        if index is None:
            index = self._polynomials[key] = len(self.bases)
            self.bases.append(polynomial)
        return index

    def _cancel(self, value: Rational) -> Rational:
        """Divide numerator polynomials by denominator polynomials where that is exact."""
        for below, order in value.powers.items():
            divisor = self.bases[below]
            if order > 0 or isinstance(divisor, Node):
                continue
            for above, count in value.powers.items():
                dividend = self.bases[above]
                if count <= 0 or isinstance(dividend, Node):
                    continue
                quotient = divide_polynomials(dividend, divisor)
                if quotient is None:
                    continue
                powers = dict(value.powers)
                for base, change in ((above, -1), (below, 1)):
                    powers[base] += change
                    if not powers[base]:
                        del powers[base]
                return self.multiply(Rational(value.coefficient, powers), self.collect(quotient))
        return value


def multiply_polynomials(left: Polynomial, right: Polynomial) -> Polynomial:
    """Return the product of two polynomials."""
    if len(left) * len(right) > 4 * MAX_TERMS:
        raise TooLargeError
    result: Polynomial = {}
    for first, a in left.items():
        for second, b in right.items():
            monomial = _times(first, second)
            value = result.get(monomial, Fraction(0)) + a * b
            if value:
                result[monomial] = value
            else:
                result.pop(monomial, None)
    if len(result) > MAX_TERMS:
        raise TooLargeError
    return result


def divide_polynomials(dividend: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """Return the quotient if the division is exact, else ``None`` (lexicographic long division)."""
    lead = max(divisor, key=_lexicographic)
    rest = dict(dividend)
    quotient: Polynomial = {}
    for _ in range(MAX_TERMS):
        if not rest:
            return quotient
        top = max(rest, key=_lexicographic)
        orders = dict(top)
        if any(orders.get(atom, 0) < order for atom, order in lead):
            return None
        step = _quotient(top, dict(lead))
        factor = rest[top] / divisor[lead]
        quotient[step] = factor
        for monomial, coefficient in divisor.items():
            place = _times(monomial, step)
            value = rest.get(place, Fraction(0)) - factor * coefficient
            if value:
                rest[place] = value
            else:
                rest.pop(place, None)
        if len(rest) > MAX_TERMS:
            return None
    return None


def _lexicographic(monomial: Monomial) -> tuple[tuple[int, int], ...]:
    """Sort key of a true monomial order: the smallest atom number is the most significant."""
    return tuple((-atom, order) for atom, order in monomial)


def _times(left: Monomial, right: Monomial) -> Monomial:
    if not left:
        return right
    if not right:
        return left
    orders = dict(left)
    for atom, order in right:
        orders[atom] = orders.get(atom, 0) + order
    return tuple(sorted(orders.items()))


def _quotient(monomial: Monomial, orders: dict[int, int]) -> Monomial:
    return tuple((atom, rest) for atom, order in monomial if (rest := order - orders.get(atom, 0)))


def _common_monomial(left: Monomial, right: Monomial) -> Monomial:
    orders = dict(right)
    return tuple((atom, min(order, orders[atom])) for atom, order in left if atom in orders)


def _leading_sign(polynomial: Polynomial) -> int:
    constant = polynomial.get(())
    if constant is not None:
        return 1 if constant > 0 else -1
    balance = sum(1 if value > 0 else -1 for value in polynomial.values())
    if balance:
        return 1 if balance > 0 else -1
    return 1 if polynomial[min(polynomial)] > 0 else -1


def _bounded(value: Fraction) -> None:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise TooLargeError
