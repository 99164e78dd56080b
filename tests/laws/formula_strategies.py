"""Random formulas for the laws."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from chalkgrad.formula import Call, Compare, Node, Num, Var, Where
from chalkgrad.formula.build import add, divide, mul, negate, num, power

SMOOTH = ("exp", "sigmoid", "tanh", "softplus", "erf", "sin", "cos", "atan", "sinh", "expm1", "erfc")
PIECEWISE = ("relu", "abs", "sign")


def _numbers() -> st.SearchStrategy[Node]:
    return st.fractions(-4, 4, max_denominator=6).map(Num)


def _quotient(left: Node, right: Node) -> Node:
    try:
        return divide(left, right)
    except ZeroDivisionError:
        return left


def formulas(names: tuple[str, ...] = ("z",), piecewise: bool = True) -> st.SearchStrategy[Node]:
    """Return formulas as the parser would build them, defined for every real argument or nearly so."""
    leaves = st.sampled_from(names).map(Var) | _numbers() | st.sampled_from(names).map(Var)

    def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        functions = SMOOTH + PIECEWISE if piecewise else SMOOTH
        options = [
            st.lists(inner, min_size=2, max_size=3).map(lambda terms: add(*terms)),
            st.lists(inner, min_size=2, max_size=3).map(lambda factors: mul(*factors)),
            inner.map(negate),
            st.tuples(inner, st.integers(2, 3)).map(lambda pair: power(pair[0], num(pair[1]))),
            st.tuples(inner, inner).map(lambda pair: _quotient(pair[0], add(num(2), power(pair[1], num(2))))),
            st.tuples(inner, inner).map(lambda pair: _quotient(*pair)),
            st.tuples(st.sampled_from(functions), inner).map(lambda pair: Call(pair[0], (pair[1],))),
        ]
        if piecewise:
            where = st.tuples(st.sampled_from((">", ">=", "<", "<=")), inner, inner, inner, inner)
            options.append(where.map(lambda w: Where(Compare(w[0], w[1], w[2]), w[3], w[4])))
            options.append(st.tuples(inner, inner).map(lambda pair: Call("max", pair)))
        return st.one_of(options)

    return st.recursive(leaves, grow, max_leaves=9)


def points(names: tuple[str, ...] = ("z",)) -> st.SearchStrategy[dict[str, Fraction]]:
    """Return rational points that no round number hits."""
    value = st.integers(-3000, 3000).map(lambda n: Fraction(n, 1000) + Fraction(1, 7919))
    return st.fixed_dictionaries(dict.fromkeys(names, value))
