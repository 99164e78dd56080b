"""Labels and levels: what different values a column has, and which row has which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.data.tables.table import Column
from chalkgrad.data.tables.typed import is_number

Label = str | int | float | bool


def distinct(column: Column) -> tuple[list[Any], NDArray[np.int64]]:
    """Return the different labels of a column, None for missing, and each row's place among them.

    Whole numbers are int, also where they are stored as 3.0.

    >>> distinct(Column("a", np.array([2.0, np.nan, 2.0])))
    ([2, None], array([0, 1, 0]))
    """
    if column.is_text:
        places: dict[Any, int] = {}
        codes = [places.setdefault(value, len(places)) for value in column.values.tolist()]
        return list(places), np.array(codes, dtype=np.int64)
    values, inverse = np.unique(column.values, return_inverse=True)
    return [_label(value) for value in values.tolist()], inverse.reshape(-1)


def class_numbers(y: NDArray[Any]) -> NDArray[np.int64]:
    """Return the class number of every row of outputs or targets.

    Of m × n numbers one is decided at ½, of several the largest wins; m class numbers are there already.

    >>> class_numbers(np.array([[0.2], [0.9]])), class_numbers(np.array([[0.1, 0.2, 0.7]]))
    (array([0, 1]), array([2]))
    """
    if y.ndim == 1:
        return y.astype(np.int64, copy=False)
    found: NDArray[np.int64] = y.argmax(axis=1) if y.shape[1] > 1 else (y[:, 0] > 0.5).astype(np.int64)
    return found


def _label(value: Any) -> Label | None:
    if not isinstance(value, float):
        found: Label = value
        return found
    if value != value:
        return None
    return int(value) if value.is_integer() else value


def coded(column: Column, places: dict[Any, int]) -> tuple[NDArray[np.int64], list[Any]]:
    """Return the place of each row's label, −1 for a label without one, and the labels without."""
    labels, rows = distinct(column)
    codes = np.array([places.get(label, -1) for label in labels], dtype=np.int64)
    return codes[rows], [label for label in labels if label not in places]


def counted(column: Column) -> dict[Any, int]:
    """Return how many rows have each label."""
    labels, rows = distinct(column)
    return dict(zip(labels, np.bincount(rows, minlength=len(labels)).tolist(), strict=True))


def as_levels(column: Column) -> Column:
    """Return a column as text: as it was written, if that is known, else 3 for 3.0 and ``true`` for True."""
    if column.is_text:
        return column
    if column.written is not None:
        return Column(column.name, column.written)
    labels, rows = distinct(column)
    levels = np.empty(len(labels), dtype=object)
    levels[:] = [None if label is None else level_text(label) for label in labels]
    return Column(column.name, levels[rows])


def level_text(value: object) -> str:
    """Return a level as text.

    >>> level_text(3.0), level_text(2.5), level_text(True), level_text("red")
    ('3', '2.5', 'true', 'red')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def ordered(levels: Iterable[str]) -> list[str]:
    """Return levels in order: numbers by size before text by letters.

    >>> ordered(["b", "10", "9", "a"])
    ['9', '10', 'a', 'b']
    """
    return sorted(levels, key=lambda level: (0, float(level), level) if is_number(level) else (1, 0.0, level))
