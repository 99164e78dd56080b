"""The rows of ``chalkgrad train``: read, divided to learn from and to validate on, and prepared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.options import attempt
from chalkgrad.app.train_options import TrainOptions
from chalkgrad.data import Preparation, Table, read_table

Array = NDArray[Any]
USUAL_TARGET = "y"
MOST_LABELS = 10_000


@dataclass(frozen=True)
class PreparedRows:
    """What ``fit`` takes, and how it came about."""

    preparation: Preparation
    x: Array
    t: Array
    validation: tuple[Array, Array] | None
    target: str
    read: int
    """Rows in the file."""
    notes: tuple[str, ...]


def read_rows(asked: TrainOptions, preparation: Preparation | None) -> PreparedRows:
    """Return the rows of the data in the form of a preparation, or of a new one inferred from them.

    The statistics of a preparation are those of the rows to learn from alone.  Raises ``InputError``.
    """
    faults: list[Fault] = []
    table = attempt(faults, lambda: read_table(asked.data))
    other = None
    if isinstance(asked.validation, str):
        file = asked.validation
        other = attempt(faults, lambda: read_table(file, part="test"))
    if faults or table is None:
        raise InputError(faults)
    target = (
        preparation.target.name if preparation is not None and preparation.target else _target(asked, table)
    )
    if target not in table.columns:
        raise InputError(_absent(table, target))
    notes = list(table.notes)
    learned, held_out = table, other
    if isinstance(asked.validation, float) and asked.validation:
        learned, held_out = held_out_rows(table, target, asked.validation, asked.seed)
    try:
        return _prepared(asked, preparation, target, table, learned, held_out, notes)
    except InputError:
        if learned is not table:  # so that the rows are told by their numbers in the file
            _prepared(asked, preparation, target, table, table, None, [])
        raise


def _prepared(
    asked: TrainOptions,
    preparation: Preparation | None,
    target: str,
    table: Table,
    learned: Table,
    held_out: Table | None,
    notes: list[str],
) -> PreparedRows:
    if preparation is None:
        preparation = Preparation.infer(
            learned,
            target,
            asked.task,  # type: ignore[arg-type]
            missing=asked.missing,  # type: ignore[arg-type]
            categorical=asked.categorical,
            ignore=asked.ignore,
        )
        notes += preparation.notes
    x, t = preparation.arrays(learned, notes)
    if len(x) < learned.rows:
        notes.append(f"{learned.rows - len(x):,} of {learned.rows:,} rows are left out: a value is missing")
    validation = None if held_out is None else preparation.arrays(held_out, notes)
    return PreparedRows(preparation, x, t, validation, target, table.rows, tuple(dict.fromkeys(notes)))


def _target(asked: TrainOptions, table: Table) -> str:
    if asked.target is not None:
        return asked.target
    if USUAL_TARGET in table.columns and len(table.columns) == 2:
        return USUAL_TARGET
    named = ", ".join(repr(name) for name in table.names[:8]) + (", …" if len(table.names) > 8 else "")
    fix = f"Write --target {table.names[-1]}, say; the columns are {named}."
    raise InputError(Fault("--target", "name the column to be learned", "nothing", fix))


def _absent(table: Table, target: str) -> Fault:
    fault = table.absent(target)
    return Fault("--target", f"be a column of {table.origin}", repr(target), fault.fix)


def held_out_rows(table: Table, target: str, part: float, seed: int) -> tuple[Table, Table | None]:
    """Set a part of the rows aside by a shuffle of the seed; one row of every label stays to be learned.

    None is set aside where that leaves nothing to learn from or to validate on.
    """
    order = np.random.default_rng(seed).permutation(table.rows)
    count = round(part * table.rows)
    stays = np.zeros(table.rows, dtype=bool)
    stays[order[_first_of_labels(table.columns[target].values[order])]] = True
    aside = order[~stays[order]][:count]
    if not len(aside) or len(aside) == table.rows:
        return table, None
    chosen = np.ones(table.rows, dtype=bool)
    chosen[aside] = False
    return table.take(chosen), table.take(~chosen)


def _first_of_labels(values: Array) -> NDArray[np.int64]:
    """Return where each label is there for the first time; nothing if there are too many to be labels."""
    if values.ndim > 1:
        return np.empty(0, dtype=np.int64)
    texts = values.astype(str) if values.dtype == object else values
    labels, first = np.unique(texts, return_index=True)
    return first if len(labels) <= min(MOST_LABELS, len(values) // 2) else np.empty(0, dtype=np.int64)
