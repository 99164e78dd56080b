"""``chalkgrad predict``: what a model answers to the rows of a table."""

from __future__ import annotations

import argparse
import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser, attempt, read_choice
from chalkgrad.app.shell.output import add_output_options, read_output, say
from chalkgrad.app.tables.gaps import GAPS, reading_of
from chalkgrad.app.tables.options import add_table_options
from chalkgrad.app.training.options import as_typed, named_as_options

if TYPE_CHECKING:
    from chalkgrad.app.tables.answers_file import Columns
    from chalkgrad.data import Table
    from chalkgrad.model import Model

FORMATS = ("csv", "json", "parquet")


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Answer the rows of a table: labels with the probability of every class, or numbers in the target's\n"
        "own units.  The table needs the columns that the model was trained on, in any order."
    )
    examples = (
        "predict flats.cg examples/flats.csv",
        "predict flats.cg examples/flats.csv -o answers.csv --keep area,district",
        "predict flats.cg examples/flats.csv --format json",
    )
    options = Parser("predict", "MODEL DATA", about, examples)
    options.value(
        "--keep", metavar="COLUMNS", help="columns of the data to repeat beside the answers: id,name"
    )
    options.value("--missing", metavar="HOW", help=f"rows with missing values: {', '.join(GAPS)}; error")
    add_table_options(options)
    options.flag("--labels", help="the answers only, without probabilities")
    add_output_options(options, FORMATS, width=False)
    return options


def run(arguments: Sequence[str]) -> int:
    """Answer; return the exit status."""
    options = parser().read(arguments)
    with named_as_options():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    faults: list[Fault] = []
    output = read_output(options, FORMATS, faults)
    if output.format == "parquet":
        faults += _parquet_faults(output.path)
    from chalkgrad.app.commands.evaluate import columns_read
    from chalkgrad.app.tables.answers_file import write_answers
    from chalkgrad.app.tables.files import as_written, open_table
    from chalkgrad.app.tables.gaps import with_gaps
    from chalkgrad.data import Table
    from chalkgrad.data.streams.blocks import all_tables
    from chalkgrad.model import load_model

    kept = [name.strip() for name in options.keep.split(",")] if options.keep else []
    model = attempt(faults, lambda: load_model(options.model))
    names = None if model is None else columns_read(model)
    wanted = None if names is None else (*kept, *names)
    reading = reading_of(options, model, faults)
    gaps = read_choice("--missing", options.missing, GAPS, faults) or GAPS[0]
    written = kept if model is None else (*kept, *as_written(model))
    data = attempt(faults, lambda: open_table(options.data, "test", wanted, reading=reading, written=written))
    head = data if data is None or isinstance(data, Table) else next(iter(data.tables(0)))
    if head is not None:
        faults += [head.absent(name) for name in kept if name not in head.columns]
    if faults or model is None or data is None:
        raise InputError(faults)
    notes: list[str] = []
    model, tables = with_gaps(
        model, iter([data]) if isinstance(data, Table) else all_tables(data), gaps, notes
    )
    write_answers(_answers(model, tables, kept, notes, probabilities=not options.labels), output)
    for note in dict.fromkeys(notes):
        say(f"note: {as_typed(note)}")
    return 0


def _answers(
    model: Model, tables: Iterator[Table], kept: Sequence[str], notes: list[str], *, probabilities: bool
) -> Iterator[Columns]:
    """Yield the answers to one table after the other."""
    from chalkgrad.app.tables.answers_file import answer_columns, repeated

    for table in tables:
        y = model.outputs(table, notes)
        columns = {name: repeated(table.columns[name]) for name in kept}
        name = _name(model.target, kept)
        yield columns | answer_columns(model, y, name, probabilities=probabilities)


def _name(target: str, kept: Sequence[str]) -> str:
    """The name of the answers' column; another where the truth is kept beside it."""
    return f"{target} (answered)" if target in kept else target


def _parquet_faults(path: str | None) -> list[Fault]:
    faults = []
    if path is None:
        faults.append(Fault("-o", "name a file for parquet", "nothing", "Write -o answers.parquet, say."))
    if importlib.util.find_spec("pyarrow") is None:
        fix = "Run pip install 'chalkgrad[data]', or write -o answers.csv."
        faults.append(Fault("--format", "be csv or json where pyarrow is not installed", "'parquet'", fix))
    return faults
