"""Streams: every row once an epoch, well mixed, repeatable, in little memory, from a file that stays."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import MemmapSource, ParquetSource, Preparation, open_source, read_table
from chalkgrad.data.columns.prepared import PreparedSource
from chalkgrad.data.streams.blocks import ArrayBlocks, mapped_file
from chalkgrad.data.streams.source import ArraySource, Portion, RowSource


def numbered(rows: int, **sizes: int) -> MemmapSource:
    """Return a source whose row i is (i, i) with target i and weight 2i."""
    x = np.repeat(np.arange(rows, dtype=np.float32)[:, None], 2, axis=1)
    return MemmapSource(x, np.arange(rows), 2.0 * np.arange(rows), **sizes)


def visited(source: RowSource, epoch: int = 0, **options: Any) -> list[int]:
    """Return the row numbers in visiting order, and check what holds of every portion."""
    options = {"seed": 5, "shuffle": True, "batch_size": 4} | options
    seen: list[int] = []
    portions = source.portions(epoch, **options)
    counts = []
    for x, t, weight, order in portions:
        assert order.dtype == np.int64
        assert np.array_equal(x[order, 0], t[order])
        assert weight is not None
        assert np.array_equal(weight[order], 2 * t[order])
        seen += t[order].tolist()
        counts.append(len(order))
    assert all(count and count % options["batch_size"] == 0 for count in counts[:-1])
    return seen


SIZES = {"buffer_rows": st.integers(1, 60), "block_rows": st.integers(1, 30)}


@given(st.integers(1, 120), st.fixed_dictionaries(SIZES), st.integers(1, 20), st.booleans())
def test_every_row_comes_once(rows: int, sizes: dict[str, int], batch_size: int, shuffle: bool) -> None:
    seen = visited(numbered(rows, **sizes), batch_size=batch_size, shuffle=shuffle)
    assert sorted(seen) == list(range(rows))
    assert shuffle or seen == sorted(seen)


@given(st.integers(1, 120), st.fixed_dictionaries(SIZES), st.integers(1, 9), st.integers(0, 130))
def test_a_resumed_epoch_goes_on_where_it_was(
    rows: int, sizes: dict[str, int], batch_size: int, steps: int
) -> None:
    skip = min(steps * batch_size, rows)
    source = numbered(rows, **sizes)
    whole, rest = (visited(source, 3, batch_size=batch_size, skip=done) for done in (0, skip))
    assert whole[skip:] == rest


def test_orders_differ_by_seed_and_epoch_and_repeat() -> None:
    source = numbered(60, buffer_rows=20, block_rows=5)
    orders = {
        (seed, epoch): tuple(visited(source, epoch, seed=seed)) for seed in range(3) for epoch in range(3)
    }
    assert len(set(orders.values())) == 9
    again = numbered(60, buffer_rows=20, block_rows=5)
    assert orders[2, 1] == tuple(visited(again, 1, seed=2))


def test_rows_are_mixed_well() -> None:
    """Neighbours in the file are far apart in the epoch, and every row may come at any time."""
    source = numbered(2000, buffer_rows=400, block_rows=20)
    places = np.array([np.argsort(visited(source, epoch, batch_size=10)) for epoch in range(60)])
    mean_place = places.mean(axis=0)
    assert np.abs(mean_place - 999.5).max() < 5 * 2000 / np.sqrt(12 * 60)
    gaps = np.abs(np.diff(places, axis=1))[:, np.arange(1999) % 20 != 19]
    assert np.median(gaps) > 100
    batches = places // 10
    assert np.mean(np.diff(batches, axis=1) == 0) < 0.02  # by chance 0.005 in a full shuffle


def test_the_buffers_are_the_memory(tmp_path: Path) -> None:
    source = numbered(1000, buffer_rows=64, block_rows=16)
    held: dict[int, int] = {}
    for portion in source.portions(0, seed=0, shuffle=True, batch_size=8):
        base = portion.x.base
        held[id(base)] = 0 if base is None else base.nbytes
    assert sorted(held.values()) == [64 * 2 * 4] * 2


def test_weights_and_classes_come_along_and_pixels_are_scaled() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(6, 2)
    source = MemmapSource(pixels, np.eye(6), buffer_rows=4, block_rows=2)
    (first, *_) = source.portions(0, seed=0, shuffle=False, batch_size=2)
    assert first.x.dtype == np.float32
    assert np.allclose(first.x, pixels[:4] / 255)
    assert (first.t.shape, first.weight) == ((4, 6), None)
    assert source.sample(2).x.shape == (2, 2)
    assert (source.rows, source.features) == (6, 2)


@pytest.mark.parametrize("rows", [0, 1, 5, 6, 40, 99])
def test_a_sample_is_the_first_rows_of_as_many_blocks_as_it_needs(rows: int) -> None:
    x, t, weight, order = numbered(40, buffer_rows=7, block_rows=6).sample(rows)
    assert weight is not None
    assert len(x) == len(weight) == min(rows, 40)
    assert t.tolist() == order.tolist() == list(range(min(rows, 40)))


@pytest.mark.parametrize("sizes", [{"buffer_rows": 0}, {"buffer_rows": -4}])
def test_sizes_that_cannot_be_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(InputError, match="buffer_rows"):
        numbered(5, **sizes)


# Parquet


def table_of(rows: int) -> dict[str, Any]:
    random = np.random.default_rng(rows)
    return {
        "a": random.normal(3, 7, rows),
        "b": random.choice(["x", "y", "z"], rows).tolist(),
        "c": random.integers(0, 5, rows),
        "y": random.choice(["no", "yes"], rows).tolist(),
    }


def parquet_file(path: Path, columns: dict[str, Any], group: int = 50) -> Path:
    pyarrow, parquet = (pytest.importorskip(name) for name in ("pyarrow", "pyarrow.parquet"))
    parquet.write_table(pyarrow.table(columns), path, row_group_size=group)
    return path


def whole(portions: Iterator[Portion]) -> tuple[np.ndarray, np.ndarray]:
    parts = [(portion.x[portion.order], portion.t[portion.order]) for portion in portions]
    return np.concatenate([x for x, _ in parts]), np.concatenate([t for _, t in parts])


def test_a_parquet_stream_gives_what_the_whole_table_gives(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "t.parquet", table_of(330))
    source = ParquetSource(path, "y", buffer_rows=60)
    table = read_table(path)
    assert source.preparation.target == Preparation.infer(table, "y").target
    x, t = source.preparation.arrays(table)
    streamed = whole(source.portions(0, seed=0, shuffle=False, batch_size=16))
    assert np.array_equal(streamed[0], x)
    assert np.array_equal(streamed[1], t)
    mixed = whole(source.portions(0, seed=0, shuffle=True, batch_size=16))
    assert not np.array_equal(mixed[0], x)
    assert np.array_equal(np.sort(mixed[0][:, 0]), np.sort(x[:, 0]))
    assert np.allclose(x, Preparation.infer(table, "y").inputs(table), atol=1e-6)
    assert source.notes == ()
    (note,) = ParquetSource(path, "y", buffer_rows=20).notes
    assert "a row group has 50 rows, of which 20 neighbours are mixed at a time" in note


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "t.parquet", table_of(40) | {"d": [[1]] * 40})
    source = ParquetSource(path, "y", columns=["a", "b"])
    assert source.preparation.names == ("a", "b", "y")
    again = ParquetSource(path, preparation=source.preparation)
    assert again.features == 4
    with pytest.raises(InputError, match="Did you mean 'a'"):
        ParquetSource(path, "y", columns=["aa"])


def test_rows_to_drop_are_not_counted(tmp_path: Path) -> None:
    columns = table_of(120)
    columns["a"][:60] = np.nan
    path = parquet_file(tmp_path / "t.parquet", columns, group=20)
    source = ParquetSource(path, "y", missing="drop", buffer_rows=30)
    assert source.rows == 60
    assert len(whole(source.portions(0, seed=0, shuffle=True, batch_size=7))[0]) == 60
    assert source.preparation.notes == (f"{path}: rows with missing values are left out: 60",)
    columns["a"][:] = np.nan
    with pytest.raises(InputError, match="a row without missing values; got 120 with"):
        ParquetSource(parquet_file(path, columns), "y", missing="drop")


def test_faults_are_told_with_their_row_in_the_whole_file(tmp_path: Path) -> None:
    columns = table_of(200)
    columns["a"][177] = np.inf
    path = parquet_file(tmp_path / "t.parquet", columns)
    with pytest.raises(InputError, match=r"t\.parquet, column 'a': .* infinite values in row 178"):
        ParquetSource(path, "y")


def test_a_file_that_changes_between_epochs_is_noticed(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "t.parquet", table_of(100))
    source = ParquetSource(path, "y", buffer_rows=20)
    options: Any = {"seed": 0, "shuffle": True, "batch_size": 10}
    assert list(source.portions(0, **options))
    parquet_file(path, table_of(101))
    with pytest.raises(
        InputError, match=r"t\.parquet: must stay as it was while it is trained on; got .* bytes"
    ):
        next(source.portions(1, **options))  # before anything is learned from it
    path.unlink()
    with pytest.raises(InputError, match="No such file"):
        list(source.portions(1, **options))


def test_a_mapped_file_that_changes_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((100, 3), dtype=np.float32))
    source = MemmapSource(np.load(path, mmap_mode="r"), np.arange(100))
    options: Any = {"seed": 0, "shuffle": True, "batch_size": 10}
    assert list(source.portions(0, **options))
    seen = os.stat(path)
    changed = np.load(path, mmap_mode="r+")
    changed[0, 0] = 1
    changed.flush()
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))  # by its content alone
    with pytest.raises(InputError, match="another content"):
        list(source.portions(1, **options))
    changed[0, 0] = 0
    changed.flush()
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert list(source.portions(1, **options))
    os.utime(path)  # its middle may have changed
    with pytest.raises(InputError, match="a later change"):
        list(source.portions(1, **options))


def test_fingerprints_tell_data_and_orders_apart(tmp_path: Path) -> None:
    path = parquet_file(tmp_path / "t.parquet", table_of(100))
    other = parquet_file(tmp_path / "u.parquet", table_of(101))
    sources = [
        ParquetSource(path, "y"),
        ParquetSource(path, "y", buffer_rows=10),
        ParquetSource(path, "y", ignore=["a"]),
        ParquetSource(other, "y"),
        numbered(9),
        numbered(9, block_rows=2),
    ]
    assert len({source.fingerprint() for source in sources}) == len(sources)
    assert ParquetSource(path, "y").fingerprint() == sources[0].fingerprint()


# one way in


def test_whatever_holds_the_data_is_opened(tmp_path: Path) -> None:
    columns = table_of(90)
    path = parquet_file(tmp_path / "t.parquet", columns)
    sources = [
        open_source(columns, "y"),
        open_source(path, "y"),
        open_source(str(path), "y", stream=True, buffer_rows=20),
        open_source(read_table(path), "y", ignore=["c"]),
    ]
    kinds = [type(opened.source) for opened in sources]
    assert kinds == [ArraySource, ArraySource, ParquetSource, ArraySource]
    assert [opened.source.features for opened in sources] == [5, 5, 5, 4]
    preparation = sources[0].preparation
    assert preparation is not None
    assert open_source(path, preparation=preparation).preparation is preparation
    assert open_source(sources[0].source).source is sources[0].source


def test_arrays_are_opened(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(12, dtype=np.uint8).reshape(4, 3))
    x = np.load(tmp_path / "x.npy", mmap_mode="r")
    in_memory, streamed = (open_source((x, np.arange(4)), stream=stream).source for stream in (None, True))
    assert [type(source) for source in (in_memory, streamed)] == [ArraySource, MemmapSource]
    assert np.array_equal(in_memory.sample(4).x, streamed.sample(4).x)
    assert mapped_file(x[1:].reshape(-1)) == str(tmp_path / "x.npy")
    named = np.zeros(8, dtype=[("a", "f4"), ("y", "i4")])
    named["a"], named["y"] = np.arange(8), np.arange(8) % 2
    np.save(tmp_path / "n.npy", named)
    opened = open_source(tmp_path / "n.npy", "y", stream=True)
    assert isinstance(opened.source, PreparedSource)
    assert isinstance(opened.source.blocks, ArrayBlocks)
    assert len(whole(opened.source.portions(0, seed=0, shuffle=True, batch_size=3))[0]) == 8


@pytest.mark.parametrize(
    ("data", "options", "expected"),
    [
        ({"a": [1, 2], "y": [1, 2]}, {}, "target: must be the name of a column"),
        ({"a": [1, 2], "y": [1, 2]}, {"target": "Y "}, "Did you mean 'y'"),
        ({"a": [1, 2], "y": [1, 2]}, {"target": "y", "stream": True}, "to be streamed"),
        ((np.zeros((2, 1)),), {}, "must be .x, t. or"),
        ((np.zeros((2, 1)), None), {}, "must be .x, t. or"),
        (7, {"target": "y"}, "data: must be a table"),
    ],
)
def test_what_cannot_be_opened_is_told(data: Any, options: Any, expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        open_source(data, **options)


CHILD = """
import resource, sys
import numpy as np
from chalkgrad.data import MemmapSource, ParquetSource
kind, path = sys.argv[1:]
if kind == "parquet":
    source = ParquetSource(path, "y", buffer_rows=20_000)
