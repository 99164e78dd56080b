"""Tables by file name: what fits is read whole, a Parquet file larger than that in blocks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import InputError
from chalkgrad.data import Column, Table, load_digits, read_table, split
from chalkgrad.data.opening import STREAM_BYTES
from chalkgrad.data.readers.arrays import Part
from chalkgrad.data.readers.reading import file_kind
from chalkgrad.data.streams.blocks import TableBlocks
from chalkgrad.data.tables.table import absent_column

if TYPE_CHECKING:
    from chalkgrad.model import Model

DIGITS = "digits"
"""The name of the handwritten digits that come along, unless there is a file of this name."""


def open_table(
    path: str,
    part: Part = "train",
    wanted: Collection[str] | None = None,
    unwanted: Collection[str] = (),
    reading: Mapping[str, Any] | None = None,
    written: Collection[str] = (),
) -> Table | TableBlocks:
    """Return the table of a file, or its blocks where the rows would take more than `STREAM_BYTES`.

    Of a Parquet file only the wanted columns are read; those that are not there are for others to miss.
    ``reading`` and ``written`` are for CSV files, as `read_table` takes them.
    Raises ``InputError`` if the file cannot be read, or an unwanted column is not there.
    """
    if path == DIGITS and not Path(path).exists():
        return digits_table(part)
    if file_kind(path) != "parquet":
        table = read_table(path, part=part, written=written, **(reading or {}))
        _check_there(unwanted, table.names, path)
        return table
    from chalkgrad.data.readers.parquet import ParquetBlocks

    names = ParquetBlocks(path).columns
    _check_there(unwanted, names, path)
    left = [name for name in names if (wanted is None or name in wanted) and name not in unwanted]
    blocks = ParquetBlocks(path, left or names)
    if 8 * blocks.rows * len(blocks.columns) > STREAM_BYTES:
        return blocks
    return read_table(path, blocks.columns)


def digits_table(part: Part) -> Table:
    """Return four fifths of the digits that come with the package to train on, or the rest to test on."""
    x, labels, x_test, labels_test = split(*load_digits())
    chosen = (x, labels) if part == "train" else (x_test, labels_test)
    return Table.of([Column("x", chosen[0]), Column("y", chosen[1])], DIGITS)


def _check_there(unwanted: Collection[str], names: Sequence[str], path: str) -> None:
    if faults := [absent_column(path, names, name) for name in unwanted if name not in names]:
        raise InputError(faults)


def as_written(model: Model) -> tuple[str, ...]:
    """Return the columns of which a model knows how each cell is written: its categories."""
    from chalkgrad.data.columns.columns import CategoryColumn

    columns = () if model.preparation is None else model.preparation.columns
    return tuple(column.name for column in columns if isinstance(column, CategoryColumn))
