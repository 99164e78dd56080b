"""CSV files: delimiter and header found out, cells typed, faults told with their line."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.files import read_bytes
from chalkgrad.data.table import Column, Table, absent_column
from chalkgrad.data.typed import MISSING, is_number, typed_values

DELIMITERS = ",;\t|"
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
    rows = _rows(text, delimiter, name)
    if not rows:
        raise InputError(Fault(name, "have at least one row", "an empty file"))
    notes = []
    if header is None:
        header = not any(is_number(cell) for cell in rows[0])
    names = [cell.strip() for cell in rows.pop(0)] if header else []
    if not names:
        names = [f"c{number}" for number in range(1, len(rows[0]) + 1)]
        notes.append(f"{name} has no line of names: its columns are called c1 … c{len(names)}")
    elif "" in names:
        notes.append(f"{name} has a column without a name: it is called after its place")
        names = [cell or f"c{number}" for number, cell in enumerate(names, start=1)]
    if not rows:
        raise InputError(Fault(name, "have at least one row", "names of columns only"))
    cells, wanted = list(chain.from_iterable(rows)), set(names if columns is None else columns)
    width = len(names)
    read = [
        Column(heading, typed_values(cells[place::width], missing))
        for place, heading in enumerate(names)
        if heading in wanted
    ]
    table = Table.of(read, name, notes)
    if columns is None:
        return table
    faults = [absent_column(name, names, column) for column in columns if column not in table.columns]
    if faults:
        raise InputError(faults)
    return table.select(columns)


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


def _rows(text: str, delimiter: str, name: str) -> list[list[str]]:
    """Return the cells of every line that is not empty."""
    try:
        rows = [row for row in _reader(text, delimiter) if row]
    except csv.Error as error:
        raise InputError(_unreadable(text, delimiter, name, str(error))) from None
    if len(set(map(len, rows))) > 1:
        raise InputError(_ragged(text, delimiter, name, len(rows[0])))
    return rows


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

    return max(DELIMITERS, key=score)
