"""Tables from frames and array files: shared where possible, the same from all libraries, or refused."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import Column, Preparation, Table, read_table
from chalkgrad.data.readers.idx import read_idx
from tests.data.files import real_file

VALUES = {
    "whole": [3, 1, 2],
    "holes": [1, None, 3],
    "real": [0.5, float("nan"), -1.0],
    "truth": [True, False, True],
    "word": ["x", None, "?"],
}


def library(name: str) -> Any:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    return importlib.import_module(name)


def pandas_frame(values: dict[str, Any]) -> Any:
    return library("pandas").DataFrame(values)


def pandas_nullable(values: dict[str, Any]) -> Any:
    kinds = {"whole": "Int16", "holes": "Int64", "real": "Float32", "truth": "boolean", "word": "string"}
    return library("pandas").DataFrame(values).astype({name: kinds[name] for name in values})


def pandas_arrow(values: dict[str, Any]) -> Any:
    library("pyarrow")
    return library("pandas").DataFrame(values).convert_dtypes(dtype_backend="pyarrow")


def arrow_table(values: dict[str, Any]) -> Any:
    return library("pyarrow").table(values)


def arrow_batch(values: dict[str, Any]) -> Any:
    return library("pyarrow").RecordBatch.from_pydict(values)


def arrow_chunks(values: dict[str, Any]) -> Any:
    table = library("pyarrow").table(values)
    return library("pyarrow").concat_tables([table.slice(0, 1), table.slice(1)])


def polars_frame(values: dict[str, Any]) -> Any:
    return library("polars").DataFrame(values)


class Stream:
    """Something that only streams Arrow data."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._table = arrow_table(values)

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


MAKERS = [
    pandas_frame,
    pandas_nullable,
    pandas_arrow,
    arrow_table,
    arrow_batch,
    arrow_chunks,
    polars_frame,
    Stream,
]


@pytest.mark.parametrize("make", [dict, *MAKERS])
def test_every_library_gives_the_same_table(make: Any) -> None:
    table = read_table(make(VALUES))
    assert table.names == tuple(VALUES)
    columns = {name: column.values for name, column in table.columns.items()}
    assert columns["whole"].tolist() == [3, 1, 2]
    assert columns["whole"].dtype.kind in "if"
    assert columns["truth"].tolist() == [True, False, True]
    assert columns["word"].tolist() == ["x", None, None]
    assert [table.columns[name].missing.tolist() for name in ("holes", "real")] == [[False, True, False]] * 2


@pytest.mark.parametrize("make", [dict, *MAKERS])
def test_numbers_are_shared_not_copied(make: Any) -> None:
    if make is pandas_nullable:
        pytest.skip("nullable columns are not NumPy's")
    frame = make({"real": np.arange(5.0)})
    first, second = (read_table(frame).columns["real"].values for _ in range(2))
    if make is arrow_chunks:
        assert not np.shares_memory(first, second)
    else:
        assert np.shares_memory(first, second)


LARGE = 2**53
KEPT = [
    ([LARGE + 1, LARGE, 5], [LARGE + 1, LARGE, 5]),
    ([LARGE + 1, LARGE, None], [str(LARGE + 1), str(LARGE), None]),
    ([Decimal(LARGE + 1), Decimal(LARGE), Decimal(5)], [LARGE + 1, LARGE, 5]),
    ([Decimal("1.25"), None, Decimal(-3)], [1.25, None, -3.0]),
    (["01", "1", None], ["01", "1", None]),
    ([5, None, 7], [5.0, None, 7.0]),
]


def pandas_objects(values: dict[str, Any]) -> Any:
    return library("pandas").DataFrame(values, dtype=object)


def pandas_whole(values: dict[str, Any]) -> Any:
    kind = "Int64" if all(value is None or isinstance(value, int) for value in values["a"]) else None
    return library("pandas").DataFrame(values, dtype=kind)


def pandas_of_arrow(values: dict[str, Any]) -> Any:
    pandas, pyarrow = library("pandas"), library("pyarrow")
    arrays = {name: pandas.arrays.ArrowExtensionArray(pyarrow.array(given)) for name, given in values.items()}
    return pandas.DataFrame(arrays)


KEEPERS = [dict, pandas_objects, pandas_whole, pandas_of_arrow, arrow_table, arrow_chunks, polars_frame]


@pytest.mark.parametrize("make", [*KEEPERS, Stream])
@pytest.mark.parametrize(("values", "expected"), KEPT)
def test_no_library_merges_large_numbers_or_loses_a_zero(make: Any, values: Any, expected: Any) -> None:
    if make is pandas_whole and type(values[0]) is not int:
        pytest.skip("not whole numbers")
    column = read_table(make({"a": values})).columns["a"]
    assert repr([None if value != value else value for value in column.values.tolist()]) == repr(expected)


