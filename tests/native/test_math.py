"""The functions of native/math.hpp against libraries that carry more digits, over all magnitudes.

ERRORS bounds what was found, in units of the last place, the worst of all instruction sets.
"""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.native.probe import Probe

Array = NDArray[Any]

# function: (float, double) largest error in ulp
ERRORS = {
    "exp": (1.0, 1.0),
    "expm1": (1.5, 2.0),
    "log": (0.8, 0.8),
    "log1p": (0.8, 0.9),
    "sigmoid": (2.1, 2.4),
    "tanh": (2.5, 2.6),
    "softplus": (1.6, 1.8),
    "erf": (2.4, 2.0),
    "erfc": (3.0, 3.0),
    "sqrt": (0.5, 0.5),
}


def _longer_sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _longer_softplus(x: Array) -> Array:
    return np.asarray(np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0))


LONGER: dict[str, Any] = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "sigmoid": _longer_sigmoid,
    "softplus": _longer_softplus,
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "erfc": np.vectorize(math.erfc, otypes=[np.float64]),
}


def all_floats(count: int) -> Array:
    """Float32 numbers of every exponent and both signs, evenly spread over their bits."""
    bits = np.linspace(0, 0x7F7FFFFF, count // 2).astype(np.uint32)
    positive = bits.view(np.float32)
    return np.concatenate([positive, -positive])


def many_doubles(count: int) -> Array:
    """Doubles of every exponent, and more where functions turn."""
    random = np.random.default_rng(7)
    parts = [
        random.uniform(-3, 3, count),
        random.uniform(-40, 40, count),
        random.uniform(-745.2, 709.7, count),
        random.standard_normal(count) * np.exp(random.uniform(-708, 708, count)),
        np.arange(-1000, 1000) * (math.log(2) / 2),
        np.array([5e-324, -5e-324, 2.2e-308, 1e-310, 0.5, -0.5, 0.41421356, math.sqrt(2), math.sqrt(0.5)]),
    ]
    return np.concatenate(parts)


def ulps(got: Array, true: Array, smallest: float) -> Array:
    """The error in units of the last place of the true value; subnormals in units of the smallest."""
    inside = np.maximum(np.abs(true).astype(got.dtype), got.dtype.type(smallest))
    return np.asarray(np.abs(got - true) / np.spacing(inside))


def check(got: Array, true: Array, bound: float) -> None:
    """Finite values within the bound; others the same kind of number."""
    limits = np.finfo(got.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = true.astype(got.dtype)
        finite = np.isfinite(rounded)
        errors = np.where(finite, ulps(got, np.where(finite, true, 0), limits.tiny), 0)
    assert np.array_equal(got[~finite], rounded[~finite], equal_nan=True)
    assert errors.max() <= bound, f"{errors.max()} ulp"


@pytest.mark.parametrize("name", ERRORS)
def test_float_functions_everywhere(probe: Probe, name: str) -> None:
    x = all_floats(20_000 if name.startswith("erf") else 200_000)
    with np.errstate(all="ignore"):
        true = LONGER[name](x.astype(np.float64))
    check(probe.operation(name, x), true, ERRORS[name][0])


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 60, reason="NumPy's longdouble is a double here")
@pytest.mark.parametrize("name", [name for name in ERRORS if not name.startswith("erf")])
def test_double_functions_everywhere(probe: Probe, name: str) -> None:
    x = many_doubles(20_000)
    with np.errstate(all="ignore"):
        true = LONGER[name](x.astype(np.longdouble))
    check(probe.operation(name, x), true, ERRORS[name][1])


def _precise(name: str, x: float) -> Any:
    match name:
        case "sigmoid":
            return 1 / (1 + mpmath.exp(-mpmath.mpf(x)))
        case "softplus":
            return mpmath.log1p(mpmath.exp(mpmath.mpf(x)))
    return getattr(mpmath, name)(mpmath.mpf(x))


@pytest.mark.parametrize("name", ERRORS)
def test_double_functions_against_mpmath(probe: Probe, name: str) -> None:
    x = np.random.default_rng(3).uniform(-6, 26, 400)
    x = np.abs(x) if name in ("log", "sqrt") else x
    x = x[x > -1] if name == "log1p" else x
    got = probe.operation(name, x)
    with mpmath.workdps(40):
        for value, result in zip(x, got, strict=True):
            error = abs(mpmath.mpf(float(result)) - _precise(name, float(value)))
            assert error <= ERRORS[name][1] * np.spacing(abs(result)), (value, result)


INF, NAN = math.inf, math.nan
LIMITS: dict[str, dict[float, float]] = {
    "exp": {INF: INF, -INF: 0, 0: 1, 1e4: INF, -1e4: 0},
    "expm1": {INF: INF, -INF: -1, 0: 0, 1e4: INF, -1e4: -1},
    "log": {INF: INF, -INF: NAN, 0: -INF, -1: NAN, 1: 0},
    "log1p": {INF: INF, -INF: NAN, 0: 0, -1: -INF, -2: NAN},
    "tanh": {INF: 1, -INF: -1, 0: 0, 50: 1, -50: -1},
    "sigmoid": {INF: 1, -INF: 0, 0: 0.5, 100: 1, -1e4: 0},
    "softplus": {INF: INF, -INF: 0, 1e4: 1e4, -1e4: 0},
    "erf": {INF: 1, -INF: -1, 0: 0, 50: 1, -50: -1},
    "erfc": {INF: 0, -INF: 2, 0: 1, 50: 0, -50: 2},
    "sqrt": {INF: INF, -1: NAN, 0: 0},
    "relu": {INF: INF, -INF: 0, 0: 0, -1: 0, 3: 3},
    "sign": {INF: 1, -INF: -1, 0: 0, 5e-45: 1},
    "abs": {INF: INF, -INF: INF, -3: 3},
    "sin": {0: 0, INF: NAN},
    "cos": {0: 1, INF: NAN},
    "tan": {0: 0, INF: NAN},
    "atan": {0: 0},
    "sinh": {0: 0, INF: INF, -INF: -INF},
    "cosh": {0: 1, INF: INF, -INF: INF},
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_limits(probe: Probe, name: str, dtype: Any) -> None:
    table = {**LIMITS[name], NAN: NAN}
    got = probe.operation(name, np.array(list(table), dtype))
    assert np.array_equal(got, np.array(list(table.values()), dtype), equal_nan=True), got


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["tanh", "expm1", "log1p", "erf"])
def test_tiny_arguments_come_back(probe: Probe, name: str, dtype: Any) -> None:
    limits = np.finfo(dtype)
    x = np.array([limits.smallest_subnormal, -limits.tiny, limits.tiny, 1e-30], dtype)
    slope = 2 / math.sqrt(math.pi) if name == "erf" else 1.0
    assert probe.operation(name, x) == pytest.approx(slope * x.astype(np.longdouble), rel=1e-6, abs=1.5e-45)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_libm_functions(probe: Probe, dtype: Any) -> None:
    x = np.linspace(-20, 20, 1001, dtype=dtype)
    functions: dict[str, Any] = {"sin": np.sin, "cos": np.cos, "tan": np.tan, "atan": np.arctan}
    for name, numpy in {**functions, "sinh": np.sinh, "cosh": np.cosh}.items():
        assert ulps(probe.operation(name, x), numpy(x.astype(np.longdouble)), 1e-30).max() < 2, name
    base, exponent = np.meshgrid(
        np.array([0.5, 2, 3, 10, 0, 1e-3], dtype), np.array([0.5, -1.5, 3, 0], dtype)
    )
    with np.errstate(divide="ignore"):
        expected = np.power(base.ravel(), exponent.ravel())
    assert probe.operation("power", base.ravel(), exponent.ravel()) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_exact_operations_are_numpys(probe: Probe, dtype: Any) -> None:
    numbers = np.array([0, -0.0, 1, -1, 2.5, -3, INF, -INF, NAN, 1e-40], dtype)
    a, b = (grid.ravel() for grid in np.meshgrid(numbers, numbers))
    binary = {
        "+": np.add,
        "-": np.subtract,
        "*": np.multiply,
        "/": np.divide,
        "max": np.maximum,
        "min": np.minimum,
    }
    with np.errstate(all="ignore"):
        for name, numpy in binary.items():
            assert np.array_equal(probe.operation(name, a, b), numpy(a, b), equal_nan=True), name
        for name, compare in (
            ("<", np.less),
            ("<=", np.less_equal),
            (">", np.greater),
            (">=", np.greater_equal),
        ):
            got = probe.operation(f"where {name}", a, b, numbers[2] + 0 * np.nan_to_num(a), np.zeros_like(b))
            assert np.array_equal(got, compare(a, b).astype(dtype)), name
        assert np.array_equal(probe.operation("negate", a), -a, equal_nan=True)
        assert np.array_equal(probe.operation("relu", a), np.maximum(a, 0), equal_nan=True)
        assert np.array_equal(probe.operation("sign", a), np.sign(a), equal_nan=True)
