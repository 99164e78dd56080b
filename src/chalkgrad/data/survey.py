"""Looks at columns block by block and says how each becomes inputs."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.data.columns import (
    CategoryColumn,
    InputColumn,
    NumberColumn,
    PixelColumn,
    missing_fault,
    not_finite,
    word_faults,
)
from chalkgrad.data.labels import as_levels, counted, ordered
from chalkgrad.data.moments import Moments
from chalkgrad.data.table import Column, Table
from chalkgrad.data.typed import is_number

Missing = Literal["error", "mean", "median", "most frequent", "drop"]
MISSING_WAYS: tuple[Missing, ...] = ("error", "mean", "median", "most frequent", "drop")
MOST_LEVELS = 256
_DATE = re.compile(r"(\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](\d\d|\d{4}))($|[ T])")
_NUMBERS = 20
"""A column with more different numbers than this among its text is a column of numbers with mistakes."""


class NumberSurvey:
    """Mean, deviation and filling of a column of numbers."""

    def __init__(self, column: Column, missing: Missing) -> None:
        self.name, self.missing = column.name, missing
        self.pixels = column.width > 1 and column.values.dtype == np.uint8
        self.width = column.width
        self._moments = Moments(self.width)
        self._kept: list[NDArray[Any]] = []
        self._rows = 0

    def add(self, column: Column, table: Table) -> list[Fault]:
        """Take in a block; return what is wrong with it."""
        if column.is_text:
            return word_faults(column, table)
        values = column.values
        faults = not_finite(self.name, values, table, missing_too=self.missing in ("error", "drop"))
        if faults or self.pixels:
            return faults
        values = values.reshape(len(values), self.width)
        self._rows += len(values)
        gone = column.missing
        if gone.any():
            values = values[~gone]
        self._moments.add(values)
        if self.missing in ("median", "most frequent"):
            self._kept.append(values)
        return []

    def finish(self, place: str, notes: list[str]) -> tuple[InputColumn | None, list[Fault]]:
        """Return how the column is read, or None to leave it out; and what is wrong with it."""
        if self.pixels:
            return PixelColumn(self.name, self.width), []
        moments = self._moments
        if not moments.count and self._rows:
            notes.append(f"{place}: left out, no row has a value")
            return None, []
        if self.width == 1 and moments.std[0] == 0:
            notes.append(f"{place}: left out, it is {moments.mean[0]:g} in every row")
            return None, []
        if not np.isfinite(moments.std).all():
            got = f"numbers from {moments.low.min():g} to {moments.high.max():g}"
            return None, [Fault(place, "have a finite deviation", got, "Divide it by a power of ten.")]
        fill = None if self.missing in ("error", "drop") else tuple(self._fill().tolist())
        return NumberColumn(self.name, tuple(moments.mean.tolist()), tuple(moments.std.tolist()), fill), []

    def _fill(self) -> NDArray[np.float64]:
        if self.missing == "mean":
            return self._moments.mean
        kept = np.concatenate(self._kept)
        if self.missing == "median":
            return np.asarray(np.median(kept, axis=0), dtype=np.float64)
        return np.array([_most_frequent(kept[:, place]) for place in range(self.width)], dtype=np.float64)


def _most_frequent(values: NDArray[Any]) -> float:
    """The value that is there most often, the smallest of equals."""
    found, counts = np.unique(values, return_counts=True)
    return float(found[np.argmax(counts)])


class CategorySurvey:
    """Levels and filling of a column of categories."""

    def __init__(self, column: Column, missing: Missing, *, asked: bool, refuse_unseen: bool) -> None:
        self.name, self.missing = column.name, missing
        self.asked, self.refuse_unseen = asked, refuse_unseen
        self._counts: Counter[Any] = Counter()
        self._mistake: list[Fault] = []
        self._many = False

    def add(self, column: Column, table: Table) -> list[Fault]:
        """Take in a block; return what is wrong with it."""
        if column.values.ndim > 1:
            got = f"{column.width} numbers in a row"
            return [Fault(table.at(self.name), "be one category in a row", got)]
        if self.missing in ("error", "drop") and (fault := missing_fault(column, table)):
            return [fault]
        if not self._many:
            self._counts.update(counted(as_levels(column)))
            self._counts.pop(None, None)
            self._many = len(self._counts) > 100 * MOST_LEVELS
        if not self._mistake and column.is_text and not self.asked:
            fix = f"Correct it, or ask for categories: categorical=[{self.name!r}]."
            self._mistake = word_faults(column, table, fix)
        return []

    def finish(self, place: str, notes: list[str]) -> tuple[InputColumn | None, list[Fault]]:
        """Return how the column is read, or None to leave it out; and what is wrong with it."""
        levels = self._counts
        numbers = [level for level in levels if is_number(level)]
        rows = sum(levels[level] for level in numbers)
        if self._mistake and len(numbers) > _NUMBERS and 2 * rows > levels.total():
            return None, self._mistake
        if not self.asked and levels and all(_DATE.match(level) for level in levels):
            got = f"dates such as {shown(next(iter(levels)), 30)}"
            fix = f"Make numbers of it, such as days, or leave it out with ignore=[{self.name!r}]."
            return None, [Fault(place, "be numbers or categories", got, fix)]
        if len(levels) > MOST_LEVELS:
            fix = f"Is it a name?  Leave it out with ignore=[{self.name!r}]."
            got = f"{'more than ' * self._many}{len(levels):,}"
            return None, [Fault(place, f"have at most {MOST_LEVELS} categories", got, fix)]
        if len(levels) < 2:
            what = f"it is {next(iter(levels))!r} in every row" if levels else "no row has a value"
            notes.append(f"{place}: left out, {what}")
            return None, []
        names = ordered(levels)
        fill = None
        if self.missing not in ("error", "drop"):
            fill = max(names, key=lambda level: levels[level])
        return CategoryColumn(self.name, tuple(names), fill, self.refuse_unseen), []


Survey = NumberSurvey | CategorySurvey
