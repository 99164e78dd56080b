"""``chalkgrad verify-key``: are the printed answers of a problem file right?"""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, read_output
from chalkgrad.app.shell.source import read_problem


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Try the printed answers in [key] of a problem file: numbers by their digits, formulas by values.\n"
        "Exit status 0 if none is wrong, 1 if one is."
    )
    examples = ("verify-key examples/quiz.toml", "verify-key examples/quiz.toml --format json")
    options = Parser("verify-key", "FILE", about, examples)
    options.value("--notation", metavar="NAME", help="whose letters the answers use; the file's if left out")
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Verify and write; return 0 if no answer is wrong, else 1."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    problem, notation = read_problem(options, faults, needs_sample=False)
    if problem is not None and not problem.key:
        fix = 'Add [key] with loss = "0.288", say.'
        faults.append(Fault("key", "be given to be verified", "no printed answers", fix))
    output = read_output(options, PAGE_FORMATS, faults)
    if faults or problem is None or notation is None:
        raise InputError(faults)
    from chalkgrad.check.key import verify_key

    letters = notation if options.notation is not None or problem.notation else None
    report = verify_key(problem, letters)
    output.result(report)
    return 0 if report.ok else 1
