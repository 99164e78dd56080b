"""How derivations, traces and diagnoses show themselves in a notebook."""

from __future__ import annotations

from chalkgrad.derive import Derivation
from chalkgrad.evaluate import Trace
from chalkgrad.notation import html, latex, render
from chalkgrad.notation.boxes import Display, Document
from chalkgrad.notation.diagnosis_form import Diagnosis
from chalkgrad.notation.diagnosis_page import diagnosis_page
from chalkgrad.notation.page import derivation_page
from chalkgrad.notation.profile import Notation
from chalkgrad.notation.trace_page import trace_page


def derivation_html(derivation: Derivation, notation: Notation | str = "matrix") -> str:
    """The whole page as HTML."""
    return html.fragment(_page(derivation, notation))


def derivation_latex(derivation: Derivation, notation: Notation | str = "matrix") -> str:
    """The equations as one aligned display."""
    rows = [
        f"{latex.box(line.left) if line.left is not None else ''} &{line.relation} {latex.box(line.right)}"
        for block in _page(derivation, notation).blocks
        if isinstance(block, Display)
        for line in block.lines
    ]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def trace_html(trace: Trace, notation: Notation | str = "matrix") -> str:
    """The trace's page as HTML."""
    return html.fragment(trace_page(trace, notation))


def trace_text(trace: Trace, notation: Notation | str, form: str, digits: int) -> str:
    """The trace's page in any format."""
    return render(trace_page(trace, notation, digits=digits), form)


def diagnosis_html(diagnosis: Diagnosis, notation: Notation | str = "matrix") -> str:
    """The diagnosis's page as HTML."""
    return html.fragment(diagnosis_page(diagnosis, notation))


def _page(derivation: Derivation, notation: Notation | str) -> Document:
    return derivation_page(derivation.network, notation, batch=derivation.convention.batch)
