"""What is asked of data: which rows, what is to be learned of them, and when they are read in blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chalkgrad.data.columns.survey import Missing
    from chalkgrad.data.columns.target import Task


@dataclass(frozen=True)
class Streaming:
    """When rows are read in blocks, in every epoch again, instead of at once."""

    above: int = 2 * 2**30
    """Rows of files that take more bytes are."""
    aside: int = 50_000
    """So many of them are validated on at most: they stay in memory."""


USUAL = Streaming()


@dataclass(frozen=True, kw_only=True)
class RowsAsked:
    """Which rows, and what is to be learned of them; None where that is left to be found out."""

    data: str
    target: str | None = None
    task: Task | None = None
    validation: float | str = 0.1
    """A part of the rows, or a file."""
    missing: Missing = "error"
    ignore: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    seed: int = 0
    balanced: bool = False
    """Whether classes are weighed by their numbers, so that all rows must be in memory."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """How a CSV file is read, as ``read_table`` takes it."""
    streaming: Streaming = USUAL
    """When they are read in blocks."""
