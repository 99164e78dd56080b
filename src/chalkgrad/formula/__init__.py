"""Scalar formulas: read, differentiate, simplify, evaluate; the activations and losses made of them."""

from chalkgrad.formula.activations import ACTIVATIONS, activation
from chalkgrad.formula.build import substitute, variables, walk
from chalkgrad.formula.differentiate import differentiate
from chalkgrad.formula.elementwise import ElementwiseFunction, function_from_text
from chalkgrad.formula.functions import FUNCTIONS, ScalarFunction
from chalkgrad.formula.losses import LOSSES, LossFunction, loss_from_text
from chalkgrad.formula.nodes import Add, Call, Compare, Mul, Named, Node, Num, Pow, Var, Where
from chalkgrad.formula.parse import parse_formula
from chalkgrad.formula.simplify import simplify
from chalkgrad.formula.text import format_formula

__all__ = [
    "ACTIVATIONS",
    "FUNCTIONS",
    "LOSSES",
    "Add",
    "Call",
    "Compare",
    "ElementwiseFunction",
    "LossFunction",
    "Mul",
    "Named",
    "Node",
    "Num",
    "Pow",
    "ScalarFunction",
    "Var",
    "Where",
    "activation",
    "differentiate",
    "format_formula",
    "function_from_text",
    "loss_from_text",
    "parse_formula",
    "simplify",
    "substitute",
    "variables",
    "walk",
]
