"""From a table to what a network takes: learned once from the training rows, kept with the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad._numbers import shown
from chalkgrad.data.columns.columns import CategoryColumn, InputColumn, filled
from chalkgrad.data.columns.infer import learned_columns
from chalkgrad.data.columns.preparation_json import Kept, from_json, to_json
from chalkgrad.data.columns.survey import Missing
from chalkgrad.data.columns.target import Target, Task
from chalkgrad.data.tables.labels import Label
from chalkgrad.data.tables.table import Table, ignored_columns, without_missing


@dataclass(frozen=True)
class Preparation:
    """How the columns of a table become inputs and targets.

    Numbers are standardised, x = (value − mean)/std with the mean and deviation of the training rows;
    pixels are divided by 255; a category becomes one input a level, 1 for its own.

    Examples
    --------
    >>> from chalkgrad.data import read_table
    >>> table = read_table({"size": [1.0, 3.0], "hue": ["red", "blue"]})
    >>> preparation = Preparation.infer(table)
    >>> preparation.features, preparation.inputs(table).tolist()
    (('size', 'hue=blue', 'hue=red'), [[-1.0, 0.0, 1.0], [1.0, 1.0, 0.0]])
    """

    columns: tuple[InputColumn, ...]
    target: Target | None = None
    missing: Missing = "error"
    ignored: tuple[str, ...] = ()
    """Columns of the training data that are left out."""
    notes: tuple[str, ...] = ()
    """What was noticed when it was inferred; not kept with the model."""

    def __repr__(self) -> str:
        goal = "no target" if self.target is None else f"target {shown(self.target.name, 40)}, {self.task}"
        return f"<Preparation of {len(self.columns)} columns to {self.width} inputs, {goal}>"

    @classmethod
    def infer(
        cls,
        tables: Table | Iterable[Table],
        target: str | None = None,
        task: Task | None = None,
        *,
        missing: Missing = "error",
        categorical: Sequence[str] = (),
        ignore: Sequence[str] = (),
        unseen: str = "zeros",
    ) -> Preparation:
        """Learn it from the training rows, one table or its blocks one after the other.

        Parameters
        ----------
        tables
            The rows; of blocks only one is in memory at a time.
        target
            The column to learn; None for a table of inputs only.
        task
            ``regression``, ``binary`` or ``classes``; None infers it: two values are binary, text and few
            whole numbers are classes, other numbers a regression.
        missing
            ``error`` refuses missing values; ``mean``, ``median`` and ``most frequent`` fill them
            (categories always with the most frequent), ``own level`` makes them a level of their own in
            categories and fills numbers with the mean, ``drop`` leaves such rows out of the training.
        categorical
            Columns of numbers that are categories.
        ignore
            Columns to leave out.
        unseen
            What a level means that was not there in training: ``zeros`` in all its inputs, or an ``error``.

        Raises
        ------
        InputError
            With everything that is wrong with the columns and the target.
        """
        learned = learned_columns(
            tables, target, task, missing=missing, categorical=categorical, ignore=ignore, unseen=unseen
        )
        return cls(*learned)

    @property
    def categories(self) -> tuple[str, ...]:
        """The columns of categories, of which it is known how each level is written."""
        return tuple(column.name for column in self.columns if isinstance(column, CategoryColumn))

    @property
    def width(self) -> int:
        """n₀, the number of inputs."""
        return sum(column.width for column in self.columns)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs: ``age``, ``job=clerk``, ``x[3]``."""
        return tuple(chain.from_iterable(column.features for column in self.columns))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it reads, the target last."""
        goal = () if self.target is None else (self.target.name,)
        return (*(column.name for column in self.columns), *goal)

    @property
    def task(self) -> Task | None:
        """What is learned: ``regression``, ``binary``, ``classes``, or None without a target."""
        return None if self.target is None else self.target.task

    @property
    def classes(self) -> tuple[Label, ...]:
        """The labels in the order of their numbers; empty for a regression."""
        return () if self.target is None else self.target.classes

    def inputs(self, table: Table, notes: list[str] | None = None) -> NDArray[np.float32]:
        """Return the inputs of a table, m × n₀ in float32.

        Columns are found by name; those it does not know are ignored.  What is worth knowing, such as levels
        that were not there in training, is appended to ``notes``.

        Raises
        ------
        InputError
            If columns are absent, or values are missing, not finite or not of their kind.
        """
        if not table.rows:
            raise InputError(Fault(table.origin, "have at least one row", "none"))
        return self._inputs(table, notes)

    def _inputs(self, table: Table, notes: list[str] | None) -> NDArray[np.float32]:
        faults = [table.absent(column.name) for column in self.columns if column.name not in table.columns]
        x = np.empty((table.rows, self.width), dtype=np.float32)
        start = 0
        for column in self.columns:
            out, given = x[:, start : start + column.width], table.columns.get(column.name)
            start += column.width
            if isinstance(column, CategoryColumn) and given is not None:
                column.encode(given, table, out, faults, notes)
            elif given is not None and not isinstance(column, CategoryColumn):
                column.encode(given, table, out, faults)
        if faults:
            raise InputError(faults)
        if notes is not None:
            notes.extend(self.unknown(table.names, table.origin))
        return x

    def unknown(self, names: Iterable[str], origin: str) -> list[str]:
        """Return the note that some of these columns are ignored, or no note."""
        return ignored_columns(origin, names, {*self.ignored, *self.names})

    def filling(self) -> Preparation:
        """Return one that takes missing values for the mean, or the most frequent level, of training."""
        return replace(self, columns=tuple(filled(column) for column in self.columns))

    def targets(self, table: Table) -> Array:
        """Return the targets of a table: m × 1 in float32, or m class numbers in int64.

        Raises
        ------
        InputError
            If the column is absent, or has labels or numbers that do not fit.
        """
        return self._goal().encode(table)

    def arrays(self, table: Table, notes: list[str] | None = None) -> tuple[NDArray[np.float32], Array]:
        """Return inputs and targets to train on, without the rows to drop if ``missing`` is ``drop``."""
        goal = self._goal()
        if self.missing == "drop":
            table = without_missing(table, [name for name in self.names if name in table.columns])
        return self._inputs(table, notes), goal.encode(table)

    def decode(self, y: Array) -> Array:
        """Return labels, or numbers in the target's own scale, for what the network predicts, m × n_L."""
        return self._goal().decode(y)

    def _goal(self) -> Target:
        if self.target is None:
            raise UnsupportedError("this preparation has no target: infer it with target='…'")
        return self.target

    def to_dict(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return to_json(Kept(self.columns, self.target, self.missing, self.ignored))

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Preparation:
        """Return what ``to_dict`` gave; raises ``InputError`` for anything else."""
        return cls(*from_json(kept))
