"""The grammar, a class an operation; constructors raise ``ShapeError`` where operands do not fit.

A class says what everybody must know: shape, operands, plain form.  What else is done with an operation
stands in the table of ``chalkgrad.expr.operations``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from chalkgrad._errors import Fault, ShapeError
from chalkgrad.expr.base import Expr, OfMany, OfOne, Routine
from chalkgrad.expr.dims import ONE, Coefficient, Dim, Shape, describe_coefficient, fits, show_shape
from chalkgrad.formula import ElementwiseFunction


@dataclass(frozen=True)
class Ones(Expr):
    """A matrix of ones; as a column it sums or repeats over the batch."""

    dims: Shape

    @property
    def shape(self) -> Shape:
        return self.dims

    def __str__(self) -> str:
        return f"1({show_shape(self.dims)})"


@dataclass(frozen=True)
class Sum(Expr):
    """A sum of terms of one shape."""

    terms: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _same_shapes("Sum", self.terms)

    @property
    def shape(self) -> Shape:
        return self.terms[0].shape

    def operands(self) -> tuple[Expr, ...]:
        return self.terms

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        return Sum(new)

    def __str__(self) -> str:
        return f"({' + '.join(map(str, self.terms))})"


@dataclass(frozen=True)
class Scale(OfOne):
    """A coefficient times a matrix."""

    coefficient: Coefficient
    arg: Expr

    def __str__(self) -> str:
        return f"{describe_coefficient(self.coefficient)}·{self.arg}"


class WithOnes(NamedTuple):
    """What ones do to the other factor of a product: it is summed along an axis, then repeated along it.

    Attributes
    ----------
    arg
        The other factor.
    axis
        0 of 1 X, which sums or repeats rows; 1 of X 1.
    summed, repeated
        How many are summed, and how often the sum stands; of size 1 where there is none.
    """

    arg: Expr
    axis: int
    summed: Dim
    repeated: Dim


@dataclass(frozen=True)
class MatMul(Expr):
    """The matrix product."""

    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        if not fits(self.left.shape[1], self.right.shape[0]):
            raise ShapeError(
                Fault(
                    f"product {self.left} · {self.right}",
                    "have equal inner dimensions",
                    f"({show_shape(self.left.shape)}) · ({show_shape(self.right.shape)})",
                    "A transpose is missing or the factors are in the wrong order.",
                )
            )

    @property
    def shape(self) -> Shape:
        return self.left.shape[0], self.right.shape[1]

    @property
    def with_ones(self) -> WithOnes | None:
        """What it does if one factor is ones."""
        if isinstance(self.left, Ones):
            return WithOnes(self.right, 0, self.left.dims[1], self.left.dims[0])
        if isinstance(self.right, Ones):
            return WithOnes(self.left, 1, *self.right.dims)
        return None

    def operands(self) -> tuple[Expr, ...]:
        return self.left, self.right

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        return MatMul(*new)

    def __str__(self) -> str:
        return f"({self.left} {self.right})"


@dataclass(frozen=True)
class Transpose(OfOne):
    """The transpose."""

    arg: Expr

    @property
    def shape(self) -> Shape:
        return self.arg.shape[1], self.arg.shape[0]

    def __str__(self) -> str:
        return f"{self.arg}ᵀ"


@dataclass(frozen=True)
class Hadamard(Expr):
    """The product entry by entry, ⊙."""

    factors: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _same_shapes("Hadamard product", self.factors)

    @property
    def shape(self) -> Shape:
        return self.factors[0].shape

    def operands(self) -> tuple[Expr, ...]:
        return self.factors

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        return Hadamard(new)

    def __str__(self) -> str:
        return f"({' ⊙ '.join(map(str, self.factors))})"


@dataclass(frozen=True)
class Apply(OfMany):
    """An elementwise function of matrices of one shape, or its derivative by the variable ``wrt``."""

    function: ElementwiseFunction
    args: tuple[Expr, ...]
    wrt: str | None = None

    def __post_init__(self) -> None:
        _same_shapes(self.function.name or "function", self.args)

    def __str__(self) -> str:
        mark = "" if self.wrt is None else "′" if len(self.args) == 1 else f"_{self.wrt}"
        return f"{self.function.name or self.function.formula}{mark}({', '.join(map(str, self.args))})"


@dataclass(frozen=True)
class RowApply(OfOne):
    """A function that couples the entries of one sample: ``softmax``.

    ``axis`` is 1 where a sample is a row and 0 where it is a column.
    """

    kind: str
    arg: Expr
    axis: int

    def __str__(self) -> str:
        return f"{self.kind}({self.arg})"


@dataclass(frozen=True)
class Reduce(OfOne):
    """The sum of all entries, 1 × 1.  (Row and column sums are products with ones.)"""

    arg: Expr

    @property
    def shape(self) -> Shape:
        return ONE, ONE

    def __str__(self) -> str:
        return f"sum({self.arg})"


@dataclass(frozen=True)
class Numeric(OfMany, Routine):
    """An operation that has a value but no derivative: what wrong code computes, such as rounding.

    ``function`` is applied to the operands' values and gives a matrix of shape ``dims``; ``text`` writes it,
    with ``{}`` for each operand.
    """

    function: Callable[..., Any]
    args: tuple[Expr, ...]
    dims: Shape
    text: str

    @property
    def shape(self) -> Shape:
        return self.dims

    def __str__(self) -> str:
        return self.text.format(*self.args)


def _same_shapes(what: str, parts: tuple[Expr, ...]) -> None:
    first = parts[0].shape
    for part in parts[1:]:
        if not all(fits(a, b) for a, b in zip(first, part.shape, strict=True)):
            raise ShapeError(
                Fault(
                    f"{what} of {parts[0]} and {part}",
                    "have operands of one shape",
                    f"{show_shape(first)} and {show_shape(part.shape)}",
                )
            )
