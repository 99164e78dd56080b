"""What is an equation?  Typed matrix expressions.

Everything is a matrix: a batch is m × n, a bias n × 1, a single column sample n × 1, the loss 1 × 1.
Dimensions are symbols (m, n₀, n₁ …) that carry their integer once it is known, so shapes are checked
by *name*: a product that fits only because two widths happen to agree is still refused.

    expr := Symbol | Ones | Sum(terms) | Scale(coefficient, arg) | MatMul(left, right) | Transpose(arg)
          | Hadamard(factors) | Apply(function, args, wrt) | RowApply(kind, arg, axis) | Reduce(arg, axis)
          | Numeric(function, args)

Constructors infer shapes and raise ``ShapeError`` where they do not fit.
"""

from __future__ import annotations

from chalkgrad.expr.dims import ONE, Coefficient, Dim, Scalar, Shape, coefficient, fits, show_shape
from chalkgrad.expr.nodes import (
    SLOT_NAMES,
    Apply,
    Expr,
    Hadamard,
    MatMul,
    Numeric,
    Ones,
    Reduce,
    RowApply,
    Scale,
    Sum,
    Symbol,
    Transpose,
    describe,
    make_symbol,
)
from chalkgrad.expr.walk import children, rewrite, substitute, symbols, walk, with_children

__all__ = [
    "ONE",
    "SLOT_NAMES",
    "Apply",
    "Coefficient",
    "Dim",
    "Expr",
    "Hadamard",
    "MatMul",
    "Numeric",
    "Ones",
    "Reduce",
    "RowApply",
    "Scalar",
    "Scale",
    "Shape",
    "Sum",
    "Symbol",
    "Transpose",
    "children",
    "coefficient",
    "describe",
    "fits",
    "make_symbol",
    "rewrite",
    "show_shape",
    "substitute",
    "symbols",
    "walk",
    "with_children",
]