def test_categories_are_text_whatever_they_are() -> None:
    pandas = library("pandas")
    frame = pandas.DataFrame({"k": pandas.Categorical([2, 1, 2]), "c": pandas.Categorical(["a", None, "b"])})
    arrow = library("pyarrow").Table.from_pandas(frame)
    for source in (frame, arrow):
        table = read_table(source)
        assert table.columns["k"].values.tolist() == ["2", "1", "2"]
        assert table.columns["c"].values.tolist() == ["a", None, "b"]


def test_an_array_with_named_fields_is_a_table() -> None:
    array = np.array([(1, 2.5, "a"), (2, 3.5, "b")], dtype=[("n", "i4"), ("r", ">f8"), ("s", "U3")])
    table = read_table(array)
    assert [column.values.tolist() for column in table.columns.values()] == [[1, 2], [2.5, 3.5], ["a", "b"]]
    assert np.shares_memory(table.columns["n"].values, array)
    assert table.columns["r"].values.dtype.isnative


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"a": [1, 2], "b": [1]}, "column 'b': must have 2 rows, as column 'a' has; got 1"),
        ({"a": [[1], [1, 2]]}, "column 'a': must have rows of the same length"),
        ({"a": 3}, "column 'a': must have one value in a row"),
        ({"a": [1, "x", {}]}, "column 'a': must be numbers or text"),
        ({"a": [1, "x"], "b": [1j, 2]}, "column 'b': must be numbers or text"),
        ({"a": np.array(["2020-01-01"], "M8[D]")}, "column 'a': must be numbers or text"),
        ({}, "data: must have at least one row"),
        ({"a": []}, "data: must have at least one row"),
        (np.zeros(3), r"data: must be a table of rows and columns; got shape \(3,\)"),
        (7, "data: must be a table; got 7"),
    ],
)
def test_what_is_no_table_is_refused(source: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        read_table(source)


def test_a_frame_that_is_no_table_is_refused() -> None:
    pandas = library("pandas")
    with pytest.raises(InputError, match="each column name once; got 'a' twice"):
        read_table(pandas.DataFrame(np.zeros((2, 2)), columns=["a", "a"]))
    with pytest.raises(InputError, match="column 'd': must be numbers or text; got datetime"):
        read_table(pandas.DataFrame({"d": pandas.to_datetime(["2020-01-01"])}))
    with pytest.raises(InputError, match="column 'd': must be numbers or text; got list"):
        read_table(library("pyarrow").table({"d": [[1], [2, 3]]}))


# files of arrays


def test_npy_files_are_mapped(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(6, dtype=np.float32).reshape(3, 2))
    values = read_table(tmp_path / "x.npy").columns["x"].values
    assert isinstance(values.base, np.memmap)
    assert values.tolist() == [[0, 1], [2, 3], [4, 5]]


def test_npz_files_have_parts(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "both.npz",
        x_train=np.zeros((4, 2, 3)),
        y_train=np.arange(4),
        x_test=np.ones((2, 2, 3)),
        y_test=[7, 8],
    )
    train, test = (read_table(tmp_path / "both.npz", part=part) for part in ("train", "test"))
    assert (train.names, train.rows, test.rows) == (("x", "y"), 4, 2)
    assert train.columns["x"].values.shape == (4, 6)
    assert test.columns["y"].values.tolist() == [7, 8]
    np.savez_compressed(
        tmp_path / "one.npz", X=np.zeros((3, 2)), y=np.arange(3), mask=np.zeros(2), n=np.array(1)
    )
    one = read_table(tmp_path / "one.npz")
    assert (one.names, one.rows) == (("X", "y"), 3)
    assert "left out: 'mask', 'n'" in one.notes[0]


def test_a_spreadsheet_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "book.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with pytest.raises(InputError, match="Save it as CSV"):
        read_table(tmp_path / "book.xlsx")


def test_masked_values_are_missing() -> None:
    masked = np.ma.MaskedArray([1, 2, 3], mask=[False, True, False])
    assert read_table({"a": masked}).columns["a"].missing.tolist() == [False, True, False]


def idx(array: np.ndarray, code: int = 8) -> bytes:
    """Write an IDX file as its specification says."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_images_find_their_labels(tmp_path: Path, pack: Any) -> None:
    images, labels = np.arange(24, dtype=np.uint8).reshape(2, 3, 4), np.array([7, 9], dtype=np.uint8)
    end = ".gz" if pack is gzip.compress else ""
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte{end}").write_bytes(pack(idx(images)))
        (tmp_path / f"{part}-labels-idx1-ubyte{end}").write_bytes(pack(idx(labels)))
    for part in ("train", "test"):
        table = read_table(tmp_path / f"train-images-idx3-ubyte{end}", part=part)  # type: ignore[arg-type]
        assert table.names == ("x", "y")
        assert table.columns["x"].values.dtype == np.uint8
        assert np.array_equal(table.columns["x"].values, images.reshape(2, 12))
        assert table.columns["y"].values.tolist() == [7, 9]


def test_idx_numbers_are_big_endian(tmp_path: Path) -> None:
    (tmp_path / "n").write_bytes(idx(np.array([1.5, -2.0], dtype=">f4"), code=13))
    assert read_idx(tmp_path / "n").tolist() == [1.5, -2.0]
    (tmp_path / "n").write_bytes(idx(np.array([[1, -2]], dtype=">i2"), code=11))
    assert read_idx(tmp_path / "n").tolist() == [[1, -2]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.npy", b"\x93NUMPY"),
        (
            "a.npy",
            b"\x93NUMPY\x01\x00v\x00"
            + b"{'descr': '<f8', 'fortran_order': False, 'shape': (9999,)}"
            + b" " * 60,
        ),
        ("a.npy", b"no numbers"),
        ("a.npz", b"PK\x03\x04 and no more"),
        ("a.npz", b"PK\x05\x06" + bytes(18)),
        ("a-idx3-ubyte", idx(np.zeros((2, 3), np.uint8))[:-1]),
        ("a-idx3-ubyte", idx(np.zeros((2, 3), np.uint8)) + b"1"),
        ("a-idx3-ubyte", b"\0\0\x08\x03\xff\xff\xff\xff"),
        ("a-idx3-ubyte", b"\0\0\x08\x04" + b"\xff" * 16),
        ("a.parquet", b"PAR1 and no more"),
        ("a.parquet", b""),
    ],
)
def test_files_that_are_not_sound_are_refused(tmp_path: Path, name: str, content: bytes) -> None:
    if content.startswith(b"PAR1"):
        library("pyarrow")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_table(tmp_path / name)


def test_objects_in_array_files_are_refused_unread(tmp_path: Path) -> None:
    """They could be any program."""
    for save, name in ((np.save, "a.npy"), (np.savez, "a.npz")):
        save(tmp_path / name, np.array([{"a": 1}, None], dtype=object))
        with pytest.raises(InputError, match=r"sound .* file of numbers or text"):
            read_table(tmp_path / name)


@given(st.sampled_from(["npy", "npz", "idx", "parquet"]), st.data())
def test_damaged_files_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / f"damaged.{kind}"
    array = np.arange(12, dtype=np.uint8).reshape(4, 3)
    match kind:
        case "npy":
            np.save(path, array)
        case "npz":
            np.savez(path, x=array, y=np.arange(4))
        case "idx":
            path.write_bytes(idx(array))
        case _:
            library("pyarrow")
            importlib.import_module("pyarrow.parquet").write_table(arrow_table(VALUES), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.unlink()
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with contextlib.suppress(InputError):
        assert read_table(path).rows > 0


def test_parquet_reads_what_is_asked(tmp_path: Path) -> None:
    library("pyarrow")
    parquet = importlib.import_module("pyarrow.parquet")
    parquet.write_table(arrow_table(VALUES), tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet", ["word", "whole"]).names == ("word", "whole")
    assert read_table(tmp_path / "t.parquet").columns["word"].values.tolist() == ["x", None, None]
    with pytest.raises(InputError, match="Did you mean 'word'"):
        read_table(tmp_path / "t.parquet", ["wrd"])


def test_tables_know_their_rows() -> None:
    table = (
        Table.of([Column("a", np.arange(10.0))]).take(slice(4, 8)).take(np.array([True, False, True, False]))
    )
    assert table.columns["a"].values.tolist() == [4, 6]
    assert table.at("a", 1) == "data, column 'a', row 7"
    assert table.rows_text([0, 1]) == "rows 5, 7"


def test_mnist_is_read_and_prepared() -> None:
    table = read_table(real_file("mnist.npz"))
    preparation = Preparation.infer(table.take(slice(0, 2000)), "y")
    x, t = preparation.arrays(table.take(slice(0, 2000)))
    assert (preparation.task, preparation.classes) == ("classes", tuple(range(10)))
    assert (x.shape, x.min(), x.max()) == ((2000, 784), 0, 1)
    assert t[:5].tolist() == [5, 0, 4, 1, 9]
