"""One number beside matrices: as a matrix of that number, so that every equation stays one of matrices."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad import expr as e
from chalkgrad.derive.algebra import matmul


def spread(number: e.Scalar | e.Symbol, shape: e.Shape) -> e.Expr:
    """A matrix of one number: η 1 1ᵀ of a named number, 1 κ 1ᵀ of one that is computed."""
    if isinstance(number, e.Scalar):
        return e.Scale(e.coefficient(1, (number, 1)), e.Ones(shape))
    return matmul(matmul(e.Ones((shape[0], e.ONE)), number), e.Ones((e.ONE, shape[1])))


def spread_of(expr: e.Expr) -> e.Scalar | e.Symbol | None:
    """The number that a matrix is full of, if it was made by ``spread``."""
    match expr:
        case e.Scale(
            e.Coefficient(Fraction(numerator=1, denominator=1), ((e.Scalar() as number, 1),)), e.Ones()
        ):
            return number
        case e.MatMul(with_ones=e.WithOnes(arg, summed=inner)) if inner.is_one:
            return spread_of(arg)
        case e.Symbol(kind="clip_factor"):
            return expr
    return None


def spread_numbers(expr: e.Expr) -> list[e.Scalar]:
    """The named numbers that a function of matrices takes beside them."""
    found = map(spread_of, expr.args) if isinstance(expr, e.Apply) else ()
    return [number for number in found if isinstance(number, e.Scalar)]
