"""Rows with missing values in ``predict`` and ``evaluate``: refused, filled as training knew, or left out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault
from chalkgrad.app.tables.options import read_table_options

if TYPE_CHECKING:
    from chalkgrad.data import Table
    from chalkgrad.model import Model

GAPS = ("error", "mean", "drop")
SETTING = "missing_values"
"""Under this name a model keeps which cells stood for no value."""


def reading_of(options: argparse.Namespace, model: Model | None, faults: list[Fault]) -> dict[str, Any]:
    """Return how a file is read: as asked for, else with the missing values of the model's training."""
    asked = read_table_options(options, faults)
    known = None if model is None else model.settings.get(SETTING)
    if "missing" not in asked and isinstance(known, list) and all(isinstance(cell, str) for cell in known):
        asked["missing"] = set(known)
    return asked


def with_gaps(
    model: Model, tables: Iterator[Table], how: str, notes: list[str], *, with_target: bool = False
) -> tuple[Model, Iterator[Table]]:
    """Return a model that fills missing values, or the rows that have none, as it is asked for."""
    if model.preparation is None or how == "error":
        return model, tables
    if how == "mean":
        filling = replace(model, preparation=model.preparation.filling())
        return filling, (_told(table, model, notes) for table in tables)
    names = model.preparation.names if with_target else [one.name for one in model.preparation.columns]
    return model, (_whole(table, names, notes) for table in tables)


def _told(table: Table, model: Model, notes: list[str]) -> Table:
    """Say in how many rows something is filled that training did not fill."""
    columns = [] if model.preparation is None else model.preparation.columns
    for column in columns:
        gaps = int(table.columns[column.name].missing.sum()) if column.name in table.columns else 0
        if gaps and getattr(column, "fill", None) is None:
            kind = "mean" if hasattr(column, "mean") else "most frequent level"
            notes.append(
                f"{table.at(column.name)}: {gaps:,} missing values are taken for the {kind} of training"
            )
    return table


def _whole(table: Table, names: tuple[str, ...] | list[str], notes: list[str]) -> Table:
    """Return the rows without missing values, and say which are left out."""
    from chalkgrad.data.tables.table import without_missing

    there = [name for name in names if name in table.columns]
    kept = without_missing(table, there)
    if kept.rows < table.rows:
        gone = [row for row in range(table.rows) if any(table.columns[name].missing[row] for name in there)]
        notes.append(f"{table.origin}: left out, a value is missing: {table.rows_text(gone)}")
    return kept
