"""``chalkgrad check``: are the gradients right?  Ours, or those of a user's function."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.code_target import read_function
from chalkgrad.app.shell.options import Parser, read_seed, renamed
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output, say
from chalkgrad.app.shell.source import Source, add_network_options, read_source

if TYPE_CHECKING:
    from chalkgrad.check import Report


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
    seed = read_seed(options.seed, faults)
    output = read_output(options, PAGE_FORMATS, faults)
    if options.against is not None:
        options.against = read_function(options.against, "--against", faults)
    if faults or source is None:
        raise InputError(faults)
    report = _report(source, seed, options.against)
    output.result(report, notation or "matrix")
    say(source.note)
    return 0 if report.ok else 1


def _report(source: Source, seed: int | None, function: str | None) -> Report:
    from chalkgrad.check import check, check_against

    given = {**source.given(), **({} if seed is None else {"seed": seed})}
    if function is None:
        return check(source.network, **given)
    faults: list[Fault] = []
    against = partial(check_against, function, source.network, **given)
    report = renamed(faults, "against", "--against", against)
    if report is None:
        raise InputError(faults)
    return report
