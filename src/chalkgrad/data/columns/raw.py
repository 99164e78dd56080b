"""Rows as they come, before they are prepared, as a table of the columns that are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.readers.arrays import column_of
from chalkgrad.data.readers.frames import frame_names, narrowed
from chalkgrad.data.readers.reading import file_kind, read_table
from chalkgrad.data.tables.table import Table, absent_column, ignored_columns

ORIGIN = "data"


def is_named(data: object) -> bool:
    """Whether data come as a file, or with names for their columns."""
    named = isinstance(data, str | os.PathLike | Mapping) or bool(frame_names(data))
    return named or (isinstance(data, np.ndarray) and data.dtype.names is not None)


def table_of(data: Any, preparation: Preparation, notes: list[str] | None) -> Table:
    """Return the columns that a preparation reads; others are noted, but not looked at.

    Raises ``InputError`` for what has no names, since its numbers may be prepared already or not.
    """
    if not is_named(data):
        raise InputError(_nameless(data, preparation))
    names = _names(data)
    absent = [column.name for column in preparation.columns if names and column.name not in names]
    if absent:
        origin = data.origin if isinstance(data, Table) else ORIGIN
        raise InputError(absent_column(origin, names, name) for name in absent)
    table = read_table(_narrowed(data, names, preparation.names), part="test")
    if notes is not None and names:
        notes.extend(preparation.unknown(names, table.origin))
    return table


def framed(data: Any, wanted: Sequence[str], notes: list[str] | None) -> tuple[Any, str]:
    """Return rows with names as a frame or table, and what they are called; note columns nobody asked for."""
    if frame_names(data):
        found, names = data, _names(data)
    else:
        found = read_table(_file(data, wanted) if isinstance(data, str | os.PathLike) else data, part="test")
        names = found.names
    origin = found.origin if isinstance(found, Table) else ORIGIN
    if notes is not None:
        notes.extend(ignored_columns(origin, names, wanted))
    return found, origin


def with_target(table: Table, preparation: Preparation, t: Any) -> Table:
    """Return a table with the target's column as it is given beside it; raises ``InputError``."""
    goal = preparation.target
    if t is None or goal is None:
        return table
    if goal.name in table.columns:
        fix = f"The data have the column {goal.name!r} already."
        raise InputError(Fault("t", "be left out", type(t).__name__, fix))
    return Table.of([*table.columns.values(), column_of(goal.name, t, table.origin)], table.origin)


def _names(data: Any) -> Sequence[str]:
    """What the columns are called; nothing of a file, which tells its own."""
    if isinstance(data, Mapping):
        return tuple(map(str, data))
    if isinstance(data, np.ndarray) and data.dtype.names is not None:
        return tuple(data.dtype.names)
    return tuple(map(str, frame_names(data)))


def _narrowed(data: Any, names: Sequence[str], wanted: Iterable[str]) -> Any:
    if isinstance(data, str | os.PathLike):
        return _file(data, wanted)
    there = [name for name in wanted if name in names]
    if isinstance(data, Mapping):
        return {str(name): values for name, values in data.items() if str(name) in there}
    if isinstance(data, np.ndarray):
        return data[there]
    spelt = {str(name): name for name in frame_names(data)}
    return narrowed(data, [spelt[name] for name in there])


def _file(path: str | os.PathLike[str], wanted: Iterable[str]) -> Any:
    """Return a file's name, or of a Parquet file the columns that are wanted."""
    if file_kind(path) != "parquet":
        return path
    from chalkgrad.data.readers.parquet import ParquetBlocks

    there = ParquetBlocks(path).columns
    return read_table(path, [name for name in wanted if name in there])


def _nameless(data: Any, preparation: Preparation) -> Fault:
    first, *rest = preparation.columns
    named = f"{first.name!r}: data[:, 0], …" if rest else f"{first.name!r}: data"
    shape = getattr(data, "shape", None)
    got = type(data).__name__ if shape is None else f"an array of shape {tuple(shape)}"
    fix = (
        f"Write {{{named}}} for values as in training, or prepared=True for inputs that are prepared already."
    )
    return Fault(ORIGIN, "have names for its columns, which the model prepares", got, fix)
