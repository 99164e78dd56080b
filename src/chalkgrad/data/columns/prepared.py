"""Tables in blocks, prepared block by block: Parquet files and mapped columns larger than memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.readers.parquet import ParquetBlocks
from chalkgrad.data.streams.blocks import TableBlocks, all_tables
from chalkgrad.data.streams.stream import StreamSource


class PreparedSource(StreamSource):
    """The rows of a table in blocks, prepared when they are read.

    Parameters
    ----------
    blocks
        What is read.
    preparation
        Makes inputs and targets of it; it has a target.
    buffer_rows
        Rows that are mixed with each other; None for 64 MB of them.

    Raises
    ------
    InputError
        If a row does not fit the preparation.
    """

    def __init__(
        self, blocks: TableBlocks, preparation: Preparation, *, buffer_rows: int | None = None
    ) -> None:
        self.preparation = preparation
        rows = None
        if preparation.missing == "drop":
            rows = sum(len(preparation.arrays(table)[0]) for table in all_tables(blocks))
        super().__init__(
            blocks,
            lambda table: (*preparation.arrays(table), None),
            buffer_rows=buffer_rows,
            settings=preparation.to_dict(),
            rows=rows,
        )


class ParquetSource(PreparedSource):
    """A Parquet file, read row group by row group; needs pyarrow (``pip install 'chalkgrad[data]'``).

    The row groups are visited in an order of the epoch's own, and the rows mixed in a buffer: write files
    with row groups of some 10,000 to 100,000 rows.

    Parameters
    ----------
    path
        The file.
    target
        The column to learn; may be left out if the preparation is given.
    preparation
        Of an earlier training; None to infer it in one pass over the file.
    columns
        Read only these (and the target); None for all.
    buffer_rows
        Rows that are mixed with each other; None for 64 MB of inputs.
    options
        For `Preparation.infer`: ``task``, ``missing``, ``categorical``, ``ignore``, ``unseen``.

    Raises
    ------
    InputError
        If the file cannot be read, or its columns cannot be learned from.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        target: str | None = None,
        preparation: Preparation | None = None,
        *,
        columns: Sequence[str] | None = None,
        buffer_rows: int | None = None,
        **options: Any,
    ) -> None:
        if preparation is not None:
            columns = preparation.names
        elif columns is not None and target is not None:
            columns = [*(name for name in columns if name != target), target]
        blocks = ParquetBlocks(path, columns)
        if preparation is None:
            preparation = Preparation.infer(all_tables(blocks), target, **options)
        super().__init__(blocks, preparation, buffer_rows=buffer_rows)
        self.notes = preparation.notes
        if blocks.largest > self.buffer_rows:
            self.notes += (
                f"{blocks.origin}: a row group has {blocks.largest:,} rows, of which {self.buffer_rows:,} "
                "neighbours are mixed at a time; write smaller ones, such as row_group_size=50_000",
            )
