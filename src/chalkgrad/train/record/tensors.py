"""Arrays and a note in one safetensors file: written whole or not at all, read only if it is whole.

The form is that of safetensors: 8 bytes with the header's length, the header in JSON, the numbers.  It is
written here array by array, so that nothing is copied and an error of the disk is the system's own.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError, MissingFileError
from chalkgrad._files import is_device, temporary_name

_KINDS = {"<f4": "F32", "<f8": "F64", "<i8": "I64"}


def write_tensors(path: str | os.PathLike[str], arrays: Mapping[str, Array], kind: str, note: Any) -> None:
    """Write a file under a temporary name and move it into place; raises ``OSError``.

    Parameters
    ----------
    path
        Where; an older file stays whole until the new one is.  A device or a pipe is written in place.
    arrays
        By name, of float32, float64 or int64.
    kind
        What the file is, such as ``"chalkgrad checkpoint 1"``.
    note
        Anything that JSON can hold.
    """
    ready = {
        name: np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        for name, value in arrays.items()
    }
    header = _header(ready, kind, json.dumps(note, allow_nan=False))
    target = Path(os.path.realpath(path))
    if is_device(target):
        with open(target, "wb") as file:
            _write(file, header, ready)
        return
    temporary = temporary_name(target)
    try:
        with open(temporary, "wb") as file:
            _write(file, header, ready)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(target.parent)


def _write(file: BinaryIO, header: bytes, arrays: Mapping[str, Array]) -> None:
    file.write(len(header).to_bytes(8, "little"))
    file.write(header)
    for value in arrays.values():
        file.write(_bytes(value))


def _header(arrays: Mapping[str, Array], kind: str, note: str) -> bytes:
    table: dict[str, Any] = {"__metadata__": {"kind": kind, "note": note, "check": f"{_check(arrays, note)}"}}
    place = 0
    for name, value in arrays.items():
        end = place + value.nbytes
        table[name] = {"dtype": _KINDS[value.dtype.str], "shape": value.shape, "data_offsets": [place, end]}
        place = end
    text = json.dumps(table).encode()
    return text + b" " * (-len(text) % 8)


def _check(arrays: Mapping[str, Array], note: str) -> int:
    """A sum over the note, the arrays' names and shapes and their numbers: it changes when a byte does."""
    found = zlib.crc32(note.encode())
    for name, value in sorted(arrays.items()):
        found = zlib.crc32(f"{name} {value.dtype.str} {value.shape}".encode(), found)
        found = zlib.crc32(_bytes(value), found)
    return found


def _bytes(array: Array) -> memoryview:
    """The numbers of a contiguous array, not copied."""
    return memoryview(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def _sync_folder(folder: Path) -> None:
    """Make the file's new name last; a system that cannot do that keeps it in its own time."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_tensors(path: str | os.PathLike[str], kind: str) -> tuple[dict[str, Array], Any]:
    """Return the arrays and the note of a file.

    Raises
    ------
    InputError
        If there is no such file, it is of another kind, or not whole.
    """
    from safetensors import SafetensorError, safe_open

    name, what = os.fspath(path), kind.rpartition(" ")[0]
    if not os.path.exists(path):
        raise MissingFileError(Fault(name, "be an existing file", "no such file", "Check its name."))
    try:
        with safe_open(name, framework="np") as file:
            found, names = file.metadata() or {}, list(file.keys())
            arrays = {key: file.get_tensor(key) for key in names} if found.get("kind") == kind else {}
    except (SafetensorError, OSError, ValueError) as error:
        reason = f"{getattr(error, 'strerror', None) or error}"[:100]
        fix = "It is cut off or no such file at all; take an older one."
        raise InputError(Fault(name, f"be a {what}", reason, fix)) from None
    if found.get("kind") != kind:
        got = found.get("kind") or "a safetensors file of something else"
        raise InputError(Fault(name, f"be a {kind}", got[:60], "Name another file."))
    note = found.get("note", "")
    if found.get("check") != f"{_check(arrays, note)}":
        got = "a file whose numbers have changed since"
        raise InputError(Fault(name, f"be a whole {what}", got, "Take an older one."))
    return arrays, json.loads(note)
