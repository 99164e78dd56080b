"""Tables of anything as columns of numbers of one type; what is no number, or not finite, is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import exact, shown
from chalkgrad.evaluate.arrays import MAX_TOLD, as_float64, read_array
from chalkgrad.train.rows.frames import frame_or_none

CHUNK = 1 << 17


def column_names(value: Any) -> tuple[str, ...]:
    """Return the names of a table's columns, or nothing."""
    names = getattr(value, "column_names", getattr(value, "columns", None))
    return tuple(map(str, names)) if names is not None and not callable(names) else ()


def numbers_of(
    value: Any, path: str, dtype: str, faults: list[Fault], *, labels: bool = False
) -> Array | None:
    """Return an array of numbers of any type, or None after adding faults."""
    if value is None:
        faults.append(Fault(path, "be given", "nothing"))
        return None
    if isinstance(value, list | tuple) and not _has_texts(value):
        if not value:
            faults.append(Fault(path, "have at least one row", "none", "Give it the rows to learn from."))
            return None
        read = read_array(_without_truths(value) if _has_truths(value) else value, path, faults)
        return None if read is None else as_float64(read)
    is_frame, numbers = frame_or_none(value, dtype, path, faults)
    if is_frame:
        return numbers
    array = _array_of(value, path, faults)
    if array is None:
        return None
    if array.dtype.kind in "biuf":
        return array
    return _read_objects(array, path, column_names(value), faults, labels=labels)


def _array_of(value: Any, path: str, faults: list[Fault]) -> Array | None:
    """Return what can be an array as one, or None after saying why it cannot."""
    if isinstance(value, list | tuple):
        return np.array(value, dtype=object)
    if np.ma.is_masked(value):
        rows = np.flatnonzero(np.ma.getmaskarray(value).reshape(len(value), -1).any(axis=1))
        got = told_rows([f"masked numbers in row {row}" for row in rows[:3]], len(rows))
        faults.append(Fault(path, "have no masked numbers", got, "Fill these in, or leave their rows out."))
        return None
    condition, fix = "be an array of numbers", "Convert it to a NumPy array."
    if hasattr(value, "toarray") and not hasattr(value, "__array__"):
        got, fix = f"a sparse matrix ({type(value).__name__})", f"Write {path}.toarray()."
    elif not hasattr(value, "__array__"):
        got = shown(value)
    else:
        try:
            return np.asarray(value)
        except Exception as error:  # another library's array may refuse for any reason
            got = f"{type(value).__name__} ({error})"[:120]
    faults.append(Fault(path, condition, got, fix))
    return None


def _has_truths(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_truths, value))
    return isinstance(value, bool | np.bool_)


def _without_truths(value: Any) -> Any:
    """Return a list, or a list of rows, with 1 and 0 for True and False, as an array of them is read."""
    if isinstance(value, list | tuple):
        return list(map(_without_truths, value))
    return int(value) if isinstance(value, bool | np.bool_) else value


def _has_texts(value: Sequence[Any]) -> bool:
    return any(isinstance(item, str) for row in value for item in (row if isinstance(row, list) else [row]))


def _read_objects(
    array: Array, path: str, names: Sequence[str], faults: list[Fault], *, labels: bool
) -> Array | None:
    """Return Python objects as float64, or name the columns that hold something else."""
    if array.dtype.kind not in "OUST" or array.ndim not in (1, 2):
        faults.append(Fault(path, "be an array of numbers", f"dtype {array.dtype}", "Convert it to float32."))
        return None
    table = array.reshape(len(array), -1)
    numbers, found = np.empty(table.shape), list[Fault]()
    for column in range(table.shape[1]):
        given = table[:, column].tolist()
        values = [_number(value) for value in given]
        wrong = [row for row, number in enumerate(values) if number is None]
        if wrong:
            got = told_rows([f"{shown(given[row], 30)} in row {row}" for row in wrong[:3]], len(wrong))
            fix = (
                "Number the classes from 0: classes, y = numpy.unique(y, return_inverse=True)."
                if labels
                else "Turn its categories into numbers first."
            )
            place = place_of(path, column, names, table.shape[1])
            found.append(Fault(place, "be numbers", got, fix))
        else:
            numbers[:, column] = values
    faults.extend(_shortened(found, path))
    return None if found else numbers.reshape(array.shape)


def _number(value: Any) -> float | None:
    if isinstance(value, float | bool | np.bool_):
        return float(value)
    number = None if isinstance(value, str) else exact(value)
    return None if number is None else float(number)


def place_of(path: str, column: int, names: Sequence[str], width: int) -> str:
    """Name a column: x['age'] where it has a name, else x[:, 3]."""
    if names and len(names) == width:
        return path if names[column] == path else f"{path}[{names[column]!r}]"
    return f"{path}[:, {column}]" if width > 1 else path


def converted_to(
    array: Array, dtype: str, path: str, names: Sequence[str], faults: list[Fault]
) -> Array | None:
    """Return a table in the run's type, row by row in memory; name the columns that are not finite."""
    with np.errstate(over="ignore"):
        converted = np.ascontiguousarray(array, dtype=dtype)
    if all(np.isfinite(part).all() for part in chunks(converted)):
        return converted
    found, width = [], array.shape[1]
    broken = np.zeros(width, dtype=bool)
    for part in chunks(converted):
        broken |= ~np.isfinite(part).all(axis=0)
    for column in np.flatnonzero(broken).tolist():
        rows = np.flatnonzero(~np.isfinite(converted[:, column]))
        got = told_rows([f"{array[row, column]:g} in row {row}" for row in rows[:3]], len(rows))
        is_large = bool(np.isfinite(array[rows[:3], column]).all())
        condition = f"fit into {dtype}" if is_large else "be finite numbers"
        fix = "Divide it by its size." if is_large else "Fill these in, or leave their rows out."
        found.append(Fault(place_of(path, column, names, width), condition, got, fix))
    faults.extend(_shortened(found, path))
    return None


def told_rows(told: Sequence[str], count: int) -> str:
    more = f" and {count - len(told):,} more" if count > len(told) else ""
    return f"{', '.join(told)}{more}"


def _shortened(found: list[Fault], path: str) -> list[Fault]:
    if len(found) <= MAX_TOLD:
        return found
    got = f"{len(found) - MAX_TOLD:,} more columns that are wrong"
    return [*found[:MAX_TOLD], Fault(path, "have good columns", got, "Repair the columns above first.")]


def chunks(array: Array) -> list[Array]:
    """Return some rows after the other, about a hundred thousand numbers each."""
    rows = max(CHUNK // max(int(np.prod(array.shape[1:])), 1), 1)
    return [array[start : start + rows] for start in range(0, len(array), rows)]
