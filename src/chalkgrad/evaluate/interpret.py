"""The interpreter: an expression and the values of its symbols give a matrix.

Works in any arithmetic (float64, exact rationals, 50 digits), because it only uses +, −, ×, the matrix
product and the arithmetic's elementwise functions.  An expression is compiled once into closures.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from chalkgrad import expr as e
from chalkgrad._arrays import Array
from chalkgrad.derive.numbers import spread_of
from chalkgrad.evaluate.samples import Pivoted
from chalkgrad.evaluate.stable import SampleKernel
from chalkgrad.expr import Coefficient, Dim, Expr, Scalar, Symbol, fill
from chalkgrad.formula import Arithmetic, Float64

Values = dict[Any, Any]
"""Symbol → its matrix, Dim → its integer, Scalar → its number."""
Compiled = Callable[[Values], Any]


class Compiler:
    """Turns an expression into a function of the values of its symbols, in an arithmetic."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic

    def __call__(self, expr: Expr) -> Compiled:
        compiled: Compiled = VALUES[type(expr)](self, expr)
        return compiled


def compile_expr(expr: Expr, arithmetic: Arithmetic) -> Compiled:
    """Turn an expression into a function of the values of its symbols."""
    return Compiler(arithmetic)(expr)


def size(dim: Dim, values: Values) -> int:
    """The integer of a dimension: its own, or the one found in the data."""
    return dim.size if dim.size is not None else int(values[dim])


def _symbol(compiler: Compiler, expr: Symbol) -> Compiled:
    return lambda values: values[expr]


def _ones(compiler: Compiler, expr: e.Ones) -> Compiled:
    one = compiler.arithmetic.number(1)
    return lambda values: np.full([size(dim, values) for dim in expr.dims], one)


def _transpose(compiler: Compiler, expr: e.Transpose) -> Compiled:
    inner = compiler(expr.arg)
    return lambda values: inner(values).T


def _reduce(compiler: Compiler, expr: e.Reduce) -> Compiled:
    inner = compiler(expr.arg)
    return lambda values: inner(values).sum(keepdims=True)


def _numeric(compiler: Compiler, expr: e.Numeric) -> Compiled:
    parts = [compiler(arg) for arg in expr.args]
    return lambda values: expr.function(*[part(values) for part in parts])


# -- functions -----------------------------------------------------------------------------------------


def _apply(compiler: Compiler, expr: e.Apply) -> Compiled:
    parts = [_argument(compiler, arg) for arg in expr.args]
    kernel = compiler.arithmetic.kernel(expr.function, expr.wrt)
    if len(parts) == 1:
        only = parts[0]
        return lambda values: kernel(only(values))
    return lambda values: kernel(*[part(values) for part in parts])


def _argument(compiler: Compiler, arg: Expr) -> Compiled:
    """An argument of a function; a matrix of one number stays that number, which fits every shape."""
    number, arithmetic = spread_of(arg), compiler.arithmetic
    if isinstance(number, Scalar):
        return lambda values: _factor(number, values, arithmetic)
    return compiler(arg if number is None else number)


def _of_samples(compiler: Compiler, expr: e.RowApply | SampleKernel) -> Compiled:
    """A function of whole samples; the pivoted pre-activations are shared by all that use them."""
    kind, axis, (pre, *others) = expr.kind, expr.axis, expr.operands()
    z, *rest = [compiler(arg) for arg in (pre, *others)]
    key, arithmetic = ("pivoted", pre, axis), compiler.arithmetic

    def run(values: Values) -> Any:
        if key not in values:
            values[key] = Pivoted(axis, arithmetic, z(values))
        return getattr(values[key], kind)(*[part(values) for part in rest])

    return run


# -- sums ----------------------------------------------------------------------------------------------


