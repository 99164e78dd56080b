"""A CSV file is the same table, or the same fault, whether Python's csv module or pyarrow reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import read_table
from chalkgrad.data.readers.csv import arrow as csv_arrow
from chalkgrad.data.readers.csv import reader as csv_reader
from chalkgrad.data.readers.csv.form import csv_form
from chalkgrad.data.readers.csv.text import CsvText
from chalkgrad.data.tables.typed import MISSING

pytest.importorskip("pyarrow", reason="the extra data is not installed")

NUMBERS = [
    "0",
    "1",
    "-2.5",
    "+3",
    "1e3",
    "1E-400",
    "1e400",
    ".5",
    "5.",
    "-0",
    "inf",
    "-Infinity",
    "nan(1)",
    "NaN",
]
WHOLE = [
    "9007199254740993",
    "-9007199254740994",
    "9223372036854775808",
    "123456789012345678901234567890",
    "1" * 400,
]
CODES = ["007", "00", "01.5", "0x10", "1_0", "1d5", "1e", "--1", "٣"]
COMMAS = ["1,5", "1,234", "0,25", "1.234,5"]
WORDS = [
    "x",
    "red",
    "Straße",
    "a b",
    "",
    " ",
    "NA",
    "?",
    "null",
    "#3",
    "don't",
    "2024-01-05",
    "1\u00a0",
    " 7 ",
]
QUOTED = ['say ""hi""', "two\nlines", "two\r\nlines", "comma, comma", "semi; colon", '""', "#"]
KINDS = [NUMBERS, NUMBERS[:5], WHOLE[:2], WHOLE, CODES, COMMAS, WORDS, [*NUMBERS[:4], *WORDS]]
ODD = ["", "   ", '"', ";", ",", "x,,,,,", ' "q" ', 'a"b', "\r", "# note", "sep=;"]
OPTIONS: list[dict[str, Any]] = [
    {},
    {"header": True},
    {"header": False},
    {"delimiter": ";"},
    {"missing": {"-2.5", ""}},
]


@st.composite
def files(draw: st.DrawFn) -> str:
    """Draw the text of a file: columns of one kind of cell each, and now and then something odd."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    delimiter = draw(st.sampled_from(",;\t|"))
    rows = draw(st.integers(1, 12))
    head = [f"n{place}" for place in range(len(kinds))]
    lines = [delimiter.join(head)] if draw(st.booleans()) else []
    for _ in range(rows):
        cells = [draw(st.sampled_from(kind)) for kind in kinds]
        lines.append(delimiter.join(_as_cell(draw, cell, delimiter) for cell in cells))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(ODD)))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    return (
        draw(st.sampled_from(["", "", "\ufeff"]))
        + end.join(lines)
        + draw(st.sampled_from(["", end, end * 2]))
    )


def _as_cell(draw: st.DrawFn, cell: str, delimiter: str) -> str:
    if draw(st.integers(0, 5)) == 0:
        cell = draw(st.sampled_from(QUOTED))
        return f'"{cell}"'
    return f'"{cell}"' if delimiter in cell or draw(st.integers(0, 5)) == 0 else cell


def read(path: Path, fewest: int, **options: Any) -> tuple[Any, ...]:
    """Return all that is read of a file, or what is said against it, with pyarrow from so many bytes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_arrow, "FEWEST_BYTES", fewest)
        patch.setattr(csv_arrow, "_BLOCK", 64)
        patch.setattr(csv_reader, "CHUNK", 3)
        try:
            table = read_table(path, **options)
        except InputError as error:
            return ("refused", str(error))
    values = [
        (column.values.dtype, column.values.tolist(), _list(column.written))
        for column in table.columns.values()
    ]
    return table.names, table.rows, table.notes, values


def _list(values: Any) -> Any:
    return None if values is None else values.tolist()


def same(one: Any, other: Any) -> bool:
    """Whether two readings are equal, NaN to NaN and 0 to −0 unlike."""
    return repr(one) == repr(other)


@settings(max_examples=200)
@given(files(), st.sampled_from(OPTIONS), st.sampled_from([(), ("n0", "n2", "c1")]))
def test_both_readers_give_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, text: str, options: dict[str, Any], written: tuple[str, ...]
) -> None:
    path = tmp_path_factory.getbasetemp() / "same.csv"
    path.write_bytes(text.encode())
    plain, quick = (read(path, fewest, written=written, **options) for fewest in (1 << 60, 0))
    assert same(plain, quick)


@given(st.lists(st.text("0123456789.eE+-_ naNifINFx\t", max_size=8), min_size=1, max_size=8))
def test_both_readers_know_the_same_numbers(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "numbers.csv"
    path.write_text("a|b\n" + "".join(f"{cell}|1\n" for cell in cells), "utf-8")
    assert same(read(path, 1 << 60), read(path, 0))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("a,b\n1,2\n", 2),
        ('a,b\n"x ""y"", z",2\n"1\n2",3\n', 2),
        ("a,b\r\n1,NA\r\n", 2),
        ("a,b\n007,2\n", 1),
        ("a,b\n1, 02\n", 1),
        ("a b\n1 2\n3 4\n", 0),
        ('a,b\n1, "2"\n', 0),
        ('a,b\n1,2"\n', 0),
        ("a,b\r1,2\r", 0),
    ],
)
def test_what_is_ordinary_is_read_by_pyarrow(tmp_path: Path, text: str, readings: int) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_arrow, "FEWEST_BYTES", 0)
        whole = CsvText(path)
        found = csv_arrow.arrow_readings(whole, csv_form(whole.head(), "t", None, None), MISSING)
    assert len(found) == readings


def test_what_comes_late_is_not_lost(tmp_path: Path) -> None:
    """A column whose thousand first rows are plain numbers, and then a code, a large number or a word."""
    for late, kind in (("007", str), ("9007199254740993", int), ("x", str), ("5", float)):
        path = tmp_path / "late.csv"
        path.write_text("a,b\n" + "1,0.5\n" * 30_000 + f"{late},2\n", "utf-8")
        plain, quick = read(path, 1 << 60), read(path, 0)
        assert same(plain, quick)
        last = quick[3][0][1][-1]
        assert (type(last), str(last)) == (kind, late if kind is not float else "5.0")
    assert np.dtype(quick[3][0][0]) == np.float64
