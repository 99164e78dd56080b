"""The rows of a table to learn from and to validate on: divided, prepared, and what is odd about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.data.asked import RowsAsked
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.columns.prepared import PreparedSource
from chalkgrad.data.columns.target import TargetSurvey, Task
from chalkgrad.data.entry import open_table
from chalkgrad.data.held_out import drawn_rows, set_aside
from chalkgrad.data.readers.reading import read_table
from chalkgrad.data.streams.blocks import TableBlocks, all_tables
from chalkgrad.data.streams.divided import DividedBlocks
from chalkgrad.data.streams.source import RowSource
from chalkgrad.data.tables.divisions import counters, division, is_called_id, rows_of_part
from chalkgrad.data.tables.labels import distinct
from chalkgrad.data.tables.table import Table

USUAL_TARGET = "y"


@dataclass(frozen=True)
class TrainingRows:
    """What ``fit`` takes, and how it came about."""

    preparation: Preparation
    x: Array | RowSource
    t: Array | None
    """None where a source has them."""
    validation: tuple[Array, Array] | None
    target: str
    rows: int
    """To learn from."""
    notes: tuple[str, ...]
    division: str | None = None
    """The column that said which rows to learn from."""
    blocks: TableBlocks | None = None
    """What the source reads."""
    aside: bool = False
    """Whether the rows to validate on were set aside of those to learn from."""

    def everything(self) -> tuple[Array, Array]:
        """Return the arrays of all rows, those to learn from and those that were set aside of them."""
        assert isinstance(self.x, np.ndarray), "rows are set aside of arrays"
        assert self.t is not None, "beside arrays"
        assert self.validation is not None, "some were set aside"
        return _joined([(self.x, self.t), self.validation])


def read_rows(
    asked: RowsAsked, preparation: Preparation | None = None, division: object = None
) -> TrainingRows:
    """Return the rows in the form of a preparation, or of a new one inferred from those to learn from.

    Parameters
    ----------
    asked
        Which rows.
    preparation
        Of the training that is gone on with, if one is.
    division
        The column that divided the rows of that training, if one did.

    Raises
    ------
    InputError
        If they cannot be read or learned from.
    """
    faults: list[Fault] = []
    if preparation is None:
        wanted, written = None, (*asked.categorical, asked.target or USUAL_TARGET)
    else:
        wanted, written = preparation.names, preparation.categories
    data = attempt(
        faults,
        lambda: open_table(
            asked.data, wanted=wanted, unwanted=asked.ignore, written=written, streaming=asked.streaming,
            **asked.reading,
        ),
    )  # fmt: skip
    other, file = None, asked.validation
    if isinstance(file, str):
        other = attempt(faults, lambda: read_table(file, part="test", written=written, **asked.reading))
    if faults or data is None:
        raise InputError(faults)
    head = data if isinstance(data, Table) else next(iter(data.tables(0)))
    goal = None if preparation is None else preparation.target
    target = _target(asked, head) if goal is None else goal.name
    if target not in head.columns:
        raise InputError(_absent(head, target))
    if isinstance(data, Table):
        return _of_table(asked, preparation, division, data, other, target)
    if asked.balanced:
        got, fix = f"{data.rows:,} rows", "Leave it out."
        raise InputError(Fault("class_weight", "have all rows in memory", got, fix))
    return _of_blocks(asked, preparation, data, other, target)


def _of_table(
    asked: RowsAsked,
    preparation: Preparation | None,
    before: object,
    table: Table,
    other: Table | None,
    target: str,
) -> TrainingRows:
    notes, named = list(table.notes), {target, *asked.ignore, *asked.categorical}
    column = division(table, named) if preparation is None else _known_division(before, table)
    if column is not None:
        table, other = _divided(table, column, asked, other, notes)
    if preparation is None:
        found = tuple(counters(table, named)) if column is None else ()
        counting = tuple(name for name in found if is_called_id(name))
        notes += [_counts(table, name, name in counting) for name in found]
        asked = replace(asked, ignore=(*asked.ignore, *counting, *([column] if column else ())))
    learned, held_out = table, other
    if other is None and isinstance(asked.validation, float) and asked.validation:
        task = _task(table, target, asked.task) if preparation is None else preparation.task
        learned, held_out = held_out_rows(table, target, task, asked.validation, asked.seed)
    try:
        prepared = _prepared(asked, preparation, target, learned, held_out, notes)
    except InputError:
        if learned is not table:  # so that the rows are told by their numbers in the file
            _prepared(asked, preparation, target, table, None, [])
        raise
    return replace(prepared, division=column, aside=held_out is not other)


def _counts(table: Table, name: str, left_out: bool) -> str:
    rest = "left out, it counts the rows" if left_out else f"counts the rows; is it an id?  ignore=['{name}']"
    return f"{table.at(name)}: {rest}"


def _known_division(before: object, table: Table) -> str | None:
    """The column that divided the rows of the training before, if the table has it."""
    is_there = isinstance(before, str) and before in table.columns and division(table) == before
    return str(before) if is_there else None


def _divided(
    table: Table, column: str, asked: RowsAsked, other: Table | None, notes: list[str]
) -> tuple[Table, Table | None]:
    """Return the rows to train on and those to validate on, if the division names some."""
    learned = rows_of_part(table, column, "train")
    assert learned is not None, "a division has some"
    if other is None and asked.validation:
        other = rows_of_part(table, column, "validation")
    rest = table.rows - learned.rows - (0 if other is None else other.rows)
    notes.append(
        f"{table.at(column)}: divides the rows; {learned.rows:,} are trained on and {rest:,} left to "
        f"evaluate (ignore=['{column}'] trains on all)"
    )
    return learned, other


def _prepared(
    asked: RowsAsked,
    preparation: Preparation | None,
    target: str,
    learned: Table,
    held_out: Table | None,
    notes: list[str],
) -> TrainingRows:
    if preparation is None:
        preparation = Preparation.infer(learned, target, **_inference(asked, learned))
        notes += preparation.notes
    x, t = preparation.arrays(learned, notes)
    if len(x) < learned.rows:
        notes.append(f"{learned.rows - len(x):,} of {learned.rows:,} rows are left out: a value is missing")
    validation = None if held_out is None else preparation.arrays(held_out, notes)
    return TrainingRows(preparation, x, t, validation, target, len(x), tuple(dict.fromkeys(notes)))


def _of_blocks(
    asked: RowsAsked, preparation: Preparation | None, blocks: TableBlocks, other: Table | None, target: str
) -> TrainingRows:
    """Return the rows of a file as a source of them, those to validate on as arrays."""
    divided = None
    if other is None and isinstance(asked.validation, float):
        count = min(round(asked.validation * blocks.rows), asked.streaming.aside)
        if count:
            divided = DividedBlocks(blocks, drawn_rows(blocks.rows, count, asked.seed))
    learned: TableBlocks = blocks if divided is None else divided
    notes = [f"{blocks.origin}: {blocks.rows:,} rows are read in blocks, in every epoch again"]
    if preparation is None:
        head = next(iter(blocks.tables(0)))
        preparation = Preparation.infer(all_tables(learned), target, **_inference(asked, head))
        notes += preparation.notes
    validation = None
    if divided is not None:
        validation = _joined(map(preparation.arrays, divided.aside()))
    elif other is not None:
        validation = preparation.arrays(other, notes)
    source = PreparedSource(learned, preparation)
    return TrainingRows(
        preparation, source, None, validation, target, source.rows, tuple(notes), blocks=learned
    )


def _joined(parts: Iterable[tuple[Array, Array]]) -> tuple[Array, Array]:
    x, t = map(np.concatenate, zip(*parts, strict=True))
    return x, t


def _target(asked: RowsAsked, table: Table) -> str:
    if asked.target is not None:
        return asked.target
    if USUAL_TARGET in table.columns and len(table.columns) == 2:
        return USUAL_TARGET
    named = ", ".join(repr(name) for name in table.names[:8]) + (", …" if len(table.names) > 8 else "")
    fix = f"Write target='{table.names[-1]}', say; the columns are {named}."
    raise InputError(Fault("target", "name the column to be learned", "nothing", fix))


def _absent(table: Table, target: str) -> Fault:
    fix = table.absent(target).fix
    if table.names == tuple(f"c{place}" for place in range(1, len(table.names) + 1)):
        fix += " If its first line has the names, write header=True."
    return Fault("target", f"be a column of {table.origin}", repr(target), fix)


def held_out_rows(
    table: Table, target: str, task: Task | None, part: float, seed: int
) -> tuple[Table, Table | None]:
    """Set a part of the rows aside by a shuffle of the seed; of every class its share.

    None is set aside where that leaves nothing to learn from or to validate on.
    """
    classes = distinct(table.columns[target])[1] if task in ("binary", "classes") else None
    learned, aside = set_aside(table.rows, part, seed, classes)
    if not len(aside) or not len(learned):
        return table, None
    return table.take(learned), table.take(aside)


def _task(table: Table, target: str, asked: Any) -> Task | None:
    """The task that a target sets, or None where it sets none, which is told when it is read."""
    there = table.take(~table.columns[target].missing)
    survey = TargetSurvey(target, asked)
    if survey.add(there.columns[target], there):
        return None
    try:
        return survey.finish(target).task
    except InputError:
        return None


def _inference(asked: RowsAsked, table: Table) -> dict[str, Any]:
    """What ``Preparation.infer`` is told."""
    there = tuple(name for name in asked.ignore if name in table.columns)
    return {
        "task": asked.task, "missing": asked.missing, "categorical": asked.categorical, "ignore": there,
    }  # fmt: skip
