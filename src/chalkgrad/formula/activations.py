"""The built-in activations: one record each, from which everything else about them follows."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import shown
from chalkgrad.formula import kernels
from chalkgrad.formula.build import num, substitute
from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.exact import exact_value
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Node
from chalkgrad.formula.parse import parse_formula

SOFTMAX = "softmax"
"""The one activation of whole rows: an operation on matrices, without an elementwise function."""


@dataclass(frozen=True, eq=False, repr=False)
class ActivationFunction(ElementwiseFunction):
    """An activation ``a = f(z)``; one's own has only a formula, and nothing is known of the rest.

    Attributes
    ----------
    template
        The formula in z and the letters of its parameters.
    slope, bounds
        The derivative through the value ``a`` (and z), and the range, in the same letters; they hold where
        no parameter is negative.
    also
        Its other names, read whatever the case.
    title
        What people call it in a sentence, if not by its name.
    code
        What it is called in code, by the library's prefix.
    initial
        How the weights in front of it begin: ``glorot`` or ``he``.
    usual
        Other values of its parameter that people take.
    is_head
        Whether networks usually end with it.
    in_core
        Whether the native core has twins of f and f′, and for a head of its squared error.
    """

    template: str = ""
    slope: str = ""
    bounds: tuple[str | float, str | float] = (-inf, inf)
    also: tuple[str, ...] = ()
    title: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    initial: str = "glorot"
    usual: tuple[str, ...] = ()
    is_head: bool = False
    in_core: bool = False

    def __post_init__(self) -> None:
        """Put the parameters into the formulas."""
        if not self.template:
            return
        values, holds = dict(self.parameters), all(value >= 0 for _, value in self.parameters)
        slope = _filled(self.slope, ("a", "z"), values) if self.slope and holds else None
        bounds = tuple(_bound(end, values) for end in self.bounds) if holds else (-inf, inf)
        object.__setattr__(self, "body", _filled(self.template, ("z",), values))
        object.__setattr__(self, "value_derivative", slope)
        object.__setattr__(self, "range", bounds)

    def at(self, parameters: Mapping[str, Fraction]) -> ActivationFunction:
        """Return the same activation with other parameters."""
        values = tuple((name, parameters.get(name, value)) for name, value in self.parameters)
        return self if values == self.parameters else replace(self, parameters=values)


def _filled(text: str, letters: tuple[str, ...], values: Mapping[str, Fraction]) -> Node:
    numbers: dict[Hashable, Node] = {name: num(value) for name, value in values.items()}
    return substitute(parse_formula(text, (*letters, *values)), numbers)


def _bound(end: str | float, values: Mapping[str, Fraction]) -> float:
    return float(exact_value(_filled(end, (), values), {})) if isinstance(end, str) else end


def described(
    name: str, template: str, *, parameters: Mapping[str, str] | None = None, **known: Any
) -> ActivationFunction:
    """Return the record of an activation from its formula in z, and what else is known of it."""
    values = tuple((letter, Fraction(value)) for letter, value in (parameters or {}).items())
    known.setdefault("slope", FUNCTIONS[name].value_derivative if name in FUNCTIONS else "")
    return ActivationFunction(name, ("z",), num(0), values, template=template, **known)


_BUILT_IN = (
    described(
        "identity", "z", slope="1", also=("linear", "none"), symbol="id", is_head=True,
        kernels={None: kernels.identity, "z": kernels.identity_slope},
    ),
    described(
        "relu", "relu(z)", bounds=(0.0, inf), symbol="ReLU", title="ReLU", code={"torch": "torch.relu"},
        initial="he", is_head=True, in_core=True, kernels={None: kernels.relu, "z": kernels.relu_slope},
    ),
    described(
        "leaky_relu", "where(z > 0, z, slope*z)", parameters={"slope": "1/100"},
        slope="where(a > 0, 1, slope)", also=("lrelu",), symbol="LReLU", title="leaky ReLU",
        code={"torch": "F.leaky_relu"}, initial="he", usual=("0.2", "0.1", "0.3", "0.05", "0.001"),
        in_core=True, kernels={None: kernels.leaky_relu, "z": kernels.leaky_relu_slope},
    ),
    described(
        "elu", "where(z > 0, z, alpha*(exp(z) - 1))", parameters={"alpha": "1"},
        slope="where(a > 0, 1, a + alpha)", bounds=("-alpha", inf), symbol="ELU", title="ELU",
        code={"torch": "F.elu"}, initial="he", in_core=True,
        kernels={None: kernels.elu, "z": kernels.elu_slope},
    ),
    described(
        "sigmoid", "sigmoid(z)", bounds=(0.0, 1.0), also=("logistic",), symbol="σ",
        code={"torch": "torch.sigmoid"}, is_head=True, in_core=True,
        kernels={None: kernels.sigmoid, "z": kernels.sigmoid_slope},
    ),
    described(
        "tanh", "tanh(z)", bounds=(-1.0, 1.0), code={"torch": "torch.tanh", "np": "np.tanh"},
        is_head=True, in_core=True, kernels={None: np.tanh, "z": kernels.tanh_slope},
    ),
    described(
        "softplus", "softplus(z)", bounds=(0.0, inf), code={"torch": "F.softplus"}, initial="he",
        in_core=True, kernels={None: kernels.softplus, "z": kernels.sigmoid},
    ),
    described(
        "silu", "z*sigmoid(z)", slope="a + (1 - a)*sigmoid(z)", bounds=(-0.28, inf), also=("swish",),
        symbol="SiLU", title="SiLU", code={"torch": "F.silu"}, initial="he",
        kernels={None: kernels.silu, "z": kernels.silu_slope},
    ),
    described(
        "gelu", "z*(1 + erf(z/sqrt(2)))/2", bounds=(-0.17, inf), symbol="GELU", title="GELU",
        code={"torch": "F.gelu"}, initial="he", kernels={None: kernels.gelu, "z": kernels.gelu_slope},
    ),
)  # fmt: skip
ACTIVATIONS: dict[str, ActivationFunction] = {record.name: record for record in _BUILT_IN}
"""The built-in activations with their default parameters (softmax is not elementwise)."""


def activation(name: str, **parameters: Fraction | int | str) -> ActivationFunction:
    """Return a built-in activation, e.g. ``activation("leaky_relu", slope=Fraction(1, 5))``.

    Raises
    ------
    InputError
        If the name or a parameter is unknown, or a parameter is not a number.

    """
    known = ACTIVATIONS.get(name)
    if known is None:
        fix = did_you_mean(name, list(ACTIVATIONS))
        raise InputError(Fault("activation", f"be one of {', '.join(ACTIVATIONS)}", repr(name), fix))
    names = dict(known.parameters)
    if strange := parameters.keys() - names.keys():
        condition = f"have only the parameters {', '.join(names)}" if names else "have no parameters"
        raise InputError(Fault(name, condition, ", ".join(sorted(strange)), "Leave it out."))
    try:
        return known.at({key: Fraction(str(value)) for key, value in parameters.items()})
    except (ValueError, ZeroDivisionError):
        raise InputError(Fault(name, "have numbers", shown(parameters), "Write for example 0.01.")) from None


def symbol_of(name: str) -> str:
    """Return how a function is written: ``σ``, ``ReLU``, or its name."""
    known = ACTIVATIONS.get(name)
    return name if known is None else known.symbol or name


def _bare(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter not in "_- ")


def known_name(word: str, table: Mapping[str, Any], *others: str) -> str | None:
    """Return which of a table's records, or of other names, is meant by a word, whatever its case.

    >>> known_name("LeakyReLU", ACTIVATIONS), known_name("Logistic", ACTIVATIONS)
    ('leaky_relu', 'sigmoid')
    """
    found = _bare(word)
    for name in (*table, *others):
        if _bare(name) == found:
            return name
    return next((name for name, record in table.items() if found in map(_bare, record.also)), None)
