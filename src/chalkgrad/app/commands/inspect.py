"""``chalkgrad inspect``: what is in a model file, and how the training went."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice
from chalkgrad.app.shell.output import add_output_options, read_output

FORMATS = ("text", "html", "markdown", "json", "svg", "png")
THEMES = ("auto", "light", "dark")


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Show a model: its network, how it takes its inputs from the columns, how it was trained, and the\n"
        "curves of its training: losses, metrics and the size of the gradients of every layer."
    )
    examples = ("inspect digits.cg", "inspect digits.cg -o history.svg", "inspect flats.cg --format json")
    options = Parser("inspect", "MODEL", about, examples)
    options.value("--theme", metavar="THEME", help="of svg and png: light, dark, or auto, the reader's; auto")
    add_output_options(options, FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Show; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    theme = read_choice("--theme", options.theme, THEMES, faults) or "auto"
    output = read_output(options, FORMATS, faults)
    if output.format == "png":
        from chalkgrad.notation.charts.png import missing

        if (fault := missing()) is not None:
            faults.append(fault)
        if output.path is None:
            faults.append(Fault("-o", "name a file for png", "nothing", "Write -o history.png, say."))
    from chalkgrad.model import load_model

    model = attempt(faults, lambda: load_model(options.model))
    if model is not None and output.format in ("svg", "png") and not model.history.epochs:
        fix = "Train it for at least one epoch."
        faults.append(Fault(options.model, "have a history of training to be drawn", "none", fix))
    if faults or model is None:
        raise InputError(faults)
    from chalkgrad.model.model_page import model_chart, model_page, model_table

    if output.format == "json":
        output.json(model_table(model))
    elif output.format == "svg":
        from chalkgrad.notation.charts.svg import chart_svg

        output.text(chart_svg(model_chart(model), theme))
    elif output.format == "png":
        from chalkgrad.notation.charts.png import chart_png

        picture = chart_png(model_chart(model), theme)
        output.file(lambda path: path.write_bytes(picture))
    else:
        output.page(model_page(model, Path(options.model).name, output.width))
    return 0
