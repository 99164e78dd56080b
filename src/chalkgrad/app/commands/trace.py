"""``chalkgrad trace``: the four steps of backpropagation with numbers."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError, UnsupportedError
from chalkgrad.app.shell.options import Parser, read_number, read_whole
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.shell.source import add_network_options, read_source
from chalkgrad.app.shell.traced_problem import add_number_options, numbered
from chalkgrad.evaluate import Trace, initialise, trace
from chalkgrad.problem import Problem

RATE = "0.1"
SHOWN_DIGITS = 6


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Put numbers into the derivation: forward, loss, backward, update.  The numbers are a problem "
        "file's, or typed; what is neither is drawn from the seed."
    )
    examples = (
        "trace examples/quiz.toml",
        "trace 2-2:sigmoid-1:sigmoid --x '0.5 -1' --t 1 --seed 3",
        "trace 2-1:relu-1 --x '1 2; 0 1' --t '1; 0' --w 'W1=1 -1, b1=0.5, W2=2, b2=0'",
        "trace examples/homework_regression.toml --exact",
        "trace examples/quiz.toml --digits 30 --steps 2 --learning-rate 1/3",
        "trace examples/xor.toml --format json",
    )
    options = Parser("trace", "SPEC|FILE", about, examples)
    add_number_options(options)
    add_network_options(options)
    options.value("--notation", metavar="NAME", help="the file's own if left out; or a name, or file.toml")
    options.flag("--exact", help="fractions without any rounding, for piecewise-linear networks")
    options.value("--digits", metavar="N", help="numbers of N digits instead of float64")
    options.value("--steps", metavar="N", help="how many updates; the file's if left out")
    options.value("--learning-rate", metavar="R", help="the file's if left out")
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Compute and write; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    source, notation = read_source(options, faults)
    problem, note = numbered(source, options, faults)
    if options.exact and options.digits is not None:
        fix = "Exact numbers have no rounding."
        faults.append(Fault("--digits", "be left out with --exact", "both", fix))
    digits = read_whole("--digits", options.digits, faults, least=1, most=10_000, example=50)
    steps = read_whole("--steps", options.steps, faults, least=1, most=100_000, example=2)
    rate = read_number("--learning-rate", options.learning_rate, faults, example="0.1")
    output = read_output(options, PAGE_FORMATS, faults)
    if faults or source is None or problem is None or notation is None:
        raise InputError(faults)
    chosen = rate or (None if source.problem is None else problem.learning_rate)
    traced = _trace(problem, chosen or RATE, steps or problem.steps, options.exact, digits)
    if output.format == "json":
        output.json(traced.to_dict())
    else:
        from chalkgrad.notation.pages.trace import trace_page

        output.page(trace_page(traced, notation, digits=digits or SHOWN_DIGITS, title=problem.title))
    say(source.note)
    say(note)
    if chosen is None:
        say(f"note: no learning rate was given; it is {RATE} (--learning-rate chooses another)")
    return 0


def _trace(problem: Problem, rate: object, steps: int, exact: bool, digits: int | None) -> Trace:
    names = problem.network.parameter_shapes()
    drawn = initialise(problem.network, problem.seed) if len(problem.parameters) < len(names) else {}
    parameters = {**drawn, **problem.parameters}
    try:
        return trace(
            problem.network,
            parameters,
            problem.x,
            problem.t,
            learning_rate=rate,
            steps=steps,
            frozen=problem.frozen,
            exact=exact,
            digits=digits,
        )
    except UnsupportedError as error:
        fix = "Write --digits 50 for many digits instead."
        condition = "be left out where a function has no exact values"
        raise InputError(Fault("--exact", condition, str(error).partition(";")[0], fix)) from None
