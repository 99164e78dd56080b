"""Learn a preparation from the training rows, in one pass over their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.data.columns.category_survey import CategorySurvey, Survey
from chalkgrad.data.columns.columns import InputColumn
from chalkgrad.data.columns.survey import MISSING_WAYS, Missing, NumberSurvey
from chalkgrad.data.columns.target import TASKS, Target, TargetSurvey, Task
from chalkgrad.data.tables.table import TOLD, Table, without_missing


class Learned(NamedTuple):
    """What the training rows say of a preparation: its fields."""

    columns: tuple[InputColumn, ...]
    target: Target | None
    missing: Missing
    ignored: tuple[str, ...]
    notes: tuple[str, ...]


def learned_columns(
    tables: Table | Iterable[Table],
    target: str | None,
    task: Task | None,
    *,
    missing: Missing,
    categorical: Sequence[str],
    ignore: Sequence[str],
    unseen: str,
) -> Learned:
    """Return what these rows say; see ``Preparation.infer``."""
    _check_settings(task, missing, unseen)
    blocks = iter([tables] if isinstance(tables, Table) else tables)
    head = next(blocks, None)
    if head is None or not head.rows:
        raise InputError(Fault("data" if head is None else head.origin, "have at least one row", "none"))
    asked = [*categorical, *ignore, *([] if target is None else [target])]
    faults = [head.absent(name) for name in asked if name not in head.columns]
    if target in ignore:
        faults.append(Fault("ignore", "not have the target", shown(target)))
    if faults:
        raise InputError(faults)
    surveys: dict[str, Survey] = {}
    for name, column in head.columns.items():
        if name in ignore or name == target:
            continue
        if column.is_text or name in categorical:
            refuse = unseen == "error"
            surveys[name] = CategorySurvey(column, missing, asked=name in categorical, refuse_unseen=refuse)
        else:
            surveys[name] = NumberSurvey(column, missing)
    goal = None if target is None else TargetSurvey(target, task)
    dropped = _look(chain([head], blocks), surveys, goal, missing, whole=isinstance(tables, Table))
    return _finished(head, surveys, goal, missing, ignore, dropped)


def _check_settings(task: Task | None, missing: str, unseen: str) -> None:
    faults = []
    for name, value, options in (
        ("task", task, (None, *TASKS)),
        ("missing", missing, MISSING_WAYS),
        ("unseen", unseen, ("zeros", "error")),
    ):
        if value not in options:
            faults.append(Fault(name, f"be one of {', '.join(map(str, options))}", shown(value)))
    if faults:
        raise InputError(faults)


def _look(
    blocks: Iterable[Table],
    surveys: Mapping[str, Survey],
    goal: TargetSurvey | None,
    missing: Missing,
    *,
    whole: bool,
) -> int:
    """Show all blocks to the surveys; raise all faults of the first block that has some.

    Returns how many rows were dropped for missing values: of a whole table not for those of columns that have
    no value at all, which are left out.
    """
    seen, kept_rows = 0, 0
    names = [*surveys, *([] if goal is None else [goal.name])]
    for table in blocks:
        faults = [table.absent(name) for name in names if name not in table.columns]
        if not faults:
            empty = {name for name in surveys if whole and table.columns[name].missing.all()}
            kept = without_missing(table, {*names} - empty) if missing == "drop" else table
            seen, kept_rows = seen + table.rows, kept_rows + kept.rows
            for name, survey in surveys.items():
                faults += survey.add(kept.columns[name], kept)
            if goal is not None:
                faults += goal.add(kept.columns[goal.name], kept)
        if faults:
            raise InputError(faults)
    if not kept_rows:
        fix = "Fill them: missing='mean'."
        raise InputError(Fault(table.origin, "have a row without missing values", f"{seen:,} with", fix))
    return seen - kept_rows


def _filled_told(head: Table, surveys: Mapping[str, Survey]) -> list[str]:
    """Return in which columns missing values are filled, and with what."""
    filled = {name: survey for name, survey in surveys.items() if survey.filled}
    if len(filled) > TOLD:
        some = ", ".join(f"{shown(name, 30)} ({filled[name].gaps:,})" for name in [*filled][:TOLD])
        return [f"{head.origin}: missing values are filled in {len(filled)} columns: {some}, …"]
    return [
        f"{head.at(name)}: {survey.gaps:,} of {survey.rows:,} values are missing, taken for {survey.filled}"
        for name, survey in filled.items()
    ]


def _finished(
    head: Table,
    surveys: Mapping[str, Survey],
    goal: TargetSurvey | None,
    missing: Missing,
    ignore: Sequence[str],
    dropped: int,
) -> Learned:
    columns: list[InputColumn] = []
    faults: list[Fault] = []
    ignored, notes, left_out = list(ignore), list(head.notes), list[str]()
    if dropped:
        notes.append(f"{head.origin}: rows with missing values are left out: {dropped:,}")
    for name, survey in surveys.items():
        column, wrong = survey.finish(head.at(name), left_out)
        faults += wrong
        if column is not None:
            columns.append(column)
        elif not wrong:
            ignored.append(name)
    if len(left_out) > TOLD:
        names = [name for name in ignored if name not in ignore]
        some = ", ".join(shown(name, 30) for name in names[:TOLD])
        left_out = [f"{head.origin}: {len(names)} columns are the same in every row and left out: {some}, …"]
    notes += left_out + _filled_told(head, surveys)
    notes += [remark for survey in surveys.values() for remark in survey.remarks]
    target = None if goal is None else attempt(faults, lambda: goal.finish(head.at(goal.name), notes))
    if not columns and not faults:
        got = f"{len(surveys)} of one value" if surveys else "none"
        faults.append(Fault(head.origin, "have a column to learn from", got))
    if faults:
        raise InputError(faults)
    return Learned(tuple(columns), target, missing, tuple(ignored), tuple(notes))
