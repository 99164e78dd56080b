"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import ChalkgradError, Fault, FormulaError, InputError, ShapeError, UnsupportedError
from chalkgrad.check import check, check_against
from chalkgrad.derive import Derivation, Step, derive
from chalkgrad.derive.derivation import READERS as _DERIVATIONS
from chalkgrad.diagnose import diagnose
from chalkgrad.diagnose.report import READERS as _DIAGNOSES
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.evaluate import Trace, gradients, initialise, predict, trace
from chalkgrad.evaluate.traced import READERS as _TRACES
from chalkgrad.network import Activation, Layer, Loss, Network, Residual

if TYPE_CHECKING:
    from chalkgrad.check.report import Report
    from chalkgrad.model import Model, load_model
    from chalkgrad.problem import Problem, load_problem
    from chalkgrad.train import (
        SGD,
        Adam,
        AdamW,
        Checkpoint,
        Cosine,
        EarlyStopping,
        Fit,
        OneCycle,
        ReduceOnPlateau,
        RMSprop,
        StepDecay,
        WarmUp,
        fit,
    )


def _show_in_notebooks() -> None:
    """Give results their notebook pages; the writers are loaded when one is shown."""

    def derivation(kind: str) -> Callable[[Derivation], str]:
        def show(found: Derivation) -> str:
            from chalkgrad.notation import notebook

            write = notebook.derivation_html if kind == "html" else notebook.derivation_latex
            return write(found)

        return show

    def trace_html(found: Trace, notation: Any = "matrix") -> str:
        from chalkgrad.notation import notebook

        return notebook.trace_html(found, notation)

    def diagnosis_html(found: Diagnosis) -> str:
        from chalkgrad.notation import notebook

        return notebook.diagnosis_html(found)

    def trace_page(found: Trace, notation: Any, form: str, digits: int) -> str:
        from chalkgrad.notation import notebook

        return notebook.trace_text(found, notation, form, digits)

    _DERIVATIONS.update({kind: derivation(kind) for kind in ("html", "latex")})
    _DIAGNOSES["html"] = diagnosis_html
    _TRACES.update({"html": trace_html, "page": trace_page})


_show_in_notebooks()

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "ChalkgradError",
    "Checkpoint",
    "Cosine",
    "Derivation",
    "Diagnosis",
    "EarlyStopping",
    "Fault",
    "Fit",
    "FormulaError",
    "InputError",
    "Layer",
    "Loss",
    "Model",
    "Network",
    "OneCycle",
    "Problem",
    "RMSprop",
    "ReduceOnPlateau",
    "Report",
    "Residual",
    "ShapeError",
    "Step",
    "StepDecay",
    "Trace",
    "UnsupportedError",
    "WarmUp",
    "__version__",
    "check",
    "check_against",
    "derive",
    "diagnose",
    "fit",
    "gradients",
    "initialise",
    "load_model",
    "load_problem",
    "predict",
    "trace",
]


_TRAINING = frozenset(
    [
        "SGD",
        "Adam",
        "AdamW",
        "Checkpoint",
        "Cosine",
        "EarlyStopping",
        "Fit",
        "OneCycle",
        "RMSprop",
        "ReduceOnPlateau",
        "StepDecay",
        "WarmUp",
        "fit",
    ]
)


def __getattr__(name: str) -> Any:
    """Load what is not needed by everyone when it is asked for."""
    if name == "Report":
        from chalkgrad.check.report import Report

        return Report
    if name in ("Problem", "load_problem"):
        from chalkgrad import problem

        return getattr(problem, name)
    if name in ("Model", "load_model"):
        from chalkgrad import model

        return getattr(model, name)
    if name in _TRAINING:
        from chalkgrad import train

        return getattr(train, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
