"""What tells one data set from another, cheaply: enough to see that a run is resumed on other data.

A fingerprint reads a few rows at both ends and between, not all: it finds other files, other columns,
appended or cut rows, a new order; it does not prove that every number is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError

PROBED = 64
"""Rows that are read at the beginning, at the end and spread between."""
_BYTES = 65536


def array_fingerprint(*arrays: NDArray[Any] | None) -> str:
    """Return 32 hexadecimal digits of shapes, types and some 200 rows of each array.

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
        rows = np.ascontiguousarray(array[_probed(len(array))])
        found.update(repr(rows.tolist()).encode() if rows.dtype == object else rows.tobytes())
    return found.hexdigest()


def _probed(rows: int) -> NDArray[np.int64]:
    """The first, some and the last rows."""
    if rows <= 3 * PROBED:
        return np.arange(rows)
    between = np.linspace(PROBED, rows - PROBED - 1, PROBED).astype(np.int64)
    return np.concatenate([np.arange(PROBED), between, np.arange(rows - PROBED, rows)])


def file_fingerprint(path: str | os.PathLike[str]) -> str:
    """Return 32 hexadecimal digits of a file's size, its first and its last 64 kB.

    The time of its last change is not in it: a file that was copied is the same file.
    """
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
        self._seen = self._look()

    def _look(self) -> tuple[object, ...]:
        try:
            found = os.stat(self._path)
            return found.st_size, found.st_mtime_ns, found.st_ino, file_fingerprint(self._path)
        except OSError as error:
            return (error.strerror,)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the file's content."""
        return str(self._seen[-1])

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
