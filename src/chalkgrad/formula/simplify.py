"""Simplification: the value stays, the writing becomes what a teacher would write.

Every subformula is kept in two forms: *tidy* (like terms and factors collected, as it came otherwise)
and *rational* (over one denominator, everything that cancels cancelled, see ``rational``).  The cheaper
one to read is taken, at a tie the one that is nearer to what came in.  So 2*(y - t) stays factored,
while (-t/y + (1 - t)/(1 - y))*y*(1 - y) becomes y - t.  Removable singularities are removed.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from chalkgrad.formula.build import ZERO, num
from chalkgrad.formula.fold import fold_call, fold_power, fold_where
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.rational import Polynomial, Rational, Ring, TooLargeError
from chalkgrad.formula.tidy import cost, sort_key, tidy_product, tidy_sum

MAX_PASSES = 6


@lru_cache(maxsize=4096)
def simplify(node: Node) -> Node:
    """Return the simplest known writing of the formula, with the same value wherever it had one.

    >>> from chalkgrad.formula import format_formula, parse_formula
    >>> format_formula(simplify(parse_formula("(-t/y + (1-t)/(1-y)) * y*(1-y)", ("y", "t"))))
    'y - t'
    """
    best = node
    for _ in range(MAX_PASSES):
        better = _Simplifier().forms(best)[0]
        if better == best:
            break
        best = better
    return best


def rational_form(node: Node) -> Node:
    """Return the formula over one denominator; equal rational functions of equal atoms agree."""
    simplifier = _Simplifier()
    return simplifier.render(simplifier.forms(node)[1])


class _Simplifier:
    """One pass: subformulas share the numbering of atoms and are simplified once."""

    def __init__(self) -> None:
        self.ring = Ring()
        self._done: dict[int, tuple[Node, tuple[Node, Rational]]] = {}
        self._keys: dict[int, tuple[int, str]] = {}

    def forms(self, node: Node) -> tuple[Node, Rational]:
        """Return the best writing and the rational form."""
        known = self._done.get(id(node))
        if known is None:
            known = self._done[id(node)] = (node, self._forms(node))
        return known[1]

    def _forms(self, node: Node) -> tuple[Node, Rational]:
        if isinstance(node, Num):
            return node, self.ring.number(node.value)
        if isinstance(node, Var | Named):
            return node, self.ring.atom(node)
        if isinstance(node, Add | Mul):
            return self._combined(node)
        if isinstance(node, Pow):
            return self._power(node)
        if isinstance(node, Call):
            return self._folded(fold_call(node.function, tuple(self.forms(arg)[0] for arg in node.args)))
        if isinstance(node, Where):
            condition = Compare(
                node.condition.op, self.forms(node.condition.left)[0], self.forms(node.condition.right)[0]
            )
            return self._folded(
                fold_where(condition, self.forms(node.then)[0], self.forms(node.otherwise)[0])
            )
        raise TypeError(f"cannot simplify {type(node).__name__}")

    def _folded(self, node: Node) -> tuple[Node, Rational]:
        """A folded call is an atom, unless folding turned it into something else."""
        return (node, self.ring.atom(node)) if isinstance(node, Call | Where) else self.forms(node)

    def _combined(self, node: Add | Mul) -> tuple[Node, Rational]:
        parts = [self.forms(part) for part in (node.terms if isinstance(node, Add) else node.factors)]
        try:
            if isinstance(node, Add):
                rational = self.ring.add([form for _, form in parts])
            else:
                rational = self.ring.number(Fraction(1))
                for _, form in parts:
                    rational = self._multiply(rational, form)
        except TooLargeError:
            return self._opaque(self._tidy(node, [writing for writing, _ in parts]))
        if not rational.powers or rational.coefficient == 0:
            return Num(rational.coefficient), rational
        return self._choose(self._tidy(node, [writing for writing, _ in parts]), rational)

    @staticmethod
    def _tidy(node: Add | Mul, parts: list[Node]) -> Node:
        return tidy_sum(parts) if isinstance(node, Add) else tidy_product(parts)

    def _power(self, node: Pow) -> tuple[Node, Rational]:
        base, form = self.forms(node.base)
        exponent, _ = self.forms(node.exponent)
        folded = fold_power(base, exponent)
        if not isinstance(folded, Pow):
            return self.forms(folded)
        if isinstance(exponent, Num) and exponent.value.denominator == 1:
            try:
                rational = self._roots(self.ring.power(form, int(exponent.value)))
            except (TooLargeError, ZeroDivisionError):
                return self._opaque(folded)
            return self._choose(tidy_product([folded]), rational)
        return self._opaque(folded)

    def _opaque(self, node: Node) -> tuple[Node, Rational]:
        if isinstance(node, Num):
            return node, self.ring.number(node.value)
        return node, self.ring.atom(node)

    def _choose(self, tidy: Node, rational: Rational) -> tuple[Node, Rational]:
        candidates = [tidy, self.render(rational), *self._spread(rational)]
        return min(candidates, key=cost), rational

    def _multiply(self, left: Rational, right: Rational) -> Rational:
        return self._roots(self.ring.multiply(left, right))

    def _roots(self, value: Rational) -> Rational:
        """sqrt(u)^2 is u."""
        for base, order in value.powers.items():
            atom = self.ring.bases[base]
            if abs(order) < 2 or not isinstance(atom, Call) or atom.function != "sqrt":
                continue
            half = int(order / 2)
            powers = {key: own for key, own in value.powers.items() if key != base}
            if order - 2 * half:
                powers[base] = order - 2 * half
            inside = self.ring.power(self.forms(atom.args[0])[1], half)
            return self._multiply(Rational(value.coefficient, powers), inside)
        return value

    # -- back to nodes --
    def render(self, value: Rational) -> Node:
        """Return the factored writing of a rational form."""
        coefficient = value.coefficient
        if coefficient == 0:
            return ZERO
        flipped = self._flip(value) if coefficient < 0 else None
        if flipped is not None:
            coefficient = -coefficient
        factors: list[Node] = [Num(coefficient)]
        for base, order in value.powers.items():
            content = self.ring.bases[base]
            sign = -1 if base == flipped else 1
            node = content if isinstance(content, Node) else self._sum(content, Fraction(sign))
            factors.append(node if order == 1 else Pow(node, num(order)))
        return tidy_product(factors)

    def _flip(self, value: Rational) -> int | None:
        """Return the numerator sum that best takes the sign: t - y rather than -(y - t)."""
        alone = len([order for order in value.powers.values() if order > 0]) == 1
        for base, order in value.powers.items():
            content = self.ring.bases[base]
            if order <= 0 or order % 2 == 0 or isinstance(content, Node):
                continue
            positive_constant = content.get((), Fraction(0)) > 0
            if any(c < 0 for c in content.values()) and (alone or not positive_constant):
                return base
        return None

    def _spread(self, value: Rational) -> list[Node]:
        """Return z + 1/2 beside (2*z + 1)/2, for a single sum with a coefficient."""
        if len(value.powers) != 1 or value.coefficient == 1:
            return []
        ((base, order),) = value.powers.items()
        content = self.ring.bases[base]
        return [] if order != 1 or isinstance(content, Node) else [self._sum(content, value.coefficient)]

    def _sum(self, polynomial: Polynomial, factor: Fraction) -> Node:
        terms: list[Node] = []
        for monomial, coefficient in polynomial.items():
            factors: list[Node] = [Num(coefficient * factor)]
            for atom, order in monomial:
                node = self.ring.bases[atom]
                assert isinstance(node, Node)
                factors.append(node if order == 1 else Pow(node, num(order)))
            terms.append(tidy_product(factors))
        terms.sort(key=sort_key)
        return tidy_sum(terms, pull=False)
