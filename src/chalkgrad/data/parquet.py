"""Parquet files, read whole or block by block with pyarrow (the extra ``data``)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad.data.files import checked_file
from chalkgrad.data.frames import arrow_table
from chalkgrad.data.table import Table, absent_column


def open_parquet(path: str | os.PathLike[str]) -> Any:
    """Return the open Parquet file; raises ``InputError`` if it is none, and tells if pyarrow is missing."""
    checked_file(path)
    try:
        from pyarrow import ArrowException, parquet
    except ImportError:
        raise UnsupportedError("reading Parquet needs pyarrow: pip install 'chalkgrad[data]'") from None
    try:
        return parquet.ParquetFile(path, pre_buffer=False, memory_map=False)
    except (ArrowException, OSError, ValueError) as error:
        raise unsound(path, error) from None


def unsound(path: str | os.PathLike[str], error: Exception) -> InputError:
    """Return the error of a file that pyarrow cannot read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0][:80]
    return InputError(Fault(os.fspath(path), "be a sound Parquet file", reason, "Write it again."))


def chosen_columns(file: Any, name: str, columns: Sequence[str] | None) -> list[str]:
    """Return the columns to read; raises ``InputError`` for those that are not there."""
    names = list(file.schema_arrow.names)
    faults = [absent_column(name, names, column) for column in columns or () if column not in names]
    if faults:
        raise InputError(faults)
    return names if columns is None else list(columns)


def read_parquet(path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> Table:
    """Read a Parquet file; only the columns that are asked for are read."""
    from pyarrow import ArrowException

    file, name = open_parquet(path), os.fspath(path)
    with file:
        wanted = chosen_columns(file, name, columns)
        try:
            content = file.read(wanted)
        except (ArrowException, OSError, ValueError) as error:
            raise unsound(path, error) from None
    return replace(arrow_table(content), origin=name)
