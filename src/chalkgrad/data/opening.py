"""One way in: whatever holds the data becomes a source of rows, with the preparation that made it."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.columns.prepared import ParquetSource, PreparedSource
from chalkgrad.data.readers.frames import frame_names
from chalkgrad.data.readers.reading import file_kind, read_table
from chalkgrad.data.streams.blocks import ArrayBlocks, all_tables, mapped_file
from chalkgrad.data.streams.memmap import MemmapSource, as_inputs
from chalkgrad.data.streams.source import ArraySource, RowSource
from chalkgrad.data.tables.table import Table

STREAM_BYTES = 2 * 2**30
"""Files whose rows take more are streamed unless it is said otherwise."""
_INFERRED = ("task", "missing", "categorical", "ignore", "unseen")


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
    if isinstance(data, tuple):
        return Opened(_from_arrays(data, stream, buffer_rows), None)
    if hasattr(data, "portions"):
        return Opened(data, preparation)
    if target is None and (preparation is None or preparation.target is None):
        raise InputError(Fault("target", "be the name of a column", "nothing", "Say what is to be learned."))
    if preparation is not None and target not in (
        None,
        preparation.target.name if preparation.target else None,
    ):
        raise InputError(Fault("target", "be that of the preparation", shown(target), "Leave it out."))
    inferred = {name: options.pop(name) for name in _INFERRED if name in options}
    if isinstance(data, str | os.PathLike) and file_kind(data) == "parquet" and _streams(data, stream):
        columns = options.pop("columns", None)
        source = ParquetSource(
            data, target, preparation, columns=columns, buffer_rows=buffer_rows, **inferred
        )
        return Opened(source, source.preparation, source.notes)
    options.setdefault("written", (*inferred.get("categorical", ()), *([] if target is None else [target])))
    table = read_table(data, **options)
    if _is_mapped(table) and (stream or (stream is None and _bytes(table) > STREAM_BYTES)):
        blocks = ArrayBlocks(table)
        preparation = preparation or Preparation.infer(all_tables(blocks), target, **inferred)
        return Opened(
            PreparedSource(blocks, preparation, buffer_rows=buffer_rows), preparation, preparation.notes
        )
    if stream:
        fix = "Write it as Parquet or .npy."
        raise InputError(
            Fault(table.origin, "be Parquet, .npy or a memory map to be streamed", "neither", fix)
        )
    preparation = preparation or Preparation.infer(table, target, **inferred)
    notes = list(preparation.notes)
    x, t = preparation.arrays(table, notes)
    return Opened(ArraySource(x, t), preparation, tuple(notes))


def _streams(path: str | os.PathLike[str], stream: bool | None) -> bool:
    if stream is not None:
        return stream
    from chalkgrad.data.readers.parquet import ParquetBlocks

    blocks = ParquetBlocks(path)
    return bool(8 * blocks.rows * len(blocks.columns) > STREAM_BYTES)


def _from_arrays(arrays: tuple[Any, ...], stream: bool | None, buffer_rows: int | None) -> RowSource:
    if len(arrays) not in (2, 3):
        raise InputError(Fault("data", "be (x, t) or (x, t, weight)", f"{len(arrays)} things"))
    x, t, weight = (None if array is None else np.asarray(array) for array in (*arrays, None)[:3])
    if x is None or t is None:
        raise InputError(Fault("data", "be (x, t) or (x, t, weight)", "None"))
    large = mapped_file(x) is not None and x.nbytes > STREAM_BYTES
    if large if stream is None else stream:
        return MemmapSource(x, t, weight, buffer_rows=buffer_rows)
    source = ArraySource(as_inputs(x), t, weight)
    names = frame_names(arrays[0])
    source.names = names if all(isinstance(name, str) for name in names) else ()
    return source


def _is_mapped(table: Table) -> bool:
    return any(mapped_file(column.values) is not None for column in table.columns.values())


def _bytes(table: Table) -> int:
    """The bytes of a table's numbers in float32."""
    return sum(4 * column.width * table.rows for column in table.columns.values())
