"""Preparations as JSON, and back: what comes from a file is believed only where it is sound."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import as_json, shown
from chalkgrad.data.columns.columns import CategoryColumn, InputColumn, NumberColumn, PixelColumn
from chalkgrad.data.columns.survey import MISSING_WAYS, Missing
from chalkgrad.data.columns.target import MOST_CLASSES, TASKS, Target

VERSION = 1
MOST_INPUTS = 1_000_000
_KINDS: dict[type[InputColumn], str] = {
    NumberColumn: "number",
    PixelColumn: "pixels",
    CategoryColumn: "category",
}


class Kept(NamedTuple):
    """What a model keeps of a preparation: its first fields."""

    columns: tuple[InputColumn, ...]
    target: Target | None
    missing: Missing
    ignored: tuple[str, ...]


def to_json(kept: Kept) -> dict[str, Any]:
    """Return a preparation as what JSON can hold."""
    return {
        "version": VERSION,
        "columns": [{"kind": _KINDS[type(column)], **as_json(asdict(column))} for column in kept.columns],
        "target": None if kept.target is None else as_json(asdict(kept.target)),
        "missing": kept.missing,
        "ignored": list(kept.ignored),
    }


class _Reader:
    """Reads the fields of one table of a file; the first that does not fit raises."""

    def __init__(self, table: object, path: str, names: str) -> None:
        if not isinstance(table, Mapping):
            raise _fault(path, "be a table", table)
        self.table, self.path = table, path
        wanted = set(names.split())
        if wanted != set(table):
            odd = sorted(map(str, wanted ^ set(table)))
            raise _fault(path, f"have the names {', '.join(sorted(wanted))}", f"not so: {odd[0]}")

    def get(self, name: str, condition: str, holds: Any) -> Any:
        value = self.table[name]
        if not holds(value):
            raise _fault(f"{self.path}.{name}", condition, value)
        return value

    def text(self, name: str) -> str:
        return str(self.get(name, "be text", lambda value: isinstance(value, str)))

    def numbers(self, name: str, *, least: float = -math.inf) -> tuple[float, ...]:
        condition = "be a list of finite numbers" + (f" from {least:g} up" if math.isfinite(least) else "")
        found = self.get(name, condition, lambda value: _is_numbers(value, least))
        return tuple(map(float, found))

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.get(name, "be a list of different texts", _is_texts)
        return tuple(found)


def _fault(path: str, condition: str, got: object) -> InputError:
    text = got if isinstance(got, str) and got.startswith("not so") else shown(got)
    return InputError(Fault(path, condition, text, "Was the file changed?"))


def _is_number(value: object, least: float = -math.inf) -> bool:
    """Whether it is a finite number of float64 and not below ``least``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value)) and value >= least
    except OverflowError:
        return False


def _is_numbers(value: object, least: float) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(_is_number(one, least) for one in value)


def _is_texts(value: object) -> bool:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return False
    return len(set(value)) == len(value)


def from_json(kept: object) -> Kept:
    """Return what ``to_json`` gave; raises ``InputError`` for anything else."""
    path = "preparation"
    if not isinstance(kept, Mapping) or kept.get("version") != VERSION or isinstance(kept["version"], bool):
        version = kept.get("version") if isinstance(kept, Mapping) else kept
        fix = "Use the version of chalkgrad that wrote it."
        raise InputError(Fault(f"{path}.version", f"be {VERSION}", shown(version), fix))
    reader = _Reader(kept, path, "version columns target missing ignored")
    listed = reader.get("columns", "be a list of columns", lambda value: isinstance(value, list) and value)
    columns = tuple(_column(column, f"{path}.columns[{place}]") for place, column in enumerate(listed))
    target = None if kept["target"] is None else _target(kept["target"], f"{path}.target")
    condition = f"be one of {', '.join(MISSING_WAYS)}"
    missing = reader.get("missing", condition, lambda value: value in MISSING_WAYS)
    names = [column.name for column in columns] + ([] if target is None else [target.name])
    if len(set(names)) < len(names):
        raise _fault(f"{path}.columns", "have each name once", sorted(names))
    if sum(column.width for column in columns) > MOST_INPUTS:
        raise _fault(f"{path}.columns", f"make at most {MOST_INPUTS:,} inputs", "not so: more")
    return Kept(columns, target, missing, reader.texts("ignored"))


def _column(table: object, path: str) -> InputColumn:
    kind = table.get("kind") if isinstance(table, Mapping) else None
    if kind == "number":
        reader = _Reader(table, path, "kind name mean std fill")
        mean, std = reader.numbers("mean"), reader.numbers("std", least=0)
        fill = None if reader.table["fill"] is None else reader.numbers("fill")
        if not len(mean) == len(std) == len(mean if fill is None else fill):
            raise _fault(path, "have as many deviations as means", len(std))
        return NumberColumn(reader.text("name"), mean, std, fill)
    if kind == "pixels":
        reader = _Reader(table, path, "kind name width")
        width = reader.get(
            "width", "be a whole number from 1 up", lambda value: type(value) is int and value > 0
        )
        return PixelColumn(reader.text("name"), width)
    if kind != "category":
        raise _fault(f"{path}.kind", f"be one of {', '.join(_KINDS.values())}", kind)
    usual = " usual" if isinstance(table, Mapping) and "usual" in table else ""  # not in older files
    reader = _Reader(table, path, "kind name levels fill refuse_unseen" + usual)
    levels = reader.texts("levels")
    if not levels:
        raise _fault(f"{path}.levels", "have at least one level", "not so: none")
    fill = reader.get("fill", "be one of the levels", _is_one_of(levels))
    refuse = reader.get("refuse_unseen", "be true or false", lambda value: isinstance(value, bool))
    common = reader.get("usual", "be one of the levels", _is_one_of(levels)) if usual else None
    return CategoryColumn(reader.text("name"), levels, fill, refuse, common)


def _is_one_of(levels: tuple[str, ...]) -> Callable[[object], bool]:
    return lambda value: value is None or value in levels


def _target(table: object, path: str) -> Target:
    reader = _Reader(table, path, "name task classes mean std")
    task = reader.get("task", f"be one of {', '.join(TASKS)}", lambda value: value in TASKS)
    least, most = {"regression": (0, 0), "binary": (2, 2), "classes": (2, MOST_CLASSES)}[task]
    condition = f"be a list of {least if least == most else f'{least} to {most:,}'} different labels"
    classes = reader.get("classes", condition, lambda value: _is_labels(value, least, most))
    mean = reader.get("mean", "be a finite number", _is_number)
    std = reader.get("std", "be a finite number above 0", lambda value: _is_number(value) and value > 0)
    return Target(reader.text("name"), task, tuple(classes), float(mean), float(std))


def _is_labels(value: object, least: int, most: int) -> bool:
    if not isinstance(value, list) or not least <= len(value) <= most:
        return False
    are_labels = all(isinstance(one, str | bool) or _is_number(one) for one in value)
    return are_labels and len(set(value)) == len(value)
