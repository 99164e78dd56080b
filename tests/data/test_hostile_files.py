"""Files that say more than they hold, or hold more than memory: one fault, before they are unpacked."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import Preparation, read_table
from chalkgrad.data.readers.memory import free_bytes
from tests.data.test_tables import idx

TEXT = b"a,b\n1,x\n2,y\n"


def zipped(*contents: bytes, names: str = "abc") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zip(names, contents, strict=False):
            archive.writestr(f"{name}.csv", content)
    return packed.getvalue()


PACKERS: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress, zipped]


def read(folder: Path, content: bytes, name: str = "t") -> str:
    """Return what is said of a file that is refused."""
    (folder / name).write_bytes(content)
    with pytest.raises(InputError) as told:
        read_table(folder / name)
    assert len(told.value.faults) == 1
    return str(told.value)


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_text_is_read_whatever_it_is_called(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "t").write_bytes(pack(TEXT))
    assert read_table(tmp_path / "t").columns["b"].values.tolist() == ["x", "y"]


@pytest.mark.parametrize("pack", PACKERS)
def test_packed_text_that_is_cut_off_or_damaged_is_refused(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    content = pack(TEXT * 50)
    said = read(tmp_path, content[:-12])
    assert "whole" in said or "sound" in said
    damaged = bytearray(content)
    damaged[len(content) // 2] ^= 0xFF
    assert "sound" in read(tmp_path, bytes(damaged))


@given(
    st.sampled_from(PACKERS), st.lists(st.tuples(st.integers(0, 10**4), st.binary(max_size=4)), min_size=1)
)
def test_any_damage_of_packed_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    pack: Callable[[bytes], bytes],
    damages: list[tuple[int, bytes]],
) -> None:
    content = bytearray(pack(TEXT))
    for place, other in damages:
        content[place % len(content) : place % len(content) + 1] = other
    path = tmp_path_factory.getbasetemp() / "packed"
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert read_table(path).rows


def test_an_archive_whose_directory_points_before_its_beginning_is_refused(tmp_path: Path) -> None:
    content = bytearray(zipped(TEXT))
    directory = content.index(b"PK\x01\x02")
    content = content[:10] + content[40:directory] + content[directory:]
    assert "sound" in read(tmp_path, bytes(content))


@pytest.mark.parametrize("pack", PACKERS)
def test_text_that_unpacks_to_more_than_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr("chalkgrad.data.readers.files.free_bytes", lambda: 800_000)
    said = read(tmp_path, pack(b"a,b\n" + b"1,2\n" * 150_000))
    assert "at most 0.4 MB" in said
    (tmp_path / "t").write_bytes(pack(b"a,b\n" + b"1,2\n" * 90_000))
    assert read_table(tmp_path / "t").rows == 90_000


def test_an_archive_of_several_texts_names_them(tmp_path: Path) -> None:
    assert "'a.csv', 'b.csv'. Unpack it and name one." in read(tmp_path, zipped(TEXT, TEXT))


def test_arrays_larger_than_memory_are_refused_before_they_are_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((1000, 1000)), y=np.zeros(1000), other=np.zeros(9))
    monkeypatch.setattr("chalkgrad.data.readers.files.free_bytes", lambda: 15_000_000)
    monkeypatch.setattr("chalkgrad.data.readers.npz.npy.read_array", None)  # called by none
    with pytest.raises(InputError, match=r"at most 7.5 MB, half of the memory that is free; got 8.0 MB\."):
        read_table(tmp_path / "a.npz")
    monkeypatch.undo()
    assert read_table(tmp_path / "a.npz").rows == 1000


def test_an_archive_that_says_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    for shape, words in (((1 << 40, 3), "its header says"), ((3,), "its header says")):
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("x.npy", header.getvalue() + bytes(8))
        assert words in read(tmp_path, (tmp_path / "a.npz").read_bytes(), "b.npz")


SHAPES = st.lists(st.sampled_from([0, 1, 2, 3, 255, 2**31, 2**32 - 1]), min_size=1, max_size=4)


@given(SHAPES, st.integers(0, 12), st.sampled_from([8, 9, 11, 12, 13, 14]))
def test_any_shape_of_an_idx_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, shape: list[int], size: int, code: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "shape.idx"
    path.write_bytes(struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape) + bytes(size))
    with contextlib.suppress(InputError):
        assert read_table(path).rows == shape[0] > 0


@given(st.binary(max_size=40), st.integers(0, 117))
def test_any_header_of_an_npy_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "header.npy"
    header = io.BytesIO()
    np.lib.format.write_array(header, np.ones((2, 3), np.uint8))
    content = bytearray(header.getvalue())
    content[10 + place : 10 + place + len(noise)] = noise
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    with contextlib.suppress(InputError):
        assert read_table(path).rows


def test_a_header_that_never_ends_is_refused(tmp_path: Path) -> None:
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 2, ''''3, 4), }".ljust(117) + b"\n"
    assert "sound .npy file" in read(tmp_path, b"\x93NUMPY\x01\x00v\x00" + header + b"\0", "a.npy")


def test_labels_alone_are_no_inputs(tmp_path: Path) -> None:
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(np.array([7, 9, 7], np.uint8)))
    table = read_table(tmp_path / "train-labels-idx1-ubyte")
    assert table.names == ("y",)
    with pytest.raises(InputError, match="a column to learn from"):
        Preparation.infer(table, "y")


def test_free_memory_is_known_here() -> None:
    free = free_bytes()
    assert free is None or free > 1_000_000
