"""Bytes of data files: read whole with a limit, unpacked if they are packed."""

from __future__ import annotations

import os
import stat

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import absent_file
from chalkgrad.data.readers.memory import free_bytes, size_text
from chalkgrad.data.readers.packing import ZIP, packing, text_member, unpacked, unpacked_head

MOST_BYTES = 2 * 2**30
"""The largest text that is read into memory."""
_HEAD = 1 << 16


def checked_file(path: str | os.PathLike[str]) -> os.stat_result:
    """Return what the system says of a file; raises ``InputError`` if it is none that can be read."""
    name = os.fspath(path)
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            got = "a directory" if stat.S_ISDIR(found.st_mode) else "a device or pipe"
            raise InputError(Fault(name, "be a file", got, "Name a file."))
        with open(path, "rb"):
            return found
    except (FileNotFoundError, NotADirectoryError):
        raise absent_file(name) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Fault(name, "be a file that can be read", reason, "Check its name.")) from None


def room(most: int = MOST_BYTES) -> int:
    """Return how many bytes may be read into memory: ``most``, or half of what is free."""
    free = free_bytes()
    return most if free is None else min(most, free // 2)


def is_packed(path: str | os.PathLike[str]) -> bool:
    """Whether the file must be unpacked to be read."""
    with open(path, "rb") as file:
        head = file.read(6)
    return bool(packing(head)) or head.startswith(ZIP)


def read_bytes(path: str | os.PathLike[str], most: int | None = None) -> bytes:
    """Return the bytes of a file, unpacked if it is packed, whatever it is called."""
    found = checked_file(path)
    name, most = os.fspath(path), room() if most is None else most
    if found.st_size > most:
        raise too_large(name, found.st_size, most)
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if content.startswith(ZIP):
        content = text_member(content, name, most)
    elif packing(content):
        content = unpacked(content, name, most)
    if len(content) > most:
        raise too_large(name, None, most)
    return content


def too_large(name: str, size: int | None = None, most: int | None = None) -> InputError:
    """Return the error of a file that has more bytes than may be read into memory."""
    most = room() if most is None else most
    limit = size_text(most) + (", half of the memory that is free" if most < MOST_BYTES else "")
    fix = "Write it as Parquet or .npy, which are read in pieces."
    return InputError(Fault(name, f"have at most {limit}", "more" if size is None else size_text(size), fix))


def first_bytes(path: str | os.PathLike[str], count: int) -> bytes:
    """Return the first bytes of a file, unpacked if it is packed; fewer if it has fewer or is not sound."""
    with open(path, "rb") as file:
        return unpacked_head(file.read(_HEAD), count)
