"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chalkgrad import _loading  # noqa: F401  # isort: split (before all that takes time)
from chalkgrad._errors import ChalkgradError, Fault, FormulaError, InputError, ShapeError, UnsupportedError
from chalkgrad._pages import MAKERS
from chalkgrad.check import check, check_against
from chalkgrad.derive import Derivation, Step, derive
from chalkgrad.diagnose import diagnose
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.evaluate import Trace, gradients, initialise, predict, trace
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


def _given(module: str, name: str) -> Callable[..., Any]:
    """A function that is loaded when it is called."""

    def call(*arguments: Any, **options: Any) -> Any:
        return getattr(import_module(module), name)(*arguments, **options)

    return call


_PAGES = "chalkgrad.notation.pages.results"
MAKERS.update(
    {
        "Document": _given("chalkgrad.notation.writers.formats", "render"),
        "Document.save": _given("chalkgrad.notation.writers.formats", "save"),
        "Document.fragment": _given("chalkgrad.notation.writers.html.page", "fragment"),
        "Derivation": _given(_PAGES, "of_derivation"),
        "Derivation.latex": _given(_PAGES, "equations_of_derivation"),
        "Trace": _given(_PAGES, "of_trace"),
        "Cost": _given(_PAGES, "of_cost"),
        "Graph": _given(_PAGES, "of_graph"),
        "PathSum": _given(_PAGES, "of_paths"),
        "Report": _given("chalkgrad.check.page", "check_page"),
        "KeyReport": _given("chalkgrad.check.key.page", "key_page"),
        "Diagnosis": _given("chalkgrad.diagnose.page", "diagnosis_page"),
        "ClassGrades": _given("chalkgrad.grade.pages.summary", "grade_page"),
        "History": _given("chalkgrad.train.record.history_chart", "history_page"),
        "History.plot": _given("chalkgrad.train.record.history_chart", "plotted"),
        "Fit": _given("chalkgrad.train.result.page", "fit_page"),
        "Fit.model": _given("chalkgrad.model.model", "model_of"),
        "Model": _given("chalkgrad.model.model_page", "model_page"),
        "ClassEvaluation": _given("chalkgrad.model.evaluation_page", "evaluation_page"),
        "NumberEvaluation": _given("chalkgrad.model.evaluation_page", "evaluation_page"),
    }
)

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
