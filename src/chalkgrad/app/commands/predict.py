"""``chalkgrad predict``: what a model answers to the rows of a table."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import add_output_options, read_output, say
from chalkgrad.app.tables.missing_values import add_row_options, read_model_and_rows, with_gaps
from chalkgrad.app.training.options import as_typed, named_as_options
from chalkgrad.data.asked import USUAL, Streaming

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
    add_row_options(options)
    options.flag("--labels", help="the answers only, without probabilities")
    add_output_options(options, FORMATS, width=False)
    return options


@named_as_options()
def run(arguments: Sequence[str], streaming: Streaming = USUAL) -> int:
    """Answer; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    output = read_output(options, FORMATS, faults)
    if output.format == "parquet":
        faults += _parquet_faults(output.path)
    from chalkgrad.app.tables.answers_file import write_answers
    from chalkgrad.data import Table
    from chalkgrad.data.streams.blocks import all_tables

    kept = [name.strip() for name in options.keep.split(",")] if options.keep else []
    model, data, gaps = read_model_and_rows(options, faults, streaming, kept)
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
