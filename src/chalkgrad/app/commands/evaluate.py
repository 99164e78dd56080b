"""``chalkgrad evaluate``: how good a model's answers are on rows whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.tables.missing_values import add_row_options, read_model_and_rows, with_gaps
from chalkgrad.app.training.options import as_typed, named_as_options
from chalkgrad.data.asked import USUAL, Streaming

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
    add_row_options(options)
    add_output_options(options, PAGE_FORMATS)
    return options


@named_as_options()
def run(arguments: Sequence[str], streaming: Streaming = USUAL) -> int:
    """Evaluate and write; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    output = read_output(options, PAGE_FORMATS, faults)
    from chalkgrad.data import Table
    from chalkgrad.data.streams.blocks import all_tables

    model, data, gaps = read_model_and_rows(options, faults, streaming)
    notes: list[str] = []
    rows = iter([_test_rows(model, data, notes)]) if isinstance(data, Table) else all_tables(data)
    model, tables = with_gaps(model, rows, gaps, notes, with_target=True)
    if isinstance(data, Table):
        table = next(tables)
        found = model.evaluate(table, notes=notes)
        notes += _seen(model, table)
    else:
        found = model.evaluate(tables)
    title = f"{Path(options.model).name} on {Path(options.data).name}"
    output.result(found, title, model.target, output.width)
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


def _test_rows(model: Model, table: Table, notes: list[str]) -> Table:
    """Return the rows that a division leaves to evaluate on, if the training left them out."""
    name = model.settings.get("division")
    column = table.columns.get(name) if isinstance(name, str) else None
    if column is None or not column.is_text:
        return table
    from chalkgrad.data.tables.divisions import rows_of_part

    chosen = rows_of_part(table, column.name, "test")
    if chosen is None or chosen.rows == table.rows:
        return table
    notes.append(f"{table.at(column.name)}: the {chosen.rows:,} rows to test on, of {table.rows:,}")
    return chosen
