"""Looks at columns of numbers block by block and says how each becomes inputs."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault
from chalkgrad.data.columns.columns import InputColumn, NumberColumn, PixelColumn, not_finite, word_faults
from chalkgrad.data.columns.moments import Moments
from chalkgrad.data.tables.table import Column, Table
from chalkgrad.data.tables.typed import EXACT, numbers_of

Missing = Literal["error", "mean", "median", "most frequent", "own level", "drop"]
MISSING_WAYS: tuple[Missing, ...] = ("error", "mean", "median", "most frequent", "own level", "drop")
UNFILLED = ("error", "drop")
"""Ways that leave no missing value to be filled."""


class NumberSurvey:
    """Mean, deviation and filling of a column of numbers."""

    def __init__(self, column: Column, missing: Missing) -> None:
        self.name, self.missing = column.name, missing
        self.pixels = column.width > 1 and column.values.dtype == np.uint8
        self.width = column.width
        self.gaps, self.rows = 0, 0
        self.filled = ""
        """What missing values are taken for, in words; empty if none is filled."""
        self.remarks: list[str] = []
        self._moments = Moments(self.width)
        self._kept: list[NDArray[Any]] = []
        self._first_gap: list[Fault] = []

    @property
    def is_empty(self) -> bool:
        """Whether no row had a value up to now."""
        return not self._moments.count and not self.pixels

    def add(self, column: Column, table: Table) -> list[Fault]:
        """Take in a block; return what is wrong with it."""
        if column.is_text:
            numbers = numbers_of(["" if text is None else text for text in column.values.tolist()])
            faults = word_faults(column, table)
            return faults if numbers is None else self.add(Column(self.name, numbers), table)
        values = column.values
        faults = not_finite(self.name, values, table, missing_too=self.missing in UNFILLED)
        gone = column.missing
        if self.is_empty and gone.all() and self.width == 1:  # it may be left out
            self.rows, self._first_gap = self.rows + len(values), self._first_gap or faults
            return []
        faults = self._first_gap or faults
        if faults or self.pixels:
            return faults
        if values.dtype.kind in "iu" and not self.remarks:
            self._remark_on_size(values, table)
        values = values.reshape(len(values), self.width)
        self.rows += len(values)
        if gone.any():
            self.gaps += int(gone.sum())
            values = values[~gone]
        self._moments.add(values)
        if self.missing in ("median", "most frequent"):
            self._kept.append(values)
        return []

    def _remark_on_size(self, values: NDArray[Any], table: Table) -> None:
        largest = max(values.max(initial=0), -int(values.min(initial=0)), key=int)
        if largest > EXACT:
            self.remarks.append(
                f"{table.at(self.name)}: whole numbers above 2⁵³ such as {largest} are rounded as inputs; "
                f"is it an id?  ignore=[{self.name!r}] leaves it out"
            )

    def finish(self, place: str, notes: list[str]) -> tuple[InputColumn | None, list[Fault]]:
        """Return how the column is read, or None to leave it out; and what is wrong with it."""
        if self.pixels:
            return PixelColumn(self.name, self.width), []
        moments = self._moments
        if self.is_empty and self.rows:
            notes.append(f"{place}: left out, no row has a value")
            return None, []
        if self.width == 1 and moments.std[0] == 0:
            notes.append(f"{place}: left out, it is {moments.mean[0]:g} in every row")
            return None, []
        if not np.isfinite(moments.std).all():
            got = f"numbers from {moments.low.min():g} to {moments.high.max():g}"
            return None, [Fault(place, "have a finite deviation", got, "Divide it by a power of ten.")]
        fill = None if self.missing in UNFILLED else tuple(self._fill().tolist())
        if self.gaps and fill is not None:
            way = "mean" if self.missing == "own level" else self.missing
            self.filled = f"{fill[0]:.6g}, the {way}" if self.width == 1 else f"the {way}"
        return NumberColumn(self.name, tuple(moments.mean.tolist()), tuple(moments.std.tolist()), fill), []

    def _fill(self) -> NDArray[np.float64]:
        if self.missing in ("mean", "own level"):
            return self._moments.mean
        kept = np.concatenate(self._kept)
        if self.missing == "median":
            return np.asarray(np.median(kept, axis=0), dtype=np.float64)
        return np.array([_most_frequent(kept[:, place]) for place in range(self.width)], dtype=np.float64)


def _most_frequent(values: NDArray[Any]) -> float:
    """The value that is there most often, the smallest of equals."""
    found, counts = np.unique(values, return_counts=True)
    return float(found[np.argmax(counts)])
