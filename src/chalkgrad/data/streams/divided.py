"""Blocks divided in two: rows that are set aside, and the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from chalkgrad.data.streams.blocks import TableBlocks, all_tables
from chalkgrad.data.streams.fingerprint import array_fingerprint, joined_fingerprint
from chalkgrad.data.tables.table import Table


class DividedBlocks:
    """The rows of blocks but those at some places.

    Parameters
    ----------
    blocks
        What is divided; its tables know their places.
    aside
        The places of the rows set aside, in order.
    """

    def __init__(self, blocks: TableBlocks, aside: NDArray[np.int64]) -> None:
        self.blocks, self.places = blocks, aside
        self.origin, self.count = blocks.origin, blocks.count
        self.rows = blocks.rows - len(aside)

    def tables(self, block: int) -> Iterator[Table]:
        """Yield the rows of a block that are left."""
        for table in self.blocks.tables(block):
            yield table.take(~self._is_aside(table))

    def aside(self) -> Iterator[Table]:
        """Yield the rows that are set aside."""
        for table in all_tables(self.blocks):
            chosen = self._is_aside(table)
            if chosen.any():
                yield table.take(chosen)

    def check(self) -> None:
        """Raise ``InputError`` if the rows are not what they were at first."""
        self.blocks.check()

    def fingerprint(self) -> str:
        """Return what tells these rows from others."""
        return joined_fingerprint(self.blocks.fingerprint(), array_fingerprint(self.places))

    def _is_aside(self, table: Table) -> NDArray[np.bool_]:
        places = np.arange(table.rows) if table.places is None else table.places
        found = np.searchsorted(self.places, places)
        inside = found < len(self.places)
        inside[inside] = self.places[found[inside]] == places[inside]
        return inside
