"""What a reading of a CSV file gives: the wanted columns, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from numpy.typing import NDArray


class Wanted(NamedTuple):
    """One reading of a column."""

    place: int
    as_text: bool
    """Whether its cells stay what they are, or become numbers where all of a chunk are."""


Pieces = dict[Wanted, NDArray[Any]]
Reading = Callable[[Sequence[Wanted]], Iterator[Pieces]]
"""Gives the wanted columns, some rows at a time."""
