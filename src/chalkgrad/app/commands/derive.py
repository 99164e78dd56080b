"""``chalkgrad derive``: the gradients of a network, step by step, in a notation."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import Parser, read_choice, renamed
from chalkgrad.app.shell.output import PAGE_FORMATS, Output, add_output_options, read_output, say
from chalkgrad.app.shell.source import (
    DEFAULT_NOTATION,
    NOTATION_HELP,
    Source,
    add_network_options,
    is_file,
    read_notation,
    read_source,
)
from chalkgrad.derive.function import derive_function, is_function

if TYPE_CHECKING:
    from chalkgrad.notation.boxes import Block, Document
    from chalkgrad.notation.profiles.find import Notation

FIRST_WEIGHT = "W1[1,1]"
ZOOMS = ("matrix", "index", "paths")
_OF_NETWORKS = ("loss", "factor", "reduction", "l2", "beside", "zoom", "path", "batch", "inference",
                "transposes", "cost")  # fmt: skip


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Derive every gradient of a network, or the derivative of one activation or loss, step by step, each "
        "with its reason."
    )
    examples = (
        "derive 4-3:relu-2:relu-1:sigmoid",
        "derive 4-3:relu-2:relu-1:sigmoid --notation transposed --batch",
        "derive 4-3:relu-1 --beside deeplearning --width 160",
        'derive examples/slides_3layer.toml --path "W1[2,2]"',
        "derive 3-4:silu-2:softmax --transposes --cost -o page.html",
        "derive sigmoid --notation bishop",
        'derive "formula:z*sigmoid(z)"',
    )
    options = Parser("derive", "SPEC|FILE|FUNCTION", about, examples)
    add_network_options(options)
    options.value("--notation", metavar="NAME", help=NOTATION_HELP)
    options.value("--beside", metavar="NAME", help="a second notation, side by side")
    options.value("--zoom", metavar="ZOOM", help="matrix, index or paths; the notation's own if left out")
    options.value(
        "--path",
        metavar="WEIGHT",
        help='whose paths to the loss are summed, such as "W1[2,2]"; its first if left out',
    )
    options.flag("--batch", help="for a batch of m samples instead of a single one")
    options.flag("--inference", help="batch norms with their running mean and variance, as in predictions")
    options.flag("--transposes", help="show where each transpose comes from")
    options.flag("--cost", help="count the multiplications of forward and backward pass")
    add_output_options(options, PAGE_FORMATS)
    return options


def run(arguments: Sequence[str]) -> int:
    """Derive and write; return the exit status."""
    options = parser().read(arguments)
    faults: list[Fault] = []
    if is_function(options.source) and not is_file(options.source):
        return _run_function(options, faults)
    source, notation = read_source(options, faults)
    other = read_notation(options.beside, "--beside", faults) if options.beside is not None else None
    options.zoom = read_choice("--zoom", options.zoom, ZOOMS, faults)
    output = read_output(options, PAGE_FORMATS, faults)
    _check_together(options, output, faults)
    if faults or source is None or notation is None:
        raise InputError(faults)
    if output.format == "json":
        _json(options, source, notation, output)
    else:
        output.page(_whole_page(options, source, notation, other))
    say(source.note)
    if options.zoom == "paths" and source.samples > 1:
        say(f"note: the numbers are those of the first of {source.samples} samples")
    return 0


def _run_function(options: argparse.Namespace, faults: list[Fault]) -> int:
    """Derive the derivative of one activation or loss."""
    from chalkgrad.notation.pages.function import function_json, function_page

    notation = read_notation(options.notation or DEFAULT_NOTATION, "--notation", faults)
    output = read_output(options, PAGE_FORMATS, faults)
    found = attempt(faults, lambda: derive_function(options.source))
    for name in _OF_NETWORKS:
        if getattr(options, name):
            given, fix = shown(options.source), f"Write a network, such as 2-2:tanh-1, or leave --{name} out."
            faults.append(Fault(f"--{name}", "be left out where one function is derived", given, fix))
    if faults or found is None or notation is None:
        raise InputError(faults)
    if output.format == "json":
        output.json(function_json(found, notation))
    else:
        output.page(function_page(found, notation))
    return 0


def _check_together(options: argparse.Namespace, output: Output, faults: list[Fault]) -> None:
    """Add the options that exclude each other."""
    if options.path is not None:
        if options.zoom in ("matrix", "index"):
            fix = "Write --zoom paths, or leave --path out."
            faults.append(Fault("--path", "be left out at this zoom", f"--zoom {options.zoom}", fix))
        options.zoom = "paths"
    elif options.zoom == "paths":
        options.path = FIRST_WEIGHT
    if options.zoom == "paths":
        for name in ("batch", "transposes"):
            if getattr(options, name):
                fix = "Paths lead through one sample, entry by entry."
                faults.append(Fault(f"--{name}", "be left out with paths", "both", fix))
    if output.format == "json":
        if options.zoom == "paths":
            fix = "Choose another format for it, such as html."
            faults.append(Fault("--zoom", "be matrix or index with --format json", "'paths'", fix))
        for name in ("beside", "cost", "transposes"):
            if getattr(options, name):
                fix = "Choose another format for it, such as html."
                faults.append(Fault(f"--{name}", "be left out with --format json", "both", fix))


def _json(options: argparse.Namespace, source: Source, notation: Notation, output: Output) -> None:
    from chalkgrad.notation.pages.steps_json import steps_json

    output.json(steps_json(source.network, notation, batch=options.batch, zoom=options.zoom))


def _whole_page(
    options: argparse.Namespace, source: Source, notation: Notation, other: Notation | None
) -> Document:
    from chalkgrad.notation.pages.derivation import beside

    page = _page(options, source, notation)
    if other is not None:
        names = (notation.name, other.name)
        page = beside(page, _page(options, source, other, first=notation), names)
    if options.cost:
        page = replace(page, blocks=(*page.blocks, *_cost(options, source, notation)))
    return page


def _cost(options: argparse.Namespace, source: Source, notation: Notation) -> list[Block]:
    """The counts as a section: of one sample, of the file's batch, or of m samples."""
    from chalkgrad.notation.boxes import Heading
    from chalkgrad.notation.pages.cost import cost_page

    samples = (source.samples or None) if options.batch else 1
    counted = cost_page(source.network, notation, m=samples)
    below = (replace(b, level=b.level + 1) if isinstance(b, Heading) else b for b in counted.blocks)
    return [Heading("Cost"), *below]


def _page(
    options: argparse.Namespace, source: Source, notation: Notation, first: Notation | None = None
) -> Document:
    if options.zoom == "paths":
        return _path_page(source, notation, options.path, first or notation)
    from chalkgrad.notation.pages.derivation import derivation_page

    return derivation_page(
        source.network,
        notation,
        batch=options.batch,
        zoom=options.zoom,
        transposes=options.transposes,
        inference=options.inference,
    )


def _path_page(source: Source, notation: Notation, path: str, first: Notation) -> Document:
    """The paths of a weight that is named in the order of the first notation's matrices."""
    from chalkgrad.derive import derive_laid_out
    from chalkgrad.derive.chosen import find_weight
    from chalkgrad.notation.pages.paths import path_page

    faults: list[Fault] = []
    derivation = derive_laid_out(source.network, first.convention(batch=False))
    entry = renamed(faults, "path", "--path", lambda: find_weight(derivation, path))
    if entry is None:
        raise InputError(faults)
    indices = tuple(int(index) for index in (entry.row, entry.column) if index is not None)
    if first.weights != notation.weights:
        indices = indices[::-1]
    return path_page(source.network, (entry.symbol.name, indices), notation, step=source.numbers())
