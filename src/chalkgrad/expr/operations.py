"""The table of operations: a row for each kind of expression, a column for each reader of equations.

A reader fills its column where it stands, for the kinds that every network has; an operation that comes to
them is one class and one ``Operation``:

    @dataclass(frozen=True)
    class Mean(OfOne): …                    shape, operands, plain form
    register(Mean, Operation(adjoint=…, entry=…, …))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from chalkgrad.expr.base import Expr

Rule = Callable[..., Any]


@dataclass(frozen=True)
class Operation:
    """What the readers of equations must know of an operation.

    Attributes
    ----------
    adjoint
        ``(q, g)``: the pairs of operand and gradient that follow from g = ∂L/∂q; ``derive/rules.py``.
    entry
        ``(expr, row, column, letters)``: the formula of one entry; ``derive/index.py``.
    reach
        ``(expr, symbol, place)``: where one place of a symbol shows; ``derive/influence.py``.
    cost
        ``(expr)``: its elementwise operations, without those of its operands; ``derive/cost.py``.
    value
        ``(compiler, expr)``: a function from the symbols' values to its own; ``evaluate/interpret.py``.
    box
        ``(writer, expr)``: as mathematics, and how tightly it binds; ``notation/equations/writer.py``.
    code
        ``(writer, expr)``: as Python; ``notation/equations/code.py``.
    """

    adjoint: Rule
    entry: Rule
    reach: Rule
    cost: Rule
    value: Rule
    box: Rule
    code: Rule


class OperationColumn(dict[type[Expr], Rule]):
    """What one reader does with each kind of expression; what has no rule of its own is read as its base."""

    def __init__(self, reader: str) -> None:
        super().__init__()
        self.reader = reader

    def __missing__(self, kind: type[Expr]) -> Rule:
        for base in kind.__mro__[1:]:
            if base in self:
                return self[base]
        raise TypeError(f"{kind.__name__} has no {self.reader}")


TABLE: Mapping[str, OperationColumn] = {
    field.name: OperationColumn(field.name) for field in fields(Operation)
}


def fill(reader: str, rules: Mapping[type[Expr], Rule]) -> OperationColumn:
    """The column of a reader, filled with its rules."""
    TABLE[reader].update(rules)
    return TABLE[reader]


def register(kind: type[Expr], operation: Operation) -> None:
    """Give a kind of expression its row."""
    for reader, rules in TABLE.items():
        rules[kind] = getattr(operation, reader)
