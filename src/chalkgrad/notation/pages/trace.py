"""A trace as a page: the four steps, with the numbers put into the formulas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad.derive import ETA, UPDATE_NUMBER, Step, derive_again
from chalkgrad.evaluate import Trace, values_in
from chalkgrad.evaluate.interpret import Values
from chalkgrad.expr import Dim, Expr, Scalar, Scale, Symbol, symbols, walk
from chalkgrad.notation.boxes import Block, Bullets, Display, Document, Heading, Line, Paragraph
from chalkgrad.notation.equations.network_names import short_name
from chalkgrad.notation.equations.numbers import MOST, number_box, value_box
from chalkgrad.notation.equations.writer import EquationWriter
from chalkgrad.notation.pages.derivation import PageParts
from chalkgrad.notation.pages.entry_terms import taken_blocks, taken_title
from chalkgrad.notation.pages.notes import conventions, functions
from chalkgrad.notation.profiles.find import Notation, find_notation

PLUGGED_ENTRIES = 24
"""Operands with more entries than this are not written into the formula."""

NUMBERS = {
    "eta": "learning rate",
    "t": "number of the update",
    "momentum": "momentum",
    "decay": "weight decay",
    "beta1": "what is kept of the mean",
    "beta2": "what is kept of the mean square",
    "smoothing": "what is kept of the mean square",
    "epsilon": "keeps from dividing by 0",
    "threshold": "the longest that the gradients may be",
}
"""What each number of an update is."""
SECTIONS = ("1  Forward pass", "2  Loss", "3  Backward pass", "4  Update")


def trace_page(
    trace: Trace, notation: Notation | str = "matrix", *, digits: int = 6, title: str = ""
) -> Document:
    """The numbers of a trace in a notation: each formula, the numbers put in, the result.

    Parameters
    ----------
    trace
        From ``chalkgrad.trace``.
    notation
        A built-in notation's name, a TOML file, or a ``Notation``.
    digits
        Significant digits shown for float64 numbers.
    title
        The page's title, if not the network's.

    Returns
    -------
    Document
    """
    chosen = find_notation(notation)
    batch = len(trace.steps[0].values["X"]) > 1
    derivation = derive_again(trace.derivation, chosen.convention(batch))
    page = PageParts(chosen, derivation, "matrix")
    sections = (derivation.forward, (derivation.loss,), page.shown_backward(), derivation.updates)
    blocks: list[Block] = [Paragraph(page.introduction()), *taken_blocks(trace)]
    for number in range(len(trace.steps)):
        values = values_in(derivation, trace, number)
        plugging = _Plugging(page, values, digits, frozenset(trace.frozen))
        if len(trace.steps) > 1:
            kind = "Gradient descent" if derivation.training.rule is None else "Training"
            blocks.append(Heading(f"{kind}, step {number + 1} of {len(trace.steps)}"))
        if number == 0:
            blocks += [Heading("Given", 3), Display(plugging.given(derivation.steps))]
        for heading, steps in zip(SECTIONS, sections, strict=True):
            lines = [line for step in steps for line in plugging.lines(step)]
            blocks += [Heading(heading, 3), Display(tuple(lines))]
    if formulas := functions(page.writer):
        blocks += [Heading("Functions and conventions", 3), *formulas]
    if notes := conventions(page.writer):
        blocks.append(Bullets(notes))
    name = short_name(trace.network)
    usual = f"Forward, loss, backward, update for {name}"
    title = title or (usual if trace.taken is None else taken_title(trace.taken, name))
    return Document(title, tuple(blocks))


class _Plugging:
    """Writes each step three times: the formula, the numbers in it, the result."""

    def __init__(self, page: PageParts, values: Values, digits: int, frozen: frozenset[str]) -> None:
        self.page = page
        self.values = values
        self.digits = digits
        self.frozen = frozen
        boxes = {s: value_box(v, digits, plugged=True) for s, v in values.items() if isinstance(s, Symbol)}
        scalars = {s: number_box(values[s], digits) for s in (ETA, UPDATE_NUMBER)}
        for base in _scalars(page):
            if base.value is not None:
                scalars[base] = number_box(float(base.value), digits)
        self.scalars = scalars
        m = values[Dim("m")]
        self.writer = EquationWriter(page.notation, page.derivation, "matrix", boxes, scalars, m)

    def given(self, steps: Sequence[Step]) -> tuple[Line, ...]:
        """Inputs, targets, parameters and the learning rate."""
        defined = {step.symbol for step in steps}
        used = dict.fromkeys(s for step in steps for s in symbols(step.expr) if s not in defined)
        lines = [
            Line(
                self.page.writer.symbol(symbol),
                "=",
                value_box(self.values[symbol], self.digits),
                shape=self.page.shape(symbol) if max(np.shape(self.values[symbol])) > MOST else "",
            )
            for symbol in used
            if symbol.kind not in ("next", "grad")
        ]
        named = [base for base in _scalars(self.page) if base.name in NUMBERS]
        return (*lines, *(self._number(base) for base in (ETA, *(b for b in named if b != ETA))))

    def _number(self, number: Scalar) -> Line:
        return Line(self.page.writer.scalar(number), "=", self.scalars[number], (NUMBERS[number.name],))

    def lines(self, step: Step) -> list[Line]:
        """One step as formula, numbers, result."""
        shown = step.forms[-1].expr
        result = value_box(self.values[step.symbol], self.digits)
        first = self.page.lines(step)
        left = first[0].left
        if step.symbol.root.name in self.frozen and step.symbol.kind != "grad":
            return [Line(left, "=", result, ("kept: frozen",))] if step.symbol.kind == "next" else []
        lines = [first[0]] if first[0].right == first[-1].right else [first[0], first[-1]]
        if self._fits(shown):
            plugged = self.writer.expr(shown)
            if not isinstance(shown, Symbol) and plugged not in (result, lines[-1].right):
                lines.append(Line(None, "=", plugged, ("numbers put in",)))
        if lines[-1].right != result:
            lines.append(Line(None, "=", result))
        return lines

    def _fits(self, expr: Expr) -> bool:
        return all(np.size(self.values[symbol]) <= PLUGGED_ENTRIES for symbol in symbols(expr))


def _scalars(page: PageParts) -> tuple[Scalar, ...]:
    found = (
        base
        for step in page.derivation.steps
        for node in walk(step.expr)
        if isinstance(node, Scale)
        for base, _ in node.coefficient.powers
        if isinstance(base, Scalar)
    )
    return tuple(dict.fromkeys(found))
