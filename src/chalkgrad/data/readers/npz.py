"""Archives of arrays, .npz: what is asked for is measured by its headers before it is unpacked."""

from __future__ import annotations

import math
import os
import tokenize
import zipfile
import zlib
from collections.abc import Collection
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.data.readers.files import room
from chalkgrad.data.readers.memory import size_text

UNSOUND = (
    ValueError, OSError, EOFError, SyntaxError, KeyError, TypeError, OverflowError, RecursionError,
    MemoryError, RuntimeError, tokenize.TokenError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What NumPy and zipfile raise for files that are damaged or foreign."""
_SUFFIX = ".npy"
_NO_LIMIT = 1 << 62


class Header(NamedTuple):
    """What a .npy file says of its array."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    start: int
    """Where its numbers begin."""

    @property
    def size(self) -> int:
        """The bytes of the whole file."""
        return self.start + math.prod(self.shape) * self.dtype.itemsize


def read_header(file: BinaryIO) -> Header:
    """Return the header of a .npy file; raises ``ValueError`` and others if it is none."""
    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject:
        raise ValueError("it holds objects, which could be any program")
    return Header(shape, dtype, file.tell())


def array_names(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of the arrays of an archive; raises ``InputError`` if it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(_SUFFIX) for name in archive.namelist() if name.endswith(_SUFFIX)]
    except UNSOUND as error:
        raise unsound(os.fspath(path), ".npz", error) from None


def read_arrays(path: str | os.PathLike[str], names: Collection[str]) -> dict[str, NDArray[Any]]:
    """Return arrays of an archive by name.

    Raises
    ------
    InputError
        If one is not sound, is not as long as its header says, or all are too large for the free memory.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = [_checked_size(archive, name + _SUFFIX) for name in names]
            _check_room(os.fspath(path), sum(sizes))
            return {name: _read(archive, name + _SUFFIX) for name in names}
    except InputError:
        raise
    except UNSOUND as error:
        raise unsound(os.fspath(path), ".npz", error) from None


def _checked_size(archive: zipfile.ZipFile, member: str) -> int:
    """Return the bytes of an array; raises ``ValueError`` if the archive and the array's header differ."""
    size = archive.getinfo(member).file_size
    with archive.open(member) as file:
        wanted = read_header(file).size  # type: ignore[arg-type]
    if wanted != size:
        raise ValueError(f"{member} has {size:,} bytes, its header says {wanted:,}")
    return size


def _check_room(name: str, size: int) -> None:
    most = room(_NO_LIMIT)
    if size > most:
        fix = "Save each array as .npy, which is read in pieces."
        condition = f"unpack to at most {size_text(most)}, half of the memory that is free"
        raise InputError(Fault(name, condition, size_text(size), fix))


def _read(archive: zipfile.ZipFile, member: str) -> NDArray[Any]:
    with archive.open(member) as file:
        found: NDArray[Any] = npy.read_array(file)
    return found


def unsound(name: str, kind: str, error: Exception) -> InputError:
    """Return the error of a file that NumPy cannot read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0][:80]
    return InputError(Fault(name, f"be a sound {kind} file of numbers or text", reason, "Write it again."))
