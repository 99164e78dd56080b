"""Whether the first row of a CSV file names its columns, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chalkgrad._numbers import shown
from chalkgrad.data.tables.typed import MISSING, is_number

FEWEST = 10
"""Rows below the first that it takes to see whether its words are there again."""


class NamedColumns(NamedTuple):
    """What the columns are called, and whether the first row says so."""

    names: tuple[str, ...]
    header: bool
    row_names: bool = False
    notes: tuple[str, ...] = ()


def named_columns(
    rows: Sequence[Sequence[str]], origin: str, header: bool | None, point: str
) -> NamedColumns:
    """Return the names of the columns, by the first rows of a file.

    Without being told, the first row is taken for names unless one of its cells is a number; or, if one is,
    where words stand above a column of numbers, or above one whose few words are others.
    """
    first, below = [cell.strip() for cell in rows[0]], rows[1:]
    notes = []
    if header is None:
        numbers = [cell for cell in first if is_number(cell.replace(point, "."))]
        header = not numbers or _stands_above(first, below)
        if header and numbers:
            some = ", ".join(shown(cell, 20) for cell in numbers[:3])
            notes.append(
                f"{origin}: its first line is taken for names, {some} too; header=False says it is not"
            )
        elif header and _stands_among(first, below):
            header = False
    width = len(first)
    if not header:
        last = f"c{width}"
        note = f"{origin} has no line of names: its columns are called c1 … {last}"
        return NamedColumns(_counted([""] * width), False, notes=(note,))
    row_names = _is_short(first, below)
    if row_names:
        notes.append(f"{origin}: the first column has no name, as the names of rows in R, and is left out")
        first = ["", *first]
    elif _ends_empty(first, below):
        first = [*first, ""]
    if "" in first[row_names:-1] or (not first[-1] and not _is_empty(below)):
        notes.append(f"{origin} has a column without a name: it is called after its place")
    return NamedColumns(_counted(first), True, row_names, tuple(notes))


def _counted(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name or f"c{number}" for number, name in enumerate(names, start=1))


def _stands_above(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row with numbers is one of names all the same."""
    words = [place for place, cell in enumerate(first) if cell not in MISSING and not is_number(cell)]
    columns = [[row[place].strip() for row in below if len(row) == len(first)] for place in words]
    if any(_are_numbers(column) for column in columns):
        return True
    names = [cell for cell in first if is_number(cell)]
    if len(set(first)) < len(first) or not all(cell.isdigit() for cell in names) or not words:
        return False
    return all(
        len(column) >= FEWEST and 2 * len(set(column)) <= len(column) and first[place] not in column
        for place, column in zip(words, columns, strict=True)
    )


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether cells are numbers, or missing but for some."""
    given = [cell for cell in cells if cell not in MISSING]
    return bool(given) and all(map(is_number, given))


def _stands_among(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether a row of words is one of data: each of them is there again in its column."""
    if len(below) < FEWEST or len(first) < 2:
        return False
    columns = list(zip(*(row for row in below if len(row) == len(first)), strict=True))
    return bool(columns) and all(
        cell in {other.strip() for other in column} for cell, column in zip(first, columns, strict=True)
    )


def _is_empty(below: Sequence[Sequence[str]]) -> bool:
    """Whether the last column has no value, as where each line ends with a delimiter."""
    return all(not row[-1].strip() for row in below)


def _is_short(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the names are one fewer than the cells below, of which the first are all different."""
    if len(below) < 2 or any(len(row) != len(first) + 1 for row in below):
        return False
    return len({row[0] for row in below}) == len(below)


def _ends_empty(first: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether each row below ends with a delimiter, and the names do not."""
    return bool(below) and all(len(row) == len(first) + 1 and not row[-1].strip() for row in below)
