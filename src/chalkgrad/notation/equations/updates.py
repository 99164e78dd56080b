"""The formulas of an update as boxes: numbers beside matrices, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping

from chalkgrad.derive.numbers import spread_of
from chalkgrad.expr import Apply, Expr
from chalkgrad.formula import nodes, variables
from chalkgrad.notation.boxes import Box, Op, Row
from chalkgrad.notation.equations.formulas import HADAMARD, POWER, PRODUCT, FormulaWriter


def has_numbers(expr: Apply) -> bool:
    """Whether some argument is one number for all entries, as η and β₁ are in an update."""
    return any(spread_of(arg) is not None for arg in expr.args)


class UpdateFormula(FormulaWriter):
    """Writes a formula of which some variables are numbers and some are matrices.

    Parameters
    ----------
    arguments
        What each variable stands for.
    write
        Draws an argument.
    times
        The sign between two matrices.
    beside
        The sign between a number and what it multiplies; none: side by side.
    """

    def __init__(
        self, arguments: Mapping[str, Expr], write: Callable[[Expr], Box], times: str, beside: str = ""
    ) -> None:
        super().__init__(self._argument, times)
        self.arguments = arguments
        self.write = write
        self.beside = beside

    def _argument(self, name: Hashable) -> Box:
        return self.write(self.arguments[str(name)])

    def _is_number(self, node: nodes.Node) -> bool:
        return all(spread_of(self.arguments[str(name)]) is not None for name in variables(node))

    def _joined(self, factors: list[nodes.Node]) -> int:
        matrices = [factor for factor in factors if not self._is_number(factor)]
        return HADAMARD if len(matrices) > 1 else PRODUCT

    def _times(self, factors: list[nodes.Node], least: int = PRODUCT) -> Box:
        ordered = sorted(factors, key=lambda factor: not self._is_number(factor))
        items: list[Box] = []
        for i, factor in enumerate(ordered):
            sign = self.times if i and not self._is_number(ordered[i - 1]) else self.beside
            if i and sign:
                items.append(Op(sign))
            items.append(self.inside(factor, least if len(ordered) == 1 else POWER))
        return Row(tuple(items))
