"""What is to be learned: the task that a target column sets, and how it becomes numbers and back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.columns.category_survey import is_of_numbers
from chalkgrad.data.columns.columns import as_numbers, not_finite, word_faults
from chalkgrad.data.columns.moments import Moments
from chalkgrad.data.tables.labels import Label, class_numbers, coded, counted, distinct
from chalkgrad.data.tables.table import TOLD, Column, Table
from chalkgrad.data.tables.typed import is_large, is_number, numbers_of
from chalkgrad.data.tables.written_forms import are_many, spelt_alike, written_form

Task = Literal["regression", "binary", "classes"]
TASKS: tuple[Task, ...] = ("regression", "binary", "classes")
FEW = 20
"""Whole numbers with at most so many different values, each three times on average, are classes."""
MOST_CLASSES = 10_000


@dataclass(frozen=True)
class Target:
    """A target column: its task, its classes, or its mean and deviation.

    binary       t = 1 for classes[1], 0 for classes[0]; m × 1
    classes      t = the place of the label in ``classes``; m whole numbers
    regression   t = (value − mean) / std; m × 1
    """

    name: str
    task: Task
    classes: tuple[Label, ...] = ()
    mean: float = 0.0
    std: float = 1.0

    def encode(self, table: Table) -> Array:
        """Return the targets of a table; raises ``InputError`` for labels and numbers that do not fit."""
        column = table.columns.get(self.name)
        if column is None:
            raise InputError(table.absent(self.name))
        faults = one_a_row(column, table)
        if not faults and self.task == "regression":
            values = as_numbers(column, table, 1, faults)
            faults += [] if values is None else not_finite(self.name, values, table, missing_too=True)
            if not faults and values is not None:
                return np.asarray((values - self.mean) / self.std, dtype=np.float32).reshape(-1, 1)
        elif not faults:
            return self._numbers(column, table)
        raise InputError(faults)

    def _numbers(self, column: Column, table: Table) -> Array:
        places: dict[Any, int] = {label: place for place, label in enumerate(self.classes)}
        places = self._by_value() | {str(label): place for label, place in places.items()} | places
        codes, strange = coded(column, places)
        wrong = np.flatnonzero(codes < 0)
        if len(wrong):
            got = ", ".join("nothing" if label is None else shown(label, 40) for label in strange[:TOLD])
            where = table.rows_text(wrong)
            some = ", ".join(shown(label, 20) for label in self.classes[:8])
            fix = f"They are {some}{', …' if len(self.classes) > 8 else ''}."
            raise InputError(
                Fault(table.at(self.name), "be one of the classes of training", f"{got} in {where}", fix)
            )
        return codes.astype(np.float32).reshape(-1, 1) if self.task == "binary" else codes

    def _by_value(self) -> dict[Any, int]:
        """The places of labels that are numbers in text, such as -1.0, by their value, where it has one."""
        found: dict[Any, list[int]] = {}
        for place, label in enumerate(self.classes):
            if isinstance(label, str) and is_number(label) and not is_large(label):
                found.setdefault(float(label), []).append(place)
        return {value: places[0] for value, places in found.items() if len(places) == 1}

    def decode(self, y: Array) -> Array:
        """Return labels, or numbers in their own scale, for outputs m × n_L: probabilities or Ŷ."""
        y = np.asarray(y)
        width = len(self.classes) if self.task == "classes" else 1
        y = y.reshape(-1, 1) if y.ndim == 1 and width == 1 else y
        if y.ndim != 2 or y.shape[1] != width:
            fix = "Pass what the network predicts."
            raise InputError(Fault("y", f"have {width} numbers in a row", f"shape {y.shape}", fix))
        if self.task == "regression":
            return np.asarray(y[:, 0].astype(np.float64) * self.std + self.mean)
        mixed = len({type(label) for label in self.classes}) > 1 or not _fit_in_int64(self.classes)
        return np.asarray(np.array(self.classes, dtype=object if mixed else None)[class_numbers(y)])


def _fit_in_int64(labels: tuple[Label, ...]) -> bool:
    return all(not isinstance(label, int) or -(2**63) <= label < 2**63 for label in labels)


def one_a_row(column: Column, table: Table) -> list[Fault]:
    """Return the fault of a target with several numbers a row."""
    if column.values.ndim == 1:
        return []
    got = f"{column.width} numbers in a row"
    return [Fault(table.at(column.name), "be one column", got, "Pass such targets to fit as an array.")]


class TargetSurvey:
    """Looks at a target block by block and says what task it sets."""

    def __init__(self, name: str, task: Task | None) -> None:
        self.name, self.task = name, task
        self._counts: Counter[Any] = Counter()
        self._many = False
        self._moments = Moments(1)
        self._spelt: dict[Any, set[str]] = {}
        self._mistake: list[Fault] = []
        self._text = False
        self._words = False
        """Whether there is text that is no number."""
        self._rows = 0

    def add(self, column: Column, table: Table) -> list[Fault]:
        """Take in a block; return what is wrong with it."""
        faults = one_a_row(column, table)
        if faults:
            return faults
        missing = np.flatnonzero(column.missing)
        if len(missing):
            where = table.rows_text(missing)
            fix = "Fill it in, or train with missing='drop'."
            return [Fault(table.at(self.name), "have a target in every row", f"none in {where}", fix)]
        self._rows += len(column.values)
        self._text = self._text or column.is_text
        if not column.is_text:
            if faults := not_finite(self.name, column.values, table, missing_too=True):
                return faults
            self._moments.add(column.values.reshape(-1, 1))
        elif not self._words:
            self._look_at_text(column, table)
        if not self._many:
            self._counts.update(counted(column))
            self._many = len(self._counts) > MOST_CLASSES
            if column.written is not None:
                labels, rows = distinct(column)
                for place, text in set(zip(rows.tolist(), column.written.tolist(), strict=True)):
                    self._spelt.setdefault(labels[place], set()).add(text)
        return []

    def _look_at_text(self, column: Column, table: Table) -> None:
        numbers = numbers_of(column.values.tolist())
        if numbers is None:
            fix = "Correct it, or choose task='classes'."
            self._words, self._mistake = True, word_faults(column, table, fix)
        else:
            self._moments.add(numbers.reshape(-1, 1))

    def finish(self, place: str, notes: list[str] | None = None) -> Target:
        """Return the target; raises ``InputError`` if there is nothing to learn or the task does not fit.

        What is worth knowing is added to ``notes``.
        """
        different = len(self._counts)
        if different < 2:
            got = f"{shown(next(iter(self._counts), None), 40)} in every row"
            raise InputError(
                Fault(place, "have at least two different values", got, "There is nothing to learn.")
            )
        if self.task is None and self._words and (wrong := self._foreign(place)):
            raise InputError(wrong)
        task = self.task or self._inferred()
        fix = None
        if task == "binary" and different != 2:
            fix = ("have two values for the task 'binary'", f"{different:,}", "Choose task='classes'.")
        elif task == "regression" and self._words:
            fix = ("be numbers for the task 'regression'", "text", "Choose task='classes'.")
        elif task == "classes" and self._many:
            fix = (f"have at most {MOST_CLASSES:,} classes", "more", "Is it the right column?")
        if fix:
            raise InputError(Fault(place, *fix))
        if task == "regression":
            if not np.isfinite(self._moments.std).all():
                got = f"numbers from {self._moments.low[0]:g} to {self._moments.high[0]:g}"
                raise InputError(Fault(place, "have a finite deviation", got, "Divide it by a power of ten."))
            return Target(self.name, task, (), float(self._moments.mean[0]), float(self._moments.std[0]))
        labels = sorted(self._counts, key=lambda v: (isinstance(v, str), v))
        if notes is not None and (alike := spelt_alike([v for v in labels if isinstance(v, str)])):
            some = ", ".join(shown(label, 20) for label in alike[:TOLD])
            notes.append(f"{place}: labels that differ only in case are kept apart: {some}")
        return Target(self.name, task, tuple(map(self._as_written, labels)))

    def _as_written(self, label: Label) -> Label:
        """A label as all its rows write it: -1.0, not -1; one that they write differently by its value."""
        spelt = self._spelt.get(label, set())
        return next(iter(spelt)) if len(spelt) == 1 and str(label) not in spelt else label

    def _foreign(self, place: str) -> list[Fault]:
        """What is wrong with text that is neither labels nor numbers."""
        different = len(self._counts)
        if self._mistake and is_of_numbers(self._counts):
            return self._mistake
        if not are_many(different, self._rows):
            return []
        example, look = shown(next(iter(self._counts)), 30), written_form(self._counts)
        if look is not None:
            fix = f"{look.fix}, or choose task='classes'."
            return [Fault(place, "be numbers or labels", f"{look.name} such as {example}", fix)]
        if 10 * different < 9 * self._rows:
            return []
        got = f"{different:,} different texts in {self._rows:,} rows, such as {example}"
        fix = "Is it the right column?  If so, choose task='classes'."
        return [Fault(place, "be labels that are there again, or numbers", got, fix)]

    def _inferred(self) -> Task:
        different = len(self._counts)
        if different == 2:
            return "binary"
        if self._text and (self._words or not are_many(different, self._rows)):
            return "classes"
        whole = not self._many and all(isinstance(label, int) for label in self._counts)
        return "classes" if whole and different <= FEW and self._rows >= 3 * different else "regression"
