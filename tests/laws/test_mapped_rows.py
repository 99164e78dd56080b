"""Rows of a file that an array is mapped to are those of the array, whatever view of the map it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.data.streams.mapped_rows import in_file

WHOLE = np.random.default_rng(0).integers(-99, 99, size=(12, 6)).astype(np.float32)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mapped") / "x.npy"
    np.save(path, WHOLE)
    return path


slices = st.builds(slice, *[st.none() | st.integers(-13, 13)] * 2, st.sampled_from([None, 1, 2, 5, -1, -3]))


@given(slices, slices, st.lists(st.integers(0, 11), max_size=5), st.booleans())
def test_a_view_is_read_from_its_file_as_it_stands(
    file: Path, rows: slice, columns: slice, wanted: list[int], flat: bool
) -> None:
    view = np.load(file, mmap_mode="r")[rows, columns]
    view = view[:, 0] if flat and view.shape[1] else view
    read = in_file(view)
    if read is None:  # a row is in pieces, or there is nothing to read
        assert not view.size or not view[:1].flags.c_contiguous
        return
    assert len(read) == len(view)
    numbers = np.array([number % len(view) for number in wanted], dtype=np.int64)
    np.testing.assert_array_equal(read[numbers], view[numbers])
    np.testing.assert_array_equal(read[1:], view[1:])
