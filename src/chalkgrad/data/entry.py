"""The one way in: whatever holds the data becomes a table, or blocks of one where it is large, then rows."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.asked import USUAL, Streaming
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.columns.prepared import ParquetSource, PreparedSource
from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.readers.arrays import Part
from chalkgrad.data.readers.frames import frame_names
from chalkgrad.data.readers.reading import file_kind, read_table
from chalkgrad.data.streams.blocks import ArrayBlocks, TableBlocks, all_tables, mapped_file
from chalkgrad.data.streams.memmap import MemmapSource, as_inputs
from chalkgrad.data.streams.source import ArraySource, RowSource
from chalkgrad.data.tables.table import Column, Table, absent_column

DIGITS = "digits"
"""The name of the handwritten digits that come along, unless there is a file of this name."""
_INFERRED = ("task", "missing", "categorical", "ignore", "unseen")


_NEVER, _ALWAYS = Streaming(sys.maxsize), Streaming(-1)


class Opened(NamedTuple):
    """A source of rows, how its rows were made, and what is worth knowing of it."""

    source: RowSource
    preparation: Preparation | None
    """None for arrays, which are taken as they are."""
    notes: tuple[str, ...] = ()


def open_source(
    data: Any,
    target: str | None = None,
    preparation: Preparation | None = None,
    *,
    stream: bool | None = None,
    buffer_rows: int | None = None,
    **options: Any,
) -> Opened:
    """Return a source of rows for training, whatever holds the data.

    Parameters
    ----------
    data
        A source; arrays (x, t) or (x, t, weight); or whatever `read_table` takes: a file name, a data frame,
        a dictionary of columns, a `Table`.
    target
        The column of a table to learn.
    preparation
        Of a table; None infers it from all its rows.
    stream
        Whether to read files block by block in every epoch; None: those whose rows take more than 2 GB.  Only
        Parquet, .npy and memory maps can be.
    buffer_rows
        Rows that are mixed with each other in streaming.
    options
        For `Preparation.infer` (``task``, ``missing``, ``categorical``, ``ignore``, ``unseen``) and for
        `read_table` (``columns``, ``part``, ``delimiter``, …).

    Raises
    ------
    InputError
        If the data cannot be read or learned from.

    Examples
    --------
    >>> fruit = {"size": [1.0, 2.0, 4.0], "hue": ["red", "blue", "red"]}
    >>> source, preparation, notes = open_source(fruit, "hue")
    >>> source.rows, source.features, preparation.classes
    (3, 1, ('blue', 'red'))
    """
    streaming = USUAL if stream is None else _ALWAYS if stream else _NEVER
    if isinstance(data, tuple):
        return Opened(_from_arrays(data, streaming, buffer_rows), None)
    if hasattr(data, "portions"):
        return Opened(data, preparation)
    goal = None if preparation is None or preparation.target is None else preparation.target.name
    if target is None and goal is None:
        raise InputError(Fault("target", "be the name of a column", "nothing", "Say what is to be learned."))
    if preparation is not None and target not in (None, goal):
        raise InputError(Fault("target", "be that of the preparation", shown(target), "Leave it out."))
    inferred = {name: options.pop(name) for name in _INFERRED if name in options}
    options.setdefault("written", (*inferred.get("categorical", ()), *([] if target is None else [target])))
    columns = options.pop("columns", None)
    if columns is not None and target is not None:
        columns = [*(name for name in columns if name != target), target]
    table = open_table(data, columns, streaming=streaming, **options)
    if isinstance(table, Table) and stream:
        fix = "Write it as Parquet or .npy."
        raise InputError(
            Fault(table.origin, "be Parquet, .npy or a memory map to be streamed", "neither", fix)
        )
    if not isinstance(table, Table | ArrayBlocks):
        source = ParquetSource(
            data, target, preparation, columns=columns, buffer_rows=buffer_rows, **inferred
        )
        return Opened(source, source.preparation, source.notes)
    if preparation is None:
        tables = table if isinstance(table, Table) else all_tables(table)
        preparation = Preparation.infer(tables, target, **inferred)
    if isinstance(table, ArrayBlocks):
        mapped = PreparedSource(table, preparation, buffer_rows=buffer_rows)
        return Opened(mapped, preparation, preparation.notes)
    notes = list(preparation.notes)
    return Opened(ArraySource(*preparation.arrays(table, notes)), preparation, tuple(notes))


def open_table(
    data: Any,
    columns: Sequence[str] | None = None,
    *,
    wanted: Collection[str] | None = None,
    unwanted: Collection[str] = (),
    streaming: Streaming = USUAL,
    part: Part = "train",
    **reading: Any,
) -> Table | TableBlocks:
    """Return the table of whatever holds one, or its blocks where its rows take more than is read at once.

    Parameters
    ----------
    data
        What `read_table` takes, or ``digits``.
    columns
        Only these; None for all.
    wanted, unwanted
        Of a Parquet file only the columns that are wanted are read; those that are not there are for others
        to miss.  Unwanted ones have to be there, and are left out.
    part, reading
        As `read_table` takes them.

    Raises
    ------
    InputError
        If it cannot be read, or a column is not there.
    """
    is_file = isinstance(data, str | os.PathLike)
    if is_file and os.fspath(data) == DIGITS and not Path(data).exists():
        return digits_table(part)
    if is_file and file_kind(data) == "parquet":
        return _parquet(data, columns, wanted, unwanted, streaming)
    table = read_table(data, columns, part=part, **reading)
    _check_there(unwanted, table.names, table.origin)
    size = sum(4 * column.width * table.rows for column in table.columns.values())  # in float32
    is_mapped = any(mapped_file(column.values) is not None for column in table.columns.values())
    return ArrayBlocks(table) if is_mapped and size > streaming.above else table


def digits_table(part: Part) -> Table:
    """Return four fifths of the digits that come with the package to train on, or the rest to test on."""
    x, labels, x_test, labels_test = split(*load_digits())
    chosen = (x, labels) if part == "train" else (x_test, labels_test)
    return Table.of([Column("x", chosen[0]), Column("y", chosen[1])], DIGITS)


def _parquet(
    path: Any,
    columns: Sequence[str] | None,
    wanted: Collection[str] | None,
    unwanted: Collection[str],
    streaming: Streaming,
) -> Table | TableBlocks:
    from chalkgrad.data.readers.parquet import ParquetBlocks

    blocks = ParquetBlocks(path, columns)
    _check_there(unwanted, blocks.columns, blocks.origin)
    chosen = blocks.columns if wanted is None else [name for name in blocks.columns if name in wanted]
    blocks = blocks.only([name for name in chosen if name not in unwanted] or blocks.columns)
    is_large = 8 * blocks.rows * len(blocks.columns) > streaming.above
    return blocks if is_large else read_table(path, blocks.columns)


def _check_there(unwanted: Collection[str], names: Sequence[str], origin: str) -> None:
    if faults := [absent_column(origin, names, name) for name in unwanted if name not in names]:
        raise InputError(faults)


def _from_arrays(arrays: tuple[Any, ...], streaming: Streaming, buffer_rows: int | None) -> RowSource:
    if len(arrays) not in (2, 3):
        raise InputError(Fault("data", "be (x, t) or (x, t, weight)", f"{len(arrays)} things"))
    x, t, weight = (None if array is None else np.asarray(array) for array in (*arrays, None)[:3])
    if x is None or t is None:
        raise InputError(Fault("data", "be (x, t) or (x, t, weight)", "None"))
    if streaming is _ALWAYS or (mapped_file(x) is not None and x.nbytes > streaming.above):
        return MemmapSource(x, t, weight, buffer_rows=buffer_rows)
    source = ArraySource(as_inputs(x), t, weight)
    names = frame_names(arrays[0])
    source.names = names if all(isinstance(name, str) for name in names) else ()
    return source
