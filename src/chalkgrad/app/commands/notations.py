"""``chalkgrad notations``: the notations that come along, one line and one formula each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output

if TYPE_CHECKING:
    from chalkgrad.notation.boxes import Block, Line
    from chalkgrad.notation.profiles.find import Notation

SHOWN, STEP = "2-2:tanh-2:tanh-2", "dZ1"  # an error inside the network: what tells notations apart


def parser() -> Parser:
    """Return the options of the command."""
    about = "List the notations that come along: what each is, and how it writes an error in a hidden layer."
    examples = ("notations", "notations -o notations.html", "derive 4-3:relu-1 --notation nielsen")
    options = Parser("notations", "", about, examples)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """List them; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    output = read_output(options, PAGE_FORMATS, faults)
    if faults:
        raise InputError(faults)
    from chalkgrad.notation.boxes import Display, Document, Paragraph
    from chalkgrad.notation.profiles.find import builtin_names, find_notation
    from chalkgrad.notation.writers.text.boxes import box

    notations = [find_notation(name) for name in builtin_names()]
    if output.format == "json":
        entries = []
        for notation in notations:
            line = formula(notation)
            left = box(line.left) if line.left is not None else ""
            error = f"{left} {line.relation} {box(line.right)}"
            names = ("name", "title", "source", "zoom")
            entries.append({**{name: getattr(notation, name) for name in names}, "error": error})
        output.json({"notations": entries})
        return 0
    blocks: list[Block] = []
    for notation in notations:
        blocks += [Paragraph((f"{notation.name}: {notation.title}",)), Display((formula(notation),))]
    closing = "Your own is a TOML file: based_on = one of these, and what differs; --notation mine.toml."
    output.page(Document("Notations", (*blocks, Paragraph((closing,)))))
    return 0


def formula(notation: Notation) -> Line:
    """Return how a notation writes the error of a hidden layer l."""
    from chalkgrad.derive import derive
    from chalkgrad.derive.index import index_equation
    from chalkgrad.network import Network
    from chalkgrad.notation.boxes import Line
    from chalkgrad.notation.equations.writer import EquationWriter, step_letters

    derivation = derive(Network(SHOWN), convention=notation.convention(batch=False))
    writer = EquationWriter(notation, derivation, notation.zoom)
    step = derivation.step(STEP)
    writer.general = step.symbol.layer
    shown = next(i for i, form in enumerate(step.forms) if form.rule == "insert")
    if notation.zoom == "index":
        equation = index_equation(step, step_letters(notation, derivation, step))
        left = writer.symbol(equation.left.symbol, equation.left.row, equation.left.column)
        return Line(left, "=", writer.entry(equation.forms[shown][0]))
    return Line(writer.symbol(step.symbol), "=", writer.expr(step.forms[shown].expr))
