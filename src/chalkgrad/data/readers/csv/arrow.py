"""The quick readings of CSV files by pyarrow (the extra ``data``), of files that it reads as Python does.

What pyarrow makes a number of is one for Python too.  Whatever is out of the ordinary, a quote within a cell
or a line of another length, is left to Python's reader, which tells it with its line.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalkgrad.data.readers.csv.form import BLANKS, SNIFFED, CsvForm, rows_of
from chalkgrad.data.readers.csv.pieces import CsvReading, Pick, Pieces
from chalkgrad.data.readers.csv.text import CsvText
from chalkgrad.data.tables.typed import EXACT, has_numbers, is_code, is_large, text_of, typed_values

FEWEST_BYTES = 1 << 20
"""Smaller files are read by Python before pyarrow is loaded."""
_BLOCK, _LINES = 1 << 18, 64
"""Bytes that are read together, or so many lines where they are long."""
_LARGEST_CELL = 131_072
"""Longer ones are refused by Python's csv module."""
_QUOTE, _LF, _CR, _ZERO, _NINE = b'"\n\r09'


def arrow_readings(text: CsvText, form: CsvForm, missing: Collection[str]) -> list[CsvReading]:
    """Return the readings by pyarrow, the quickest first; none if it is absent or could read something else.

    A reading that fails after all ends with an empty piece, and the next is right.
    """
    plain = form.delimiter != BLANKS and form.delimiter.isascii() and form.delimiter not in '"\r\n'
    if not plain or text.size < FEWEST_BYTES or importlib.util.find_spec("pyarrow") is None:
        return []
    looks = _looks(text.blocks(), ord(form.delimiter))
    if looks is None:
        return []
    readings = [_reading(text, form, missing, looks, set())]
    if not looks.codes and not has_numbers(missing):
        readings.insert(0, _reading(text, form, missing, looks, _number_places(text, form, missing)))
    return readings


class _Looks(NamedTuple):
    """What the bytes of a file have."""

    quotes: bool
    codes: bool
    """Whether a cell may begin with a needless 0."""


def _looks(blocks: Iterator[bytes], delimiter: int) -> _Looks | None:
    """Return how a file looks; None if a quote is not around a whole cell, or a line ends with CR alone."""
    count, codes, window = 0, False, b"\n"
    ends = (delimiter, _LF, _CR, _QUOTE)
    for block in chain(blocks, [b"\n"]):
        window += block
        if b"\r" in window and window.count(b"\r", 0, -1) != window.count(b"\r\n"):
            return None
        letters = np.frombuffer(window, np.uint8)
        if b'"' in window:
            places = np.flatnonzero(letters[1:-1] == _QUOTE) + 1
            opens = (count + np.arange(len(places))) % 2 == 0
            if not np.isin(np.where(opens, letters[places - 1], letters[places + 1]), ends).all():
                return None
            count += len(places)
        codes = codes or _may_have_codes(letters, delimiter)
        window = window[-2:]
    return None if count % 2 else _Looks(count > 0, codes)


def _may_have_codes(letters: NDArray[np.uint8], delimiter: int) -> bool:
    """Whether a 0 behind a delimiter, a quote, a blank or the end of a line stands before a digit."""
    before, here, behind = letters[:-2], letters[1:-1], letters[2:]
    found = here == _ZERO
    found &= behind - np.uint8(_ZERO) <= _NINE - _ZERO
    found &= (before <= _QUOTE) | (before == delimiter)
    return bool(found.any())


def _number_places(text: CsvText, form: CsvForm, missing: Collection[str]) -> set[int]:
    """Return the columns that are numbers in the first rows."""
    with text.lines(form.start) as lines:
        rows = list(islice(rows_of(lines, form.delimiter), SNIFFED))
    columns = enumerate(zip(*rows, strict=False))
    return {place for place, cells in columns if typed_values(cells, missing).dtype == np.float64}


def _reading(
    text: CsvText, form: CsvForm, missing: Collection[str], looks: _Looks, numbers: set[int]
) -> CsvReading:
    """Return a reading that takes pyarrow's numbers for these columns, and makes its own of the others."""

    def read(wanted: Sequence[Pick]) -> Iterator[Pieces]:
        import pyarrow as pa

        typed = numbers - {one.place for one in wanted if one.as_text}
        try:
            for arrays in _batches(text, form, missing, {one.place for one in wanted}, looks, typed):
                yield {
                    one: _own_numbers(arrays[one.place])
                    if one.place in typed
                    else _values(arrays[one.place], missing, as_text=one.as_text)
                    for one in wanted
                }
        except (pa.ArrowException, ValueError):
            yield {}

    return read


