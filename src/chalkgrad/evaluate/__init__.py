"""What are the numbers?  The interpreter of the derived equations, in float64, exactly, or to many digits."""

from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.evaluate.layout import all_symbols, values_in
from chalkgrad.evaluate.parameters import initialise
from chalkgrad.evaluate.predict import predict
from chalkgrad.evaluate.trace import gradients, trace
from chalkgrad.evaluate.traced import Trace, TraceStep

__all__ = [
    "Data", "Trace", "TraceStep", "all_symbols", "gradients", "initialise", "predict", "trace",
    "validate_data", "values_in",
]  # fmt: skip
