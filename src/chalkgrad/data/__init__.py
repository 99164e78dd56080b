"""What is there to learn from?  Tables, files and arrays, made into rows of numbers."""

from chalkgrad.data.digits import load_digits
from chalkgrad.data.held_out import split
from chalkgrad.data.source import ArraySource, Portion, RowSource

__all__ = ["ArraySource", "Portion", "RowSource", "load_digits", "split"]
