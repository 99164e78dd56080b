"""Arrays on a disk that are larger than memory, as a source of rows."""

from __future__ import annotations

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.data.streams.blocks import ArrayBlocks
from chalkgrad.data.streams.source import ArraySource
from chalkgrad.data.streams.stream import Rows, StreamSource
from chalkgrad.data.tables.table import Column, Table


class MemmapSource(StreamSource):
    """Arrays on a disk, read block by block and mixed in a buffer.

    `ArraySource` takes a memory map too and picks its rows one by one: quicker while the file fits in memory,
    slow when it does not.

    Parameters
    ----------
    x
        Inputs, m × n₀, such as ``np.load("x.npy", mmap_mode="r")``.  float32 and float64 stay as they are,
        pixels (uint8) become float32 divided by 255, other numbers float32, block by block.
    t
        Targets, m × n_L, or m class numbers.
    weight
        What each row counts, m numbers; None for all the same.
    buffer_rows
        Rows that are mixed with each other; None for 64 MB of them.
    block_rows
        Neighbours that are read together; None for 1 MB of them.

    Raises
    ------
    InputError
        If the arrays do not fit each other.

    Examples
    --------
    >>> source = MemmapSource(np.eye(6, dtype=np.float32), np.arange(6), buffer_rows=4, block_rows=2)
    >>> [x.shape[0] for x, t, weight, order in source.portions(0, seed=0, shuffle=True, batch_size=2)]
    [4, 4]
    """

    def __init__(
        self,
        x: Array,
        t: Array,
        weight: Array | None = None,
        *,
        buffer_rows: int | None = None,
        block_rows: int | None = None,
    ) -> None:
        ArraySource(x, t, weight)
        columns = [Column("x", x), Column("t", t)]
        table = Table.of(columns if weight is None else [*columns, Column("weight", weight)])
        super().__init__(
            ArrayBlocks(table, block_rows), _arrays, buffer_rows=buffer_rows, settings=block_rows
        )


def _arrays(table: Table) -> Rows:
    weight = table.columns.get("weight")
    x = as_inputs(table.columns["x"].values)
    return x, table.columns["t"].values, None if weight is None else weight.values


def as_inputs(x: Array) -> Array:
    """Return inputs in float32 or, if they are so already, float64; pixels (uint8) divided by 255."""
    if x.dtype == np.uint8:
        return np.multiply(x, np.float32(1 / 255), dtype=np.float32)
    return x if x.dtype in (np.float32, np.float64) else x.astype(np.float32)
