"""Rows with missing values in ``predict`` and ``evaluate``: refused, filled as training knew, or left out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice
from chalkgrad.app.tables.options import add_table_options, read_table_options
from chalkgrad.data.tables.table import Table, without_missing

if TYPE_CHECKING:
    from chalkgrad.data.asked import Streaming
    from chalkgrad.data.streams.blocks import TableBlocks
    from chalkgrad.model import Model

GAPS = ("error", "mean", "drop")
SETTING = "missing_values"
"""Under this name a model keeps which cells stood for no value."""


def add_row_options(options: Parser) -> None:
    """Add the options that say how the rows of a table are read and which of them are answered."""
    options.value("--missing", metavar="HOW", help=f"rows with missing values: {', '.join(GAPS)}; error")
    add_table_options(options)


def read_model_and_rows(
    options: argparse.Namespace, faults: list[Fault], streaming: Streaming, kept: Sequence[str] = ()
) -> tuple[Model, Table | TableBlocks, str]:
    """Return the model, the rows of the columns that it reads and of those that are kept, and how gaps go.

    A file is read as asked for, else with the missing values of the model's training; what stands in
    ``faults`` already is told with the rest.
    """
    from chalkgrad.data.entry import open_table
    from chalkgrad.model import load_model

    model = attempt(faults, lambda: load_model(options.model))
    reading = read_table_options(options, faults)
    wanted, written = None, tuple(kept)
    if model is not None:
        reading = _as_trained(model) | reading
        preparation = model.preparation
        names = (model.names.inputs or None) if preparation is None else preparation.names
        wanted = None if names is None else (*kept, *names)
        written += () if preparation is None else preparation.categories
    gaps = read_choice("--missing", options.missing, GAPS, faults) or GAPS[0]
    read = partial(
        open_table, options.data, wanted=wanted, part="test", written=written, streaming=streaming, **reading
    )
    data = attempt(faults, read)
    head = data if data is None or isinstance(data, Table) else next(iter(data.tables(0)))
    if head is not None:
        faults += [head.absent(name) for name in kept if name not in head.columns]
    if faults or model is None or data is None:
        raise InputError(faults)
    return model, data, gaps


def _as_trained(model: Model) -> dict[str, Any]:
    """The cells that stood for no value in the training."""
    known = model.settings.get(SETTING)
    if isinstance(known, list) and all(isinstance(cell, str) for cell in known):
        return {"missing": set(known)}
    return {}


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
    there = [name for name in names if name in table.columns]
    kept = without_missing(table, there)
    if kept.rows < table.rows:
        gone = [row for row in range(table.rows) if any(table.columns[name].missing[row] for name in there)]
        notes.append(f"{table.origin}: left out, a value is missing: {table.rows_text(gone)}")
    return kept
