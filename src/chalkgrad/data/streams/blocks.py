"""A table in blocks that can be read in any order: what is larger than memory is read by blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chalkgrad.data.streams.fingerprint import FileStamp, array_fingerprint
from chalkgrad.data.streams.mapped_rows import in_file
from chalkgrad.data.tables.table import Table

BLOCK_BYTES = 1 << 20
"""What is read of a memory map at a time: large for a disk, small enough to be mixed well."""


class TableBlocks(Protocol):
    """Rows in blocks."""

    @property
    def origin(self) -> str:
        """The name of the file, or ``data``."""

    @property
    def rows(self) -> int:
        """How many rows all blocks have."""

    @property
    def count(self) -> int:
        """How many blocks there are."""

    def tables(self, block: int) -> Iterator[Table]:
        """Yield the rows of a block (from 0), in one table or several."""

    def check(self) -> None:
        """Raise ``InputError`` if the rows are not what they were at first."""

    def fingerprint(self) -> str:
        """Return what tells these rows from others."""


def all_tables(blocks: TableBlocks) -> Iterator[Table]:
    """Yield all rows in order, for a pass over them."""
    for block in range(blocks.count):
        yield from blocks.tables(block)


class ArrayBlocks:
    """Columns that are NumPy arrays, usually memory maps, in blocks of neighbouring rows."""

    def __init__(self, table: Table, block_rows: int | None = None) -> None:
        self.table, self.origin, self.rows = table, table.origin, table.rows
        width = sum(column.width * column.values.itemsize for column in table.columns.values())
        self._step = block_rows or max(1, BLOCK_BYTES // max(width, 1))
        self.count = -(-self.rows // self._step)
        self._stamps = file_stamps(*(column.values for column in table.columns.values()))
        self._files = {
            name: found for name, column in table.columns.items() if (found := in_file(column.values))
        }

    def tables(self, block: int) -> Iterator[Table]:
        """Yield the rows of a block."""
        rows = slice(block * self._step, (block + 1) * self._step)
        taken = self.table.take(rows)
        columns = [
            replace(column, values=self._files[name][rows]) if name in self._files else column
            for name, column in taken.columns.items()
        ]
        yield replace(taken, columns={column.name: column for column in columns})

    def check(self) -> None:
        """Raise ``InputError`` if a mapped file was changed."""
        for stamp in self._stamps:
            stamp.check()

    def fingerprint(self) -> str:
        """Return what tells these rows from others."""
        columns = self.table.columns.items()
        return array_fingerprint(*(self._files.get(name, column.values) for name, column in columns))


def mapped_file(array: NDArray[Any] | None) -> str | None:
    """Return the name of the file that an array is a view of, or None."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        if isinstance(owner, np.memmap) and owner.filename is not None:
            return str(owner.filename)
        owner = owner.base
    return None


def file_stamps(*arrays: Any) -> tuple[FileStamp, ...]:
    """Return the files that some of the arrays are mapped to, as they are now."""
    return tuple(map(FileStamp, sorted({name for array in arrays if (name := mapped_file(array))})))
