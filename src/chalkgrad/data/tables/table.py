"""A table: named columns of numbers or text, and where they came from, for messages."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown

TOLD = 5
"""Rows that a message names before it counts the others."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column: numbers with NaN where they are missing, or text with None.

    >>> Column("size", np.array([1.5, np.nan])).missing.tolist()
    [False, True]
    >>> Column("hue", np.array(["red", None], object)).is_text
    True
    """

    name: str
    values: Array
    """m numbers (float, int or bool), m × k numbers such as images, or m strings (dtype object)."""
    written: Array | None = None
    """The m cells of numbers as they were written in a file, None where missing, if that was asked for."""

    def __repr__(self) -> str:
        kind = "text" if self.is_text else self.values.dtype.name
        wide = f" × {self.width}" if self.width > 1 else ""
        return f"<Column {shown(self.name, 40)}: {len(self.values):,}{wide} values, {kind}>"

    @property
    def is_text(self) -> bool:
        """Whether it holds strings."""
        return self.values.dtype == object

    @property
    def width(self) -> int:
        """k, the numbers of a row; 1 for a plain column."""
        return 1 if self.values.ndim == 1 else int(self.values.shape[1])

    def take(self, rows: Array | slice) -> Column:
        """Return some rows: a slice shares memory, row numbers or a mask copy."""
        written = None if self.written is None else self.written[rows]
        return Column(self.name, self.values[rows], written)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which of the m rows have no value (of k, not all)."""
        values = self.values
        if self.is_text:
            return np.fromiter((value is None for value in values), bool, len(values))
        if values.dtype.kind != "f":
            return np.zeros(len(values), dtype=bool)
        return np.asarray(np.isnan(values) if values.ndim == 1 else np.isnan(values).any(axis=1))


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of the same length by name.

    >>> table = Table.of([Column("a", np.zeros(2)), Column("b", np.ones(2))])
    >>> table.names, table.rows, table.at("b", 0)
    (('a', 'b'), 2, "data, column 'b', row 1")
    """

    columns: dict[str, Column]
    rows: int
    origin: str = "data"
    """The name of the file, or ``data``."""
    notes: tuple[str, ...] = ()
    """What was guessed in reading it."""
    places: NDArray[np.int64] | None = None
    """The place of each row in the whole data, if this is a part of it."""

    @classmethod
    def of(cls, columns: Sequence[Column], origin: str = "data", notes: Iterable[str] = ()) -> Table:
        """Return the table of these columns; raises ``InputError`` for equal names or unequal lengths."""
        faults = [
            Fault(origin, "have each column name once", f"{shown(name, 40)} {count} times", "Rename one.")
            for name, count in Counter(column.name for column in columns).items()
            if count > 1
        ]
        rows = len(columns[0].values) if columns else 0
        faults += [
            Fault(
                f"{origin}, column {shown(column.name, 40)}",
                f"have {rows} rows, as column {shown(columns[0].name, 40)} has",
                str(len(column.values)),
            )
            for column in columns
            if len(column.values) != rows
        ]
        if faults:
            raise InputError(faults)
        return cls({column.name: column for column in columns}, rows, origin, tuple(notes))

    def __repr__(self) -> str:
        named = ", ".join(shown(name, 20) for name in self.names[:5]) + (", …" if self.names[5:] else "")
        count = f"{len(self.columns)} {'column' if len(self.columns) == 1 else 'columns'}"
        return f"<Table {shown(self.origin, 40)}: {self.rows:,} rows, {count}: {named}>"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.columns)

    def at(self, name: str, row: int | None = None) -> str:
        """Return the path of a column or of one of its values; rows are shown from 1."""
        column = f"{self.origin}, column {shown(name, 40)}"
        return column if row is None else f"{column}, {self.rows_text([row])}"

    def rows_text(self, rows: Sequence[int] | NDArray[np.int64]) -> str:
        """Return ``row 3`` or ``rows 3, 7 and 120 more``, as counted in the whole data, from 1."""
        told = [int(row if self.places is None else self.places[row]) + 1 for row in rows[:TOLD]]
        text = f"row{'s' if len(rows) > 1 else ''} {', '.join(f'{row:,}' for row in told)}"
        return text + (f" and {len(rows) - TOLD:,} more" if len(rows) > TOLD else "")

    def absent(self, name: str) -> Fault:
        """Return the fault of a column that is not there, with the nearest that is."""
        return absent_column(self.origin, self.names, name)

    def select(self, names: Sequence[str]) -> Table:
        """Return the table with these columns only; raises ``InputError`` for those that are not there."""
        faults = [self.absent(name) for name in names if name not in self.columns]
        if faults:
            raise InputError(faults)
        return replace(self, columns={name: self.columns[name] for name in names})

    def take(self, rows: Array | slice) -> Table:
        """Return some rows: a slice shares memory, row numbers or a mask copy."""
        columns = {name: column.take(rows) for name, column in self.columns.items()}
        if self.places is not None:
            places = self.places[rows]
        elif isinstance(rows, slice):
            places = np.arange(*rows.indices(self.rows))
        else:
            places = np.arange(self.rows)[rows]
        return replace(self, columns=columns, rows=len(places), places=places)


def absent_column(origin: str, names: Sequence[str], name: str) -> Fault:
    """Return the fault of a column that is not there, with the nearest that is.

    >>> print(absent_column("a.csv", ["Age", "Income"], "incme"))
    a.csv: must have a column 'incme'; got none of this name. Did you mean 'Income'?
    """
    spelt = {there.lower(): there for there in names}
    near = difflib.get_close_matches(name.lower(), spelt, n=1, cutoff=0.55)
    some = ", ".join(shown(there, 30) for there in names[:8]) + (", …" if len(names) > 8 else "")
    fix = f"Did you mean {spelt[near[0]]!r}?" if near else f"Its columns are {some}."
    return Fault(origin, f"have a column {shown(name, 40)}", "none of this name", fix)


def ignored_columns(origin: str, names: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the note that columns are ignored, or no note where all are known.

    >>> ignored_columns("a.csv", ["age", "shoe"], {"age"})
    ["a.csv: columns that training did not have are ignored: 'shoe'"]
    """
    extra = [shown(name, 30) for name in names if name not in known]
    told = ", ".join(extra[:TOLD]) + (", …" if len(extra) > TOLD else "")
    return [f"{origin}: columns that training did not have are ignored: {told}"] if extra else []


def without_missing(table: Table, names: Iterable[str]) -> Table:
    """Return the rows of a table that miss no value in these columns."""
    gone = np.zeros(table.rows, dtype=bool)
    for name in names:
        gone |= table.columns[name].missing
    return table.take(~gone) if gone.any() else table
