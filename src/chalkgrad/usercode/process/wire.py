"""Frames between the processes: a table with arrays as bytes, closed by a token that only the two know.

No pickle: a table is JSON, an array its dtype, shape and bytes.  A frame that is not complete is not read, so
what was written before the child was ended is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ARRAY = "\0array"
_KINDS = "biufc"


def pack(table: Any, token: bytes) -> bytes:
    """A frame: token, length of the head, head, arrays, token."""
    arrays: list[NDArray[Any]] = []
    head = _plain(table, arrays)
    listed = [[array.dtype.str, list(array.shape)] for array in arrays]
    text = json.dumps([head, listed]).encode()
    blobs = [np.ascontiguousarray(array).tobytes() for array in arrays]
    return b"".join([token, len(text).to_bytes(8, "little"), text, *blobs, token])


def unpack(data: bytes, token: bytes) -> Iterator[Any]:
    """All complete frames."""
    start = 0
    while data[start : start + len(token)] == token:
        start += len(token)
        size = int.from_bytes(data[start : start + 8], "little")
        start += 8
        if start + size > len(data):
            return
        head, listed = json.loads(data[start : start + size])
        start += size
        arrays = []
        for kind, shape in listed:
            dtype = np.dtype(kind)
            count = int(np.prod(shape, dtype=np.int64))
            end = start + count * dtype.itemsize
            if end > len(data):
                return
            arrays.append(np.frombuffer(data[start:end], dtype).reshape(shape).copy())
            start = end
        if data[start : start + len(token)] != token:
            return
        start += len(token)
        yield _full(head, arrays)


def _plain(value: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in _KINDS:
            return None
        arrays.append(value)
        return {_ARRAY: len(arrays) - 1}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, arrays) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)[:200]


def _full(value: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(value, dict):
        if _ARRAY in value:
            return arrays[value[_ARRAY]]
        return {key: _full(item, arrays) for key, item in value.items()}
    return [_full(item, arrays) for item in value] if isinstance(value, list) else value
