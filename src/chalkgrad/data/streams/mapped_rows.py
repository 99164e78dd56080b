"""Rows of a file that an array is mapped to, read by the system's ``read``.

A page of a map that is no longer in its file ends the process; a read of it comes up short, and can be told.
"""

from __future__ import annotations

import mmap
import os
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data.streams.fingerprint import probed


@dataclass(frozen=True)
class _Place:
    """Where in a file the rows of an array are: byte ``start`` + ``step`` · row."""

    path: str
    start: int
    step: int
    end: int
    """The end of what is mapped."""


class FileRows:
    """The rows of an array by their numbers, from the file that it is mapped to.

    Parameters
    ----------
    array
        A memory map, or a view of one, whose rows are each in one piece.

    Raises
    ------
    InputError
        If the file has become shorter, or cannot be read.
    """

    def __init__(self, array: Array, place: _Place) -> None:
        self.shape, self.dtype, self._place = array.shape, array.dtype, place
        self._bytes = int(np.prod(array.shape[1:], dtype=np.int64)) * array.itemsize
        try:
            self._handle = os.open(place.path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise self._torn(error.strerror or str(error)) from None
        weakref.finalize(self, os.close, self._handle)
        if os.fstat(self._handle).st_size < place.end:
            raise self._torn("a shorter file")

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: slice | NDArray[np.int64]) -> Array:
        """Return a copy of some rows; raises ``InputError`` where the file has none any more."""
        numbers = np.arange(len(self))[rows] if isinstance(rows, slice) else rows
        found = np.empty((len(numbers), *self.shape[1:]), self.dtype)
        if not found.nbytes:
            return found
        room = memoryview(found.reshape(-1).view(np.uint8).data)
        if self._place.step == self._bytes and (np.diff(numbers) == 1).all():
            self._read(room, int(numbers[0]))
        else:
            size = self._bytes
            for number, row in enumerate(numbers.tolist()):
                self._read(room[number * size : (number + 1) * size], row)
        return found

    def _read(self, room: memoryview, row: int) -> None:
        at = self._place.start + self._place.step * row
        while len(room):
            try:
                got = os.preadv(self._handle, [room], at)
            except OSError as error:
                raise self._torn(error.strerror or str(error)) from None
            if not got:
                raise self._torn("a shorter file")
            room, at = room[got:], at + got

    def _torn(self, got: str) -> InputError:
        fix = "Train again from the beginning, on a file that nobody writes to."
        return InputError(Fault(self._place.path, "stay as it was while it is trained on", got, fix))


def in_file(array: Array) -> FileRows | None:
    """Return the rows of an array as they are in its file; None if it has none that could be read so.

    Raises
    ------
    InputError
        If the file has become shorter than what is mapped.
    """
    place = _place_of(array)
    if place is None:
        return None
    rows = FileRows(array, place)
    probes = probed(len(array))
    same = rows[probes].tobytes() == np.ascontiguousarray(array[probes]).tobytes()
    return rows if same else None  # another file has the name now


def _place_of(array: Array) -> _Place | None:
    owner: Any = array
    while isinstance(owner, np.ndarray) and not isinstance(owner, np.memmap):
        owner = owner.base
    mapped = getattr(owner, "_mmap", None)
    if not isinstance(owner, np.memmap) or not isinstance(mapped, mmap.mmap) or owner.filename is None:
        return None
    in_pieces = not array.ndim or not array.size or not array[:1].flags.c_contiguous
    if in_pieces or array.dtype.hasobject or owner.mode == "c" or not hasattr(os, "preadv"):
        return None
    first = owner.offset - owner.offset % mmap.ALLOCATIONGRANULARITY
    start = first + _address(array) - _address(np.frombuffer(mapped, np.uint8))
    step = array.strides[0] if len(array) > 1 else array[0].nbytes
    return _Place(os.fspath(owner.filename), start, step, first + len(mapped))


def _address(array: Array) -> int:
    return int(array.__array_interface__["data"][0])


def readable(array: Array) -> Array | FileRows:
    """Return an array as rows that can be taken without touching a map, if it is one."""
    return in_file(array) or array


def is_mapped(*arrays: Array | None) -> bool:
    """Whether some of the arrays are in files."""
    return any(array is not None and _place_of(array) is not None for array in arrays)