def _sum(compiler: Compiler, expr: e.Sum) -> Compiled:
    first, *rest = expr.terms
    new = isinstance(first, e.MatMul) and first.with_ones is None  # an array of the full shape
    fresh = new and isinstance(compiler.arithmetic, Float64)
    plus, minus = _IN_PLACE if fresh else _NEW
    start = compiler(first)
    parts = []
    for term in map(_repeated, rest) if fresh else rest:
        negative = isinstance(term, e.Scale) and term.coefficient == _MINUS
        parts.append((minus, compiler(*term.operands())) if negative else (plus, compiler(term)))

    def run(values: Values) -> Any:
        total = start(values)
        for join, part in parts:
            total = join(total, part(values))
        return total

    return run


Joins = tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]
_IN_PLACE: Joins = (operator.iadd, operator.isub)
_NEW: Joins = (operator.add, operator.sub)
_MINUS = Coefficient(Fraction(-1))


def _repeated(term: Expr) -> Expr:
    """The row of 1·row, or the column of column·1ᵀ: broadcasting repeats it."""
    ones = term.with_ones if isinstance(term, e.MatMul) else None
    return ones.arg if ones is not None and ones.summed.is_one else term


# -- products ------------------------------------------------------------------------------------------


def _scale(compiler: Compiler, expr: e.Scale) -> Compiled:
    c, inner, arithmetic = expr.coefficient, compiler(expr.arg), compiler.arithmetic
    if not c.powers:
        if c.rational == -1:
            return lambda values: -inner(values)
        number = arithmetic.number(c.rational)
        return lambda values: number * inner(values)

    above, below = arithmetic.number(c.rational.numerator), arithmetic.number(c.rational.denominator)
    tops = tuple((base, power) for base, power in c.powers if power > 0)
    bottoms = tuple((base, -power) for base, power in c.powers if power < 0)

    def run(values: Values) -> Any:
        top, bottom = above, below
        for base, power in tops:
            top = top * _factor(base, values, arithmetic) ** power
        for base, power in bottoms:
            bottom = bottom * _factor(base, values, arithmetic) ** power
        return top / bottom * inner(values)

    return run


def _factor(base: Dim | Scalar, values: Values, arithmetic: Arithmetic) -> Any:
    if isinstance(base, Dim):
        return arithmetic.number(size(base, values))
    if base in values:
        return values[base]
    if base.value is None:
        raise KeyError(f"the scalar {base.name} has no value")
    return arithmetic.number(base.value)


def _hadamard(compiler: Compiler, expr: e.Hadamard) -> Compiled:
    first, *rest = [compiler(factor) for factor in expr.factors]
    if len(rest) == 1:
        other = rest[0]
        return lambda values: first(values) * other(values)

    def run(values: Values) -> Any:
        total = first(values)
        for part in rest:
            total = total * part(values)
        return total

    return run


def _matmul(compiler: Compiler, expr: e.MatMul) -> Compiled:
    """A product; with ones it is a sum over the batch, or a row repeated by broadcasting."""
    if (ones := expr.with_ones) is not None:
        inner, axis, repeated = compiler(ones.arg), ones.axis, ones.repeated
        if ones.summed.is_one:
            return lambda values: _repeat(inner(values), axis, size(repeated, values))
        if repeated.is_one:
            return lambda values: inner(values).sum(axis=axis, keepdims=True)
        return lambda values: _repeat(
            inner(values).sum(axis=axis, keepdims=True), axis, size(repeated, values)
        )
    a, b = compiler(expr.left), compiler(expr.right)
    return lambda values: a(values) @ b(values)


def _repeat(values: Array, axis: int, count: int) -> Array:
    if count == values.shape[axis]:
        return values
    shape = list(values.shape)
    shape[axis] = count
    return np.broadcast_to(values, shape)


VALUES = fill(
    "value",
    {
        Symbol: _symbol,
        e.Ones: _ones,
        e.Sum: _sum,
        e.Scale: _scale,
        e.MatMul: _matmul,
        e.Transpose: _transpose,
        e.Hadamard: _hadamard,
        e.Apply: _apply,
        e.RowApply: _of_samples,
        SampleKernel: _of_samples,
        e.Reduce: _reduce,
        e.Numeric: _numeric,
    },
)
