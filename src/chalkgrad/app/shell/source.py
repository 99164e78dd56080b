"""What a command works on: a network typed as one line or a problem file, and the notation to write in."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import read_table
from chalkgrad._numbers import plain_number, shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_number, renamed
from chalkgrad.formula import LOSSES
from chalkgrad.network import Network
from chalkgrad.problem import Problem

if TYPE_CHECKING:
    from chalkgrad.evaluate import TraceStep
    from chalkgrad.notation.profiles.find import Notation

DEFAULT_NOTATION = "matrix"
NOTATION_HELP = "matrix, bishop, … (see chalkgrad notations), or a TOML file of your own"
FILE_OF_NUMBERS = (
    "Write the network and its numbers in a file; chalkgrad new 4-3:relu-1 -o mine.toml makes one."
)
_NUMBERS, _TEXTS = ("factor", "l2"), ("loss", "reduction")
_FILE_NAME = re.compile(r"[^:(]*\.[A-Za-z]\w{0,8}")


@dataclass(frozen=True)
class Source:
    """A network, the problem file it came from if it did, and what was decided for the reader."""

    network: Network
    problem: Problem | None = None
    note: str = ""

    @property
    def samples(self) -> int:
        """How many samples the problem file has; 0 for none."""
        return 0 if self.problem is None or self.problem.x is None else len(self.problem.x)

    def given(self) -> dict[str, Any]:
        """Return the parameters, samples and seed of the problem file, by name; nothing without one."""
        if self.problem is None:
            return {}
        given = {"x": self.problem.x, "t": self.problem.t, "seed": self.problem.seed}
        return {"parameters": self.problem.all_parameters(), **given}

    def numbers(self) -> TraceStep | None:
        """Return every number of the problem file's samples, if it has any."""
        if self.problem is None or not self.samples:
            return None
        from chalkgrad.evaluate import trace

        data = self.problem.arrays()
        return trace(self.network, data.parameters, data.x, data.t).steps[0]


def add_network_options(parser: Parser) -> None:
    """Add the options that belong to the network itself."""
    parser.value("--loss", metavar="NAME", help=f"{', '.join(LOSSES)}, or your own as formula:(y-t)^4")
    parser.value("--factor", metavar="F", help="a constant in front of the loss")
    parser.value("--reduction", metavar="R", help="mean or sum over the samples of a batch")
    parser.value("--l2", metavar="C", help="add the penalty C·ΣW² (weights only)")


def is_file(text: str) -> bool:
    """Whether an argument names a file rather than a network: it is one, or it is spelt like one.

    >>> [is_file(text) for text in ("quiz.tml", "problems/quiz", "3-2:elu(0.1)-1", "1-1:formula:z/(1+z)")]
    [True, True, False, False]
    """
    is_spelt_so = _FILE_NAME.fullmatch(text) or (os.sep in text and "formula" not in text)
    return bool(is_spelt_so) or os.path.exists(text)


def read_source(options: argparse.Namespace, faults: list[Fault]) -> tuple[Source | None, Notation | None]:
    """Return the network and the notation of a command, ``None`` for each after adding what is wrong."""
    given = _network_options(options, faults)
    text, name = options.source, getattr(options, "notation", None)
    if is_file(text):
        table = attempt(faults, lambda: read_table(text))
        source = attempt(faults, lambda: _from_file(table, given)) if table is not None else None
        return source, read_notation(*notation_name(name, text, table), faults)
    notation = read_notation(name or DEFAULT_NOTATION, "--notation", faults)
    return attempt(faults, lambda: _from_spec(text, given, notation)), notation


def read_problem(
    options: argparse.Namespace, faults: list[Fault], *, needs_sample: bool = True
) -> tuple[Problem | None, Notation | None]:
    """Return the problem file and the notation of a command, ``None`` for each after adding what is wrong."""
    text, name = options.source, getattr(options, "notation", None)
    problem: Problem | None = None
    table: dict[str, object] | None = None
    if is_file(text):
        table = attempt(faults, lambda: read_table(text))
        problem = attempt(faults, lambda: Problem.from_dict(table)) if table is not None else None
    else:
        faults.append(Fault("FILE", "be a problem file, .toml or .json", shown(text), FILE_OF_NUMBERS))
    if needs_sample and problem is not None and problem.x is None:
        fix = "Add [sample] with x and t to the file."
        faults.append(Fault("sample", "be given to compute numbers", "nothing", fix))
    return problem, read_notation(*notation_name(name, text, table), faults)


def read_notation(name: str, path: str, faults: list[Fault]) -> Notation | None:
    """Return a notation; what is wrong with its name is told at ``path``."""
    from chalkgrad.notation.profiles.find import find_notation

    return renamed(faults, "notation", path, lambda: find_notation(name))


def notation_name(name: str | None, file: str, table: Mapping[str, object] | None) -> tuple[str, str]:
    """Return the notation's name and where it was given: as an option, in the file, or nowhere.

    The file's is read from its table, so that it is told even where the rest of the file is wrong.
    """
    typed = None if table is None else table.get("notation")
    if name is None and isinstance(typed, str) and typed:
        return (str(Path(file).parent / typed) if typed.endswith(".toml") else typed), "notation"
    return name or DEFAULT_NOTATION, "--notation"


def _network_options(options: argparse.Namespace, faults: list[Fault]) -> dict[str, object]:
    given: dict[str, object] = {name: getattr(options, name, None) for name in _TEXTS}
    for name in _NUMBERS:
        text = getattr(options, name, None)
        number = read_number(f"--{name}", text, faults, example="0.5", zero=name == "l2")
        given[name] = None if number is None else plain_number(number)
    return {name: value for name, value in given.items() if value is not None}


def _from_file(table: Mapping[str, object], given: Mapping[str, object]) -> Source:
    """Read a problem file's table; options stand in place of its entries, and are told as options."""
    network = table.get("network")
    if given and isinstance(network, Mapping):
        table = {**table, "network": {**network, **given}}
    try:
        problem = Problem.from_dict(table)
    except InputError as error:
        raise InputError(_as_options(error.faults, given, "network.")) from None
    return Source(problem.network, problem)


def _from_spec(text: str, given: Mapping[str, object], notation: Notation | None) -> Source:
    try:
        network = Network.from_dict({"layers": text, **given})
    except InputError as error:
        raise InputError(_as_options(error.faults, given, "")) from None
    if "loss" in given:
        return Source(network)
    last = network.layers[-1]
    loss, why = network.loss.name, f"the partner of {last.activation}"
    chosen = {"layers": text, "reduction": "mean", **given}
    if notation is not None:
        chosen = {**chosen, "reduction": notation.reduction, **given}
        if network.loss.loss_function.squared is not None:
            loss, why = notation.squared, f"as the notation {notation.name} has it"
    over = ", summed over a batch" if chosen["reduction"] == "sum" else ""
    note = f"note: no loss was given; it is {loss}, {why}{over} (--loss chooses another)"
    return Source(Network.from_dict({**chosen, "loss": loss}), None, note)


def _as_options(faults: Iterable[Fault], given: Mapping[str, object], prefix: str) -> list[Fault]:
    """Return the faults with ``network.loss`` called ``--loss`` where the option gave it."""
    told = []
    for fault in faults:
        inner = fault.path.removeprefix(prefix)
        is_option = fault.path.startswith(prefix) and inner.partition(".")[0] in given
        told.append(replace(fault, path=f"--{inner}") if is_option else fault)
    return told