def _batches(
    text: CsvText, form: CsvForm, missing: Collection[str], places: set[int], looks: _Looks, typed: set[int]
) -> Iterator[dict[int, Any]]:
    """Yield some rows at a time, by place: the typed columns in float64, the others as text."""
    import pyarrow as pa
    from pyarrow import csv

    included = sorted(places)
    names = [str(place) for place in range(len(form.names))]
    types = {str(place): pa.float64() if place in typed else pa.string() for place in range(len(names))}
    with text.open() as file:
        for _ in range(form.start):
            file.readline()
        reader = csv.open_csv(
            pa.PythonFile(file, mode="r"),
            read_options=csv.ReadOptions(column_names=names, block_size=_block_size(text), use_threads=False),
            parse_options=csv.ParseOptions(
                delimiter=form.delimiter,
                newlines_in_values=looks.quotes,
                invalid_row_handler=lambda row: "error" if row.text is None or row.text.strip() else "skip",
            ),
            convert_options=csv.ConvertOptions(
                column_types=types,
                include_columns=[str(place) for place in included],
                null_values=sorted(missing),
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        for batch in reader:
            if batch.num_rows:
                yield dict(zip(included, batch.columns, strict=True))


def _block_size(text: CsvText) -> int:
    return max(_BLOCK, _LINES * max(map(len, text.head()), default=0))


def _own_numbers(array: Any) -> NDArray[np.float64]:
    """Return pyarrow's numbers, NaN where missing; raises ``ValueError`` if one may not be exact."""
    found = _floats(array)
    if (np.abs(found) >= EXACT).any():
        raise ValueError("a whole number above 2⁵³")
    return found


def _floats(array: Any) -> NDArray[np.float64]:
    """Return an array of float64, NaN where it is null; pyarrow's own way would load pandas first."""
    given = array.fill_null(float("nan")) if array.null_count else array
    return np.frombuffer(given.buffers()[1], np.float64)[given.offset :][: len(given)]


def _offsets(array: Any) -> NDArray[np.int32]:
    """Return where each cell begins, and the last ends."""
    return np.frombuffer(array.buffers()[1], np.int32)[array.offset :][: len(array) + 1]


def _values(array: Any, missing: Collection[str], *, as_text: bool) -> NDArray[Any]:
    if np.diff(_offsets(array)).max(initial=0) > _LARGEST_CELL:
        raise ValueError("a cell larger than Python's csv module takes")
    numbers = None if as_text else _numbers(array, missing)
    return _texts(array, missing) if numbers is None else numbers


def _texts(array: Any, missing: Collection[str]) -> NDArray[Any]:
    """Return the cells as text, stripped, None where missing: each different one is looked at once."""
    coded = array.dictionary_encode()
    different = text_of(coded.dictionary.to_pylist(), missing)
    places = np.frombuffer(coded.indices.buffers()[1], np.int32)[coded.indices.offset :][: len(array)]
    found: NDArray[Any] = different[places]
    return found


def _numbers(array: Any, missing: Collection[str]) -> NDArray[np.float64] | None:
    """Return the cells as numbers, or None if one is none, or would lose what it says."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = pc.ascii_trim_whitespace(array)
    gaps = pc.is_in(array, value_set=pa.array(sorted(missing), pa.string()))
    try:
        values = _floats(pc.if_else(gaps, pa.scalar(None, pa.string()), array).cast(pa.float64()))
    except pa.ArrowInvalid:
        return None
    if any(is_large(array[place].as_py()) for place in np.flatnonzero(np.abs(values) >= EXACT).tolist()):
        return None
    return None if _has_codes(array) else values


def _has_codes(array: Any) -> bool:
    """Whether a cell is a code such as 007."""
    import pyarrow as pa

    offsets = _offsets(array)
    long = np.flatnonzero(np.diff(offsets) > 1)
    if not len(long):
        return False
    letters = np.frombuffer(array.buffers()[2], np.uint8)
    second = letters[offsets[long] + 1]
    begins = long[(letters[offsets[long]] == _ZERO) & (second >= _ZERO) & (second <= _NINE)]
    return any(map(is_code, array.take(pa.array(begins)).to_pylist()))