else:
    source = MemmapSource(np.load(path, mmap_mode="r"), np.zeros(400_000, np.int64), buffer_rows=20_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = 0
for portion in source.portions(0, seed=0, shuffle=True, batch_size=64):
    rows += len(portion.order)
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is counted in other units elsewhere")
def test_parquet_larger_than_its_memory(tmp_path: Path) -> None:
    """96 MB of rows in a file; the buffers take 2 × 4.8 MB."""
    pyarrow, parquet = (pytest.importorskip(name) for name in ("pyarrow", "pyarrow.parquet"))
    path = tmp_path / "large.parquet"
    random = np.random.default_rng(0)
    block = pyarrow.table({f"f{n}": random.normal(size=20_000).astype(np.float32) for n in range(60)})
    block = block.append_column("y", pyarrow.array(np.arange(20_000) % 2))
    with parquet.ParquetWriter(path, block.schema, use_dictionary=False) as writer:
        for _ in range(20):
            writer.write_table(block)
    rows, grown = streamed_in_a_child("parquet", path)
    assert rows == 400_000
    assert grown < 48  # megabytes


def streamed_in_a_child(kind: str, path: Path) -> tuple[int, int]:
    command = [sys.executable, "-c", CHILD, kind, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows, grown = done.stdout.split()
    return int(rows), int(grown)


def test_modules_are_loaded_when_they_are_needed() -> None:
    code = "import sys, chalkgrad.data; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    later = {
        "pyarrow",
        "pandas",
        "polars",
        "csv",
        "gzip",
        "chalkgrad.data.readers.reading",
        "chalkgrad.data.streams.stream",
    }
    assert later & set(done.stdout.split()) == set()
