"""CSV files: what comes back is what was written, pandas reads the same, and mistakes have their line."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError, MissingFileError
from chalkgrad.data import read_table
from chalkgrad.data.readers.csv.reader import read_csv
from chalkgrad.data.readers.csv.text import decode
from chalkgrad.data.tables.typed import MISSING, typed_values
from tests.data.files import real_file


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).filter(
    lambda text: text.strip() == text and text not in MISSING
)


@given(st.lists(st.tuples(FLOATS, TEXTS), min_size=1, max_size=20), st.sampled_from(",;\t|"))
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(["size", "a name, with; all|delimiters"])
    writer.writerows([[repr(number), f"x{words}"] for number, words in rows])
    path = written(tmp_path_factory.getbasetemp(), text.getvalue())
    table = read_csv(path, delimiter=delimiter)
    assert table.names == ("size", "a name, with; all|delimiters")
    assert table.columns["size"].values.tolist() == [number for number, _ in rows]
    assert table.columns[table.names[1]].values.tolist() == [f"x{words}" for _, words in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_delimiters_line_ends_and_gzip_are_found_out(
    tmp_path: Path, delimiter: str, pack: type, end: str
) -> None:
    text = end.join(["a,b,c", '1,"x, y; z|",', '2.5," q ",7', ""]).replace(",", delimiter)
    text = text.replace(f"x{delimiter} ", "x, ")
    table = read_table(written(tmp_path, pack(text.encode())))
    assert table.names == ("a", "b", "c")
    assert table.columns["a"].values.tolist() == [1, 2.5]
    assert table.columns["b"].values[1] == "q"
    assert table.columns["c"].missing.tolist() == [True, False]


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("a,b", ("a", "b")),
        ("1,2", ("c1", "c2")),
        ("a,2", ("a", "2")),
        ("NA,2", ("c1", "c2")),
        ("\ufeffa,b", ("a", "b")),
        ('" a ","b, c"', ("a", "b, c")),
        (",b", ("c1", "b")),
    ],
)
def test_a_line_of_names_is_found_out(tmp_path: Path, first: str, names: tuple[str, ...]) -> None:
    table = read_csv(written(tmp_path, f"{first}\n3,4\n5,6\n"))
    assert table.names == names
    assert table.rows == (3 if names == ("c1", "c2") else 2)
    assert bool(table.notes) == (names[0] == "c1" or names[1] == "2")
    assert read_csv(written(tmp_path, "1,2\n3,4\n"), header=True).names == ("1", "2")


def test_cells_that_stand_for_nothing_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,x\n-99,?\n")
    assert read_csv(path).columns["a"].values.tolist() == [1, -99]
    table = read_csv(path, missing={"-99"})
    assert table.columns["a"].missing.tolist() == [False, True]
    assert table.columns["b"].values.tolist() == ["x", "?"]


def test_columns_come_in_the_order_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,c\n1,2,3\n")
    assert read_table(path, ["c", "a"]).names == ("c", "a")


def test_a_column_is_numbers_only_if_all_its_chunks_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalkgrad.data.readers.csv.reader.CHUNK", 2)
    table = read_csv(written(tmp_path, "a,b,c\n007,1,x\n8,2,\n9,?,y\nten,4,5\n"))
    assert table.columns["a"].values.tolist() == ["007", "8", "9", "ten"]
    assert table.columns["b"].values.dtype == np.float64
    assert table.columns["c"].values.tolist() == ["x", None, "y", "5"]


@pytest.mark.parametrize("cell", ["1_000", "١٢", "0x10", "1,5", "1e", "--1"])
def test_what_nobody_writes_for_a_number_is_text(cell: str) -> None:
    assert typed_values([cell, "1"]).tolist() == [cell, "1"]


@pytest.mark.parametrize(
    ("content", "place", "condition"),
    [
        ("", "", "have at least one row"),
        ("\n\n", "", "have at least one row"),
        ("a,b\n", "", "have at least one row"),
        ("a,b\n1,2\n3\n", ", line 3", "have 2 cells"),
        ("a,b\n\n1,2\n3,4,5\n", ", line 4", "have 2 cells"),
        ('a,b\n1,"x\ny"\n3\n', ", line 4", "have 2 cells"),
        ('a,b\n1,"x\n', ", line 2", "be cells of a CSV file"),
        ('a,b\n1,"x"y\n', ", line 2", "be cells of a CSV file"),
        ("a,b\n1," + "x" * 200_000 + "\n", ", line 2", "be cells of a CSV file"),
        ("a,a\n1,2\n", "", "have each column name once"),
        (b"a,b\n1,\xe9\n", "", "be text in UTF-8"),
        (b"a,b\n1,\0\n", "", "be text"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "", "be a whole gzip file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:12] + b"xxxxxxxxxxx", "", "be a sound gzip file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, content: str | bytes, place: str, condition: str
) -> None:
    path = written(tmp_path, content)
    with pytest.raises(InputError) as told:
        read_table(path)
    (fault,) = told.value.faults
    assert fault.path == f"{path}{place}"
    assert fault.condition.startswith(condition)


def test_other_encodings_are_read_when_named(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,é\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"byte 0xe9 in line 2.*encoding='latin-1'"):
        read_table(path)
    assert read_table(path, encoding="latin-1").columns["b"].values.tolist() == ["é"]
    assert read_table(written(tmp_path, "a,b\n1,é\n".encode("utf-16")), encoding="utf-16").names == ("a", "b")
    with pytest.raises(InputError, match="known encoding"):
        decode(b"a", "utf-9", "t.csv")


def test_an_absent_file_or_column_is_told_with_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, "Age,Income\n1,2\n")
    with pytest.raises(MissingFileError, match=r"Did you mean .*t\.csv"):
        read_table(tmp_path / "tt.csv")
    with pytest.raises(InputError, match="Did you mean 'Income'"):
        read_table(tmp_path / "t.csv", ["incme"])
    with pytest.raises(InputError, match="a directory"):
        read_table(tmp_path)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.getbasetemp(), content, "any")
    with contextlib.suppress(InputError):
        assert read_table(path).rows


@pytest.mark.parametrize("name", ["adult", "california_housing", "letter", "bank_full", "german_credit"])
def test_pandas_reads_the_same(name: str) -> None:
    pandas = pytest.importorskip("pandas")
    path = real_file(f"{name}.csv.gz")
    ours, theirs = read_table(path), pandas.read_csv(path, na_values="?", skipinitialspace=True)
    assert ours.names == tuple(theirs.columns)
    for column in ours.columns.values():
        expected = theirs[column.name]
        assert np.array_equal(column.missing, expected.isna().to_numpy())
        present = ~column.missing
        assert np.array_equal(column.values[present], expected.to_numpy()[present])
