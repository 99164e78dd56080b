"""Packed files: gzip, bzip2, xz, and a zip archive of one text, unpacked up to a limit."""

from __future__ import annotations

import importlib
import io
import zipfile
import zlib
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.memory import size_text

ZIP = b"PK\x03\x04"
_NAMES = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"))
UNSOUND_ZIP = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile raises for archives that are damaged, locked or packed in another way."""
_XZ_MEMORY = 1 << 28
"""What unpacking xz may take for itself."""


def packing(head: bytes) -> str:
    """Return ``gzip``, ``bzip2``, ``xz`` or an empty string by what a file begins with."""
    return next((name for magic, name in _NAMES if head.startswith(magic)), "")


def _stream(kind: str) -> Any:
    if kind == "gzip":
        return zlib.decompressobj(wbits=31)
    if kind == "bzip2":
        return importlib.import_module("bz2").BZ2Decompressor()
    return importlib.import_module("lzma").LZMADecompressor(memlimit=_XZ_MEMORY)


def _errors(kind: str) -> tuple[type[Exception], ...]:
    return (
        (importlib.import_module("lzma").LZMAError, EOFError)
        if kind == "xz"
        else (zlib.error, OSError, EOFError)
    )


def unpacked(content: bytes, name: str, most: int) -> bytes:
    """Return what was packed, at most one byte more than ``most``; raises ``InputError``."""
    kind = packing(content)
    pieces, size = [], 0
    try:
        while content and size <= most:
            stream = _stream(kind)
            pieces.append(stream.decompress(content, most + 1 - size))
            size += len(pieces[-1])
            if not stream.eof and size <= most:
                got = "one that is cut off"
                raise InputError(Fault(name, f"be a whole {kind} file", got, "Copy it again."))
            content = stream.unused_data.lstrip(b"\0")
    except _errors(kind) as error:
        raise InputError(Fault(name, f"be a sound {kind} file", str(error), "Copy it again.")) from None
    return b"".join(pieces)


def unpacked_head(head: bytes, count: int) -> bytes:
    """Return the first bytes of what was packed; fewer where the head of the file holds fewer."""
    kind = packing(head)
    if not kind:
        return head[:count]
    try:
        found: bytes = _stream(kind).decompress(head, count)
    except _errors(kind):
        return b""
    return found


def text_member(content: bytes, name: str, most: int) -> bytes:
    """Return the one file of a zip archive; raises ``InputError`` if there are several, or it is larger."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [
                one for one in archive.infolist() if not one.is_dir() and "__MACOSX" not in one.filename
            ]
            if len(members) != 1:
                some = ", ".join(shown(one.filename, 30) for one in members[:5]) or "none"
                fix = "Unpack it and name one."
                raise InputError(Fault(name, "hold arrays of rows, or one CSV file", some, fix))
            if members[0].file_size > most:
                got = size_text(members[0].file_size)
                fix = "Write it as Parquet or .npy, which are read in pieces."
                raise InputError(Fault(name, f"unpack to at most {size_text(most)}", got, fix))
            return archive.read(members[0])
    except InputError:
        raise
    except UNSOUND_ZIP as error:
        raise InputError(Fault(name, "be a sound zip file", str(error)[:80], "Unpack it.")) from None
