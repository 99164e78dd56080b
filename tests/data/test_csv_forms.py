"""Files as programs write them: preambles, blanks, short headers, trailing delimiters, names of years."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.data import Table, open_source, read_table
from chalkgrad.data.readers.csv.form import delimiter_of
from chalkgrad.data.tables.divisions import counters

ROWS = [("0.5", "-1", "no"), ("1.5", "2", "yes")] * 6


def table_of(folder: Path, text: str | bytes, **options: bool | str | set[str]) -> Table:
    path = folder / "t.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, **options)  # type: ignore[arg-type]


def lines(*first: str, between: str = ",", end: str = "") -> str:
    return "\n".join([*first, *(between.join(row) + end for row in ROWS), ""])


def is_whole(table: Table, names: tuple[str, ...] = ("a", "b", "y")) -> bool:
    """Whether all three columns of all rows are there."""
    columns = [column.values.tolist() for column in table.columns.values()]
    expected = [[float(a) for a, _, _ in ROWS], [float(b) for _, b, _ in ROWS], [y for _, _, y in ROWS]]
    return (table.names, columns) == (names, expected)


@pytest.mark.parametrize(
    "text",
    [
        lines("# made by a tool, version 3", "# units: cm", "a,b,y"),
        lines("#", "", "# a note, with, two commas", "", "a,b,y"),
        lines("#a,b,y"),
        lines("# a,b,y"),
        lines("sep=,", "a,b,y"),
        lines("sep=;", "a;b;y", between=";"),
        lines('"SEP=|"', "a|b|y", between="|"),
        lines("a b y", between=" "),
        lines(" a   b  y ", between="  \t "),
        lines("a,b,y") + "   \n\n \t \n",
        lines("a,b,y").replace("\n", "\n  \n"),
        lines("a,b,y").encode("utf-16"),
        lines("a,b,y").encode("utf-16-be").join([b"\xfe\xff", b""]),
        lines("a,b,y").encode("utf-32"),
    ],
)
def test_what_stands_around_a_table_is_read_past(tmp_path: Path, text: str | bytes) -> None:
    assert is_whole(table_of(tmp_path, text))


def test_an_empty_cell_after_each_line_is_a_column_without_values(tmp_path: Path) -> None:
    for text in (lines("a,b,y,", end=","), lines("a,b,y", end=",")):
        table = table_of(tmp_path, text)
        assert is_whole(table.select(("a", "b", "y")))
        assert (table.names[3:], table.notes) == (("c4",), ())
        assert table.columns["c4"].missing.all()


def test_names_of_rows_have_no_name(tmp_path: Path) -> None:
    rows = "".join(f"{number},{','.join(row)}\n" for number, row in enumerate(ROWS))
    table = table_of(tmp_path, f"a,b,y\n{rows}")
    assert is_whole(table)
    assert "the first column has no name" in table.notes[0]
    with pytest.raises(InputError, match=r"line 2: must have 3 cells"):
        table_of(tmp_path, f"a,b,y\n{rows}0,0.5,1,no\n")  # 0 is there twice: no name of a row


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("2019,2020,y", ("2019", "2020", "y")),
        ("1,2,y", ("1", "2", "y")),
        ("0.7,3,no", None),
        ("0.7,3,perhaps", None),
        ("7,7,y", None),
    ],
)
def test_names_that_are_numbers_are_found_out(
    tmp_path: Path, first: str, names: tuple[str, ...] | None
) -> None:
    table = table_of(tmp_path, lines(first))
    assert table.names == (names or ("c1", "c2", "c3"))
    assert table.rows == len(ROWS) + (names is None)
    assert ("taken for names" if names else "no line of names") in table.notes[0]
    if names:
        assert is_whole(table_of(tmp_path, lines(first), header=True), names)
    assert table_of(tmp_path, lines(first), header=False).rows == len(ROWS) + 1


def test_a_first_row_of_words_that_are_there_again_is_data(tmp_path: Path) -> None:
    rows = ["p,x,s", "e,x,y", "e,b,w"] * 5
    assert table_of(tmp_path, "\n".join(rows)).rows == 15
    assert table_of(tmp_path, "\n".join(["class,cap,x", *rows])).names == ("class", "cap", "x")


def test_a_text_is_not_cut_at_its_blanks(tmp_path: Path) -> None:
    for text in ("name\nJohn Smith\nMary Jones\n", "when\n2024-01-05 12:00\n2024-01-06 13:00\n"):
        assert len(table_of(tmp_path, text).names) == 1
    assert len(table_of(tmp_path, "when\n2024-01-05 12\n2024-01-06 13\n", delimiter=" ").names) == 1


def test_quotes_hold_blanks_together(tmp_path: Path) -> None:
    text = '18.0   8   307.0\t"chevrolet chevelle malibu"\n15.0   8   350.0\t"buick skylark 320"\n'
    table = table_of(tmp_path, text)
    assert table.columns["c4"].values.tolist() == ["chevrolet chevelle malibu", "buick skylark 320"]


@pytest.mark.parametrize("text", ['a;b;"c, d\n1;2;3\n', ';",', 'a,b\n1,"x\n', 'name;v,w\nx;"1,5\ny;"2\n'])
def test_a_quote_that_does_not_end_is_told_with_its_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"t\.csv, line \d: must be cells of a CSV file") as told:
        table_of(tmp_path, text)
    assert len(told.value.faults) == 1


def test_large_numbers_and_codes_stay_what_they_are(tmp_path: Path) -> None:
    text = "id,zip,gap,beyond,price\n9007199254740993,01234,9007199254740993,18446744073709551616,1.50\n"
    columns = table_of(tmp_path, text + "9007199254740992,1234,,5,2\n").columns
    assert columns["id"].values.tolist() == [9007199254740993, 9007199254740992]
    assert columns["zip"].values.tolist() == ["01234", "1234"]
    assert columns["gap"].values.tolist() == ["9007199254740993", None]
    assert columns["beyond"].values.tolist() == ["18446744073709551616", "5"]
    assert columns["price"].values.tolist() == [1.5, 2]


def test_numbers_beside_blanks_of_any_kind_are_numbers(tmp_path: Path) -> None:
    assert is_whole(table_of(tmp_path, lines("a,b,y").replace(",-1", "\u00a0,\u202f-1 ")))


def test_cells_are_kept_as_they_were_written_where_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1.50, 2\n1.5,NA\n", "utf-8")
    table = read_table(path, written=("a", "b"))
    written = [column.written for column in table.columns.values()]
    assert [None if column is None else column.tolist() for column in written] == [
        ["1.50", "1.5"],
        ["2", None],
    ]
    last = table.take(slice(1, 2)).columns["b"].written
    assert last is not None
    assert last.tolist() == [None]
    assert read_table(path).columns["a"].written is None


def test_delimiters_are_called_by_name() -> None:
    assert [delimiter_of(words) for words in ("TAB", "space", ";", ",,", '"')] == ["\t", " ", ";", None, None]


def test_labels_of_a_file_are_spelt_as_in_it(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,kind,y\n" + "1,1.0,-1.0\n2,1,1.0\n3,2,-1.0\n" * 4, "utf-8")
    preparation = open_source(path, "y", categorical=["kind"]).preparation
    assert preparation is not None
    assert preparation.classes == ("-1.0", "1.0")
    assert preparation.features[1:] == ("kind=1", "kind=1.0", "kind=2")
    assert preparation.targets(read_table({"y": [1, -1, -1.0]})).ravel().tolist() == [1, 0, 0]


def test_what_counts_to_256_and_again_is_no_counter() -> None:
    table = read_table({"a": np.arange(600, dtype=np.uint8), "b": np.arange(2**53, 2**53 + 600)})
    assert list(counters(table)) == ["b"]
