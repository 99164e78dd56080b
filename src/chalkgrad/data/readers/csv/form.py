"""What the first lines of a CSV file say of its form: what divides its cells, what its columns are called."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from chalkgrad._errors import Fault, InputError
from chalkgrad.data.readers.csv.names import NamedColumns, named_columns
from chalkgrad.data.tables.typed import is_number

BLANKS = " "
"""Columns apart by any number of spaces and tabs, as in many .data files."""
DELIMITERS = (",", ";", "\t", "|")
SNIFFED = 200
"""Rows that are looked at."""
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


class _Rows(Protocol):
    """What the csv module calls a reader."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


@dataclass(frozen=True)
class CsvForm:
    """How a CSV file is read."""

    delimiter: str
    start: int
    """Lines before the first row."""
    names: tuple[str, ...]
    """Of all columns, as many as a row has cells."""
    row_names: bool = False
    """Whether the first column has no name in the file, as R writes the names of its rows."""
    notes: tuple[str, ...] = ()


def csv_form(lines: Sequence[str], name: str, delimiter: str | None, header: bool | None) -> CsvForm:
    """Return the form that the first lines of a file have; raises ``InputError`` if there is no row."""
    notes = []
    start = 0
    if lines and (told := _SEPARATOR.fullmatch(lines[0])):
        start, delimiter = 1, delimiter or told[1]
    comments = _comments(lines[start:])
    rest = lines[start + comments :]
    if not any(map(str.strip, rest)):
        comments, rest = 0, lines[start:]
    delimiter = delimiter or sniffed_delimiter(rest)
    if comments and header is not False and _names_itself(lines[start + comments - 1], rest, delimiter):
        comments -= 1
        rest = [lines[start + comments].lstrip("# \t") or "#", *rest]
        header = True
    if comments:
        what = "its first line begins" if comments == 1 else f"its first {comments} lines begin"
        notes.append(f"{name}: {what} with # and {'is' if comments == 1 else 'are'} left out")
    start += comments
    rows = list(islice(rows_of(rest, delimiter), SNIFFED))
    if not rows:
        raise InputError(Fault(name, "have at least one row", "an empty file"))
    named: NamedColumns = named_columns(rows, name, header, "." if delimiter == "," else ",")
    form = CsvForm(delimiter, start, named.names, named.row_names, (*notes, *named.notes))
    length = _lines_of_first(rest, delimiter, name, start)
    return replace(form, start=start + length) if named.header else form


def rows_of(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
    """Yield the cells of every line that is not empty; a wrong quote ends them, or raises if ``strict``."""
    reader = csv_reader(lines, delimiter, strict=strict)
    try:
        yield from filter(None, reader)
    except csv.Error:
        if strict:
            raise


def csv_reader(lines: Iterable[str], delimiter: str, *, strict: bool = True) -> _Rows:
    """Return Python's reader of these lines; spaces behind a delimiter are no part of a cell."""
    if delimiter == BLANKS:
        lines = (line.replace("\t", " ").rstrip() + "\n" for line in lines)
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


def is_blank(row: Sequence[str]) -> bool:
    """Whether a line has nothing but spaces."""
    return not any(map(str.strip, row))


def _comments(lines: Sequence[str]) -> int:
    """How many lines before the table begin with #, empty ones between them included."""
    count = 0
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            count = number
        elif line.strip():
            break
    return count


def _names_itself(line: str, rest: Sequence[str], delimiter: str) -> bool:
    """Whether a line that begins with # has the names of the columns: as many cells as the numbers below."""
    first = next(rows_of(rest, delimiter), [])
    cells = next(rows_of([line], delimiter), [])
    as_numbers = next(rows_of([line.lstrip("# \t")], delimiter), [])
    has_numbers = any(map(is_number, first)) and not any(map(is_number, as_numbers))
    return has_numbers and len(first) > 1 and len(first) in (len(cells), len(as_numbers))


def _lines_of_first(lines: Sequence[str], delimiter: str, name: str, start: int) -> int:
    """How many lines there are up to the end of the first row; raises ``InputError`` for a wrong quote."""
    reader = csv_reader(lines, delimiter)
    try:
        next(filter(None, reader))
    except csv.Error as error:
        raise InputError(unreadable(name, start + 1, str(error))) from None
    return reader.line_num


def unreadable(name: str, line: int, reason: str) -> Fault:
    """Return the fault of a line that the csv module cannot read."""
    fix = "Check its quotes." if "field larger" not in reason else "Is it a CSV file?"
    return Fault(f"{name}, line {line:,}", "be cells of a CSV file", reason, fix)


def sniffed_delimiter(lines: Sequence[str]) -> str:
    """Return the delimiter that cuts the first lines into the most cells, the same number in each."""

    def score(delimiter: str) -> tuple[float, int]:
        rows = islice(rows_of(lines, delimiter), SNIFFED)
        widths = Counter(len(row) for row in rows if not is_blank(row))
        if not widths:
            return 0.0, 0
        width, count = widths.most_common(1)[0]
        return (count / widths.total() if width > 1 else 0.0), width

    best = max(DELIMITERS, key=score)
    if best == ",":  # 1,5;2,5 is cut by its commas into more cells
        for other in DELIMITERS[1:]:
            if score(other)[0] == 1 and _has_decimal_commas(lines, other):
                return other
    maybe_blanks = score(best)[0] == 0 or (best == "\t" and (score(best)[0] < 1 or _has_runs(lines)))
    return BLANKS if maybe_blanks and score(BLANKS)[0] == 1 and _has_numbers(lines) else best


def _has_runs(lines: Sequence[str]) -> bool:
    """Whether a cell between tabs holds several numbers apart by blanks."""
    cells = (cell.split() for row in islice(rows_of(lines, "\t"), 1, SNIFFED) for cell in row)
    return any(len(parts) > 1 and all(map(is_number, parts)) for parts in cells)


def _has_decimal_commas(lines: Sequence[str], delimiter: str) -> bool:
    """Whether every comma of the first lines stands in a number, when they are cut at the delimiter."""
    rows = islice(rows_of(lines, delimiter), 1, SNIFFED)
    return all(is_number(cell.replace(",", ".")) for row in rows for cell in row if "," in cell)


def _has_numbers(lines: Sequence[str]) -> bool:
    """Whether lines that are cut at blanks have a column of numbers below the first of them."""
    rows = list(islice(rows_of(lines, BLANKS), 1, SNIFFED))
    return any(all(map(is_number, column)) for column in zip(*rows, strict=False))


def delimiter_of(words: str) -> str | None:
    r"""Return the delimiter that a person means, or None.

    >>> delimiter_of("tab"), delimiter_of(";"), delimiter_of("blanks"), delimiter_of("ab")
    ('\t', ';', ' ', None)
    """
    called = {"tab": "\t", "\\t": "\t", "blank": BLANKS, "blanks": BLANKS, "space": BLANKS, "spaces": BLANKS,
              "comma": ",", "semicolon": ";"}.get(words.lower(), words)  # fmt: skip
    return called if len(called) == 1 and called not in '"\r\n' else None
