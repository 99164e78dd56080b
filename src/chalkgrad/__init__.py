"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

from __future__ import annotations

from collections.abc import Callable

from chalkgrad._errors import ChalkgradError, Fault, FormulaError, InputError, ShapeError, UnsupportedError
from chalkgrad.derive import Derivation, Step, derive
from chalkgrad.derive.derivation import READERS as _DERIVATIONS
from chalkgrad.evaluate import Trace, gradients, initialise, predict, trace
from chalkgrad.evaluate.trace import READERS as _TRACES
from chalkgrad.network import Activation, Layer, Loss, Network, Residual


def _show_in_notebooks() -> None:
    """Give derivations and traces their notebook pages; the writers are loaded when one is shown."""

    def derivation(kind: str) -> Callable[[Derivation], str]:
        def show(found: Derivation) -> str:
            from chalkgrad.notation import notebook

            write = notebook.derivation_html if kind == "html" else notebook.derivation_latex
            return write(found)

        return show

    def trace_page(found: Trace) -> str:
        from chalkgrad.notation import notebook

        return notebook.trace_html(found)

    _DERIVATIONS.update({kind: derivation(kind) for kind in ("html", "latex")})
    _TRACES["html"] = trace_page


_show_in_notebooks()

__version__ = "0.1.0"

__all__ = [
    "Activation",
    "ChalkgradError",
    "Derivation",
    "Fault",
    "FormulaError",
    "InputError",
    "Layer",
    "Loss",
    "Network",
    "Residual",
    "ShapeError",
    "Step",
    "Trace",
    "UnsupportedError",
    "__version__",
    "derive",
    "gradients",
    "initialise",
    "predict",
    "trace",
]
