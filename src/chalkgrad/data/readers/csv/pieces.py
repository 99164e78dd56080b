"""What a reading of a CSV file gives: the wanted columns, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray


class Pick(NamedTuple):
    """One reading of a column."""

    place: int
    as_text: bool
    """Whether its cells stay what they are, or become numbers where all of a chunk are."""


Pieces = dict[Pick, NDArray[Any]]
CsvReading = Callable[[Sequence[Pick]], Iterator[Pieces]]
"""Gives the wanted columns, some rows at a time."""
