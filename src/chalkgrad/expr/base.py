"""What every matrix expression is: a shape, operands, a plain form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from chalkgrad.expr.dims import Shape


@dataclass(frozen=True)
class Expr:
    """Base of all matrix expressions; as text it is a plain line in canonical names: ``(A1 W2ᵀ)``."""

    @property
    def shape(self) -> Shape:
        raise NotImplementedError

    @property
    def is_scalar(self) -> bool:
        """Whether it is 1 × 1."""
        return self.shape[0].is_one and self.shape[1].is_one

    def operands(self) -> tuple[Expr, ...]:
        """What the operation is applied to; nothing where it is a leaf."""
        return ()

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        """The same operation on other operands."""
        return self

    def __str__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(str, self.operands()))})"


class OfOne(Expr):
    """An operation on one matrix, ``arg``, whose shape it has."""

    arg: Expr

    @property
    def shape(self) -> Shape:
        return self.arg.shape

    def operands(self) -> tuple[Expr, ...]:
        return (self.arg,)

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        same: Expr = replace(cast(Any, self), arg=new[0])
        return same


class OfMany(Expr):
    """An operation on several matrices, ``args``; it has the shape of the first."""

    args: tuple[Expr, ...]

    @property
    def shape(self) -> Shape:
        return self.args[0].shape

    def operands(self) -> tuple[Expr, ...]:
        return self.args

    def with_operands(self, new: tuple[Expr, ...]) -> Expr:
        same: Expr = replace(cast(Any, self), args=new)
        return same


class Routine(Expr):
    """What only a machine computes: it has no derivative and stands in no equation of a derivation."""
