"""Backpropagation derived once, from one description: read it, compute it, check it, train it."""

from chalkgrad._errors import ChalkgradError, Fault, FormulaError, InputError, ShapeError, UnsupportedError
from chalkgrad.derive import Derivation, Step, derive
from chalkgrad.evaluate import Trace, gradients, initialise, predict, trace
from chalkgrad.network import Activation, Layer, Loss, Network, Residual

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
