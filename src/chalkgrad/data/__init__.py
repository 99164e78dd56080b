"""What is there to learn from?  Tables, files and arrays, made into rows of numbers."""

from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.preparation import Preparation
from chalkgrad.data.reading import read_table
from chalkgrad.data.source import ArraySource, Portion, RowSource
from chalkgrad.data.table import Column, Table

__all__ = [
    "ArraySource",
    "Column",
    "Portion",
    "Preparation",
    "RowSource",
    "Table",
    "load_digits",
    "read_table",
    "split",
]
