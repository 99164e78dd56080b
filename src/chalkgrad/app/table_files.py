"""Tables by file name: what fits is read whole, a Parquet file larger than that in blocks."""

from __future__ import annotations

from collections.abc import Collection

from chalkgrad.data import Table, read_table
from chalkgrad.data.arrays import Part
from chalkgrad.data.blocks import TableBlocks
from chalkgrad.data.opening import STREAM_BYTES
from chalkgrad.data.reading import file_kind


def open_table(
    path: str,
    part: Part = "train",
    wanted: Collection[str] | None = None,
    unwanted: Collection[str] = (),
) -> Table | TableBlocks:
    """Return the table of a file, or its blocks where the rows would take more than `STREAM_BYTES`.

    Of a Parquet file only the wanted columns are read; those that are not there are for others to miss.
    Raises ``InputError`` if the file cannot be read.
    """
    if file_kind(path) != "parquet":
        return read_table(path, part=part)
    from chalkgrad.data.parquet import ParquetBlocks

    names = ParquetBlocks(path).columns
    left = [name for name in names if (wanted is None or name in wanted) and name not in unwanted]
    blocks = ParquetBlocks(path, left or names)
    if 8 * blocks.rows * len(blocks.columns) > STREAM_BYTES:
        return blocks
    return read_table(path, blocks.columns)
