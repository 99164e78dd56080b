"""What is an equation?  Typed matrix expressions.

Everything is a matrix: a batch is m × n, a bias n × 1, a single column sample n × 1, the loss 1 × 1.
Dimensions are symbols (m, n₀, n₁ …) that carry their integer once it is known, so shapes are checked
by *name*: a product that fits only because two widths happen to agree is still refused.

    expr := Symbol | Ones | Sum(terms) | Scale(coefficient, arg) | MatMul(left, right) | Transpose(arg)
          | Hadamard(factors) | Apply(function, args, wrt) | RowApply(kind, arg, axis) | Reduce(arg, axis)
          | Numeric(function, args)

Constructors infer shapes and raise ``ShapeError`` where they do not fit.  What the rooms above do with each
kind is one table, ``operations``.
"""

from __future__ import annotations

from chalkgrad.expr.base import Expr, OfMany, OfOne, Routine
from chalkgrad.expr.dims import FREEDOM, ONE, Coefficient, Dim, Scalar, Shape, coefficient, fits, show_shape
from chalkgrad.expr.nodes import (
    Apply,
    Hadamard,
    MatMul,
    Numeric,
    Ones,
    Reduce,
    RowApply,
    Scale,
    Sum,
    Transpose,
    WithOnes,
)
from chalkgrad.expr.operations import TABLE, Operation, fill, register
from chalkgrad.expr.symbol import SLOT_NAMES, Symbol, make_symbol, symbol_name
from chalkgrad.expr.walk import rewrite, substitute, symbols, walk

__all__ = [
    "FREEDOM", "ONE", "SLOT_NAMES", "TABLE", "Apply", "Coefficient", "Dim", "Expr", "Hadamard", "MatMul",
    "Numeric", "OfMany", "OfOne", "Ones", "Operation", "Reduce", "Routine", "RowApply", "Scalar", "Scale",
    "Shape", "Sum", "Symbol", "Transpose", "WithOnes", "coefficient", "fill", "fits", "make_symbol",
    "register", "rewrite", "show_shape", "substitute", "symbol_name", "symbols", "walk",
]  # fmt: skip
