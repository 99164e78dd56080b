"""Scalar formulas: read, differentiate, simplify, evaluate; the activations and losses made of them."""

from chalkgrad.formula.activations import ACTIVATIONS, SOFTMAX, ActivationFunction, activation
from chalkgrad.formula.arithmetic import Arithmetic, Exact, Float64, Precise
from chalkgrad.formula.build import substitute, variables, walk
from chalkgrad.formula.differentiate import differentiate
from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.functions import FUNCTIONS, ScalarFunction
from chalkgrad.formula.losses import LOSSES, LossFunction
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.parse import parse_formula
from chalkgrad.formula.same import same
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.stable import saturates, stabilise
from chalkgrad.formula.text import format_formula

__all__ = [
    "ACTIVATIONS", "FUNCTIONS", "LOSSES", "SOFTMAX", "ActivationFunction", "Add", "Arithmetic", "Call",
    "Compare", "ElementwiseFunction", "Exact", "Float64", "LossFunction", "Mul", "Named", "Node", "Num",
    "Pow", "Precise", "ScalarFunction", "Var", "Where", "activation", "differentiate", "format_formula",
    "parse_formula", "same", "saturates", "simplify", "stabilise", "substitute", "variables", "walk",
]  # fmt: skip
