"""Cells of text made into columns: numbers where every cell is one, else text.

Numbers are float64.  Two kinds of them would lose something there: whole numbers above 2⁵³, which stay whole
or text, and codes such as 007, which stay text.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = frozenset({"", "?", "NA", "N/A", "na", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null"})
"""Cells that stand for no value, unless others are named."""
EXACT = 2**53
"""Whole numbers up to here are all different in float64."""
_CODE = re.compile(r"0\d+", re.ASCII)
_CODES = re.compile(r"\n[^\S\n]*0\d+[^\S\n]*(?=\n)", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d{1,400}", re.ASCII)


def typed_values(cells: Sequence[str], missing: Collection[str] = MISSING) -> NDArray[Any]:
    """Return float64 numbers (NaN where missing) if every cell is a number or missing, else strings.

    Strings lose the spaces around them and are None where missing.  Numbers that float64 does not keep are
    strings too; `settled_values` says what becomes of them when all cells of a column are there.

    >>> typed_values(["1", " 2.5", "?"]).tolist(), typed_values(["1", "two ", "?"]).tolist()
    ([1.0, 2.5, nan], ['1', 'two', None])
    >>> typed_values(["01", "2"]).tolist(), typed_values(["9007199254740993"]).tolist()
    (['01', '2'], ['9007199254740993'])
    """
    numbers = numbers_of(cells, missing)
    if numbers is None or _loses(cells, numbers):
        return text_of(cells, missing)
    return numbers


def settled_values(texts: NDArray[Any]) -> NDArray[Any]:
    """Return the values of a whole column of text: numbers if all of it is numbers and nothing is lost.

    Whole numbers, of which one is above 2⁵³, are int64, or stay text where one is missing or beyond int64.

    >>> settled_values(np.array(["9007199254740993", "5"], object)).tolist()
    [9007199254740993, 5]
    >>> settled_values(np.array(["0.5", None], object)).tolist()
    [0.5, nan]
    """
    different = set(texts.tolist())
    gaps = None in different
    different.discard(None)
    if not different or not all(map(is_number, different)) or any(map(is_code, different)):
        return texts
    if any(map(is_large, different)) and all(_WHOLE.fullmatch(text) for text in different):
        whole = {text: int(text) for text in different}
        if gaps or not all(-(2**63) <= number < 2**63 for number in whole.values()):
            return texts
        return np.fromiter((whole[text] for text in texts), np.int64, len(texts))
    return np.fromiter((np.nan if text is None else float(text) for text in texts), np.float64, len(texts))


def numbers_of(cells: Sequence[str], missing: Collection[str] = MISSING) -> NDArray[np.float64] | None:
    """Return the numbers that the cells are, or None if one of them is no number."""
    try:
        values = _floats(cells, missing)
    except ValueError:
        return None
    return values if _is_plain("".join(cells)) else None


def _floats(cells: Sequence[str], missing: Collection[str]) -> NDArray[np.float64]:
    """Return the cells as numbers; the quick way if every cell is one and none of them means missing."""
    if not has_numbers(missing):
        with contextlib.suppress(ValueError):
            return np.fromiter(map(float, cells), np.float64, len(cells))
    return np.fromiter(
        (np.nan if cell.strip() in missing else float(cell) for cell in cells), np.float64, len(cells)
    )


def kept_numbers(values: Sequence[Any]) -> NDArray[Any]:
    """Return numbers of Python, None where missing, as an array that keeps them, as `settled_values` does.

    >>> kept_numbers([1, None]).tolist(), kept_numbers([2**53 + 1, 5]).tolist()
    ([1.0, nan], [9007199254740993, 5])
    >>> kept_numbers([2**53 + 1, None]).tolist()
    ['9007199254740993', None]
    """
    given = [value for value in values if value is not None]
    if all(value == value // 1 for value in given) and any(abs(value) > EXACT for value in given):
        texts = np.empty(len(values), dtype=object)
        texts[:] = [None if value is None else str(int(value)) for value in values]
        return settled_values(texts)
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def has_numbers(missing: Collection[str]) -> bool:
    """Whether a number, such as -99, stands for no value."""
    return any(map(is_number, set(missing) - MISSING))


def _loses(cells: Sequence[str], numbers: NDArray[np.float64]) -> bool:
    """Whether float64 does not keep all that the cells say."""
    if _CODES.search("\n".join(["", *cells, ""])):
        return True
    return any(is_large(cells[place].strip()) for place in np.flatnonzero(np.abs(numbers) >= EXACT).tolist())


def is_code(text: str) -> bool:
    """Whether it is digits of which the first is a needless 0, as in 007."""
    return _CODE.fullmatch(text) is not None


def is_large(text: str) -> bool:
    """Whether it is a whole number above 2⁵³, of which float64 does not know all."""
    return _WHOLE.fullmatch(text) is not None and abs(int(text)) > EXACT


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
