"""What tells one data set from another: a run that is resumed on other data is refused.

A fingerprint reads every row, some 3 GB a second, and only where a checkpoint needs it.  It is a sum against
accidents: one change in four thousand million would pass, and whoever wants to can make one.  What is looked
at again and again, before every epoch, are a file's size, time and two ends.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import zlib
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError

PROBED = 64
"""Rows that are looked at at the beginning, at the end and spread between, where not all can be."""
_BYTES = 65536
_PART = 1 << 20


class Numbers(Protocol):
    """What has a shape, a type, and rows that can be taken: an array, or one in a file."""

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def dtype(self) -> np.dtype[Any]: ...

    def __getitem__(self, rows: slice, /) -> NDArray[Any]: ...


def array_fingerprint(*arrays: Numbers | None) -> str:
    """Return 32 hexadecimal digits of the shapes, types and rows of arrays.

    Examples
    --------
    >>> x = np.arange(6.0).reshape(3, 2)
    >>> array_fingerprint(x) == array_fingerprint(x.copy()), array_fingerprint(x) == array_fingerprint(x.T)
    (True, False)
    """
    found = hashlib.blake2b(digest_size=16)
    for array in arrays:
        if array is None:
            found.update(b"none;")
            continue
        found.update(f"{array.shape}{array.dtype.str};".encode())
        width = array.dtype.itemsize * math.prod(array.shape[1:])
        step = max(1, _PART // max(1, width))
        for start in range(0, array.shape[0] if array.shape else 0, step):
            rows = array[start : start + step]
            text = repr(rows.tolist()).encode() if rows.dtype == object else rows.tobytes()
            found.update(zlib.crc32(text).to_bytes(4, "little"))
    return found.hexdigest()


def probed(rows: int) -> NDArray[np.int64]:
    """The first, some and the last rows."""
    if rows <= 3 * PROBED:
        return np.arange(rows)
    between = np.linspace(PROBED, rows - PROBED - 1, PROBED).astype(np.int64)
    return np.concatenate([np.arange(PROBED), between, np.arange(rows - PROBED, rows)])


def file_fingerprint(path: str | os.PathLike[str]) -> str:
    """Return 32 hexadecimal digits of a file's content.

    The time of its last change is not in it: a file that was copied is the same file.
    """
    found = hashlib.blake2b(digest_size=16)
    with open(path, "rb") as file:
        while part := file.read(_PART):
            found.update(zlib.crc32(part).to_bytes(4, "little"))
        found.update(f"{file.tell()}".encode())
    return found.hexdigest()


def _ends(path: str | os.PathLike[str]) -> str:
    """Return 32 hexadecimal digits of a file's size, its first and its last 64 kB."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        found = hashlib.blake2b(f"{size};".encode(), digest_size=16)
        found.update(file.read(_BYTES))
        file.seek(max(0, size - _BYTES))
        found.update(file.read(_BYTES))
    return found.hexdigest()


def joined_fingerprint(*parts: object) -> str:
    """Return 32 hexadecimal digits of things that JSON can hold."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class FileStamp:
    """A file as it was: its size, its time of change, its place on the disk, and its two ends."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = path
        self._fingerprint = ""
        self._seen = self._look()

    def _look(self) -> tuple[object, ...]:
        try:
            found = os.stat(self._path)
            return found.st_size, found.st_mtime_ns, found.st_ino, _ends(self._path)
        except OSError as error:
            return (error.strerror,)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the file's content; reads all of it, once."""
        if not self._fingerprint:
            self.check()
            self._fingerprint = file_fingerprint(self._path)
        return self._fingerprint

    def check(self) -> None:
        """Raise ``InputError`` if the file is not as it was."""
        now = self._look()
        if now == self._seen:
            return
        if len(now) == 1:
            got = f"{now[0]}"
        elif now[0] != self._seen[0]:
            got = f"{now[0]:,} bytes instead of {self._seen[0]:,}"
        else:
            got = "a later change" if now[-1] == self._seen[-1] else "another content"
        fix = "Train again from the beginning, on a file that nobody writes to."
        raise InputError(Fault(os.fspath(self._path), "stay as it was while it is trained on", got, fix))
