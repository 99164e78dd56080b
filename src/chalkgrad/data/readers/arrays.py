"""Tables of NumPy arrays and of files that hold arrays: .npy and .npz."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.npz import UNSOUND, array_names, read_arrays, read_header, unsound
from chalkgrad.data.tables.table import Column, Table
from chalkgrad.data.tables.typed import MISSING, kept_numbers

Part = Literal["train", "test"]
_PART = re.compile(r"(.*?)[_-]?(train|test)[_-]?(.*)", re.IGNORECASE)


def column_of(name: object, values: Any, origin: str) -> Column:
    """Return a column of whatever can be an array; raises ``InputError`` if it is no column."""
    place = f"{origin}, column {shown(str(name), 40)}"
    if isinstance(values, np.ma.MaskedArray) and values.dtype.kind in "fiub":
        values = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(Fault(place, "have rows of the same length", "lists of different lengths")) from None
    if array.ndim == 0:
        raise InputError(Fault(place, "have one value in a row", shown(values)))
    if 0 in array.shape[1:]:
        raise InputError(Fault(place, "have numbers in its rows", f"shape {array.shape}"))
    if array.ndim > 2:
        array = array.reshape(len(array), math.prod(array.shape[1:]))
    if array.dtype.kind in "fiub":
        is_native = array.dtype.isnative and array.dtype.itemsize <= 8
        return Column(str(name), array if is_native else array.astype(_native(array.dtype)))
    if array.dtype.kind in "OUST" and array.ndim == 1:
        return Column(str(name), _objects(array, place))
    fix = "Leave it out, or make numbers of it."
    raise InputError(Fault(place, "be numbers or text", f"{array.dtype}", fix))


def _native(dtype: np.dtype[Any]) -> Any:
    return np.float64 if dtype.itemsize > 8 else dtype.newbyteorder("=")


def _objects(array: Array, place: str) -> Array:
    """Return text with None where it is missing, or numbers if all the objects are."""
    values = [None if _is_missing(value) else value for value in array.tolist()]
    kinds = {type(value) for value in values if value is not None}
    if kinds and all(issubclass(kind, int | float | Decimal | np.number | np.bool_) for kind in kinds):
        return kept_numbers(values)
    wrong = sorted(kind.__name__ for kind in kinds if not issubclass(kind, str))
    if wrong:
        fix = "Leave it out, or make text or numbers of it."
        raise InputError(Fault(place, "be numbers or text, not both", f"values of type {wrong[0]}", fix))
    found = np.empty(len(values), dtype=object)
    found[:] = [None if value is None or value.strip() in MISSING else value.strip() for value in values]
    return found


def _is_missing(value: object) -> bool:
    """None, NaN, and the NA and NaT of pandas, which differ from themselves or are no truth."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return True


def array_table(array: Array, origin: str) -> Table:
    """Return an array's named fields as columns, or an array m × n as one column ``x``."""
    if array.dtype.names:
        return Table.of([column_of(name, array[name], origin) for name in array.dtype.names], origin)
    if array.ndim < 2:
        fix = "Write one row a sample."
        raise InputError(Fault(origin, "be a table of rows and columns", f"shape {array.shape}", fix))
    return Table.of([column_of("x", array, origin)], origin)


def mapping_table(columns: Mapping[Any, Any], origin: str) -> Table:
    """Return a dictionary of columns as a table."""
    return Table.of([column_of(name, values, origin) for name, values in columns.items()], origin)


def npy_table(path: str | os.PathLike[str]) -> Table:
    """Return the table of a .npy file, which is mapped, not read."""
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            header = read_header(file)
        if 0 in header.shape:
            raise InputError(Fault(name, "have at least one row", f"shape {header.shape}", "Write it again."))
        array = np.lib.format.open_memmap(path, mode="r")
    except InputError:
        raise
    except UNSOUND as error:
        raise unsound(name, ".npy", error) from None
    return array_table(array, name)


def npz_table(path: str | os.PathLike[str], part: Part) -> Table:
    """Return the arrays of a .npz file as columns.

    ``X_train`` and ``X_test`` are the parts of a column ``X``.  Arrays of another length than most have
    are left out, with a note.
    """
    name, chosen = os.fspath(path), _chosen(array_names(path), part)
    read = read_arrays(path, chosen.values())
    arrays = {short: read[key] for short, key in chosen.items()}
    lengths = Counter(len(array) for array in arrays.values() if array.ndim)
    rows = max(lengths, key=lambda length: (lengths[length], length), default=0)
    kept = {key: array for key, array in arrays.items() if array.ndim and len(array) == rows}
    left = ", ".join(shown(key, 30) for key in arrays if key not in kept)
    notes = [f"{name}: arrays of other lengths are left out: {left}"] if left else []
    if not kept:
        raise InputError(Fault(name, "hold arrays of rows", "none"))
    return Table.of([column_of(key, array, name) for key, array in kept.items()], name, notes)


def _chosen(keys: list[str], part: Part) -> dict[str, str]:
    """Return the short names of the arrays of a part, and their own."""
    parts = {key: found for key in keys if (found := _PART.fullmatch(key))}
    if not any(found[2].lower() == "train" for found in parts.values()):
        return {key: key for key in keys}
    return {found[1] + found[3]: key for key, found in parts.items() if found[2].lower() == part}
