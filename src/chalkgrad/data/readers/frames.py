"""Tables of data frames: pandas, polars and Arrow, whose numbers are shared where that is possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad._numbers import shown
from chalkgrad.data.readers.arrays import column_of
from chalkgrad.data.tables.table import Column, Table
from chalkgrad.data.tables.typed import EXACT, kept_numbers

ORIGIN = "data"


def is_frame(source: object) -> str:
    """Return ``pandas``, ``polars``, ``arrow`` or an empty string, without importing any of them."""
    kinds = {cls.__module__.split(".")[0] for cls in type(source).__mro__}
    if "pandas" in kinds and hasattr(source, "iloc") and hasattr(source, "columns"):
        return "pandas"
    if "polars" in kinds and hasattr(source, "get_columns"):
        return "polars"
    return "arrow" if hasattr(source, "__arrow_c_stream__") else ""


def frame_table(value: object) -> Table | None:
    """Return a data frame as a table, or None if it is none; raises ``InputError``."""
    kind = is_frame(value)
    readers = {"pandas": pandas_table, "polars": polars_table, "arrow": arrow_table}
    return readers[kind](value) if kind else None


def frame_names(value: object) -> tuple[Any, ...]:
    """Return what the columns of a frame or table are called, as they are; nothing for anything else."""
    if isinstance(value, Table):
        return value.names
    kind = is_frame(value) if hasattr(value, "columns") else ""
    if not kind:
        return ()
    found: Any = getattr(value, "column_names", None) if kind == "arrow" else None
    return tuple(getattr(value, "columns", ()) if found is None else found)


def narrowed(value: Any, names: Sequence[str]) -> Any:
    """Return a frame or table with some of its columns, in this order; those not asked for are not read."""
    if isinstance(value, Table):
        return value.select(names)
    if is_frame(value) != "pandas":
        if not hasattr(value, "get_columns") and not hasattr(value, "column_names"):
            return arrow_table(value).select(names)
        return value.select(list(names))
    found = [str(name) for name in value.columns]
    places = {name: place for place, name in reversed(list(enumerate(found)))}
    twice = [name for name, count in Counter(found).items() if count > 1 and name in names]
    if twice:
        _check_names([name for name in found if name in twice])
    return value.iloc[:, [places[name] for name in names]]


def pandas_table(frame: Any) -> Table:
    """Return a pandas frame as a table; its index is left out."""
    names = [str(name) for name in frame.columns]
    _check_names(names)
    columns = []
    for place, name in enumerate(names):
        series = frame.iloc[:, place]
        if hasattr(series.dtype, "pyarrow_dtype"):
            columns.append(arrow_column(name, series.array.__arrow_array__()))
        elif getattr(series.dtype, "kind", "O") in "fiub" and isinstance(series.dtype, np.dtype):
            columns.append(column_of(name, series.to_numpy(), ORIGIN))
        elif getattr(series.dtype, "_is_numeric", False) or getattr(series.dtype, "kind", "O") in "fiub":
            columns.append(Column(name, _nullable(series)))
        elif getattr(series.dtype, "kind", "O") in "mM":
            raise _neither(name, series.dtype)
        else:
            values = series.astype(object).to_numpy()
            columns.append(column_of(name, _texts(values, _is_category(series)), ORIGIN))
    return Table.of(columns, ORIGIN)


def _nullable(series: Any) -> NDArray[Any]:
    """Return numbers that may be missing; whole ones above 2⁵³ are kept."""
    numbers: NDArray[np.float64] = series.to_numpy(dtype=np.float64, na_value=np.nan)
    if getattr(series.dtype, "kind", "f") in "iu" and (np.abs(numbers) >= EXACT).any():
        return kept_numbers(series.to_numpy(dtype=object, na_value=None).tolist())
    return numbers


def _is_category(series: Any) -> bool:
    """Whether a pandas column is of categories, which are read as text whatever they are."""
    return type(series.dtype).__name__ == "CategoricalDtype"


def _texts(values: NDArray[Any], is_category: bool) -> NDArray[Any]:
    """Return categories as text; other objects as they are."""
    if not is_category:
        return values
    from chalkgrad.data.tables.labels import level_text

    found = np.empty(len(values), dtype=object)
    found[:] = [None if value is None or value != value else level_text(value) for value in values]
    return found


def _check_names(names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        told = (f"{shown(name, 40)} twice" for name in twice)
        raise InputError(Fault(ORIGIN, "have each column name once", got, "Rename one.") for got in told)


def _neither(name: str, dtype: object) -> InputError:
    fix = "Leave it out, or make numbers of it."
    return InputError(Fault(f"{ORIGIN}, column {shown(name, 40)}", "be numbers or text", str(dtype), fix))


def polars_table(frame: Any) -> Table:
    """Return a polars frame as a table."""
    if not hasattr(frame, "get_columns"):
        raise InputError(Fault(ORIGIN, "be a table", "a lazy frame", "Collect it first."))
    return Table.of([_polars_column(series) for series in frame.get_columns()], ORIGIN)


def _polars_column(series: Any) -> Column:
    dtype = series.dtype
    if dtype.is_numeric() or str(dtype) == "Boolean":
        if series.null_count() or dtype.is_decimal():
            import polars

            numbers = series.cast(polars.Float64)
            if not dtype.is_float() and (np.abs(numbers.to_numpy()) >= EXACT).any():
                return Column(series.name, kept_numbers(series.to_list()))
            series = numbers
        return column_of(series.name, series.to_numpy(), ORIGIN)
    if not str(dtype).startswith(("String", "Utf8", "Categorical", "Enum", "Null")):
        raise _neither(series.name, dtype)
    values = np.empty(len(series), dtype=object)
    values[:] = series.to_list()
    return column_of(series.name, values, ORIGIN)


def arrow_table(source: Any) -> Table:
    """Return an Arrow table, record batch, or anything that streams Arrow data, as a table."""
    try:
        import pyarrow as pa
    except ImportError:
        raise UnsupportedError("reading Arrow data needs pyarrow: pip install 'chalkgrad[data]'") from None
    table = source if isinstance(source, pa.Table | pa.RecordBatch) else pa.table(source)
    _check_names(list(table.column_names))
    return Table.of(
        [arrow_column(name, table.column(place)) for place, name in enumerate(table.column_names)], ORIGIN
    )


def arrow_column(name: str, values: Any) -> Column:
    """Return an Arrow column; numbers in one piece without nulls share their memory."""
    import pyarrow as pa
    from pyarrow import types

    kind = values.type
    if types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
        if not (types.is_string(kind) or types.is_large_string(kind)):
            values = values.cast(pa.string())
            kind = values.type
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        if values.null_count or types.is_decimal(kind):
            numbers = values.cast(pa.float64(), safe=False)
            if not types.is_floating(kind) and (np.abs(np.asarray(numbers)) >= EXACT).any():
                return Column(name, kept_numbers(values.to_pylist()))
            values = numbers
        copying = {} if isinstance(values, pa.ChunkedArray) else {"zero_copy_only": False}
        return column_of(name, values.to_numpy(**copying), ORIGIN)
    if kind in (pa.string(), pa.large_string(), pa.null()) or kind == pa.string_view():
        found = np.empty(len(values), dtype=object)
        found[:] = values.to_pylist()
        return column_of(name, found, ORIGIN)
    if types.is_fixed_size_list(kind) and values.null_count == 0:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        flat = arrow_column(name, values.flatten()).values
        return Column(name, flat.reshape(len(values), kind.list_size))
    raise _neither(name, kind)
