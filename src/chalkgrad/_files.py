"""Read a table from a TOML or JSON file, and write text so that a file is old or new, never half.

Numbers with a decimal point stay ``Decimal``, as they were typed.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import stat
import time
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, MissingFileError
from chalkgrad._numbers import shown

MAX_BYTES = 64 * 1024 * 1024
_TEMPORARY = re.compile(r"\..+\.([1-9]\d{0,9})\.tmp", re.DOTALL)
_IDLE = 60.0
"""Seconds without a change after which nobody is still writing."""
_PLACE = re.compile(r"\s*\(at (line \d+, column \d+|end of document)\)")


def read_table(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the table of a file: JSON if it is called ``.json`` or begins with ``{``, else TOML.

    Raises
    ------
    MissingFileError
        If there is no such file.
    InputError
        If it is no file, too large, not text, or neither TOML nor JSON; with line and column.
    """
    name, text = os.fspath(path), read_text(path)
    suffix = Path(name).suffix.lower()
    is_json = suffix == ".json" or (suffix != ".toml" and text.lstrip().startswith("{"))
    try:
        table = _json(text) if is_json else tomllib.loads(text, parse_float=_decimal)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _unreadable(name, "JSON", place, error.msg, text) from None
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        place = found[1] if found else "an unknown place"
        raise _unreadable(name, "TOML", place, _PLACE.sub("", str(error)), text) from None
    except RecursionError:
        fault = Fault(name, "be nested less deeply", "lists inside lists, hundreds deep", "Flatten it.")
        raise InputError(fault) from None
    except _RefusedError as error:
        raise InputError(Fault(name, *error.args)) from None
    except ValueError:  # Python's own limit on digits
        raise InputError(
            Fault(name, "have numbers of at most 1000 digits", "a longer one", "Round it.")
        ) from None
    if not isinstance(table, dict):
        fix = 'Write {"network": {"layers": "4-3:relu-1"}}, say.'
        raise InputError(Fault(name, "be a table", shown(table), fix))
    return table


class _RefusedError(ValueError):
    """What is read is refused: condition, value and fix."""


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise _RefusedError(
            "have numbers within 1e±308", shown(text, 30), "Write a smaller exponent."
        ) from None


def _json(text: str) -> Any:
    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for name, value in pairs:
            if name in seen:
                raise _RefusedError(
                    "have each name once in a table", f"{shown(name, 30)} twice", "Keep one of them."
                )
            seen[name] = value
        return seen

    return json.loads(text, parse_float=_decimal, parse_constant=Decimal, object_pairs_hook=table)


def _unreadable(name: str, form: str, place: str, reason: str, text: str) -> InputError:
    found = re.match(r"line (\d+)", place)
    lines = text.splitlines()
    number = int(found[1]) if found else 0
    line = f": {shown(lines[number - 1].strip(), 50)}" if 0 < number <= len(lines) else ""
    reason = reason[:100].rstrip(".")
    return InputError(Fault(name, f"be {form}", f"{place}{line}", f"{reason}."))


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a file of UTF-8; raises as ``read_table`` does."""
    name = existing_file(path)
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _illegible(name, error) from None
    if len(content) > MAX_BYTES:
        got = f"more than {MAX_BYTES // 2**20} MB"
        raise InputError(
            Fault(name, f"have at most {MAX_BYTES // 2**20} MB", got, "Pass the arrays from Python.")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"byte 0x{content[error.start]:02x} at position {error.start}"
        raise InputError(Fault(name, "be text in UTF-8", got, "Save it as UTF-8 text.")) from None
    if "\0" in text:
        got = f"a zero byte at position {text.index(chr(0))}"
        raise InputError(Fault(name, "be text in UTF-8", got, "Save it as UTF-8 text."))
    return text


def existing_file(path: str | os.PathLike[str]) -> str:
    """Return the name of a regular file that is there.

    Raises
    ------
    MissingFileError
        If there is no such file; with the nearest name in its folder.
    InputError
        If it is a directory, a device or a pipe.
    """
    name = os.fspath(path)
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise absent_file(name) from None
    except (OSError, ValueError) as error:
        raise _illegible(name, error) from None
    if stat.S_ISDIR(mode):
        raise InputError(Fault(name, "be a file", "a directory", "Name a file in it."))
    if not stat.S_ISREG(mode):
        raise InputError(Fault(name, "be a file", "a device or pipe", "Save it as a file first."))
    return name


def absent_file(name: str) -> MissingFileError:
    """Return the error of a file that is not there, with the nearest that is."""
    return MissingFileError(Fault(name, "be an existing file", "no such file", near_file(name)))


def _illegible(name: str, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(Fault(shown(name), "be a file that can be read", reason, "Check its name."))


def near_file(name: str) -> str:
    """Return what to do about a file that is not there: the nearest name, or where it comes from."""
    folder = Path(name).parent
    if Path(name).parts[:1] == ("examples",) and not folder.is_dir():
        return "Type chalkgrad examples first: it writes the examples here."
    with contextlib.suppress(OSError, ValueError):
        near = difflib.get_close_matches(Path(name).name, os.listdir(folder), n=1)
        if near:
            return f"Did you mean {str(folder / near[0])!r}?"
    return "Check its name."


def is_device(path: str | os.PathLike[str]) -> bool:
    """Whether it is there and neither a file nor a folder: /dev/null, /dev/stdout, a pipe."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def temporary_name(target: Path) -> Path:
    """Return the name beside a file under which it is written first; what dead processes left there goes."""
    _clear(target.parent)
    return target.with_name(f".{target.name}.{os.getpid()}.tmp")


@cache
def _clear(folder: Path) -> None:
    """Remove, once in a process, temporary files of ours whose process is dead and that nobody writes to.

    A process on another machine may have the number of a dead one here, so they must also be ``_IDLE`` old.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = _TEMPORARY.fullmatch(entry.name)
            if found is None or not entry.is_file(follow_symlinks=False) or _is_alive(int(found[1])):
                continue
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _IDLE:
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)


def _is_alive(process: int) -> bool:
    """Whether there is such a process; where that cannot be asked, there may be."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary name beside a file; what was written there takes the file's place at the end.

    A reader finds the old file or the new one, never half of one, also after a crash.  A device or a pipe
    is given itself, since nothing may take its place.  Raises
    ``InputError`` if it cannot be written.
    """
    target = Path(os.path.realpath(path))
    temporary = temporary_name(target)
    try:
        if is_device(target):
            yield target
            return
        try:
            yield temporary
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
            if target.exists():
                os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        fault = Fault(os.fspath(path), "be a file that can be written", reason, "Choose another place.")
        raise InputError(fault) from None


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a file under a temporary name and move it into place; raises ``InputError`` if it cannot."""
    mode = "w" if is_device(path) else "x"
    with replacing(path) as temporary, open(temporary, mode, encoding="utf-8", newline="\n") as file:
        file.write(text)
