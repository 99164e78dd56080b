"""The model file: one safetensors file, weights as tensors and everything else as JSON in its header.

    8 bytes       length of the header, little-endian
    header        JSON: {"__metadata__": {"chalkgrad": TABLE}, "W1": {"dtype", "shape", "data_offsets"}, …}
    rest          the numbers

TABLE is a text of JSON with ``format`` (of this layout), ``digest`` (SHA-256 over all the rest, so that a
changed bit is found) and what ``Model`` keeps.  Nothing in the file can run.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import existing_file, replacing
from chalkgrad._numbers import shown

Array = NDArray[Any]
FORMAT = 1
KEY = "chalkgrad"
MOST_HEADER = 64 * 2**20
_DTYPES = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8")}
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
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    ordered = {name: np.ascontiguousarray(arrays[name]) for name in sorted(arrays)}
    content = {"format": FORMAT, **table}
    text = _text({**content, "digest": digest(content, ordered)})
    if len(text) > MOST_HEADER // 2:  # escaped once more in the header
        fix = "Leave out columns with very many different values."
        raise InputError(Fault("model", "have a description of at most 32 MB", f"{len(text):,} bytes", fix))
    with replacing(path) as temporary:
        try:
            save_file(ordered, temporary, {KEY: text})
        except SafetensorError as error:  # a full disk
            raise OSError(str(error)) from None


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
            start = _header(name, file)
            table = _table(name, start[8:])
            arrays = _arrays(name, start + file.read())
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Fault(name, "be a file that can be read", reason, "Check its name.")) from None
    if table.pop("digest", None) != digest(table, arrays):
        raise _damaged(name, "contents that do not fit their checksum")
    return table, arrays


def digest(table: Mapping[str, Any], arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256, in hex, of a table and of arrays: names, types, shapes and numbers."""
    total = hashlib.sha256(_text(table).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
        total.update(f"\n{name} {array.dtype.name} {array.shape}\n".encode())
        total.update(array.reshape(-1).view(np.uint8))
    return total.hexdigest()


def _text(table: Mapping[str, Any]) -> str:
    return json.dumps(table, sort_keys=True, allow_nan=False, separators=(",", ":"))


def _header(name: str, file: BinaryIO) -> bytes:
    """Return the length of the header and the header, after both have been found possible."""
    size = os.fstat(file.fileno()).st_size
    start = file.read(9)
    length = int.from_bytes(start[:8], "little")
    if len(start) < 9 or start[8:] != b"{" or length > MOST_HEADER:
        found = next((what for mark, what in _FOREIGN if start.startswith(mark)), "a file of another kind")
        raise _foreign(name, found if start else "an empty file")
    if 8 + length > size:
        raise _damaged(name, f"{size:,} bytes where its header alone takes {8 + length:,}")
    return start + file.read(length - 1)


def _table(name: str, header: bytes) -> dict[str, Any]:
    metadata = _object(name, "header", header).get("__metadata__")
    text = metadata.get(KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise _foreign(name, "a safetensors file of another program")
    table = _object(name, "description", text)
    version = table.get("format")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _damaged(name, f"format {shown(version, 30)}")
    if version > FORMAT:
        settings = table.get("settings")
        writer = settings.get("version") if isinstance(settings, dict) else None
        by = f", written by chalkgrad {writer}"[:60] if isinstance(writer, str) else ""
        fix = "Update chalkgrad: pip install --upgrade chalkgrad."
        raise InputError(Fault(name, f"be of format {FORMAT} or older", f"format {version}{by}", fix))
    return table


def _object(name: str, part: str, text: str | bytes) -> dict[str, Any]:
    try:
        table = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict):
        raise _damaged(name, f"a {part} that is no JSON table")
    return table


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)  # NaN and Infinity are no JSON


def _arrays(name: str, content: bytes) -> dict[str, Array]:
    """Return the tensors of the whole file by name."""
    from safetensors import SafetensorError, deserialize

    try:
        entries = dict(deserialize(content))
    except SafetensorError as error:
        raise _damaged(name, f"tensors that do not fit the file ({str(error)[:80]})") from None
    arrays = {}
    for key in sorted(entries):
        entry = entries[key]
        if entry["dtype"] not in _DTYPES:
            got = f"{shown(key, 30)} in {shown(entry['dtype'], 30)}"
            raise InputError(Fault(name, "have numbers in float32 or float64", got, _TRAIN))
        flat = np.frombuffer(entry["data"], _DTYPES[entry["dtype"]])
        arrays[key] = flat.reshape(entry["shape"]).astype(flat.dtype.newbyteorder("="), copy=False)
    return arrays


def _foreign(name: str, got: str) -> InputError:
    return InputError(Fault(name, "be a model file of chalkgrad", got, _TRAIN))


def _damaged(name: str, got: str) -> InputError:
    return InputError(Fault(name, "be a whole, unchanged model file", got, _AGAIN))
