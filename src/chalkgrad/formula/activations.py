"""The built-in activations: each formula once; derivatives are derived from it."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from math import inf

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad.formula.build import num, substitute
from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.functions import FUNCTIONS
from chalkgrad.formula.nodes import Node
from chalkgrad.formula.parse import parse_formula

_Range = tuple[float, float]

# name: (formula in z and the parameters, default parameters, derivative through the value a, range)
_TABLE: dict[str, tuple[str, dict[str, Fraction], str, _Range]] = {
    "identity": ("z", {}, "1", (-inf, inf)),
    "relu": ("relu(z)", {}, FUNCTIONS["relu"].value_derivative, (0.0, inf)),
    "leaky_relu": (
        "where(z > 0, z, slope*z)",
        {"slope": Fraction(1, 100)},
        "where(a > 0, 1, slope)",
        (-inf, inf),
    ),
    "elu": (
        "where(z > 0, z, alpha*(exp(z) - 1))",
        {"alpha": Fraction(1)},
        "where(a > 0, 1, a + alpha)",
        (-inf, inf),
    ),
    "sigmoid": ("sigmoid(z)", {}, FUNCTIONS["sigmoid"].value_derivative, (0.0, 1.0)),
    "tanh": ("tanh(z)", {}, FUNCTIONS["tanh"].value_derivative, (-1.0, 1.0)),
    "softplus": ("softplus(z)", {}, FUNCTIONS["softplus"].value_derivative, (0.0, inf)),
    "silu": ("z*sigmoid(z)", {}, "a + (1 - a)*sigmoid(z)", (-0.28, inf)),
    "gelu": ("z*(1 + erf(z/sqrt(2)))/2", {}, "", (-0.17, inf)),
}


def activation(name: str, **parameters: Fraction | int | str) -> ElementwiseFunction:
    """Return a built-in activation, e.g. ``activation("leaky_relu", slope=Fraction(1, 5))``.

    Raises
    ------
    InputError
        If the name or a parameter is unknown, or a parameter is not a number.

    """
    if name not in _TABLE:
        fix = did_you_mean(name, list(_TABLE))
        raise InputError(Fault("activation", f"be one of {', '.join(_TABLE)}", repr(name), fix))
    text, defaults, through_value, bounds = _TABLE[name]
    values = dict(defaults)
    faults = []
    for key, value in parameters.items():
        if key not in defaults:
            wanted = (
                f"be one of {', '.join(defaults)}" if defaults else f"be left out, {name} has no parameters"
            )
            faults.append(Fault(f"{name}.{key}", wanted, repr(value), did_you_mean(key, list(defaults))))
            continue
        try:
            values[key] = Fraction(str(value))
        except (ValueError, ZeroDivisionError):
            faults.append(Fault(f"{name}.{key}", "be a number", repr(value), "Write for example 0.01."))
    if faults:
        raise InputError(faults)
    return _build(name, text, values, through_value, bounds)


def activation_formula(name: str) -> str:
    """Return the formula of a built-in activation in z and the letters of its parameters.

    >>> activation_formula("leaky_relu")
    'where(z > 0, z, slope*z)'
    """
    return _TABLE[name][0]


def _build(
    name: str, text: str, values: dict[str, Fraction], through_value: str, bounds: _Range
) -> ElementwiseFunction:
    numbers: dict[Hashable, Node] = {key: num(value) for key, value in values.items()}
    names = tuple(values)
    body = substitute(parse_formula(text, ("z", *names)), numbers)
    slope = substitute(parse_formula(through_value, ("a", "z", *names)), numbers) if through_value else None
    if name == "elu" and values["alpha"] > 0:
        bounds = (-float(values["alpha"]), inf)
    if (name == "elu" and values["alpha"] < 0) or (name == "leaky_relu" and values["slope"] < 0):
        slope = None  # the sign of the value no longer tells the branch
        bounds = (0.0, inf)
    return ElementwiseFunction(name, ("z",), body, tuple(values.items()), slope, range=bounds)


ACTIVATIONS: dict[str, ElementwiseFunction] = {name: activation(name) for name in _TABLE}
"""The built-in activations with their default parameters (softmax is not elementwise)."""
