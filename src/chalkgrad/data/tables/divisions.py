"""Columns that say something about the rows, not about what is to be learned: a division, a counter."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import numpy as np

from chalkgrad.data.tables.table import Table

PARTS = {
    "train": "train", "training": "train", "learn": "train",
    "test": "test", "testing": "test",
    "valid": "validation", "validation": "validation", "val": "validation", "dev": "validation",
}  # fmt: skip
_ID = re.compile(r"(?i)(id|idx|index|row|rows|rownames|no|nr|number|key)$|^unnamed|^c1$")
FEWEST = 20
"""Rows that a column must count to be taken for a counter."""


def division(table: Table, besides: Collection[str] = ()) -> str | None:
    """Return the column that says which rows are to train on and which to test on, if there is one.

    >>> from chalkgrad.data import read_table
    >>> division(read_table({"size": [1.0, 2.0], "part": ["train", "test"]}))
    'part'
    """
    for name, column in table.columns.items():
        if name in besides or not column.is_text:
            continue
        if _part(column.values[0]) is None:
            continue
        parts = {_part(value) for value in column.values}
        if None not in parts and "train" in parts and len(parts) > 1:
            return name
    return None


def rows_of_part(table: Table, column: str, part: str) -> Table | None:
    """Return the rows of one part, ``train``, ``test`` or ``validation``, or None if there are none."""
    chosen = np.fromiter((_part(value) == part for value in table.columns[column].values), bool, table.rows)
    return table.take(chosen) if chosen.any() else None


def counters(table: Table, besides: Collection[str] = ()) -> Iterator[str]:
    """Yield the columns that count the rows one by one, as an id does."""
    for name, column in table.columns.items():
        values = column.values
        if name in besides or values.ndim > 1 or values.dtype.kind not in "iuf" or len(values) < FEWEST:
            continue
        exact = values if values.dtype == np.int64 else values.astype(np.float64)
        if exact[1] - exact[0] == 1 and (np.diff(exact) == 1).all():
            yield name


def is_called_id(name: str) -> bool:
    """Whether a column's name says that it tells rows apart.

    >>> is_called_id("PassengerId"), is_called_id("row_no"), is_called_id("size")
    (True, True, False)
    """
    return _ID.search(name) is not None


def _part(value: object) -> str | None:
    return PARTS.get(value.lower()) if isinstance(value, str) else None
