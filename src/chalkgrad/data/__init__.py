"""What is there to learn from?  Tables, files and arrays, made into rows of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalkgrad._lazy import loader
from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.streams.source import ArraySource, Portion, RowSource

if TYPE_CHECKING:
    from chalkgrad.data.columns.preparation import Preparation
    from chalkgrad.data.columns.prepared import ParquetSource
    from chalkgrad.data.entry import Opened, open_source
    from chalkgrad.data.readers.reading import read_table
    from chalkgrad.data.streams.memmap import MemmapSource
    from chalkgrad.data.tables.table import Column, Table

__all__ = [
    "ArraySource", "Column", "MemmapSource", "Opened", "ParquetSource", "Portion", "Preparation", "RowSource",
    "Table", "load_digits", "open_source", "read_table", "split",
]  # fmt: skip

_WHEN_ASKED = {
    "Column": "tables.table",
    "MemmapSource": "streams.memmap",
    "Opened": "entry",
    "ParquetSource": "columns.prepared",
    "Preparation": "columns.preparation",
    "Table": "tables.table",
    "open_source": "entry",
    "read_table": "readers.reading",
}

__getattr__ = loader(__name__, _WHEN_ASKED)
