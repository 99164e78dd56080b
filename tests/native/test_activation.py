"""The built-in activations and their slopes against the project's formulas."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from chalkgrad.formula.activations import ACTIVATIONS, activation
from chalkgrad.formula.arithmetic import Float64
from tests.native.probe import ACTIVATIONS as NAMES
from tests.native.probe import Array, Probe

BY_VALUE = ("identity", "relu", "leaky_relu", "elu", "sigmoid", "tanh", "softplus")
NUMBERS = {"leaky_relu": ("slope", Fraction(1, 5)), "elu": ("alpha", Fraction(3, 2))}
ERROR = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 2e-15}
DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]


def some_z(dtype: Any) -> Array:
    """Ordinary numbers, the kink, and both far ends."""
    ordinary = np.random.default_rng(2).normal(0, 5, 150)
    return np.concatenate([ordinary, [0.0, -0.0, 1e-30, -1e-30, 80, -80, 700, -700, 1e4, -1e4]]).astype(dtype)


def function_and_number(name: str) -> tuple[Any, float]:
    key, number = NUMBERS.get(name, ("", Fraction(0)))
    return activation(name, **({key: number} if key else {})), float(number)


def test_the_names_are_the_projects() -> None:
    assert tuple(ACTIVATIONS) == NAMES


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_value_and_slope(probe: Probe, name: str, dtype: Any) -> None:
    function, number = function_and_number(name)
    z = some_z(dtype)
    float64 = Float64()
    for kind, derivative in (("value", None), ("slope", "z")):
        expected = float64.apply(function, derivative, z.astype(np.float64))
        got = probe.activation(kind, name, z, number=number)
        assert got == pytest.approx(expected, rel=2 * ERROR[dtype], abs=float(np.finfo(dtype).tiny)), kind


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BY_VALUE)
def test_slope_through_the_value(probe: Probe, name: str, dtype: Any) -> None:
    function, number = function_and_number(name)
    z, random = some_z(dtype), np.random.default_rng(4)
    a, error = probe.activation("value", name, z, number=number), random.normal(size=len(z)).astype(dtype)
    slope = Float64().evaluate(function.value_derivative, {"a": a.astype(np.float64)})
    got = probe.slope_by_value(name, a, error, number=number)
    assert got == pytest.approx(error * slope, rel=ERROR[dtype], abs=ERROR[dtype])


@pytest.mark.parametrize("name", NAMES)
def test_nan_is_not_hidden(probe: Probe, name: str) -> None:
    z = np.full(16, np.nan, np.float32)
    assert np.isnan(probe.activation("value", name, z, number=0.5)).all()


def test_relu_has_no_slope_at_zero(probe: Probe) -> None:
    zero, one = np.zeros(16), np.ones(16)
    assert (probe.slope_by_value("relu", zero, one) == 0).all()
    assert (probe.activation("slope", "relu", zero) == 0).all()
    assert (probe.slope_by_value("leaky_relu", zero, one, number=0.25) == 0.25).all()
