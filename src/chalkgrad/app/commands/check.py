"""``chalkgrad check``: are the gradients right?  Ours, or those of a user's function."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import attempt
from chalkgrad.app.shell.code_target import with_function
from chalkgrad.app.shell.options import Parser, read_whole, renamed
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.shell.source import Source, add_network_options, read_source

if TYPE_CHECKING:
    from chalkgrad.check import Report

MOST_SEED = 2**32


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Hold the gradients against the loss itself: the rate of the Taylor remainder, differences, and\n"
        "exact fractions where they exist.  Exit status 0 if all are right, 1 if not."
    )
    examples = (
        "check examples/quiz.toml",
        "check 4-8:gelu-3:softmax --seed 7",
        "check --against examples/mine.py:backward 4-3:relu-1:sigmoid",
    )
    options = Parser("check", "SPEC|FILE", about, examples)
    function = "check this function of yours: it takes the arrays that it names (x, t, W1, b1, …)"
    options.value("--against", metavar="FILE.py:FUNCTION", help=function)
    options.value("--seed", metavar="N", help="where numbers that are left out are drawn from; 0")
    add_network_options(options)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Check and write; return 0 if everything is right, else 1."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    source, notation = read_source(options, faults)
    seed = read_whole("--seed", options.seed, faults, least=0, most=MOST_SEED, example=7)
    output = read_output(options, PAGE_FORMATS, faults)
    if options.against is not None:
        from chalkgrad.usercode.process.sandbox import split_target

        named = attempt(faults, lambda: with_function(options.against, "--against"))
        options.against = named or options.against
        if named is not None:
            renamed(faults, "against", "--against", lambda: split_target(named))
    if faults or source is None:
        raise InputError(faults)
    report = _report(source, seed, options.against)
    if output.format == "json":
        output.json(report.to_dict())
    else:
        from chalkgrad.check.page import check_page

        output.page(check_page(report, notation or "matrix"))
    say(source.note)
    return 0 if report.ok else 1


def _report(source: Source, seed: int | None, function: str | None) -> Report:
    from chalkgrad.check import check, check_against

    problem = source.problem
    parameters = x = t = None
    if problem is not None:
        parameters, x, t = problem.all_parameters(), problem.x, problem.t
    if seed is None:
        seed = problem.seed if problem is not None else 0
    if function is None:
        return check(source.network, parameters, x, t, seed=seed)
    faults: list[Fault] = []
    against = partial(check_against, function, source.network, parameters, x, t, seed=seed)
    report = renamed(faults, "against", "--against", against)
    if report is None:
        raise InputError(faults)
    return report
