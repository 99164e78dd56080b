"""Gradients of small networks against SymPy: the loss as one formula, differentiated, to 80 digits."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp

import chalkgrad
from tests.oracles.cases import (
    ENDS,
    LAST,
    LOSSES,
    PROBABILITY_LOSSES,
    Array,
    Case,
    random_case,
    relative_errors,
)

DIGITS = 80
TOLERANCE = 1e-13
# A part of the pairs of last activation and loss, and all whose loss is of probabilities.
NUMBERS = [len(ENDS) * 300 + i for i, (_, loss) in enumerate(ENDS) if i % 5 < 2 or loss in PROBABILITY_LOSSES]


def small_case(number: int) -> Case:
    return random_case(number, deepest=2, widest=2, largest_batch=2)


ACTIVATIONS: dict[str, Any] = {
    "identity": lambda z: z,
    "relu": lambda z: sp.Piecewise((z, z > 0), (0, True)),
    "elu": lambda z: sp.Piecewise((z, z > 0), (sp.exp(z) - 1, True)),
    "sigmoid": lambda z: 1 / (1 + sp.exp(-z)),
    "tanh": sp.tanh,
    "softplus": lambda z: sp.log(1 + sp.exp(z)),
    "silu": lambda z: z / (1 + sp.exp(-z)),
    "gelu": lambda z: z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "formula:z*sigmoid(z)": lambda z: z / (1 + sp.exp(-z)),
    "formula:z/(1+z^2)": lambda z: z / (1 + z**2),
}
PER_OUTPUT: dict[str, Any] = {
    "squared_error": lambda y, t: (y - t) ** 2,
    "half_squared_error": lambda y, t: (y - t) ** 2 / 2,
    "mean_squared_error": lambda y, t: (y - t) ** 2,
    "binary_cross_entropy": lambda y, t: -t * sp.log(y) - (1 - t) * sp.log(1 - y),
    "cross_entropy": lambda y, t: -t * sp.log(y),
    "formula:(y-t)^4": lambda y, t: (y - t) ** 4,
    "formula:log(cosh(y-t))": lambda y, t: sp.log(sp.cosh(y - t)),
}


def decimal(value: float) -> Any:
    """Return the rational that a person reads when the float is printed: 0.7 is 7/10."""
    return sp.Rational(repr(float(value)))


def symbolic_gradients(case: Case) -> tuple[float, dict[str, Array]]:
    """Return the loss and {name: gradient}, evaluated at the floats' exact values and then rounded."""
    letters = {name: matrix_of_symbols(name, value) for name, value in case.parameters.items()}
    at = {
        symbol: sp.Rational(float(number))
        for name, value in case.parameters.items()
        for symbol, number in zip(letters[name], value.ravel(), strict=True)
    }
    total = sp.Integer(0)
    for x, t in zip(case.x, case.t, strict=True):
        values = [sp.Matrix([sp.Rational(float(number)) for number in x])]
        for l, layer in enumerate(case.layers, start=1):
            z = letters[f"W{l}"] * values[-1]
            z = z + letters[f"b{l}"] if layer.bias else z
            if layer.activation == "softmax":
                a = z.applyfunc(sp.exp) / sum(z.applyfunc(sp.exp))
            elif layer.activation == "leaky_relu":
                slope = decimal(layer.slope)
                a = z.applyfunc(lambda q, slope=slope: sp.Piecewise((q, q > 0), (slope * q, True)))
            else:
                a = z.applyfunc(ACTIVATIONS[layer.activation])
            values.append(a + values[l - layer.skip] if layer.skip else a)
        y = values[-1]
        terms = [PER_OUTPUT[case.loss](y[j], sp.Rational(float(t[j]))) for j in range(len(t))]
        total += sum(terms) / (len(terms) if case.loss == "mean_squared_error" else 1)
    loss = decimal(case.factor) * (total / case.m if case.reduction == "mean" else total)
    weights = [symbol for name in letters if name.startswith("W") for symbol in letters[name]]
    loss += decimal(case.l2) * sum(symbol**2 for symbol in weights)

    wanted = [loss, *(sp.diff(loss, symbol) for symbol in at)]
    with mpmath.workdps(DIGITS):  # each common part once, as mpmath's numbers
        given = [mpmath.mpf(number.p) / number.q for number in at.values()]
        found = [float(value) for value in sp.lambdify(list(at), wanted, "mpmath", cse=True)(*given)]
    slopes, rest = {}, found[1:]
    for name, value in case.parameters.items():
        slopes[name], rest = np.array(rest[: value.size]).reshape(value.shape), rest[value.size :]
    return found[0], slopes


def matrix_of_symbols(name: str, value: Array) -> Any:
    """Return a matrix of real symbols with the parameter's shape; a bias is a column."""
    rows, columns = value.shape if value.ndim == 2 else (len(value), 1)
    return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"{name}_{i}_{j}", real=True))


@pytest.mark.parametrize("number", NUMBERS)
def test_against_sympy(number: int) -> None:
    case = small_case(number)
    loss, slopes = chalkgrad.gradients(case.network(), case.parameters, case.x, case.t)
    true_loss, true = symbolic_gradients(case)
    errors = relative_errors({"loss": np.array(loss), **slopes}, {"loss": np.array(true_loss), **true})
    assert max(errors.values()) <= TOLERANCE, (case.spec, errors)


def test_these_networks_have_every_loss_and_activation() -> None:
    drawn = [small_case(number) for number in NUMBERS]
    assert {case.loss for case in drawn} == set(LOSSES) == set(PER_OUTPUT)
    used = {layer.activation for case in drawn for layer in case.layers}
    assert used == set(LAST) == {*ACTIVATIONS, "leaky_relu", "softmax"}
