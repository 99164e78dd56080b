"""CSV files: delimiter and header found out, cells typed, faults told with their line."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.decimal_comma import read_commas
from chalkgrad.data.files import read_bytes
from chalkgrad.data.table import Column, Table, absent_column
from chalkgrad.data.typed import MISSING, is_number, text_of, typed_values

DELIMITERS = ",;\t|"
CHUNK = 50_000
"""Lines whose cells are text in memory at a time; then they are numbers, or text that is there once."""
_SNIFFED = 200


def read_csv(
    path: str | os.PathLike[str],
    *,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    missing: Collection[str] = MISSING,
    encoding: str = "utf-8",
) -> Table:
    """Read a CSV file, plain or gzipped.

    Parameters
    ----------
    path
        The file.
    columns
        Only these; None for all.
    delimiter
        Between cells; None finds out which of comma, semicolon, tab and | it is.
    header
        Whether the first line names the columns; None: it does unless one of its cells is a number.
        Without it the columns are called c1, c2, …
    missing
        Cells that stand for no value.
    encoding
        Of the text; a byte order mark is read past.

    Raises
    ------
    InputError
        If it cannot be read or decoded, has no rows, a line with more or fewer cells than the first, a quote
        that does not end, or names twice or not at all; with the line.
    """
    name = os.fspath(path)
    text = decode(read_bytes(path), encoding, name)
    delimiter = delimiter or _sniffed_delimiter(text)
    names, data, notes = _named(text, delimiter, header, name)
    if columns is not None and (faults := [absent_column(name, names, c) for c in columns if c not in names]):
        raise InputError(faults)
    Table.of([Column(heading, np.empty(0)) for heading in names], name)  # names that are there twice
    wanted = {place: heading for place, heading in enumerate(names) if columns is None or heading in columns}
    values = _typed(lambda: _chunks(text, delimiter, len(names), data, name), wanted, missing)
    if not values:
        raise InputError(Fault(name, "have at least one row", "names of columns only"))
    if delimiter != ",":
        values, places = read_commas(values)
        if places:
            some = ", ".join(shown(wanted[place], 30) for place in places[:5]) + (", …" if places[5:] else "")
            notes.append(f"{name}: read with decimal commas: {some}")
    table = Table.of([Column(wanted[place], found) for place, found in values.items()], name, notes)
    return table if columns is None else table.select(columns)


def _named(text: str, delimiter: str, header: bool | None, name: str) -> tuple[list[str], bool, list[str]]:
    """Return the names of the columns, whether the first line has them, and what is worth knowing."""
    first = next(_rows(text, delimiter, name), None)
    if first is None:
        raise InputError(Fault(name, "have at least one row", "an empty file"))
    if header is None:
        header = not any(is_number(cell if delimiter == "," else cell.replace(",", ".")) for cell in first)
    counted = [f"c{number}" for number in range(1, len(first) + 1)]
    if not header:
        return counted, False, [f"{name} has no line of names: its columns are called c1 … {counted[-1]}"]
    names = [cell.strip() for cell in first]
    notes = [f"{name} has a column without a name: it is called after its place"] if "" in names else []
    return [cell or place for cell, place in zip(names, counted, strict=True)], True, notes


def _typed(
    chunks: Callable[[], Iterator[tuple[list[str], int]]], wanted: Mapping[int, str], missing: Collection[str]
) -> dict[int, NDArray[Any]]:
    """Return the values of the wanted columns; those with text in any chunk are read again as text."""
    pieces: dict[int, list[NDArray[Any]]] = {place: [] for place in wanted}
    width = 0
    for cells, width in chunks():
        for place in wanted:
            pieces[place].append(typed_values(cells[place::width], missing))
    mixed = [place for place, found in pieces.items() if len({piece.dtype for piece in found}) > 1]
    for place in mixed:
        pieces[place] = []
    for cells, width in chunks() if mixed else ():
        for place in mixed:
            pieces[place].append(text_of(cells[place::width], missing))
    return {place: np.concatenate(found) for place, found in pieces.items() if found}


def decode(content: bytes, encoding: str, name: str) -> str:
    """Return the text of a file; raises ``InputError`` with the line of the first byte that is none."""
    try:
        text = content.decode("utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{content[error.start]:02x} in line {line:,}"
        fix = "Save it as UTF-8, or name its encoding, such as encoding='latin-1'."
        raise InputError(Fault(name, f"be text in {encoding.upper()}", got, fix)) from None
    except LookupError:
        raise InputError(Fault("encoding", "be a known encoding", shown(encoding), "Try 'utf-8'.")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        fix = "Is it a CSV file?  UTF-16 needs encoding='utf-16'."
        raise InputError(Fault(name, "be text", f"a zero byte in line {line:,}", fix))
    return text


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)


def _rows(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    """Yield the cells of every line that is not empty."""
    try:
        yield from filter(None, _reader(text, delimiter))
    except csv.Error as error:
        raise InputError(_unreadable(text, delimiter, name, str(error))) from None


def _chunks(
    text: str, delimiter: str, width: int, header: bool, name: str
) -> Iterator[tuple[list[str], int]]:
    """Yield the cells of some lines at a time, row after row."""
    rows = _rows(text, delimiter, name)
    if header:
        next(rows)
    while some := list(islice(rows, CHUNK)):
        if any(len(row) != width for row in some):
            raise InputError(_ragged(text, delimiter, name, width))
        yield list(chain.from_iterable(some)), width


def _unreadable(text: str, delimiter: str, name: str, reason: str) -> Fault:
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for _ in reader:
            line = reader.line_num
    except csv.Error:
        line += 1
    fix = "Check its quotes." if "field larger" not in reason else "Is it a CSV file?"
    return Fault(f"{name}, line {line:,}", "be cells of a CSV file", reason, fix)


def _ragged(text: str, delimiter: str, name: str, width: int) -> Fault:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    row = next(row for row in reader if row and len(row) != width)
    condition = f"have {width} cells, as the first line has"
    fix = "A cell that contains the delimiter needs quotes."
    return Fault(f"{name}, line {reader.line_num:,}", condition, str(len(row)), fix)


def _sniffed_delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into the most cells, the same number in each."""
    head = text[:65536]
    if len(text) > len(head):
        head = head[: head.rfind("\n") + 1] or head

    def score(delimiter: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            widths = Counter(len(row) for row in islice(reader, _SNIFFED) if row)
        except csv.Error:
            return 0.0, 0
        if not widths:
            return 0.0, 0
        width, count = widths.most_common(1)[0]
        return (count / widths.total() if width > 1 else 0.0), width

    best = max(DELIMITERS, key=score)
    if best == ",":  # 1,5;2,5 is cut by its commas into more cells
        for other in DELIMITERS[1:]:
            if score(other)[0] == 1 and _has_decimal_commas(head, other):
                return other
    return best


def _has_decimal_commas(text: str, delimiter: str) -> bool:
    """Whether every comma of the first lines stands in a number, when they are cut at the delimiter."""
    cells = (cell for row in islice(_reader(text, delimiter), 1, _SNIFFED) for cell in row if "," in cell)
    return all(is_number(cell.replace(",", ".")) for cell in cells)
