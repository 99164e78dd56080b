"""A check as a page: the verdict, a row a gradient, and the convergence table it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalkgrad.check.report import MARKS, Finding, Report
from chalkgrad.derive import derive
from chalkgrad.expr import symbols
from chalkgrad.network import Network
from chalkgrad.notation import boxes as b
from chalkgrad.notation.equations.network_names import short_widths
from chalkgrad.notation.equations.numbers import number_box
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.profiles.find import Notation, find_notation

MEANINGS = {
    "right": "the remainder falls as fast as that of a right gradient must",
    "wrong": "the remainder falls too slowly, or the gradient differs from the derived one",
    "at-a-kink": "no derivative exists here, and the value is one of the allowed one-sided ones",
    "vacuous": "zero on both sides, so nothing was tested",
    "inconclusive": "these data cannot decide it",
}


def check_page(report: Report, notation: Notation | str = "matrix") -> b.Document:
    """The page of a check.

    Parameters
    ----------
    report
        From ``check`` or ``check_against``.
    notation
        How the gradients are named.
    """
    names = _Names(report.network, find_notation(notation))
    summary = report.summary.rstrip(".")
    blocks: list[b.Block] = [b.Paragraph((f"{summary[:1].upper()}{summary[1:]}.",))]
    for kind, title in (("call", "The call"), ("parameter", "Parameters"), ("intermediate", "Intermediates")):
        rows = [finding for finding in report.findings if finding.kind == kind]
        if kind == "call" and rows:
            blocks += [b.Heading(title), b.Bullets(tuple((finding.message,) for finding in rows))]
        elif rows:
            blocks += [b.Heading(title), _table(rows, names)]
    blocks += _evidence(report, names)
    used = [verdict for verdict in MARKS if any(f.verdict == verdict for f in report.findings)]
    words = tuple((f"{MARKS[verdict]} {verdict}: {MEANINGS[verdict]}",) for verdict in used)
    blocks += [b.Heading("How to read this"), b.Bullets((*words, *((note,) for note in report.notes)))]
    if report.output:
        blocks += [b.Heading("What the function printed"), b.Code(report.output.rstrip("\n"))]
    return b.Document(f"Check of {report.subject}, {short_widths(report.network)}", tuple(blocks))


class _Names:
    """Gradients as the notation writes them; a derivative that it has no symbol for is ∂L/∂ of it."""

    def __init__(self, network: Network, notation: Notation) -> None:
        derivation = derive(network, convention=notation.convention(True))
        self.writer = EquationWriter(notation, derivation, "matrix")
        self.symbols = {
            symbol.name: symbol for step in derivation.steps for symbol in (step.symbol, *symbols(step.expr))
        }

    def __call__(self, name: str) -> b.Box:
        symbol = self.symbols.get(name)
        return b.Sym(name, "code") if symbol is None else self.writer.expr(symbol)


def _table(findings: Sequence[Finding], names: _Names) -> b.TableBlock:
    header: tuple[b.Inline, ...] = (("",), ("name",), ("gradient",), ("verdict",), ("error",), ("evidence",))
    rows: list[tuple[b.Inline, ...]] = []
    for f in findings:
        rows.append(((MARKS[f.verdict],), (f.name,), (names(f.name),), (f.verdict,), _error(f), (f.message,)))
    return b.TableBlock(header, tuple(rows))


def _error(f: Finding) -> b.Inline:
    """The relative error, or the bound below which it cannot be told from zero."""
    if f.relative_error is None or not math.isfinite(f.relative_error):
        return ()
    if f.relative_error == 0 and f.resolution is not None and math.isfinite(f.resolution):
        return (b.Row((b.Op("<", "relation"), number_box(f.resolution, 2))),)
    return (number_box(f.relative_error, 2),)


def _evidence(report: Report, names: _Names) -> list[b.Block]:
    """The convergence table of the first wrong gradient, or of the first one that has a rate."""
    candidates = [report.first_wrong, *report.findings]
    shown = next((f for f in candidates if f is not None and f.points and f.rate is not None), None)
    if shown is None:
        return []
    h, v = b.Sym("h"), b.Sym("v", "bold")
    slope = b.Fence(b.Row((names(shown.name), b.Op(",", "punct"), v)), "⟨", "⟩")
    text: b.Inline = (
        "Along a random direction ",
        v,
        " the remainder ",
        b.Sym("R"),
        " of the loss after ",
        b.Row((h, slope)),
        " falls as ",
        b.Script(h, sup=number_box(2)),
        " for a gradient and as ",
        h,
        " for anything else, until it drowns in rounding.",
    )
    header: tuple[b.Inline, ...] = (("step ", h), ("difference quotient",), ("remainder",), ("rate",))
    rows: list[tuple[b.Inline, ...]] = []
    for point in shown.points[1::2]:  # whole decades
        rate: b.Inline = ("–",) if point.rate is None else (number_box(round(point.rate, 2), 3),)
        if not point.usable:
            rate = ("a unit changes its branch",)
        cells = (number_box(point.h, 2), number_box(point.quotient, 10), number_box(point.remainder, 3))
        rows.append((*((cell,) for cell in cells), rate))
    title = b.Heading("The remainder")
    return [title, b.Paragraph(text), b.TableBlock(header, tuple(rows))]
