"""Laws of the three arithmetics: they agree, saturation costs no digits, finite in gives no NaN."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad._errors import UnsupportedError
from chalkgrad.formula import (
    ACTIVATIONS,
    FUNCTIONS,
    LOSSES,
    Call,
    ElementwiseFunction,
    Exact,
    Float64,
    Node,
    Precise,
    Var,
    activation,
    differentiate,
    format_formula,
    parse_formula,
    simplify,
    stabilise,
)
from chalkgrad.formula.build import add, mul, num
from chalkgrad.formula.kernels import FLOAT_KERNELS
from chalkgrad.formula.precise import _machine, value_at
from chalkgrad.formula.special import erf, erfc
from chalkgrad.formula.stable import SATURATING
from tests.laws.formula_strategies import formulas

SATURATED = np.array([sign * z for z in (0, 1e-30, 0.5, 1, 20, 40, 300, 700, 1e4, 1e30) for sign in (1, -1)])
TINY = 1e-300  # below it doubles have fewer digits


def _reference(function: Callable[[Any], Any], z: float) -> Any:
    """The definition in plain mpmath at enough digits that saturation cannot matter."""
    with mpmath.workdps(9000 if abs(z) <= 1e4 else 60):
        return +function(mpmath.mpf(float(z)))


def _error(got: float, want: Any) -> float:
    with mpmath.workdps(60):
        return float(abs(mpmath.mpf(float(got)) - want) / max(abs(want), mpmath.mpf(TINY)))


def _exp(z: Any) -> Any:
    """exp, with the limits where mpmath would need too long."""
    return mpmath.exp(z) if abs(z) < 1e6 else mpmath.mpf(0 if z < 0 else "1e999999")


def sig(z: Any) -> Any:
    return 1 / (1 + _exp(-z))


DEFINITIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid(z)": sig,
    "1 - sigmoid(z)": lambda z: 1 - sig(z) if z < 1e5 else mpmath.mpf(0),
    "sigmoid(z)*(1 - sigmoid(z))": lambda z: sig(z) * (1 - sig(z)) if z < 1e5 else mpmath.mpf(0),
    "1 - tanh(z)^2": lambda z: 1 - mpmath.tanh(z) ** 2 if abs(z) < 1e5 else mpmath.mpf(0),
    "tanh(z)": lambda z: mpmath.tanh(z) if abs(z) < 1e5 else mpmath.sign(z),
    "log(sigmoid(z))": lambda z: mpmath.log(sig(z)) if abs(z) < 1e5 else min(z, mpmath.mpf(0)),
    "log(1 - sigmoid(z))": lambda z: mpmath.log(1 - sig(z)) if abs(z) < 1e5 else -max(z, mpmath.mpf(0)),
    "log(1 + exp(z))": lambda z: mpmath.log(1 + _exp(z)) if abs(z) < 1e5 else max(z, mpmath.mpf(0)),
    "exp(z)/(1 + exp(z))": sig,
    "exp(-z)/(1 + exp(-z))^2": lambda z: sig(z) * (1 - sig(z)) if z < 1e5 else mpmath.mpf(0),
    "sigmoid(z) - 1": lambda z: sig(z) - 1 if z < 1e5 else mpmath.mpf(0),
    "z*sigmoid(z)": lambda z: z * sig(z),
    "(exp(z) - exp(-z))/(exp(z) + exp(-z))": lambda z: mpmath.tanh(z) if abs(z) < 1e5 else mpmath.sign(z),
    "1 + tanh(z)": lambda z: 1 + mpmath.tanh(z) if abs(z) < 1e5 else 1 + mpmath.sign(z),
    "2 - 2*tanh(z)": lambda z: 2 - 2 * mpmath.tanh(z) if abs(z) < 1e5 else 2 - 2 * mpmath.sign(z),
    "z/sqrt(1 + z^2)": lambda z: z / mpmath.sqrt(1 + z * z),
}


@pytest.mark.parametrize("text", DEFINITIONS)
def test_saturation_costs_no_digits(text: str) -> None:
    node = parse_formula(text)
    got = Float64().evaluate(node, {"z": SATURATED})
    many = Precise(50).evaluate(node, {"z": Precise(50).array(SATURATED)})
    for z, value, precise in zip(SATURATED, got, many, strict=True):
        want = _reference(DEFINITIONS[text], z)
        assert _error(value, want) <= 1e-13, (z, value, want)
        if abs(want) > TINY:
            exact = Fraction(repr(float(z)))
            with mpmath.workdps(9000 if abs(z) <= 1e4 else 60):
                want = DEFINITIONS[text](mpmath.mpf(exact.numerator) / exact.denominator)
                assert abs(precise - want) <= mpmath.mpf(10) ** -48 * abs(want), (z, precise)


MINUS: dict[str, Callable[[Any], Any]] = {
    "sigmoid(z) - t": sig,
    "t - 3*tanh(z)": lambda z: -3 * (mpmath.tanh(z) if abs(z) < 1e5 else mpmath.sign(z)),
    "erf(z)/2 - t": lambda z: (mpmath.erf(z) if abs(z) < 30 else mpmath.sign(z)) / 2,
    "where(z > 0, z, exp(z) - 1) - t": lambda z: z if z > 0 else _exp(z) - 1,
}
"""Without the target, which is added or taken off."""


@pytest.mark.parametrize("text", MINUS)
def test_a_target_at_the_limit_costs_no_digits(text: str) -> None:
    sign = 1 if text.startswith("t") else -1
    for t in (-3.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 3.0):
        got = Float64().evaluate(parse_formula(text, ("z", "t")), {"z": SATURATED, "t": t})
        for z, value in zip(SATURATED, got, strict=True):
            with mpmath.workdps(9000 if abs(z) <= 1e4 else 60):
                want = MINUS[text](mpmath.mpf(float(z))) + sign * t
            assert _error(value, want) <= 1e-13, (z, t, value, want)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("derivative", [None, "z"])
def test_fused_kernels_equal_the_formula(name: str, derivative: str | None) -> None:
    function = ACTIVATIONS[name]
    node = function.body if derivative is None else function.derivative(derivative)
    z = np.concatenate([SATURATED, np.linspace(-45, 45, 333), np.linspace(-1, 1, 101)])
    got = Float64().apply(function, derivative, z)
    assert got.dtype == np.float64
    assert got.shape == z.shape
    worst = 0.0
    for value, at in zip(got, z, strict=True):
        want = value_at(node, {"z": float(at)}, 40)
        scale = max(abs(want), mpmath.mpf(1e-4 if _near_root(name, derivative, at) else TINY))
        worst = max(worst, float(abs(mpmath.mpf(float(value)) - want) / scale))
    assert worst <= (1e-13 if name in ("gelu", "silu") else 2e-15)
    out = np.empty_like(z)
    assert Float64().apply(function, derivative, z, out=out) is out
    assert np.array_equal(out, got)


def _near_root(name: str, derivative: str | None, z: float) -> bool:
    """Near the zero of the slopes of silu and gelu only the absolute error is small."""
    return derivative is not None and name in ("gelu", "silu") and -2 < z < -0.5


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("derivative", [None, "y", "t"])
def test_fused_losses_equal_the_formula(name: str, derivative: str | None) -> None:
    function = LOSSES[name].function
    node = function.body if derivative is None else function.derivative(derivative)
    y = np.array([0.0, 1.0, 0.5, 0.25, 1e-300, 0.999999999999, 0.3, 0.7])
    t = np.array([0.0, 1.0, 0.5, 1.0, 0.0, 1.0, 0.9, 0.0])
    got = Float64().apply(function, derivative, y, t)
    want = [float(value_at(node, {"y": a, "t": b}, 40)) for a, b in zip(y, t, strict=True)]
    assert not np.isnan(got).any()
    np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(Float64().evaluate(node, {"y": y, "t": t}), want, rtol=1e-14, atol=1e-300)


def test_zero_times_log_zero_is_zero() -> None:
    for arithmetic in (Float64(), Precise(30)):
        zero = arithmetic.array([0, 0])
        node = LOSSES["cross_entropy"].function.body
        assert list(arithmetic.evaluate(node, {"y": zero, "t": zero})) == [0, 0]
    slope = LOSSES["binary_cross_entropy"].function.derivative("y")
    exact = Exact().evaluate(slope, {"y": Exact().array([0, 1]), "t": Exact().array([0, 1])})
    assert list(exact) == [1, -1]


@settings(deadline=None)
@given(formulas(("z",)), st.floats(-1e3, 1e3, allow_nan=False).map(lambda v: round(v, 3)))
def test_float64_has_a_value_wherever_there_is_one(node: Node, z: float) -> None:
    got = float(Float64().evaluate(node, {"z": z}))
    want = value_at(node, {"z": z}, 50)
    if want == want:
        assert got == got, want


@given(st.lists(st.fractions(-3, 3, max_denominator=50), min_size=1, max_size=4))
def test_exact_is_exact(values: list[Fraction]) -> None:
    exact = Exact()
    array = exact.array(values)
    for name in ("identity", "relu", "leaky_relu"):
        got = exact.apply(ACTIVATIONS[name], None, array)
        want = [
            v if name == "identity" or v > 0 else v / 100 if name == "leaky_relu" else Fraction(0)
            for v in values
        ]
        assert list(got) == want
        assert all(isinstance(v, Fraction) for v in got)


def test_exact_reads_decimals_and_refuses_what_has_no_exact_value() -> None:
    exact = Exact()
    assert list(exact.array([0.1, np.float64(0.3), np.int64(2), "1/3"])) == [
        Fraction(1, 10), Fraction(3, 10), Fraction(2), Fraction(1, 3),
    ]  # fmt: skip
    for name in ("sigmoid", "tanh", "gelu"):
        with pytest.raises(UnsupportedError, match="use digits=50 instead"):
            exact.apply(ACTIVATIONS[name], None, exact.array([1]))
    with pytest.raises(UnsupportedError, match="pi"):
        exact.evaluate(parse_formula("pi*z"), {"z": exact.array([1])})
    with pytest.raises(ZeroDivisionError):
        exact.evaluate(parse_formula("1/z"), {"z": exact.array([0])})
    assert exact.evaluate(parse_formula("where(z > 0, 1/z, 0)"), {"z": exact.array([0])})[0] == 0


def test_digits_cancelled_are_made_up_for() -> None:
    value = Precise(30).evaluate(parse_formula("exp(z) - 1 - z - z^2/2"), {"z": Precise(30).array([1e-30])})[
        0
    ]
    with mpmath.workdps(60):
        assert abs(value / (mpmath.mpf(10) ** -90 / 6) - 1) < mpmath.mpf(10) ** -28


def test_error_function_over_the_whole_range() -> None:
    x = np.concatenate([np.linspace(-7, 26.5, 4001), [0.0, 1e-300, 1e-20, 0.46875, 25.0, 26.0]])
    for ours, theirs in ((erf, mpmath.erf), (erfc, mpmath.erfc)):
        with mpmath.workdps(40):
            worst = max(_error(got, theirs(mpmath.mpf(float(v)))) for got, v in zip(ours(x), x, strict=True))
        assert worst < 2e-15
    assert erfc(25.0) == pytest.approx(8.300172571196522753e-274, rel=1e-14)
    assert [float(erfc(1e300)), float(erfc(-1e300)), float(erf(-1e300))] == [0, 2, -1]


DIFFERENCES = [f"{name}_minus" for name in SATURATING]
"""What ``stabilise`` may write into a formula beside the functions of the table."""


def test_every_function_has_its_kernels() -> None:
    names = [*FUNCTIONS, *DIFFERENCES]
    assert [n for n in names if n not in FLOAT_KERNELS or n not in _machine(100).operations] == []
    assert {n for n in FLOAT_KERNELS if n.endswith("_minus")} == set(DIFFERENCES)


@pytest.mark.parametrize("name", DIFFERENCES)
@pytest.mark.parametrize("t", [0, 1, Fraction(1, 3)])
def test_a_difference_from_a_target_is_read_by_all_that_reads_formulas(name: str, t: Fraction) -> None:
    """It may be simplified, written, and have a removable singularity beside it, as any function."""
    difference = Call(name, (Var("u"), num(t)))
    plain = parse_formula(f"{name.removesuffix('_minus')}(u) - ({t})", ("u",))
    assert simplify(difference) == difference
    assert name in format_formula(difference)
    assert stabilise(difference) == difference
    for u in (-3.0, 0.0, 0.25):
        expected = float(value_at(plain, {"u": u}, 30))
        assert float(value_at(difference, {"u": u}, 30)) == pytest.approx(expected, rel=1e-14)
        removable = mul(difference, parse_formula("u*v/u", ("u", "v")))
        assert float(value_at(removable, {"u": u, "v": 2.0}, 30)) == pytest.approx(2 * expected, rel=1e-14)
        nowhere = add(difference, Call("log", (Var("v"),)))
        assert math.isnan(float(value_at(nowhere, {"u": u, "v": -1.0}, 30)))


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (0, 4)])
def test_shapes_are_kept(shape: tuple[int, ...]) -> None:
    for arithmetic in (Float64(), Exact(), Precise(20)):
        z = arithmetic.array(np.zeros(shape))
        for function in (ACTIVATIONS["relu"], ElementwiseFunction("c", ("z",), parse_formula("3"))):
            for derivative in (None, "z"):
                assert np.shape(arithmetic.apply(function, derivative, z)) == shape


def test_a_users_relu_is_not_taken_for_ours() -> None:
    mine = ElementwiseFunction("relu", ("z",), parse_formula("2*z"))
    assert Float64().apply(mine, None, np.array([-1.0]))[0] == -2


def test_inputs_are_left_alone_and_nan_passes_through() -> None:
    z = np.array([1.0, np.nan, -2.0, 800.0])
    before = z.copy()
    for name in ACTIVATIONS:
        for derivative in (None, "z"):
            got = Float64().apply(ACTIVATIONS[name], derivative, z)
            assert np.isfinite(got[[0, 2, 3]]).all()
    assert np.array_equal(z, before, equal_nan=True)


def test_precise_leaves_the_global_precision_alone() -> None:
    before = mpmath.mp.prec
    value = Precise(80).evaluate(parse_formula("exp(z)"), {"z": Precise(80).array([1])})[0]
    assert mpmath.mp.prec == before
    with mpmath.workdps(90):
        assert abs(mpmath.mpf(value) - mpmath.e) < mpmath.mpf(10) ** -79


def test_parameterised_activations() -> None:
    z = np.array([-2.0, 0.0, 3.0])
    assert list(Float64().apply(activation("leaky_relu", slope="0.2"), None, z)) == [-0.4, 0.0, 3.0]
    assert list(Float64().apply(activation("elu", alpha=2), "z", z)) == [2 * np.exp(-2.0), 2.0, 1.0]
    steep = activation("leaky_relu", slope=-3)
    assert list(Float64().apply(steep, None, z)) == [6.0, 0.0, 3.0]
    assert differentiate(steep.body, "z") == steep.derivative("z")
