"""``chalkgrad new``: a problem file for a network, to put one's own numbers in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import write_text
from chalkgrad._numbers import shown
from chalkgrad.app.shell.options import Parser, read_seed, read_whole
from chalkgrad.app.shell.output import check_place, say
from chalkgrad.app.shell.source import NOTATION_HELP, add_network_options, is_file, read_source

MOST_SAMPLES = 1000


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Write a problem file for a network: its numbers, short enough to compute with by hand, and a "
        "comment on every field.  derive, trace and check take it at once; then put your own numbers in."
    )
    examples = (
        "new 2-2:sigmoid-1:sigmoid --loss squared_error -o mine.toml",
        "new 4-3:relu-2:softmax --samples 3 --seed 7 --notation nielsen",
        "new 3-2:tanh-1 --zeros",
    )
    options = Parser("new", "SPEC", about, examples)
    add_network_options(options)
    options.value("--notation", metavar="NAME", help=NOTATION_HELP)
    options.value("--samples", metavar="N", help="how many samples; 1")
    options.value("--seed", metavar="N", help="where the numbers are drawn from; 0")
    options.flag("--zeros", help="zeros everywhere, to be filled in")
    options.value("-o", "--output", metavar="FILE", help="a new file, .toml; the terminal if left out")
    return options


def run(arguments: Sequence[str]) -> int:
    """Write the file; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    if is_file(options.source):
        fix = f"Change the file itself, or chalkgrad trace {shown(options.source)[1:-1]}."
        raise InputError(Fault("SPEC", "be a network", f"{shown(options.source)}, a file", fix))
    source, _ = read_source(options, faults)
    samples = read_whole("--samples", options.samples, faults, least=1, most=MOST_SAMPLES, example=3)
    seed = read_seed(options.seed, faults)
    path = None if options.output == "-" else options.output
    if path is not None:
        _check_new(path, faults)
    if faults or source is None:
        raise InputError(faults)
    from chalkgrad.problem import commented, draw_problem

    text = commented(
        draw_problem(source.network, seed or 0, samples, zeros=options.zeros, notation=options.notation or "")
    )
    if path is None:
        print(text, end="")
    else:
        write_text(path, text)
        say(f"written: {path}; next: chalkgrad trace {path}")
    say(source.note)
    return 0


def _check_new(path: str, faults: list[Fault]) -> None:
    """Add a fault if the file is there, or is called as no problem file is."""
    check_place(path, None, faults, example="mine.toml")
    if any(fault.path == "-o" for fault in faults):
        return
    if Path(path).suffix.lower() != ".toml":
        fix = f"Write -o {Path(path).with_suffix('.toml')}."
        faults.append(Fault("-o", "end in .toml", shown(path), fix))
    elif os.path.exists(path):
        fix = "Choose another name, or remove it first."
        faults.append(
            Fault("-o", "be a new file, so that no numbers are lost", f"{shown(path)}, a file", fix)
        )
