"""Expressions that only a schedule needs: values without a step of their own, and what has a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Literal

from chalkgrad.expr import Expr, Routine, Shape, Symbol
from chalkgrad.formula import ACTIVATIONS, ElementwiseFunction, activation, variables
from chalkgrad.lower.program import Function

FUSED = ("relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus")
"""Activations with a kernel for the value and one for f′ through the value (identity needs none)."""

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
    """The loss and ∂L/∂Z_L that have one kernel; ``coefficient`` multiplies both."""

    kind: Literal["cross_entropy", "binary_cross_entropy", "squared_error"]
    z: Symbol
    function: Function | None
    coefficient: Fraction

    @property
    def shape(self) -> Shape:
        return self.z.shape

    def operands(self) -> tuple[Expr, ...]:
        return (self.z,)


@dataclass(frozen=True)
class Equation:
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
    """The fused kernel of a function, or ``None``: it must be built in, and f′ a formula in the value."""
    slope = function.value_derivative
    if function.name not in FUSED or slope is None or not variables(slope) <= {"a"}:
        return None
    numbers = dict(function.parameters)
    if numbers.keys() != dict(ACTIVATIONS[function.name].parameters).keys():
        return None
    if activation(function.name, **numbers).body != function.body:
        return None
    return Function(function.name, tuple(float(value) for value in numbers.values()))
