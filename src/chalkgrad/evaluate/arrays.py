"""Arrays as people give them: nested lists, numbers, arrays of other libraries; read without loss.

An array that is read is float64, or an object array of ``Fraction`` where the numbers were written as
decimals in a file.  What is wrong is reported with its place: which row is ragged, which value is no number.
"""

from __future__ import annotations

import math
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import exact, exact_text, shown

MAX_TOLD = 10
_FEW = 4096
_FLOAT64 = np.dtype(np.float64)
_MAX_AXES = 2
_LARGEST_WHOLE = 2**53


def as_float64(array: Array) -> Array:
    """Return the numbers in float64, each rounded once."""
    return array.astype(np.float64, copy=False)


def is_ready(value: object, shape: tuple[int, ...]) -> TypeGuard[NDArray[np.float64]]:
    """Whether a value is a float64 array of that shape whose numbers are surely finite."""
    return (
        type(value) is np.ndarray and value.dtype is _FLOAT64 and value.shape == shape and _is_finite(value)
    )


def _is_finite(array: Array) -> bool:
    """Whether every number is finite: of few, whether the sum of squares is, of which vdot warns of nothing.

    Of many, vdot would wake threads, which then spin where a training is about to begin.
    """
    if array.size > _FEW:
        return bool(np.isfinite(array).all())
    return math.isfinite(np.vdot(array, array))


def read_array(value: object, path: str, faults: list[Fault]) -> Array | None:
    """Return an array of at most two axes and finite numbers, or ``None`` after adding faults.

    >>> found = []
    >>> read_array([[1, 2], [3]], "x", found), print(*found)
    x[1]: must have 2 numbers like row 0; got 1. Make all rows equally long.
    (None, None)
    """
    if isinstance(value, (list, tuple)):
        quick = _quick(value)
        return read_nested(value, path, faults) if quick is None else _finite(quick, path, faults)
    if not hasattr(value, "__array__"):
        return read_nested(value, path, faults)
    try:
        array = np.asarray(value)
    except Exception:  # another library's array may refuse for any reason
        faults.append(
            Fault(path, "be an array of numbers", type(value).__name__, "Convert it to a NumPy array.")
        )
        return None
    if array.dtype.kind == "O":
        return read_nested(array.tolist(), path, faults)
    if array.dtype.kind not in "biuf":
        faults.append(Fault(path, "be an array of numbers", f"dtype {array.dtype}", "Convert it to float64."))
        return None
    if array.dtype.kind in "iu" and array.size and max(-int(array.min()), int(array.max())) > _LARGEST_WHOLE:
        return read_nested(array.tolist(), path, faults)
    return _finite(array.astype(np.float64, copy=False), path, faults)


def _quick(value: list[Any] | tuple[Any, ...]) -> Array | None:
    """Return a list of plain numbers as float64, or ``None`` for the careful reader."""
    rows = value if value and isinstance(value[0], (list, tuple)) else [value]
    if any(isinstance(item, bool) for row in rows if isinstance(row, (list, tuple)) for item in row):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    if array.dtype == np.float64:
        return array if array.size else None
    is_small = array.dtype.kind == "i" and array.size and np.abs(array).max() <= _LARGEST_WHOLE
    return array.astype(np.float64) if is_small else None


def _finite(array: Array, path: str, faults: list[Fault]) -> Array | None:
    if array.ndim > _MAX_AXES:
        faults.append(_too_deep(path, f"an array of {array.ndim} axes"))
        return None
    if _is_finite(array):
        return array
    good = np.isfinite(array)
    if good.all():  # only the sum of squares overflowed
        return array
    first = np.unravel_index(int(np.argmin(good)), array.shape)
    place = "".join(f"[{int(index)}]" for index in first)
    more = int(array.size - good.sum()) - 1
    fix = f"Replace it. So with {more} more after it." if more else "Replace it, or leave its row out."
    faults.append(Fault(path + place, "be a finite number", shown(float(array[first])), fix))
    return None


def read_nested(value: object, path: str, faults: list[Fault]) -> Array | None:
    """Read a number, a list of numbers or a list of rows; every number becomes a ``Fraction``."""
    if not isinstance(value, (list, tuple)):
        leaves = _leaves([value], path, faults, single=True)
        return None if leaves is None else _pack(leaves, ())
    if not value:
        faults.append(Fault(path, "have at least one number", "an empty list", "Write [1, 2], say."))
        return None
    if not any(isinstance(row, (list, tuple)) for row in value):
        leaves = _leaves(value, path, faults)
        return None if leaves is None else _pack(leaves, (len(value),))
    return _rows(value, path, faults)


def _rows(rows: list[Any] | tuple[Any, ...], path: str, faults: list[Fault]) -> Array | None:
    like = next(index for index, row in enumerate(rows) if isinstance(row, (list, tuple)))
    width, found, everything = len(rows[like]), list[Fault](), list[Any]()
    for index, row in enumerate(rows):
        place = f"{path}[{index}]"
        if not isinstance(row, (list, tuple)):
            fix = f"Write [{shown(row, 20)}]."
            found.append(Fault(place, f"be a list like row {like}", shown(row), fix))
        elif len(row) != width or not row:
            condition = f"have {width} numbers like row {like}" if width else "have at least one number"
            found.append(Fault(place, condition, str(len(row)), "Make all rows equally long."))
        elif any(isinstance(item, (list, tuple)) for item in row):
            found.append(_too_deep(place, "lists inside it"))
        else:
            everything.extend(_leaves(row, place, found) or [])
    if len(found) > MAX_TOLD:
        got = f"{len(found) - MAX_TOLD:,} more rows that are wrong"
        found[MAX_TOLD:] = [Fault(path, "have good rows", got, "Repair the rows above first.")]
    faults.extend(found)
    return None if found else _pack(everything, (len(rows), width))


def _leaves(values: Any, path: str, faults: list[Fault], single: bool = False) -> list[Any] | None:
    numbers = [exact(value) for value in values]
    wrong = [index for index, number in enumerate(numbers) if number is None]
    if not wrong:
        return numbers
    value = values[wrong[0]]
    if isinstance(value, str) and exact_text(value) is not None:
        fix = f"Write {value.strip()} without quotes."
    elif isinstance(value, bool):
        fix = f"Write {int(value)}."
    else:
        fix = "Replace it."
    if len(wrong) > 1:
        fix += f" So with {len(wrong) - 1} more after it."
    place = path if single else f"{path}[{wrong[0]}]"
    faults.append(Fault(place, "be a finite number", shown(value), fix))
    return None


def _pack(leaves: list[Any], shape: tuple[int, ...]) -> Array:
    array = np.empty(len(leaves), dtype=object)
    array[:] = leaves
    return array.reshape(shape)


def _too_deep(path: str, got: str) -> Fault:
    return Fault(path, "be a number, a list or a list of rows", got, "Flatten each sample to one row.")
