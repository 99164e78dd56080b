"""``chalkgrad evaluate``: how good a model's answers are on rows whose answers are known."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser, attempt, read_choice
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.tables.gaps import GAPS, reading_of
from chalkgrad.app.tables.options import add_table_options
from chalkgrad.app.training.options import as_typed, named_as_options

if TYPE_CHECKING:
    from chalkgrad.data import Table
    from chalkgrad.model import Model


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Hold a model's answers against the truth: loss, accuracy, confusion matrix, precision, recall;\n"
        "or RMSE, MAE and R² in the target's own units.  Of a file divided in parts: its test rows."
    )
    examples = ("evaluate flats.cg examples/flats.csv", "evaluate digits.cg digits --format json")
    options = Parser("evaluate", "MODEL DATA", about, examples)
    options.value("--missing", metavar="HOW", help=f"rows with missing values: {', '.join(GAPS)}; error")
    add_table_options(options)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Evaluate and write; return the exit status."""
    options = parser().read(arguments)
    with named_as_options():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    faults: list[Fault] = []
    output = read_output(options, PAGE_FORMATS, faults)
    from chalkgrad.app.tables.files import as_written, open_table
    from chalkgrad.app.tables.gaps import with_gaps
    from chalkgrad.data import Table
    from chalkgrad.data.streams.blocks import all_tables
    from chalkgrad.model import load_model

    model = attempt(faults, lambda: load_model(options.model))
    names = None if model is None else columns_read(model)
    reading = reading_of(options, model, faults)
    gaps = read_choice("--missing", options.missing, GAPS, faults) or GAPS[0]
    written = () if model is None else as_written(model)
    data = attempt(faults, lambda: open_table(options.data, "test", names, reading=reading, written=written))
    if faults or model is None or data is None:
        raise InputError(faults)
    notes: list[str] = []
    rows = iter([_test_rows(model, data, notes)]) if isinstance(data, Table) else all_tables(data)
    model, tables = with_gaps(model, rows, gaps, notes, with_target=True)
    if isinstance(data, Table):
        table = next(tables)
        found = model.evaluate(table, notes=notes)
        notes += _seen(model, table)
    else:
        found = model.evaluate(tables)
    if output.format == "json":
        output.json(found.to_dict())
    else:
        from chalkgrad.model.evaluation_page import evaluation_page

        title = f"{Path(options.model).name} on {Path(options.data).name}"
        output.page(evaluation_page(found, title, model.target, output.width))
    for note in notes:
        say(f"note: {as_typed(note)}")
    return 0


def _seen(model: Model, rows: Table) -> list[str]:
    """Return a note where rows are among those that the model learnt from."""
    from chalkgrad.app.tables.seen_rows import seen_note

    if model.preparation is None:
        return []
    note = seen_note(model.settings.get("seen"), *model.preparation.arrays(rows))
    return [note] if note else []


def columns_read(model: Model) -> tuple[str, ...] | None:
    """Return the columns that a model needs; None where it knows none."""
    return model.names.inputs or None if model.preparation is None else model.preparation.names


def _test_rows(model: Model, table: Table, notes: list[str]) -> Table:
    """Return the rows that a division leaves to evaluate on, if the training left them out."""
    name = model.settings.get("division")
    column = table.columns.get(name) if isinstance(name, str) else None
    if column is None or not column.is_text:
        return table
    from chalkgrad.app.tables.data_parts import rows_of_part

    chosen = rows_of_part(table, column.name, "test")
    if chosen is None or chosen.rows == table.rows:
        return table
    notes.append(f"{table.at(column.name)}: the {chosen.rows:,} rows to test on, of {table.rows:,}")
    return chosen
