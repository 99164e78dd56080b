"""The interpreter: an expression and the values of its symbols give a matrix.

Works in any arithmetic (float64, exact rationals, 50 digits), because it only uses +, −, ×, the matrix
product and the arithmetic's elementwise functions.  An expression is compiled once into closures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive.update_steps import spread_of
from chalkgrad.evaluate.samples import Pivoted
from chalkgrad.evaluate.stable import SampleKernel
from chalkgrad.expr import (
    Apply,
    Coefficient,
    Dim,
    Expr,
    Hadamard,
    MatMul,
    Numeric,
    Ones,
    Reduce,
    RowApply,
    Scalar,
    Scale,
    Sum,
    Symbol,
    Transpose,
)
from chalkgrad.formula import Arithmetic, Float64

Values = dict[Any, Any]
"""Symbol → its matrix, Dim → its integer, Scalar → its number."""
Compiled = Callable[[Values], Any]


def compile_expr(expr: Expr, arithmetic: Arithmetic) -> Compiled:
    """Turn an expression into a function of the values of its symbols."""
    match expr:
        case Symbol():
            return lambda values: values[expr]
        case Ones(shape):
            one = arithmetic.number(1)
            return lambda values: np.full([size(dim, values) for dim in shape], one)
        case Sum(terms):
            return _sum([compile_expr(term, arithmetic) for term in terms], terms, arithmetic)
        case Scale(c, arg):
            return _scale(c, compile_expr(arg, arithmetic), arithmetic)
        case MatMul(left, right):
            return _matmul(left, right, arithmetic)
        case Transpose(arg):
            inner = compile_expr(arg, arithmetic)
            return lambda values: inner(values).T
        case Hadamard(factors):
            return _product([compile_expr(factor, arithmetic) for factor in factors])
        case Apply(function, args, wrt):
            parts = [_argument(arg, arithmetic) for arg in args]
            kernel = arithmetic.kernel(function, wrt)
            if len(parts) == 1:
                only = parts[0]
                return lambda values: kernel(only(values))
            return lambda values: kernel(*[part(values) for part in parts])
        case RowApply(kind, arg, axis):
            return _sample_kernel(kind, (arg,), axis, arithmetic)
        case SampleKernel(kind, args, axis):
            return _sample_kernel(kind, args, axis, arithmetic)
        case Reduce(arg):
            inner = compile_expr(arg, arithmetic)
            return lambda values: inner(values).sum(keepdims=True)
        case Numeric(function, args):
            each = [compile_expr(arg, arithmetic) for arg in args]
            return lambda values: function(*[part(values) for part in each])
    raise TypeError(f"no value for expression {type(expr).__name__}")


def _argument(arg: Expr, arithmetic: Arithmetic) -> Compiled:
    """An argument of a function; a matrix of one number stays that number, which fits every shape."""
    number = spread_of(arg)
    if isinstance(number, Scalar):
        return lambda values: _factor(number, values, arithmetic)
    return compile_expr(arg if number is None else number, arithmetic)


def size(dim: Dim, values: Values) -> int:
    """The integer of a dimension: its own, or the one found in the data."""
    return dim.size if dim.size is not None else int(values[dim])


def _sum(parts: list[Compiled], terms: tuple[Expr, ...], arithmetic: Arithmetic) -> Compiled:
    pairs = [_signed(term, part, arithmetic) for term, part in zip(terms[1:], parts[1:], strict=True)]
    first = parts[0]
    if _is_product(terms[0]) and isinstance(arithmetic, Float64):  # a fresh array of the full shape
        pairs = [
            (compile_expr(_repeated(term), arithmetic) if _repeated(term) is not term else part, minus)
            for term, (part, minus) in zip(terms[1:], pairs, strict=True)
        ]

        def accumulate(values: Values) -> Any:
            total = first(values)
            for part, minus in pairs:
                if minus:
                    total -= part(values)
                else:
                    total += part(values)
            return total

        return accumulate

    def run(values: Values) -> Any:
        total = first(values)
        for part, minus in pairs:
            total = total - part(values) if minus else total + part(values)
        return total

    return run


def _signed(term: Expr, part: Compiled, arithmetic: Arithmetic) -> tuple[Compiled, bool]:
    """A term without the sign that makes it a subtraction."""
    if isinstance(term, Scale) and term.coefficient == Coefficient(_MINUS_ONE):
        return compile_expr(term.arg, arithmetic), True
    return part, False


def _is_product(term: Expr) -> bool:
    return isinstance(term, MatMul) and not isinstance(term.left, Ones) and not isinstance(term.right, Ones)


def _repeated(term: Expr) -> Expr:
    """The row of 1·row, or the column of column·1ᵀ: broadcasting repeats it."""
    match term:
        case MatMul(Ones((_, one)), row) if one.is_one:
            return row
        case MatMul(column, Ones((one, _))) if one.is_one:
            return column
    return term


def _scale(c: Coefficient, inner: Compiled, arithmetic: Arithmetic) -> Compiled:
    number = arithmetic.number(c.rational)
    if not c.powers:
        if c.rational == -1:
            return lambda values: -inner(values)
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


def _product(parts: list[Compiled]) -> Compiled:
    if len(parts) == 2:
        a, b = parts
        return lambda values: a(values) * b(values)

    def run(values: Values) -> Any:
        total = parts[0](values)
        for part in parts[1:]:
            total = total * part(values)
        return total

    return run


def _matmul(left: Expr, right: Expr, arithmetic: Arithmetic) -> Compiled:
    """A product; with ones it is a sum over the batch, or a row repeated by broadcasting."""
    if isinstance(left, Ones):
        other = compile_expr(right, arithmetic)
        rows = left.shape[0]
        if left.shape[1].is_one:  # 1 · row: repeat
            return lambda values: _repeat(other(values), 0, size(rows, values))
        if rows.is_one:
            return lambda values: other(values).sum(axis=0, keepdims=True)
        return lambda values: _repeat(other(values).sum(axis=0, keepdims=True), 0, size(rows, values))
    if isinstance(right, Ones):
        other = compile_expr(left, arithmetic)
        columns = right.shape[1]
        if right.shape[0].is_one:
            return lambda values: _repeat(other(values), 1, size(columns, values))
        if columns.is_one:
            return lambda values: other(values).sum(axis=1, keepdims=True)
        return lambda values: _repeat(other(values).sum(axis=1, keepdims=True), 1, size(columns, values))
    a, b = compile_expr(left, arithmetic), compile_expr(right, arithmetic)
    return lambda values: a(values) @ b(values)


def _repeat(values: Array, axis: int, count: int) -> Array:
    if count == values.shape[axis]:
        return values
    shape = list(values.shape)
    shape[axis] = count
    return np.broadcast_to(values, shape)


_MINUS_ONE = Coefficient().rational * -1


def _sample_kernel(kind: str, args: tuple[Expr, ...], axis: int, arithmetic: Arithmetic) -> Compiled:
    """A function of whole samples; the pivoted pre-activations are shared by all that use them."""
    z, *rest = [compile_expr(arg, arithmetic) for arg in args]
    key = ("pivoted", args[0], axis)

    def run(values: Values) -> Any:
        if key not in values:
            values[key] = Pivoted(axis, arithmetic, z(values))
        return getattr(values[key], kind)(*[part(values) for part in rest])

    return run
