"""The numbers of single entries: ``z₂⁽¹⁾`` looked up in the arrays of a trace, whatever their layout."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive.convention import Convention
from chalkgrad.derive.derivation import Derivation
from chalkgrad.derive.index import Entry
from chalkgrad.derive.slopes import plain
from chalkgrad.expr import Dim, Scalar, Symbol
from chalkgrad.formula import nodes, variables

if TYPE_CHECKING:
    from chalkgrad.formula import Arithmetic


class EntryValues:
    """Finds the numbers of entries in arrays, and evaluates formulas in entries.

    Parameters
    ----------
    derivation
        Whose entries the formulas mention.
    values
        Arrays by symbol or by canonical name.
    arithmetic
        Of the arrays.
    sample
        Which of the samples, from 0.
    given
        How the arrays are laid out.
    """

    def __init__(
        self,
        derivation: Derivation,
        values: Mapping[Any, Any],
        arithmetic: Arithmetic,
        sample: int,
        given: Convention,
    ) -> None:
        self.own = derivation.convention
        self.values = {key if isinstance(key, str) else key.name: value for key, value in values.items()}
        self.arithmetic = arithmetic
        self.sample = sample
        self.given = given

    def value(self, node: nodes.Node) -> Any:
        """The formula's number."""
        written = plain(node)
        numbers = {name: self._leaf(name) for name in variables(written)}
        return np.asarray(self.arithmetic.evaluate(written, numbers)).item()

    def _leaf(self, name: Hashable) -> Any:
        if isinstance(name, Dim):
            return self.arithmetic.number(name.size or 1)
        if isinstance(name, Scalar):
            return self.values.get(name.name, self.arithmetic.number(name.value or 0))
        assert isinstance(name, Entry)
        return self._canonical(name.symbol)[self._place(name)]

    def _canonical(self, symbol: Symbol) -> Array:
        """The array with rows as samples and W as n_out × n_in."""
        array = np.asarray(self.values[symbol.name])
        if symbol.is_vector:
            return array.reshape(-1, 1)
        return np.atleast_2d(array.T if self.given.transposes(symbol) else array)

    def _place(self, where: Entry) -> tuple[int, int]:
        row, column = (1 if index is None else int(index) for index in (where.row, where.column))
        if self.own.transposes(where.symbol):
            row, column = column, row
        if where.symbol.is_parameter:
            return row - 1, column - 1
        return self.sample, column - 1
