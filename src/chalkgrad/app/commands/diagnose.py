"""``chalkgrad diagnose``: what is wrong with a backward pass?  The mistake by name, its line and its fix."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.app.shell.code_target import read_function
from chalkgrad.app.shell.options import Parser, read_choice, read_number, read_seed
from chalkgrad.app.shell.output import PAGE_FORMATS, add_output_options, check_place, read_output, say
from chalkgrad.app.shell.source import (
    DEFAULT_NOTATION,
    FILE_OF_NUMBERS,
    NOTATION_HELP,
    Source,
    add_network_options,
    is_file,
    read_problem,
    read_source,
)

if TYPE_CHECKING:
    from chalkgrad.diagnose.report import Diagnosis

FUNCTION = "FILE.py:FUNCTION"
OTHER = 3
"""The exit status of code that is right, but for another network."""
LAYOUTS: dict[str, tuple[tuple[str, ...], str]] = {
    "samples": (("rows", "columns"), "what a sample is in your arrays"),
    "weights": (("out_in", "in_out"), "whether W is n_out × n_in or n_in × n_out"),
    "bias": (("flat", "matrix"), "whether b is (n,), or a row or column"),
    "target": (("matrix", "flat", "classes"), "whether y is like the output, (m,), or class numbers"),
    "mode": (("batch", "single"), "whether a call takes a batch or one sample"),
}
"""What may be said of the function's arrays, each with its choices; what is left out is found out."""


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Find what is wrong with your own backward pass: which gradients, the mistake on the way back,\n"
        "its line and its fix.  How your arrays are laid out is found out; say it where several fit.\n"
        "Exit status 0 if all is right, 1 if not, 3 if it is right for another network than you describe."
    )
    examples = (
        "diagnose examples/mine.py:backward --network 4-3:relu-1:sigmoid",
        "diagnose examples/mine.py:backward --network 4-3:relu-1:sigmoid --samples columns -o page.html",
        "diagnose examples/submissions/ada.py:backward --data examples/assignment.toml",
    )
    options = Parser("diagnose", FUNCTION, about, examples)
    options.value(
        "--network", metavar="SPEC", help="what it is the backward pass of: 4-3:relu-1:sigmoid, say"
    )
    add_network_options(options)
    numbers = "a problem file: its parameters and samples, and its network if --network is left out"
    options.value("--data", metavar="FILE", help=numbers)
    for name, (choices, meaning) in LAYOUTS.items():
        options.value(f"--{name}", metavar="LAYOUT", help=f"{meaning}: {' or '.join(choices)}")
    options.value("--seed", metavar="N", help="of the random numbers that your code is called with; 0")
    options.value("--time-limit", metavar="SECONDS", help="how long your code may take; 10")
    options.value("--notation", metavar="NAME", help=NOTATION_HELP)
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Diagnose and write; return 0 if every gradient is right, 3 if for another network, else 1."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    options.function = read_function(options.function, FUNCTION, faults)
    source, notation = _read_network(options, faults)
    settings = _read_settings(options, faults)
    output = read_output(options, PAGE_FORMATS, faults)
    if output.path is not None:
        check_place(output.path, options.function.rpartition(":")[0] or None, faults)
    if faults or source is None:
        raise InputError(faults)
    found = _diagnose(options.function, source, settings)
    usual = options.notation is None and (notation is None or notation.name == DEFAULT_NOTATION)
    output.result(found, None if usual else notation)
    say(source.note)
    return {"right": 0, "other network": OTHER}.get(found.outcome, 1)


def _read_network(options: argparse.Namespace, faults: list[Fault]) -> tuple[Source | None, Any]:
    """Return the network with the numbers of ``--data``, and the notation."""
    if options.network is None and options.data is None:
        fix = "Write --network 4-3:relu-1:sigmoid, say, or --data with a problem file."
        faults.append(Fault("--network", "be given", "nothing", fix))
        return None, None
    if options.data is not None and not is_file(options.data):
        got = shown(options.data)
        faults.append(Fault("--data", "be a problem file, .toml or .json", got, FILE_OF_NUMBERS))
        return None, None
    options.source = options.network if options.network is not None else options.data
    source, notation = read_source(options, faults)
    if options.network is None or options.data is None:
        return source, notation
    options.source = options.data
    problem, _ = read_problem(options, faults, needs_sample=False)
    return None if source is None else Source(source.network, problem, source.note), notation


def _read_settings(options: argparse.Namespace, faults: list[Fault]) -> dict[str, Any]:
    """Return what ``diagnose`` is told beside network and numbers; what is left out is not in it."""
    layout = {
        name: read_choice(f"--{name}", getattr(options, name), choices, faults)
        for name, (choices, _) in LAYOUTS.items()
    }
    seed = read_seed(options.seed, faults)
    limit = read_number("--time-limit", options.time_limit, faults, example="30")
    given = {name: choice for name, choice in layout.items() if choice is not None}
    settings = {"seed": seed, "time_limit": None if limit is None else float(limit), "reading": given or None}
    return {name: value for name, value in settings.items() if value is not None}


def _diagnose(function: str, source: Source, settings: dict[str, Any]) -> Diagnosis:
    from chalkgrad.diagnose import diagnose

    with _told(f"running {Path(function).name} …"):
        found: Diagnosis = diagnose(function, source.network, **source.given() | settings)
    return found


@contextlib.contextmanager
def _told(line: str) -> Iterator[None]:
    """Show a line on a terminal's stderr while something is done."""
    if not sys.stderr.isatty():
        yield
        return
    print(line, end="", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(f"\r{' ' * len(line)}\r", end="", file=sys.stderr, flush=True)
