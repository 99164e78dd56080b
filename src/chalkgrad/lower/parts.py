"""Expressions that only a schedule needs: values without a step of their own, and what has a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from chalkgrad.expr import Expr, Routine, Shape, Symbol
from chalkgrad.formula import ActivationFunction, ElementwiseFunction, variables
from chalkgrad.lower.program import Function

_LETTERS = {"value": "F", "sum": "S", "error": "dF", "paths": "P"}
_NAMES = {"log": "logY", "weighted": "dY⊙Y"}


class Held(Symbol):
    """A value that no step of the derivation names, but a buffer holds.

    ``kind`` is value (F_l = f(Z_l), where more follows before A_l), sum (F_l plus what skips ahead, before a
    mask), error (∂L/∂F_l where a mask follows F_l), paths (errors that arrive by other ways), log (log Ŷ of
    a softmax) or weighted (∂L/∂Y ⊙ Y).
    """

    @cached_property
    def name(self) -> str:
        """F1, S1, dF1, P1; logY, dY⊙Y."""
        return _NAMES.get(self.kind) or f"{_LETTERS[self.kind]}{self.layer}"


@dataclass(frozen=True)
class Slope(Routine):
    """f′ at Z, written through the value f(Z)."""

    function: ElementwiseFunction
    value: Symbol

    @property
    def shape(self) -> Shape:
        return self.value.shape

    def operands(self) -> tuple[Expr, ...]:
        return (self.value,)


@dataclass(frozen=True)
class Pull(Routine):
    """Softmax's Jacobian applied to an error, or to error ⊙ ŷ where ``weighted``."""

    y: Symbol
    error: Symbol
    weighted: bool

    @property
    def shape(self) -> Shape:
        return self.y.shape

    def operands(self) -> tuple[Expr, ...]:
        return self.y, self.error


@dataclass(frozen=True)
class Pair(Routine):
    """The loss and ∂L/∂Z_L that have one kernel; ``coefficient`` multiplies both.

    ``function`` is f of a squared error, ``head`` that of another loss: Ŷ is either of Z_L.
    """

    kind: str
    z: Symbol
    function: Function | None
    coefficient: Fraction
    head: Function | None = None

    @property
    def shape(self) -> Shape:
        return self.z.shape

    def operands(self) -> tuple[Expr, ...]:
        return (self.z,)


@dataclass(frozen=True)
class LoweredEquation:
    """``symbol = expr``, which carries out the named steps of the derivation."""

    symbol: Symbol
    expr: Expr
    steps: tuple[str, ...]


def held(kind: str, like: Symbol) -> Held:
    """A value of the shape and layer of ``like``."""
    return Held(kind, like.layer, like.shape)


def is_mask(expr: Expr) -> bool:
    """Whether an expression is a dropout mask."""
    return isinstance(expr, Symbol) and expr.kind == "mask"


@lru_cache(maxsize=256)
def kernel_function(function: ElementwiseFunction) -> Function | None:
    """The fused kernel of a function, or ``None``: the core must have it, and f′ in the value alone."""
    slope = function.value_derivative
    if not (isinstance(function, ActivationFunction) and function.in_core):
        return None
    if slope is None or not variables(slope) <= {"a"}:
        return None
    return Function(function.name, tuple(float(value) for _, value in function.parameters))
