"""``chalkgrad program``: what the machine does in one training step, beside the equations."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad._numbers import exact_text, shown
from chalkgrad.app.shell.options import Parser, renamed
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.shell.source import NOTATION_HELP, add_network_options, read_source
from chalkgrad.network import Network


def parser() -> Parser:
    """Return the options of the command."""
    about = "Show what the machine does in one training step, call by call, beside the equations."
    examples = (
        "program 784-128:relu-10:softmax",
        "program 4-3:tanh-3:tanh:skip-1 --notation deeplearning --l2 0.01",
        "program 784-256:relu-64:relu-10:softmax --dropout 0.2,0.5 -o program.html",
        "program 2-2:tanh-1:sigmoid --format json",
    )
    options = Parser("program", "SPEC|FILE", about, examples)
    add_network_options(options)
    options.value("--dropout", metavar="RATES", help="after every hidden layer 0.5, or one each: 0.2,0.5")
    options.flag("--clip", help="clip the gradient's norm, so that updates wait for all gradients")
    options.value("--notation", metavar="NAME", help=NOTATION_HELP)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Lower and show; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    source, notation = read_source(options, faults)
    output = read_output(options, PAGE_FORMATS, faults)
    rates = () if source is None else _rates(options.dropout, source.network, faults)
    if faults or source is None or notation is None:
        raise InputError(faults)
    from chalkgrad.derive import derive
    from chalkgrad.lower import lower

    try:
        program = renamed(
            faults, "dropout", "--dropout", lambda: lower(source.network, dropout=rates, clipped=options.clip)
        )
    except UnsupportedError as error:
        fix = "chalkgrad train takes it all the same, on its equations in NumPy; derive --cost counts them."
        condition = "have a kernel for each of its parts"
        raise InputError(Fault("network", condition, str(error), fix)) from None
    if program is None:
        raise InputError(faults)
    by_layer = dict(enumerate(rates, start=1))
    derivation = derive(source.network, convention=notation.convention(batch=True), dropout=by_layer)
    if output.format == "json":
        from chalkgrad.app.programs.json import program_json

        output.json(program_json(program, derivation, notation))
    else:
        from chalkgrad.app.programs.page import program_page

        output.page(program_page(program, derivation, notation))
    say(source.note)
    return 0


def _rates(text: str | None, network: Network, faults: list[Fault]) -> tuple[float, ...]:
    """The rate after each hidden layer; one alone is for all of them."""
    if text is None:
        return ()
    numbers = [exact_text(part) for part in text.split(",")]
    if any(number is None or not 0 <= number < 1 for number in numbers):
        fix = "Write --dropout 0.2,0.5, say."
        faults.append(Fault("--dropout", "be numbers in [0, 1)", shown(text), fix))
        return ()
    rates = tuple(float(number) for number in numbers if number is not None)
    return rates * (network.depth - 1) if len(rates) == 1 else rates
