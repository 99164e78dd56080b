"""Parquet files, read whole or block by block with pyarrow (the extra ``data``)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad.data.readers.files import checked_file
from chalkgrad.data.readers.frames import ORIGIN, arrow_table
from chalkgrad.data.streams.fingerprint import FileStamp, joined_fingerprint
from chalkgrad.data.tables.table import Table, absent_column

ROWS = 1 << 15
"""Rows that are read at a time."""


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


class ParquetBlocks:
    """A Parquet file as blocks, one a row group; of a large one some rows at a time are in memory."""

    def __init__(self, path: str | os.PathLike[str], columns: Sequence[str] | None = None) -> None:
        self.path, self.origin = path, os.fspath(path)
        self._stamp = FileStamp(path)
        with open_parquet(path) as file:
            self.columns = chosen_columns(file, self.origin, columns)
            groups = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        self.rows, self.largest = sum(groups), max(groups, default=0)
        self._starts = [sum(groups[:group]) for group in range(len(groups))]
        if not self.rows:
            raise InputError(Fault(self.origin, "have at least one row", "none"))

    def only(self, columns: Sequence[str]) -> ParquetBlocks:
        """Return the same with some of its columns alone."""
        chosen = copy(self)
        chosen.columns = list(columns)
        return chosen

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self._starts)

    def tables(self, block: int) -> Iterator[Table]:
        """Yield the rows of a block."""
        from pyarrow import ArrowException

        start = self._starts[block]
        try:
            with open_parquet(self.path) as file:
                for batch in file.iter_batches(ROWS, row_groups=[block], columns=self.columns):
                    places = np.arange(start, start + batch.num_rows)
                    yield replace(_named(batch, self.origin), places=places)
                    start += batch.num_rows
        except (ArrowException, OSError, IndexError) as error:
            self.check()
            raise unsound(self.path, error) from None

    def check(self) -> None:
        """Raise ``InputError`` if the file was changed since it was opened first."""
        self._stamp.check()

    def fingerprint(self) -> str:
        """Return what tells this file from others."""
        return joined_fingerprint(self._stamp.fingerprint, self.columns)


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
    return _named(content, name)


def _named(content: Any, name: str) -> Table:
    """Return Arrow data as a table of the file; what is wrong with it is told of the file too."""
    try:
        return replace(arrow_table(content), origin=name)
    except InputError as error:
        faults = (replace(fault, path=fault.path.replace(ORIGIN, name, 1)) for fault in error.faults)
        raise InputError(faults) from None
