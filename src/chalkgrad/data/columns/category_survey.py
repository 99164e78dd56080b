"""Looks at columns of categories block by block and says how each becomes inputs."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad.data.columns.columns import CategoryColumn, InputColumn, missing_fault, word_faults
from chalkgrad.data.columns.survey import UNFILLED, Missing, NumberSurvey
from chalkgrad.data.tables.labels import as_levels, counted, ordered
from chalkgrad.data.tables.table import TOLD, Column, Table
from chalkgrad.data.tables.typed import is_number
from chalkgrad.data.tables.written_forms import are_many, spelt_alike, written_form

MOST_LEVELS = 256
NUMBERS = 20
"""A column with more different numbers than this among its text is a column of numbers with mistakes."""
_OWN_LEVEL = "missing"


class CategorySurvey:
    """Levels and filling of a column of categories."""

    def __init__(self, column: Column, missing: Missing, *, asked: bool, refuse_unseen: bool) -> None:
        self.name, self.missing = column.name, missing
        self.asked, self.refuse_unseen = asked, refuse_unseen
        self.gaps, self.rows = 0, 0
        self.filled = ""
        """What missing values are taken for, in words; empty if none is filled."""
        self.remarks: list[str] = []
        self._counts: Counter[Any] = Counter()
        self._mistake: list[Fault] = []
        self._first_gap: Fault | None = None
        self._many = False

    @property
    def is_empty(self) -> bool:
        """Whether no row had a value up to now."""
        return not self._counts

    def add(self, column: Column, table: Table) -> list[Fault]:
        """Take in a block; return what is wrong with it."""
        if column.values.ndim > 1:
            got = f"{column.width} numbers in a row"
            return [Fault(table.at(self.name), "be one category in a row", got)]
        fault = missing_fault(column, table) if self.missing in UNFILLED else None
        if self.is_empty and column.missing.all():  # it may be left out
            self.rows, self._first_gap = self.rows + len(column.values), self._first_gap or fault
            return []
        if fault := self._first_gap or fault:
            return [fault]
        self.rows, self.gaps = self.rows + len(column.values), self.gaps + int(column.missing.sum())
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
        if self._mistake and is_of_numbers(levels):
            return None, self._mistake
        if not self.asked and (fault := self._foreign(place)):
            return None, [fault]
        if not self.asked and self._is_of_codes():
            return self._as_numbers(place, notes)
        if len(levels) > MOST_LEVELS:
            fix = f"Is it a name?  Leave it out with ignore=[{self.name!r}]."
            got = f"{'more than ' * self._many}{len(levels):,}"
            return None, [Fault(place, f"have at most {MOST_LEVELS} categories", got, fix)]
        if len(levels) < 2 and not (levels and self.gaps and self.missing == "own level"):
            what = f"it is {next(iter(levels))!r} in every row" if levels else "no row has a value"
            notes.append(f"{place}: left out, {what}")
            return None, []
        if alike := spelt_alike(levels):
            some = ", ".join(shown(level, 20) for level in alike[:TOLD])
            self.remarks.append(f"{place}: levels that differ only in case are kept apart: {some}")
        return self._categories(), []

    def _categories(self) -> CategoryColumn:
        names = ordered(self._counts)
        usual = max(names, key=lambda level: self._counts[level])
        fill = None if self.missing in UNFILLED else usual
        if self.missing == "own level":
            fill = None
            if self.gaps:
                fill = _OWN_LEVEL if _OWN_LEVEL not in names else f"({_OWN_LEVEL})"
                names = [*names, fill]
        if self.gaps and fill is not None:
            kind = "a level of its own" if self.missing == "own level" else "the most frequent"
            self.filled = f"{shown(fill, 30)}, {kind}"
        return CategoryColumn(self.name, tuple(names), fill, self.refuse_unseen, usual)

    def _foreign(self, place: str) -> Fault | None:
        """The fault of what is neither numbers nor categories; what may be either is remarked on."""
        levels, rows = self._counts, self._counts.total()
        if (look := written_form(levels)) is not None:
            example = f"{look.name} such as {shown(next(iter(levels)), 30)}"
            if look.always or len(levels) > NUMBERS or are_many(len(levels), rows):
                fix = f"{look.fix}, or leave it out with ignore=[{self.name!r}]."
                return Fault(place, "be numbers or categories", example, fix)
            self.remarks.append(f"{place}: {example} are taken for {len(levels)} categories")
        elif are_many(len(levels), rows) and not self._is_of_codes() and len(levels) <= MOST_LEVELS:
            got = f"{len(levels):,} different texts in {rows:,} rows, such as {shown(next(iter(levels)), 30)}"
            if 10 * len(levels) >= 9 * rows:
                fix = f"Is it an id or a name?  Leave it out with ignore=[{self.name!r}]."
                return Fault(place, "be categories that are there again", got, fix)
            self.remarks.append(f"{place}: {got}; is it a name?  ignore=[{self.name!r}] leaves it out")
        return None

    def _is_of_codes(self) -> bool:
        """Whether it is numbers kept as text, too many to be categories."""
        levels = self._counts
        many = len(levels) > MOST_LEVELS or are_many(len(levels), levels.total())
        return many and not self._many and all(map(is_number, levels))

    def _as_numbers(self, place: str, notes: list[str]) -> tuple[InputColumn | None, list[Fault]]:
        values = np.array([float(level) for level in self._counts])
        column = Column(self.name, np.repeat(values, list(self._counts.values())))
        survey = NumberSurvey(column, self.missing)
        faults = survey.add(column, Table.of([column]))
        survey.gaps, survey.rows = self.gaps, self.rows
        found, wrong = survey.finish(place, notes)
        self.filled = survey.filled
        example = shown(next(iter(self._counts)), 30)
        self.remarks.append(
            f"{place}: {len(self._counts):,} different codes such as {example} are taken for numbers; "
            f"ignore=[{self.name!r}] leaves them out"
        )
        return found, faults + wrong


def is_of_numbers(counts: Counter[Any]) -> bool:
    """Whether most rows of a column with text are numbers, and many different ones."""
    numbers = [level for level in counts if is_number(level)]
    return len(numbers) > NUMBERS and 2 * sum(counts[level] for level in numbers) > counts.total()


Survey = NumberSurvey | CategorySurvey
