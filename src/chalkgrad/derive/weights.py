"""Sample weights in an expression: the factor s 1ᵀ, which stands apart from what is simplified.

The weight of a sample multiplies everything that its loss sends back, so it never cancels against
anything; set aside, what remains is the expression without weights, and simplifies like it.
"""

from __future__ import annotations

from collections.abc import Callable

from chalkgrad.derive.algebra import hadamard, matmul, scale, split_scale
from chalkgrad.expr import Expr, Hadamard, MatMul, Ones, Sum, Symbol, Transpose


def is_weights(expr: Expr) -> bool:
    """Whether it is s, or s repeated over the entries of each sample: s 1ᵀ, 1 sᵀ."""
    match expr:
        case MatMul(column, Ones((first, _))) if first.is_one:
            return is_weights(column)
        case MatMul(Ones((_, last)), row) if last.is_one:
            return is_weights(row)
        case Transpose(arg):
            return is_weights(arg)
    return isinstance(expr, Symbol) and expr.kind == "sample_weight"


def set_aside(expr: Expr) -> tuple[list[Expr], Expr]:
    """The weights among an expression's factors (of its front coefficient nothing), and the rest.

    >>> from chalkgrad.expr import Dim
    >>> m, n = Dim("m"), Dim("n", 1, 2)
    >>> s, y = Symbol("sample_weight", 1, (m, Dim("1", None, 1))), Symbol("output", 1, (m, n))
    >>> weights, rest = set_aside(Hadamard((MatMul(s, Ones((Dim("1", None, 1), n))), y)))
    >>> len(weights), rest == y
    (1, True)
    """
    if not isinstance(expr, Hadamard):
        return [], expr
    weights = [factor for factor in expr.factors if is_weights(factor)]
    rest = [factor for factor in expr.factors if not is_weights(factor)]
    return (weights, hadamard(rest)) if weights and rest else ([], expr)


def without_weights(expr: Expr) -> Expr:
    """What a coefficient and weights are multiplied with: Y − T in 1/m · (s 1ᵀ) ⊙ (Y − T)."""
    return split_scale(set_aside(split_scale(expr)[1])[1])[1]


def beside_weights(rule: Callable[[Expr], Expr | None], expr: Expr) -> Expr | None:
    """Apply a rule to an expression without its coefficient and weights, and put them in front again."""
    front, product = split_scale(expr)
    weights, rest = set_aside(product)
    found = rule(rest)
    return None if found is None else scale(front, hadamard([*weights, found]) if weights else found)


def common_weights(expr: Expr) -> Expr:
    """``(s 1ᵀ) ⊙ Y − (s 1ᵀ) ⊙ T`` as ``(s 1ᵀ) ⊙ (Y − T)``, where every term has the weights as a factor."""
    front, rest = split_scale(expr)
    if not isinstance(rest, Sum):
        return expr
    terms: list[Expr] = []
    found: list[Expr] = []
    for term in rest.terms:
        c, product = split_scale(term)
        weights, other = set_aside(product)
        if not weights or (found and weights != found):
            return expr
        found = weights
        terms.append(scale(c, other))
    return scale(front, hadamard([*found, Sum(tuple(terms))]))


def weights_out_of_sums(expr: Expr) -> Expr:
    """((s 1ᵀ) ⊙ X) 1 = s ⊙ (X 1): one sample's weight is the same at every entry that is summed."""
    match expr:
        case MatMul(Hadamard() as product, Ones((_, last)) as ones) if last.is_one:
            weights, rest = set_aside(product)
            if weights:
                return hadamard([*map(_column, weights), matmul(rest, ones)])
        case MatMul(Ones((first, _)) as ones, Hadamard() as product) if first.is_one:
            weights, rest = set_aside(product)
            if weights:
                return hadamard([*map(_column, weights), matmul(ones, rest)])
    return expr


def _column(weights: Expr) -> Expr:
    """s of s 1ᵀ, sᵀ of 1 sᵀ."""
    match weights:
        case MatMul(column, Ones()):
            return column
        case MatMul(Ones(), row):
            return row
    return weights
