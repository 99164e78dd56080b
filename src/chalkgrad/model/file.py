"""The model file: weights and a table in JSON, in one safetensors file; nothing in it can run.

Its form is that of `chalkgrad.train.record.tensors`; here is what is refused, and in which words.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._files import existing_file
from chalkgrad._numbers import shown
from chalkgrad.train.record.tensors import read_tensors, write_tensors

FORMAT = 1
NAME = "chalkgrad model"
KIND = f"{NAME} {FORMAT}"
CHECKPOINT = "chalkgrad checkpoint"
MOST_HEADER = 64 * 2**20
MOST_TABLE = MOST_HEADER // 2
"""Quotes are escaped in the header, so a table takes more room there."""
_FOREIGN = (
    (b"PK", "a zip archive, as PyTorch and NumPy write"),
    (b"\x89HDF", "an HDF5 file, as Keras writes"),
    (b"\x80", "a pickle, which could run code"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"PAR1", "a Parquet file"),
    (b"{", "a JSON text"),
)
_TRAIN = "Make one with chalkgrad train DATA --target COLUMN -o model.cg."
_AGAIN = "Copy it anew, or train it again."


def write_file(path: str | os.PathLike[str], arrays: Mapping[str, Array], table: Mapping[str, Any]) -> None:
    """Write a model file under a temporary name and move it into place.

    The same arrays and table give the same bytes.  Raises ``InputError`` if it cannot be written.
    """
    ordered = {name: arrays[name] for name in sorted(arrays)}
    sorted_table = json.loads(json.dumps(table, sort_keys=True, allow_nan=False))
    size = len(json.dumps(sorted_table))
    if size > MOST_TABLE:
        fix = "Leave out columns with very many different values."
        raise InputError(Fault("model", "have a description of at most 32 MB", f"{size:,} bytes", fix))
    try:
        write_tensors(path, ordered, KIND, sorted_table)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        fault = Fault(os.fspath(path), "be a file that can be written", reason, "Choose another place.")
        raise InputError(fault) from None


def read_file(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the table and the arrays of a model file.

    Raises
    ------
    InputError
        If there is no such file, or it is none of ours, of a newer format, cut short or damaged.
    """
    name = existing_file(path)
    try:
        with open(path, "rb") as file:
            header = _header(name, file)
        _check_kind(name, header)
        _check_types(name, header)
        arrays, table = read_tensors(path, KIND)
    except OSError as error:
        if isinstance(error, InputError):
            raise
        reason = error.strerror or str(error)
        raise InputError(Fault(name, "be a file that can be read", reason, "Check its name.")) from None
    except (RecursionError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise _damaged(name, "a description that is no JSON") from None
    if not isinstance(table, dict):
        raise _damaged(name, "a description that is no table")
    return table, arrays


def _header(name: str, file: BinaryIO) -> dict[str, Any]:
    """Return the header, after its length has been found possible."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    if len(start) < 9 or start[8:] != b"{" or length > MOST_HEADER:
        found = next((what for mark, what in _FOREIGN if start.startswith(mark)), "a file of another kind")
        raise _foreign(name, found if start else "an empty file")
    if 8 + length > size:
        raise _damaged(name, f"{size:,} bytes where its header alone takes {8 + length:,}")
    try:
        header = json.loads(start[8:] + file.read(length - 1))
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise _damaged(name, "a header that is no JSON table")
    return header


def _check_kind(name: str, header: Mapping[str, Any]) -> None:
    """Refuse files of other programs, checkpoints, and models of a newer format."""
    metadata = header.get("__metadata__")
    kind = metadata.get("kind") if isinstance(metadata, dict) else None
    if not isinstance(kind, str) or not kind.startswith((NAME, CHECKPOINT)):
        raise _foreign(name, "a safetensors file of another program")
    if kind.startswith(CHECKPOINT):
        fix = "Go on from it with chalkgrad train DATA --resume, with the options it was begun with."
        got = "a checkpoint of a training that has not ended"
        raise InputError(Fault(name, "be a model file of chalkgrad", got, fix))
    number = kind.removeprefix(NAME).strip()
    if number.isascii() and number.isdecimal() and len(number) < 9 and int(number) > FORMAT:
        fix = "Update chalkgrad: pip install --upgrade chalkgrad."
        raise InputError(Fault(name, f"be of format {FORMAT} or older", f"format {number}", fix))
    if kind != KIND:
        raise _damaged(name, f"the kind {shown(kind, 40)}")


def _check_types(name: str, header: Mapping[str, Any]) -> None:
    for key, entry in header.items():
        dtype = entry.get("dtype") if isinstance(entry, dict) else None
        if key != "__metadata__" and dtype not in ("F32", "F64"):
            got = f"{shown(key, 30)} in {shown(dtype, 30)}"
            raise InputError(Fault(name, "have numbers in float32 or float64", got, _AGAIN))


def _foreign(name: str, got: str) -> InputError:
    return InputError(Fault(name, "be a model file of chalkgrad", got, _TRAIN))


def _damaged(name: str, got: str) -> InputError:
    return InputError(Fault(name, "be a whole, unchanged model file", got, _AGAIN))
