"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from chalkgrad import _loading  # noqa: F401  # isort: split (before all that takes time)
from chalkgrad._lazy import loader
from chalkgrad._pages import MAKERS

if TYPE_CHECKING:  # for those who read types alone; a test holds it against NAMES
    from chalkgrad._errors import ChalkgradError as ChalkgradError
    from chalkgrad._errors import Fault as Fault
    from chalkgrad._errors import FormulaError as FormulaError
    from chalkgrad._errors import InputError as InputError
    from chalkgrad._errors import ShapeError as ShapeError
    from chalkgrad._errors import UnsupportedError as UnsupportedError
    from chalkgrad.check.against import check_against as check_against
    from chalkgrad.check.checking import check as check
    from chalkgrad.check.report import Report as Report
    from chalkgrad.derive.derivation import Derivation as Derivation
    from chalkgrad.derive.derivation import Step as Step
    from chalkgrad.derive.deriving import derive as derive
    from chalkgrad.derive.function import FunctionDerivation as FunctionDerivation
    from chalkgrad.derive.function import derive_function as derive_function
    from chalkgrad.derive.optimisers import SGD as SGD
    from chalkgrad.derive.optimisers import Adam as Adam
    from chalkgrad.derive.optimisers import AdamW as AdamW
    from chalkgrad.derive.optimisers import RMSprop as RMSprop
    from chalkgrad.diagnose.diagnosing import diagnose as diagnose
    from chalkgrad.diagnose.report import Diagnosis as Diagnosis
    from chalkgrad.evaluate.parameters import initialise as initialise
    from chalkgrad.evaluate.predict import predict as predict
    from chalkgrad.evaluate.trace import gradients as gradients
    from chalkgrad.evaluate.trace import trace as trace
    from chalkgrad.evaluate.traced import Trace as Trace
    from chalkgrad.model.model import Model as Model
    from chalkgrad.model.model import load_model as load_model
    from chalkgrad.network import Activation as Activation
    from chalkgrad.network import Layer as Layer
    from chalkgrad.network import Loss as Loss
    from chalkgrad.network import Network as Network
    from chalkgrad.network import Residual as Residual
    from chalkgrad.problem.model import Problem as Problem
    from chalkgrad.problem.model import load_problem as load_problem
    from chalkgrad.train.fit import fit as fit
    from chalkgrad.train.record.checkpoint import Checkpoint as Checkpoint
    from chalkgrad.train.result.result import Fit as Fit
    from chalkgrad.train.setup.schedule import Cosine as Cosine
    from chalkgrad.train.setup.schedule import OneCycle as OneCycle
    from chalkgrad.train.setup.schedule import ReduceOnPlateau as ReduceOnPlateau
    from chalkgrad.train.setup.schedule import StepDecay as StepDecay
    from chalkgrad.train.setup.schedule import WarmUp as WarmUp
    from chalkgrad.train.setup.stopping import EarlyStopping as EarlyStopping

__version__ = "0.1.0"

_MODULES = {
    "_errors": "ChalkgradError Fault FormulaError InputError ShapeError UnsupportedError",
    "check.against": "check_against",
    "check.checking": "check",
    "check.report": "Report",
    "derive.derivation": "Derivation Step",
    "derive.deriving": "derive",
    "derive.function": "FunctionDerivation derive_function",
    "diagnose.diagnosing": "diagnose",
    "diagnose.report": "Diagnosis",
    "evaluate.parameters": "initialise",
    "evaluate.predict": "predict",
    "evaluate.trace": "gradients trace",
    "evaluate.traced": "Trace",
    "model.model": "Model load_model",
    "network": "Activation Layer Loss Network Residual",
    "problem.model": "Problem load_problem",
    "train.fit": "fit",
    "train.record.checkpoint": "Checkpoint",
    "train.result.result": "Fit",
    "derive.optimisers": "SGD Adam AdamW RMSprop",
    "train.setup.schedule": "Cosine OneCycle ReduceOnPlateau StepDecay WarmUp",
    "train.setup.stopping": "EarlyStopping",
}
NAMES = {name: module for module, names in _MODULES.items() for name in names.split()}
"""The public names and the modules they are loaded from when they are asked for."""
__all__ = ["__version__", *NAMES]

_PAGES = "notation.pages.results"
MAKERS.update(
    {
        "Document": "notation.writers.formats.render",
        "Document.save": "notation.writers.formats.save",
        "Document.fragment": "notation.writers.html.page.fragment",
        "Derivation": f"{_PAGES}.of_derivation",
        "Derivation.latex": f"{_PAGES}.equations_of_derivation",
        "FunctionDerivation": "notation.pages.function.function_page",
        "FunctionDerivation.to_dict": "notation.pages.function.function_json",
        "Trace": f"{_PAGES}.of_trace",
        "Cost": f"{_PAGES}.of_cost",
        "Graph": f"{_PAGES}.of_graph",
        "PathSum": f"{_PAGES}.of_paths",
        "Report": "check.page.check_page",
        "KeyReport": "check.key.page.key_page",
        "Diagnosis": "diagnose.page.diagnosis_page",
        "ClassGrades": "grade.pages.summary.grade_page",
        "History": "train.record.history_chart.history_page",
        "History.plot": "train.record.history_chart.plotted",
        "Fit": "train.result.page.fit_page",
        "Fit.model": "model.model.model_of",
        "Model": "model.model_page.model_page",
        "ClassEvaluation": "model.evaluation_page.evaluation_page",
        "NumberEvaluation": "model.evaluation_page.evaluation_page",
    }
)

__getattr__ = loader(__name__, NAMES)


class _Front(ModuleType):
    """Where a function is called as its room is, ``chalkgrad.check`` is the function."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in NAMES or not isinstance(value, ModuleType):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Front
