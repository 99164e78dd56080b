"""What a call came to: the arrays that it returned, one by one, or what it raised, as a plain table."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array

MAX_PARTS = 2000
MAX_ENTRIES = 1_000_000


def parts_of(result: Any) -> tuple[list[tuple[str, Array]], list[dict[str, str]]]:
    """What came back, flattened: label and array; and what is no array."""
    parts, refused = [], []
    for label, value in flatten(result):
        array = as_array(value)
        if array is None:
            refused.append({"label": label, "type": type(value).__name__})
        elif array.size <= MAX_ENTRIES:
            parts.append((label, array.copy()))
    return parts, refused


def flatten(value: Any, label: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Take nested dictionaries, tuples, lists and records of arrays apart: labels are joined by dots."""
    value = _fields(value)
    if isinstance(value, Mapping) and depth < 4:
        for key, item in list(value.items())[:MAX_PARTS]:
            yield from flatten(item, f"{label}.{key}" if label else str(key), depth + 1)
    elif isinstance(value, tuple | list) and depth < 4 and not _numeric(value):
        for place, item in enumerate(value[:MAX_PARTS]):
            yield from flatten(item, f"{label}.{place}" if label else str(place), depth + 1)
    elif value is not None:
        yield label, value


def _fields(value: Any) -> Any:
    """Return a named tuple, a dataclass or a namespace as the dictionary of its fields; else the value."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    is_record = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return (
        vars(value)
        if isinstance(value, SimpleNamespace) or (is_record and hasattr(value, "__dict__"))
        else value
    )


def _numeric(value: tuple[Any, ...] | list[Any]) -> bool:
    """Whether a list is an array written out: numbers, or rows of numbers."""
    if isinstance(value, tuple) or not value:
        return False
    first = value[0]
    rows = isinstance(first, list) and bool(first) and isinstance(first[0], int | float)
    fits = len(value) * (len(first) if rows else 1) <= MAX_ENTRIES
    return fits and (rows or isinstance(first, int | float))


def as_array(value: Any) -> Array | None:
    """A numeric array, or None for anything else."""
    if hasattr(value, "detach"):
        value = value.detach()
    try:
        array = np.asarray(value)
    except Exception:  # another library's array may refuse for any reason
        return None
    return array if array.dtype.kind in "biuf" else None


def describe(error: BaseException, path: Any) -> dict[str, Any]:
    """What was raised, and the last line of the user's own file on the way."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = own[-1].lineno if own else getattr(error, "lineno", None)
    text = own[-1].line if own else (getattr(error, "text", "") or "")
    message = str(error)[:500]
    if isinstance(error, SystemExit):
        message = f"sys.exit({error.code!r})"[:100]
    elif isinstance(error, SyntaxError) and not own:
        message = error.msg  # its line is told apart
    return {
        "type": type(error).__name__,
        "message": message,
        "line": line,
        "text": (text or "").strip()[:200],
    }
