"""``chalkgrad graph``: the computational graph, with numbers on it when the problem file has them."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import add_output_options, read_output, say
from chalkgrad.app.shell.source import NOTATION_HELP, add_network_options, read_source

FORMATS = ("text", "svg", "html")


def parser() -> Parser:
    """Return the options of the command."""
    about = "Draw the computational graph: values forward, derivatives backward."
    examples = ("graph examples/tutorial.toml", "graph 2-2:tanh-1 --notation bishop -o graph.svg")
    options = Parser("graph", "SPEC|FILE", about, examples)
    options.value("--notation", metavar="NAME", help=NOTATION_HELP)
    add_network_options(options)
    add_output_options(options, FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Draw; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    source, notation = read_source(options, faults)
    output = read_output(options, FORMATS, faults)
    if faults or source is None or notation is None:
        raise InputError(faults)
    from chalkgrad.notation.graph.page import graph_drawing, graph_page, graph_svg

    network, numbers = source.network, source.numbers()
    if output.format == "svg":
        output.text(graph_svg(network, notation, step=numbers).rstrip("\n") + "\n")
    elif output.format == "text":
        drawing = graph_drawing(network, notation, step=numbers, width=output.width)
        output.text(drawing.rstrip("\n") + "\n")
    else:
        output.page(graph_page(network, notation, step=numbers))
    say(source.note)
    return 0
