"""The text of a CSV file, line by line, as often as it is asked for, and not in memory as a whole."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.files import checked_file, is_packed, read_bytes, room, too_large

UTF8 = "utf-8"
BLOCK = 1 << 18
"""Bytes that are looked at together."""
HEAD = 1 << 16
"""Characters in which delimiter and names are looked for."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class CsvText:
    """A file's text in UTF-8, read from the file; kept in memory if it had to be unpacked or recoded.

    Raises ``InputError`` if it cannot be read or decoded, or has a zero byte, with the line.
    """

    def __init__(self, path: str | os.PathLike[str], encoding: str = UTF8) -> None:
        size = checked_file(path).st_size
        self.path, self.name = path, os.fspath(path)
        self._content: bytes | None = None
        encoding = self._marked(encoding)
        if is_packed(path) or encoding != UTF8:
            self._content = read_bytes(path)
            marked = self._marked(encoding)
            if marked != UTF8:
                self._content = decode(self._content, marked, self.name).encode()
        elif size > room():
            raise too_large(self.name, size)
        self.size = size if self._content is None else len(self._content)
        self.most_rows = 1
        """How many rows there are at most."""
        if not all(self._are_sound()):
            decode(read_bytes(path) if self._content is None else self._content, UTF8, self.name)

    def _marked(self, encoding: str) -> str:
        """The encoding that a mark at the beginning tells, else the one that was named."""
        with self.open(mark=True) as file:
            head = file.read(4)
        plain = encoding.lower().replace("_", "-") in (UTF8, "utf8", "utf-8-sig")
        return next((name for mark, name in _MARKS if head.startswith(mark)), UTF8) if plain else encoding

    def open(self, *, mark: bool = False) -> BinaryIO:
        """Return the bytes from the beginning, or from behind a byte order mark."""
        content = self._content
        file = io.BufferedReader(io.FileIO(self.path)) if content is None else io.BytesIO(content)
        if not mark and file.read(3) != codecs.BOM_UTF8:
            file.seek(0)
        return file

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes, some at a time."""
        with self.open() as file:
            while block := file.read(BLOCK):
                yield block

    def _are_sound(self) -> Iterator[bool]:
        """Yield whether each block is UTF-8 without a zero byte, and count the ends of lines."""
        decoder = codecs.getincrementaldecoder(UTF8)()
        try:
            for block in self.blocks():
                yield b"\0" not in block
                decoder.decode(block)
                self.most_rows += block.count(b"\n") + block.count(b"\r")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            yield False

    @contextmanager
    def lines(self, start: int = 0) -> Iterator[Iterator[str]]:
        """Give the lines from the one of this number on, each with its end."""
        with io.TextIOWrapper(self.open(), UTF8, newline="") as file:
            yield islice(file, start, None)

    def head(self) -> list[str]:
        """Return the first lines, none of them cut."""
        with io.TextIOWrapper(self.open(), UTF8, newline="") as file:
            text = file.read(HEAD)
            whole = not file.read(1)
        lines = list(io.StringIO(text, newline=""))
        return lines if whole or len(lines) < 2 else lines[:-1]


def decode(content: bytes, encoding: str, name: str) -> str:
    """Return the text of a file; raises ``InputError`` with the line of the first byte that is none."""
    try:
        text = content.decode("utf-8-sig" if encoding == UTF8 else encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{content[error.start]:02x} in line {line:,}"
        fix = "Save it as UTF-8, or name its encoding, such as encoding='latin-1'."
        raise InputError(Fault(name, f"be text in {encoding.upper()}", got, fix)) from None
    except LookupError:
        raise InputError(Fault("encoding", "be a known encoding", shown(encoding), "Try 'utf-8'.")) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        fix = "Is it a CSV file?  UTF-16 needs encoding='utf-16'."
        raise InputError(Fault(name, "be text", f"a zero byte in line {line:,}", fix))
    return text
