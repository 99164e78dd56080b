"""``chalkgrad evaluate``: how good a model's answers are on rows whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.options import Parser, attempt
from chalkgrad.app.output import PAGE_FORMATS, add_output_options, read_output, say


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Hold a model's answers against the truth: loss, accuracy, confusion matrix, precision, recall;\n"
        "or RMSE, MAE and R² in the target's own units.  Of a file with two parts: its test rows."
    )
    examples = ("evaluate model.cg test.csv", "evaluate model.cg mnist.npz --format json")
    options = Parser("evaluate", "MODEL DATA", about, examples)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Evaluate and write; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    output = read_output(options, PAGE_FORMATS, faults)
    from chalkgrad.data import read_table
    from chalkgrad.model import load_model

    model = attempt(faults, lambda: load_model(options.model))
    table = attempt(faults, lambda: read_table(options.data, part="test"))
    if faults or model is None or table is None:
        raise InputError(faults)
    notes: list[str] = []
    found = model.evaluate(table, notes=notes)
    if output.format == "json":
        output.json(found.to_dict())
    else:
        from chalkgrad.app.evaluation_page import evaluation_page

        title = f"{Path(options.model).name} on {Path(options.data).name}"
        output.page(evaluation_page(found, title, model.target))
    for note in notes:
        say(f"note: {note}")
    return 0
