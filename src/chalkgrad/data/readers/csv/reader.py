"""CSV files: their form found out, cells typed, faults told with their line."""

from __future__ import annotations

import csv
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.csv.decimal_comma import read_commas
from chalkgrad.data.readers.csv.form import CsvForm, csv_form, csv_reader, is_blank, unreadable
from chalkgrad.data.readers.csv.pieces import CsvReading, Pick, Pieces
from chalkgrad.data.readers.csv.text import UTF8, CsvText
from chalkgrad.data.tables.table import Column, Table, absent_column
from chalkgrad.data.tables.typed import MISSING, settled_values, text_of, typed_values

CHUNK = 10_000
"""Lines whose cells are text in memory at a time; then they are numbers, or text that is there once."""


def read_csv(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    missing: Collection[str] = MISSING,
    encoding: str = UTF8,
    written: Collection[str] = (),
) -> Table:
    """Read a CSV file, plain or packed.

    Parameters
    ----------
    path
        The file.
    columns
        Only these; None for all.
    delimiter
        Between cells, a space for any number of blanks; None finds out what it is.  Lines that begin with #
        before the table, and Excel's ``sep=;``, are read past.
    header
        Whether the first line names the columns; None finds out.  Without it they are called c1, c2, …
    missing
        Cells that stand for no value.
    encoding
        Of the text; a byte order mark says it too.
    written
        Columns whose cells are wanted as they were written beside their values.

    Raises
    ------
    InputError
        If it cannot be read or decoded, has no rows, a line with more or fewer cells than the first, a quote
        that does not end, or names twice or not at all; with the line.
    """
    text = CsvText(path, encoding)
    form = csv_form(text.head(), text.name, delimiter, header)
    if columns is not None:
        faults = [absent_column(text.name, form.names, name) for name in columns if name not in form.names]
        if faults:
            raise InputError(faults)
    Table.of([Column(name, np.empty(0)) for name in form.names], text.name)  # names that are there twice
    wanted = {
        place: name
        for place, name in enumerate(form.names)
        if (columns is None or name in columns) and place >= form.row_names
    }
    also = [place for place, name in wanted.items() if name in written]
    values = read_values(text, form, list(wanted), also, missing)
    if not any(map(len, values.values())):
        raise InputError(Fault(text.name, "have at least one row", "names of columns only"))
    found = {place: values[Pick(place, False)] for place in wanted}
    notes = list(form.notes)
    if form.delimiter != ",":
        found, places = read_commas(found)
        notes += _commas_told([wanted[place] for place in places], text.name)
    read = [
        Column(name, found[place], None if found[place].dtype == object else values.get(Pick(place, True)))
        for place, name in wanted.items()
    ]
    table = Table.of(read, text.name, notes)
    return table if columns is None else table.select(columns)


def _commas_told(names: Sequence[str], origin: str) -> list[str]:
    some = ", ".join(shown(name, 30) for name in names[:5]) + (", …" if names[5:] else "")
    return [f"{origin}: read with decimal commas: {some}"] if names else []


def read_values(
    text: CsvText, form: CsvForm, places: Sequence[int], also: Sequence[int], missing: Collection[str]
) -> Mapping[Pick, NDArray[Any]]:
    """Return columns by place, some as text also: by pyarrow where it reads the same, else by Python."""
    from chalkgrad.data.readers.csv.arrow import arrow_readings

    wanted = [Pick(place, False) for place in places] + [Pick(place, True) for place in also]
    for quick in arrow_readings(text, form, missing):
        if (found := gathered(quick, wanted, text.most_rows)) is not None:
            return found
    found = gathered(plain_reading(text, form, missing), wanted, text.most_rows)
    assert found is not None, "what Python cannot read has raised"
    return found


class _Filled:
    """A column that is filled piece by piece, without a second copy of it."""

    def __init__(self, most: int) -> None:
        self._most, self._rows = most, 0
        self._values: NDArray[Any] = np.empty(0)
        self.mixed = False
        """Whether some pieces are numbers and others text; then nothing is kept."""

    def add(self, piece: NDArray[Any]) -> None:
        """Append the values of some rows."""
        if not self._rows:
            self._values = np.empty(self._most, piece.dtype)
        elif piece.dtype != self._values.dtype:
            self.mixed, self._values = True, np.empty(0, object)
        if not self.mixed:
            self._values[self._rows : self._rows + len(piece)] = piece
        self._rows += len(piece)

    @property
    def values(self) -> NDArray[Any]:
        """All that was added."""
        return self._values[: self._rows]


def gathered(reading: CsvReading, wanted: Sequence[Pick], most: int) -> dict[Pick, NDArray[Any]] | None:
    """Return whole columns of at most so many rows, or None if the reading failed.

    Those that are text in some rows only are read again as text.
    """
    columns = _gather(reading, wanted, most)
    again = [Pick(one.place, True) for one in wanted if columns and columns[one].mixed]
    texts = _gather(reading, again, most) if again else {}
    if columns is None or texts is None:
        return None
    found = {}
    for one in wanted:
        values = (texts[Pick(one.place, True)] if columns[one].mixed else columns[one]).values
        found[one] = settled_values(values) if values.dtype == object and not one.as_text else values
    return found


def _gather(reading: CsvReading, wanted: Sequence[Pick], most: int) -> dict[Pick, _Filled] | None:
    """Return the columns as they are read, or None if the reading failed."""
    columns = {one: _Filled(most) for one in wanted}
    for some in reading(wanted):
        if not some:
            return None
        for one, values in some.items():
            columns[one].add(values)
    return columns


def plain_reading(text: CsvText, form: CsvForm, missing: Collection[str]) -> CsvReading:
    """Return the reading by Python's csv module; it raises ``InputError`` with the line of what is wrong."""
    width = len(form.names)

    def read(wanted: Sequence[Pick]) -> Iterator[Pieces]:
        for cells in _chunks(text, form):
            yield {
                one: (text_of if one.as_text else typed_values)(cells[one.place :: width], missing)
                for one in wanted
            }

    return read


def _chunks(text: CsvText, form: CsvForm) -> Iterator[list[str]]:
    """Yield the cells of some lines at a time, row after row."""
    width = len(form.names)
    with text.lines(form.start) as lines:
        rows = filter(None, csv_reader(lines, form.delimiter))
        while some := _some(rows, text, form):
            if any(len(row) != width for row in some):
                some = [row for row in some if len(row) == width or not is_blank(row)]
                if any(len(row) != width for row in some):
                    raise InputError(_ragged(text, form))
            if some:
                yield list(chain.from_iterable(some))


def _some(rows: Iterator[list[str]], text: CsvText, form: CsvForm) -> list[list[str]]:
    try:
        return list(islice(rows, CHUNK))
    except csv.Error as error:
        raise InputError(_unreadable(text, form, str(error))) from None


def _unreadable(text: CsvText, form: CsvForm, reason: str) -> Fault:
    line = 0
    with text.lines(form.start) as lines:
        reader = csv_reader(lines, form.delimiter)
        try:
            for _ in reader:
                line = reader.line_num
        except csv.Error:
            line += 1
    return unreadable(text.name, form.start + line, reason)


def _ragged(text: CsvText, form: CsvForm) -> Fault:
    width = len(form.names)
    with text.lines(form.start) as lines:
        reader = csv_reader(lines, form.delimiter)
        row = next(row for row in reader if row and len(row) != width and not is_blank(row))
        line = form.start + reader.line_num
    condition = f"have {width} cells, as the first line has"
    fix = "A cell that contains the delimiter needs quotes."
    return Fault(f"{text.name}, line {line:,}", condition, str(len(row)), fix)
