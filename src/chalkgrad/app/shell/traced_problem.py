"""The numbers of ``chalkgrad trace``: those of the file, those that were typed, and the rest from a seed."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.app.shell.options import Parser, read_seed
from chalkgrad.app.shell.source import Source
from chalkgrad.app.shell.typed_numbers import plain_rows, read_numbers, read_weights
from chalkgrad.problem import Problem, draw_problem


def add_number_options(parser: Parser) -> None:
    """Add the options that type numbers."""
    parser.value("--x", metavar="NUMBERS", help="the inputs, one row a sample: '1 2; 3 4'")
    parser.value("--t", metavar="NUMBERS", help="the targets: 1, or '1; 0', one row a sample")
    parser.value("--w", metavar="NUMBERS", help="parameters by name: 'W1=1 2; 3 4, b1=0 0', a row a neuron")
    parser.value("--seed", metavar="N", help="where numbers that are not given are drawn from; 0")


def numbered(
    source: Source | None, options: argparse.Namespace, faults: list[Fault]
) -> tuple[Problem | None, str]:
    """Return a network with all its numbers, and a note on those that were drawn."""
    seed = read_seed(options.seed, faults, example=3)
    before = len(faults)
    x, t = (
        None if text is None else read_numbers(name, text, faults)
        for name, text in (("--x", options.x), ("--t", options.t))
    )
    weights = {} if options.w is None else read_weights("--w", options.w, faults)
    if source is None:
        return None, ""
    if source.problem is None:
        base = draw_problem(source.network, seed or 0, len(x or t or [[]]))
    else:
        base = source.problem
    table: dict[str, Any] = base.to_dict()
    sample = {name: plain_rows(rows) for name, rows in (("x", x), ("t", t)) if rows is not None}
    if "sample" not in table and len(sample) < 2:
        fix = "Add [sample] with x and t to the file, or write --x and --t."
        faults.append(Fault("sample", "be given to compute numbers", "nothing", fix))
        return None, ""
    table["sample"] = {**table.get("sample", {}), **sample}
    table["parameters"] = {**table.get("parameters", {}), **weights}
    table["seed"] = base.seed if seed is None else seed
    try:
        problem = Problem.from_dict(table)
    except InputError as error:
        faults += _as_options(error.faults, {*sample, *(f"parameters.{name}" for name in weights)})
        return None, ""
    if len(faults) > before:
        return None, ""
    drawn = [name for name in ("x", "t") if name not in sample]
    return problem, "" if source.problem is not None else _note(options, problem, drawn, weights)


def _note(options: argparse.Namespace, problem: Problem, drawn: list[str], weights: dict[str, object]) -> str:
    """Say what was drawn, and how it comes into a file."""
    left = [name for name in problem.network.parameter_shapes() if name not in weights]
    whole = [*drawn, *(["the parameters"] if left and not weights else left)]
    if not whole:
        return ""
    words = " and ".join(filter(None, [", ".join(whole[:-1]), whole[-1]]))
    typed = shlex.join([options.source, "--seed", str(problem.seed)])
    plural = "are" if len(whole) > 1 or whole == ["the parameters"] else "is"
    into = f"chalkgrad new {typed} -o mine.toml writes such a file"
    return f"note: {words} {plural} drawn from seed {problem.seed} ({into})"


def _as_options(found: Iterable[Fault], given: set[str]) -> list[Fault]:
    """Return the faults of a problem under the names of the options that gave the numbers."""
    told = []
    for fault in found:
        inner = fault.path.removeprefix("sample.")
        name = inner.partition("[")[0]
        if name in given:
            path = f"--{name.replace('parameters', 'w')}"
            fault = replace(fault, path=path + inner[len(name) :])
        told.append(fault)
    return told
