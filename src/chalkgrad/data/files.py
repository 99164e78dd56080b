"""Bytes of data files: read whole with a limit, unpacked if they are gzipped."""

from __future__ import annotations

import os
import stat
import zlib

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import absent_file

MOST_BYTES = 2 * 2**30
"""The largest text that is read into memory."""
_GZIP = b"\x1f\x8b"


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


def read_bytes(path: str | os.PathLike[str], most: int = MOST_BYTES) -> bytes:
    """Return the bytes of a file, unpacked if it is gzipped, whatever it is called."""
    checked_file(path)
    name = os.fspath(path)
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if content.startswith(_GZIP):
        content = _unpacked(content, name, most)
    if len(content) > most:
        fix = "Write it as Parquet or .npy, which are read in pieces."
        raise InputError(Fault(name, f"have at most {most // 2**20:,} MB", "more", fix))
    return content


def _unpacked(content: bytes, name: str, most: int) -> bytes:
    pieces, size = [], 0
    try:
        while content and size <= most:
            stream = zlib.decompressobj(wbits=31)
            pieces.append(stream.decompress(content, most + 1 - size))
            size += len(pieces[-1])
            if not stream.eof and size <= most:
                raise InputError(Fault(name, "be a whole gzip file", "one that is cut off", "Copy it again."))
            content = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InputError(Fault(name, "be a sound gzip file", str(error), "Copy it again.")) from None
    return b"".join(pieces)


def first_bytes(path: str | os.PathLike[str], count: int) -> bytes:
    """Return the first bytes of a file, unpacked if it is gzipped; fewer if it has fewer or is not sound."""
    with open(path, "rb") as file:
        head = file.read(4096)
    if head.startswith(_GZIP):
        try:
            return zlib.decompressobj(wbits=31).decompress(head, count)
        except zlib.error:
            return b""
    return head[:count]
