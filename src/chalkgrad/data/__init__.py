"""What is there to learn from?  Tables, files and arrays, made into rows of numbers."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.source import ArraySource, Portion, RowSource

if TYPE_CHECKING:
    from chalkgrad.data.memmap import MemmapSource
    from chalkgrad.data.opening import Opened, open_source
    from chalkgrad.data.preparation import Preparation
    from chalkgrad.data.prepared import ParquetSource
    from chalkgrad.data.reading import read_table
    from chalkgrad.data.table import Column, Table

__all__ = [
    "ArraySource",
    "Column",
    "MemmapSource",
    "Opened",
    "ParquetSource",
    "Portion",
    "Preparation",
    "RowSource",
    "Table",
    "load_digits",
    "open_source",
    "read_table",
    "split",
]

_WHEN_ASKED = {
    "Column": "table",
    "MemmapSource": "memmap",
    "Opened": "opening",
    "ParquetSource": "prepared",
    "Preparation": "preparation",
    "Table": "table",
    "open_source": "opening",
    "read_table": "reading",
}


def __getattr__(name: str) -> Any:
    """Load what training on arrays does not need when it is asked for."""
    if name in _WHEN_ASKED:
        return getattr(importlib.import_module(f"{__name__}.{_WHEN_ASKED[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
