"""Cells of text made into columns: numbers where every cell is one, else text."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset({"", "?", "NA", "N/A", "na", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null"})
"""Cells that stand for no value, unless others are named."""


def typed_values(cells: Sequence[str], missing: Collection[str] = MISSING) -> NDArray[Any]:
    """Return float64 numbers (NaN where missing) if every cell is a number or missing, else strings.

    Strings lose the spaces around them and are None where missing.

    >>> typed_values(["1", " 2.5", "?"]).tolist(), typed_values(["1", "two ", "?"]).tolist()
    ([1.0, 2.5, nan], ['1', 'two', None])
    """
    numbers = numbers_of(cells, missing)
    return text_of(cells, missing) if numbers is None else numbers


def numbers_of(cells: Sequence[str], missing: Collection[str] = MISSING) -> NDArray[np.float64] | None:
    """Return the numbers that the cells are, or None if one of them is no number."""
    try:
        values = _floats(cells, missing)
    except ValueError:
        return None
    return values if _is_plain("".join(cells)) else None


def _floats(cells: Sequence[str], missing: Collection[str]) -> NDArray[np.float64]:
    """Return the cells as numbers; the quick way if every cell is one and none of them means missing."""
    if not any(map(is_number, set(missing) - MISSING)):
        with contextlib.suppress(ValueError):
            return np.fromiter(map(float, cells), np.float64, len(cells))
    return np.fromiter(
        (np.nan if cell.strip() in missing else float(cell) for cell in cells), np.float64, len(cells)
    )


def _is_plain(text: str) -> bool:
    """Whether it has nothing that Python reads as a number but nobody writes in a table."""
    return text.isascii() and "_" not in text


def is_number(cell: str) -> bool:
    """Whether a cell is a number.

    >>> is_number(" -1e3"), is_number("1_000"), is_number("")
    (True, False, False)
    """
    try:
        float(cell)
    except ValueError:
        return False
    return _is_plain(cell)


def text_of(cells: Iterable[str], missing: Collection[str] = MISSING) -> NDArray[Any]:
    """Return the cells as text, each string once in memory."""
    cells = list(cells)
    clean = {cell: cell.strip() for cell in set(cells)}
    once: dict[str, str | None] = {text: text for text in clean.values()} | dict.fromkeys(missing)
    read = {cell: once[text] for cell, text in clean.items()}
    values = np.empty(len(cells), dtype=object)
    values[:] = list(map(read.__getitem__, cells))
    return values
