"""The grammar: one class a node; constructors infer shapes and raise ``ShapeError`` where they do not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from chalkgrad._errors import Fault, ShapeError
from chalkgrad._roles import ROLES, Role
from chalkgrad.expr.dims import ONE, Coefficient, Shape, describe_coefficient, fits, show_shape
from chalkgrad.formula import ElementwiseFunction


@dataclass(frozen=True)
class Expr:
    """Base of all matrix expressions; every one has a ``shape``."""

    @property
    def shape(self) -> Shape:
        raise NotImplementedError

    @property
    def is_scalar(self) -> bool:
        """Whether it is 1 × 1."""
        return self.shape[0].is_one and self.shape[1].is_one

    def operands(self) -> tuple[Expr, ...]:
        """The operands of an operation that a reader adds for itself."""
        raise TypeError(f"unknown expression {type(self).__name__}")

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        """The same operation of a reader on other operands."""
        raise TypeError(f"unknown expression {type(self).__name__}")


@dataclass(frozen=True)
class Symbol(Expr):
    """A named matrix.

    ``kind`` is one of input, target, weight, bias, pre (Z), act (A), output (the last A), loss,
    sample_weight (s), mask (M), grad (∂L/∂``of``) or next (``of`` after the update).  Of an update it may
    also be norm or clip_factor (of all gradients), pull (what moves ``of`` instead of its gradient), and
    velocity, mean or square (what the optimiser remembers of ``of``).
    """

    kind: str
    layer: int
    dims: Shape
    of: Symbol | None = None

    @property
    def shape(self) -> Shape:
        return self.dims

    @cached_property
    def _hash(self) -> int:
        return hash((self.kind, self.layer, self.dims, self.of))

    def __hash__(self) -> int:  # symbols key every table of values: hash once
        return self._hash

    @cached_property
    def name(self) -> str:
        """The canonical name: X, T, s, W1, b1, Z1, M1, A1, Y, L, dW1, W1.m, W1_new."""
        if self.of is not None and self.kind in SLOT_NAMES:
            return f"{self.of.name}.{SLOT_NAMES[self.kind]}"
        if self.of is not None:
            return f"d{self.of.name}" if self.kind == "grad" else f"{self.of.name}_new"
        if self.role is not None:
            return self.role.name(self.layer)
        letter = LETTERS[self.kind]
        return letter if self.kind in UNNUMBERED else f"{letter}{self.layer}"

    @property
    def numbered_name(self) -> str:
        """The name among the activations: A0 of X, A2 of Y, dA2 of dY; else the canonical name."""
        if self.of is not None and self.kind == "grad":
            return f"d{self.of.numbered_name}"
        return f"{LETTERS['act']}{self.layer}" if self.kind in ("input", "output") else self.name

    @property
    def role(self) -> Role | None:
        """What a parameter is to its layer; None of what is not learned."""
        return ROLES.get(self.kind)

    @property
    def is_parameter(self) -> bool:
        """Whether it is learned."""
        return self.kind in ROLES

    @property
    def is_vector(self) -> bool:
        """Whether it is a parameter with one number for each neuron, such as a bias."""
        return self.kind in ROLES and not ROLES[self.kind].is_matrix

    @property
    def root(self) -> Symbol:
        """What it is about in the end: W1 of W1.m after the update."""
        return self if self.of is None else self.of.root

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1 << 14)
def make_symbol(kind: str, layer: int, dims: Shape, of: Symbol | None = None) -> Symbol:
    """A symbol that is made once, so that tables of values find it by identity."""
    return Symbol(kind, layer, dims, of)


LETTERS = {
    "input": "X",
    "target": "T",
    "pre": "Z",
    "act": "A",
    "output": "Y",
    "loss": "L",
    "sample_weight": "s",
    "mask": "M",
    "norm": "norm",
    "clip_factor": "clip_factor",
}
UNNUMBERED = ("input", "target", "output", "loss", "sample_weight", "norm", "clip_factor")
SLOT_NAMES = {"velocity": "v", "mean": "m", "square": "v", "pull": "g"}
"""What belongs to a parameter in an update: ``W1.v``."""


@dataclass(frozen=True)
class Ones(Expr):
    """A matrix of ones; as a column it sums or repeats over the batch."""

    dims: Shape

    @property
    def shape(self) -> Shape:
        return self.dims


@dataclass(frozen=True)
class Sum(Expr):
    """A sum of terms of one shape."""

    terms: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _same_shapes("Sum", self.terms)

    @property
    def shape(self) -> Shape:
        return self.terms[0].shape


@dataclass(frozen=True)
class Scale(Expr):
    """A coefficient times a matrix."""

    coefficient: Coefficient
    arg: Expr

    @property
    def shape(self) -> Shape:
        return self.arg.shape


@dataclass(frozen=True)
class MatMul(Expr):
    """The matrix product."""

    left: Expr
    right: Expr

    def __post_init__(self) -> None:
        if not fits(self.left.shape[1], self.right.shape[0]):
            raise ShapeError(
                Fault(
                    f"product {describe(self.left)} · {describe(self.right)}",
                    "have equal inner dimensions",
                    f"({show_shape(self.left.shape)}) · ({show_shape(self.right.shape)})",
                    "A transpose is missing or the factors are in the wrong order.",
                )
            )

    @property
    def shape(self) -> Shape:
        return self.left.shape[0], self.right.shape[1]


@dataclass(frozen=True)
class Transpose(Expr):
    """The transpose."""

    arg: Expr

    @property
    def shape(self) -> Shape:
        return self.arg.shape[1], self.arg.shape[0]


@dataclass(frozen=True)
class Hadamard(Expr):
    """The product entry by entry, ⊙."""

    factors: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _same_shapes("Hadamard product", self.factors)

    @property
    def shape(self) -> Shape:
        return self.factors[0].shape


@dataclass(frozen=True)
class Apply(Expr):
    """An elementwise function of matrices of one shape, or its derivative by the variable ``wrt``."""

    function: ElementwiseFunction
    args: tuple[Expr, ...]
    wrt: str | None = None

    def __post_init__(self) -> None:
        _same_shapes(self.function.name or "function", self.args)

    @property
    def shape(self) -> Shape:
        return self.args[0].shape


@dataclass(frozen=True)
class RowApply(Expr):
    """A function that couples the entries of one sample: ``softmax`` or ``logsumexp``.

    ``axis`` is 1 where a sample is a row and 0 where it is a column.
    """

    kind: str
    arg: Expr
    axis: int

    @property
    def shape(self) -> Shape:
        rows, columns = self.arg.shape
        if self.kind == "softmax":
            return rows, columns
        return (rows, ONE) if self.axis == 1 else (ONE, columns)


@dataclass(frozen=True)
class Reduce(Expr):
    """The sum of all entries, 1 × 1.  (Row and column sums are products with ones.)"""

    arg: Expr

    @property
    def shape(self) -> Shape:
        return ONE, ONE


@dataclass(frozen=True)
class Numeric(Expr):
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

    def operands(self) -> tuple[Expr, ...]:
        return self.args

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        return replace(self, args=new)


def _same_shapes(what: str, parts: tuple[Expr, ...]) -> None:
    first = parts[0].shape
    for part in parts[1:]:
        if not all(fits(a, b) for a, b in zip(first, part.shape, strict=True)):
            raise ShapeError(
                Fault(
                    f"{what} of {describe(parts[0])} and {describe(part)}",
                    "have operands of one shape",
                    f"{show_shape(first)} and {show_shape(part.shape)}",
                )
            )


def describe(expr: Expr) -> str:
    """A plain one-line form in canonical names, for messages and debugging.

    >>> from chalkgrad.expr import ONE, Dim
    >>> n = Dim("n", 1, 3)
    >>> w = Symbol("weight", 1, (n, ONE))
    >>> describe(Transpose(w))
    'W1ᵀ'
    """
    match expr:
        case Symbol():
            return expr.name
        case Ones(dims):
            return f"1({show_shape(dims)})"
        case Sum(terms):
            return "(" + " + ".join(describe(t) for t in terms) + ")"
        case Scale(c, arg):
            return f"{describe_coefficient(c)}·{describe(arg)}"
        case MatMul(left, right):
            return f"({describe(left)} {describe(right)})"
        case Transpose(arg):
            return f"{describe(arg)}ᵀ"
        case Hadamard(factors):
            return "(" + " ⊙ ".join(describe(f) for f in factors) + ")"
        case Apply(function, args, wrt):
            name = function.name or function.formula
            mark = "" if wrt is None else ("′" if len(args) == 1 else f"_{wrt}")
            return f"{name}{mark}({', '.join(describe(a) for a in args)})"
        case RowApply(kind, arg, _):
            return f"{kind}({describe(arg)})"
        case Reduce(arg):
            return f"sum({describe(arg)})"
        case Numeric(_, args, _, text):
            return text.format(*map(describe, args))
    raise TypeError(f"unknown expression {type(expr).__name__}")
