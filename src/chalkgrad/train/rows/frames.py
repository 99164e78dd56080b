"""Data frames of pandas, polars and Arrow as one array of the run's type, column by column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data.tables.table import Column, Table


def read_frame(value: Any) -> Table | None:
    """Return a data frame, or a table, as a table; None if it is neither; raises ``InputError``."""
    if isinstance(value, Table):
        return value
    from chalkgrad.data.readers.frames import frame_table

    return frame_table(value) if hasattr(value, "columns") else None


def frame_array(table: Table, dtype: str, path: str, faults: list[Fault]) -> Array | None:
    """Return the numbers of a table, rows × columns, or None after naming the columns of text."""
    columns = list(table.columns.values())
    texts = [column for column in columns if column.is_text]
    faults.extend(_text_fault(column, path) for column in texts)
    if texts:
        return None
    found = np.empty((table.rows, sum(column.width for column in columns)), dtype=dtype)
    start = 0
    for column in columns:
        with np.errstate(over="ignore"):
            found[:, start : start + column.width] = column.values.reshape(table.rows, -1)
        start += column.width
    return found


def _text_fault(column: Column, path: str) -> Fault:
    given = [row for row in range(len(column.values)) if column.values[row] is not None]
    told = ", ".join(f"{str(column.values[row])[:30]!r} in row {row}" for row in given[:3])
    more = f" and {len(given) - 3:,} more" if len(given) > 3 else ""
    fix = "Turn its categories into numbers first, as chalkgrad.data.Preparation does."
    return Fault(f"{path}[{column.name!r}]", "be numbers", f"{told}{more}" or "nothing", fix)


def frame_or_none(value: Any, dtype: str, path: str, faults: list[Fault]) -> tuple[bool, Array | None]:
    """Return whether something is a data frame, and its numbers."""
    try:
        table = read_frame(value)
    except InputError as error:
        faults.extend(replace(fault, path=f"{path}: {fault.path}") for fault in error.faults)
        return True, None
    return table is not None, None if table is None else frame_array(table, dtype, path, faults)
