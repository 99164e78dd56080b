"""The rows of ``chalkgrad train``: read, divided to learn from and to validate on, and prepared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import attempt
from chalkgrad.app.tables.data_parts import counters, division, is_called_id, rows_of_part
from chalkgrad.app.tables.files import as_written, open_table
from chalkgrad.app.training.options import TrainOptions, as_typed
from chalkgrad.app.training.prepared_rows import PreparedRows, inference
from chalkgrad.app.training.stream import rows_of_blocks
from chalkgrad.data import Preparation, Table, read_table
from chalkgrad.data.columns.target import TargetSurvey, Task
from chalkgrad.data.held_out import split_rows, stratified_rows
from chalkgrad.data.tables.labels import distinct

if TYPE_CHECKING:
    from chalkgrad.model import Model

USUAL_TARGET = "y"


def read_rows(asked: TrainOptions, begun: Model | None) -> PreparedRows:
    """Return the rows of the data in the form of a model's preparation, or of a new one inferred from them.

    The statistics of a preparation are those of the rows to learn from alone.  Raises ``InputError``.
    """
    preparation = None if begun is None else begun.preparation
    faults: list[Fault] = []
    wanted = None if preparation is None else preparation.names
    written = (*asked.categorical, asked.target or USUAL_TARGET) if begun is None else as_written(begun)
    data = attempt(
        faults, lambda: open_table(asked.data, "train", wanted, asked.ignore, asked.reading, written)
    )
    other = None
    if isinstance(asked.validation, str):
        file = asked.validation
        other = attempt(faults, lambda: read_table(file, part="test", written=written, **asked.reading))
    if faults or data is None:
        raise InputError(faults)
    head = data if isinstance(data, Table) else next(iter(data.tables(0)))
    goal = None if preparation is None else preparation.target
    target = _target(asked, head) if goal is None else goal.name
    if target not in head.columns:
        raise InputError(_absent(head, target))
    if isinstance(data, Table):
        return _from_table(asked, begun, data, other, target)
    return rows_of_blocks(asked, preparation, data, other, target)


def _from_table(
    asked: TrainOptions, begun: Model | None, table: Table, other: Table | None, target: str
) -> PreparedRows:
    notes, named = list(map(as_typed, table.notes)), {target, *asked.ignore, *asked.categorical}
    preparation = None if begun is None else begun.preparation
    column = division(table, named) if begun is None else _division_of(begun, table)
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
    rest = "left out, it counts the rows" if left_out else f"counts the rows; is it an id?  --ignore {name}"
    return f"{table.at(name)}: {rest}"


def _division_of(begun: Model, table: Table) -> str | None:
    """The column that divided the rows of the training before, if the table has it."""
    name = begun.settings.get("division")
    return name if isinstance(name, str) and name in table.columns and division(table) == name else None


def _divided(
    table: Table, column: str, asked: TrainOptions, other: Table | None, notes: list[str]
) -> tuple[Table, Table | None]:
    """Return the rows to train on and those to validate on, if the division names some."""
    learned = rows_of_part(table, column, "train")
    assert learned is not None, "a division has some"
    if other is None and asked.validation:
        other = rows_of_part(table, column, "validation")
    rest = table.rows - learned.rows - (0 if other is None else other.rows)
    notes.append(
        f"{table.at(column)}: divides the rows; {learned.rows:,} are trained on and {rest:,} left to "
        f"evaluate (--ignore {column} trains on all)"
    )
    return learned, other


def _prepared(
    asked: TrainOptions,
    preparation: Preparation | None,
    target: str,
    learned: Table,
    held_out: Table | None,
    notes: list[str],
) -> PreparedRows:
    if preparation is None:
        preparation = Preparation.infer(learned, target, **inference(asked, learned))
        notes += map(as_typed, preparation.notes)
    x, t = preparation.arrays(learned, notes)
    if len(x) < learned.rows:
        notes.append(f"{learned.rows - len(x):,} of {learned.rows:,} rows are left out: a value is missing")
    validation = None if held_out is None else preparation.arrays(held_out, notes)
    return PreparedRows(preparation, x, t, validation, target, len(x), tuple(dict.fromkeys(notes)))


def _target(asked: TrainOptions, table: Table) -> str:
    if asked.target is not None:
        return asked.target
    if USUAL_TARGET in table.columns and len(table.columns) == 2:
        return USUAL_TARGET
    named = ", ".join(repr(name) for name in table.names[:8]) + (", …" if len(table.names) > 8 else "")
    fix = f"Write --target {table.names[-1]}, say; the columns are {named}."
    raise InputError(Fault("--target", "name the column to be learned", "nothing", fix))


def _absent(table: Table, target: str) -> Fault:
    fix = table.absent(target).fix
    if table.names == tuple(f"c{place}" for place in range(1, len(table.names) + 1)):
        fix += " If its first line has the names, write --header yes."
    return Fault("--target", f"be a column of {table.origin}", repr(target), fix)


def held_out_rows(
    table: Table, target: str, task: Task | None, part: float, seed: int
) -> tuple[Table, Table | None]:
    """Set a part of the rows aside by a shuffle of the seed; of every class its share.

    None is set aside where that leaves nothing to learn from or to validate on.
    """
    if task in ("binary", "classes"):
        _, classes = distinct(table.columns[target])
        learned, aside = stratified_rows(classes, held_out=part, seed=seed)
    else:
        learned, aside = map(np.sort, split_rows(table.rows, held_out=part, seed=seed))
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
