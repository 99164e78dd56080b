"""Files that arrays are mapped to, which somebody may change during a training."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, InputError


@dataclass(frozen=True)
class FileMark:
    """A file as it was: its size and the time of its last change."""

    path: str
    size: int
    changed: int

    def check(self) -> None:
        """Refuse the file if it is not what it was; raises ``InputError``."""
        now = mark(self.path)
        if now != self:
            got = "nothing there" if now is None else "another size or time of change"
            fix = "Begin again with the new rows, or resume from a checkpoint with the old ones."
            raise InputError(Fault(self.path, "stay as it was while it is trained on", got, fix))


def mark(path: str) -> FileMark | None:
    """Return a file as it is, or None if it is not there."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return FileMark(path, found.st_size, found.st_mtime_ns)


def marks(*arrays: Any) -> tuple[FileMark, ...]:
    """Return the files that some of the arrays are mapped to."""
    found = []
    for array in arrays:
        while isinstance(array, np.ndarray) and not isinstance(array, np.memmap):
            array = array.base
        if isinstance(array, np.memmap) and array.filename is not None:
            found.append(mark(os.fspath(array.filename)))
    return tuple(file for file in found if file is not None)
