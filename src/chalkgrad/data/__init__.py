"""What is there to learn from?  Tables, files and arrays, made into rows of numbers."""

from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.memmap import MemmapSource
from chalkgrad.data.opening import Opened, open_source
from chalkgrad.data.preparation import Preparation
from chalkgrad.data.prepared import ParquetSource
from chalkgrad.data.reading import read_table
from chalkgrad.data.source import ArraySource, Portion, RowSource
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
