"""One number beside matrices: as a matrix of that number, so that every equation stays one of matrices."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.derive.algebra import matmul
from chalkgrad.expr import (
    ONE,
    Apply,
    Coefficient,
    Expr,
    MatMul,
    Ones,
    Scalar,
    Scale,
    Shape,
    Symbol,
    WithOnes,
    coefficient,
)


def spread(number: Scalar | Symbol, shape: Shape) -> Expr:
    """A matrix of one number: η 1 1ᵀ of a named number, 1 κ 1ᵀ of one that is computed."""
    if isinstance(number, Scalar):
        return Scale(coefficient(1, (number, 1)), Ones(shape))
    return matmul(matmul(Ones((shape[0], ONE)), number), Ones((ONE, shape[1])))


def spread_of(expr: Expr) -> Scalar | Symbol | None:
    """The number that a matrix is full of, if it was made by ``spread``."""
    match expr:
        case Scale(Coefficient(Fraction(numerator=1, denominator=1), ((Scalar() as number, 1),)), Ones()):
            return number
        case MatMul(with_ones=WithOnes(arg, summed=inner)) if inner.is_one:
            return spread_of(arg)
        case Symbol(kind="clip_factor"):
            return expr
    return None


def spread_numbers(expr: Expr) -> list[Scalar]:
    """The named numbers that a function of matrices takes beside them."""
    found = map(spread_of, expr.args) if isinstance(expr, Apply) else ()
    return [number for number in found if isinstance(number, Scalar)]
