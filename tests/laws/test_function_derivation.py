"""Each line of a function's derivation equals the one above it, whatever the function."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad import FunctionDerivation, derive_function
from chalkgrad.derive.function import REST, TOTAL
from chalkgrad.formula import (
    ACTIVATIONS,
    LOSSES,
    Node,
    Var,
    differentiate,
    format_formula,
    parse_formula,
    substitute,
)
from chalkgrad.formula.build import num
from chalkgrad.formula.extremes import beside, extremes
from chalkgrad.formula.limits import limit
from chalkgrad.formula.precise import value_at
from chalkgrad.formula.steps import RuleLine, differentiation, settled
from chalkgrad.notation.writers.formats import WRITERS, render
from tests.laws.formula_strategies import formulas, points

OWN = (
    "leaky_relu(0.1)", "leaky_relu(-1/2)", "leaky_relu(0)", "elu(2)", "formula:exp(-z^2)",
    "formula:z^3/(1+z^2)",
    "formula:max(0, 1-z)^2", "formula:atan(z)*z", "formula:softplus(z)*tanh(z)", "formula:(y-t)^4",
    "formula:max(0, 1-y*t)", "formula:log(cosh(y-t))",
)  # fmt: skip
NAMES = (*ACTIVATIONS, *LOSSES, *OWN)
DIGITS = 50


def close(left: Any, right: Any) -> bool:
    """Whether two numbers of 50 digits are the same, up to what a few operations lose; both may be absent."""
    if left != left or right != right or not left.context.isfinite(left):
        return True
    return bool(abs(left - right) <= (1 + abs(left)) / 10**44)


def values(lines: tuple[RuleLine, ...], point: dict[Hashable, Any]) -> list[Any]:
    return [value_at(settled(line.formula), point, DIGITS) for line in lines]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8)
@given(data=st.data())
def test_every_line_of_a_record_is_the_derivative(name: str, data: st.DataObject) -> None:
    found = derive_function(name)
    drawn: dict[str, Fraction] = data.draw(points((found.variable, "t")))
    point: dict[Hashable, Any] = dict(drawn.items())
    assert found.function is not None
    if found.variable == "y":
        point["y"] = abs(point["y"]) / 4  # where cross-entropies have values
    else:
        point["a"] = value_at(found.function.body, point, 2 * DIGITS)
    expected = value_at(found.derivative, point, DIGITS)
    assert all(close(expected, value) for value in values(found.lines, point))
    body = value_at(found.function.body, point, DIGITS)
    assert all(close(body, value_at(node, point, DIGITS)) for node in found.definition)


@settings(max_examples=60)
@given(formula=formulas(), point=points())
def test_every_line_of_a_random_formula_is_the_derivative(formula: Node, point: dict[Hashable, Any]) -> None:
    lines = tuple(differentiation(formula, "z"))
    assert all(line.rules for line in lines[1:])
    expected = value_at(differentiate(formula, "z"), point, DIGITS)
    shown = values(lines, point)
    if all(value == value for value in shown):
        assert all(close(expected, value) for value in shown)


@pytest.mark.parametrize("case", ["i = j", "i ≠ j"])
def test_every_line_of_the_jacobian_is_the_entry(case: str) -> None:
    """The sum's rest and the sum itself stand for what they are called."""
    [entry] = (each for each in derive_function("softmax").entries if each.condition == case)
    own = case == "i = j"
    z: dict[Hashable, Any] = {"z_j": Fraction(3, 7), "z_i": Fraction(-5, 3)}
    rest = differentiate(Var("z"), "z")  # 1 = e⁰, a third output
    if not own:
        rest = substitute(_formula("1 + exp(z_i)"), {})
    total = substitute(_formula("exp(z_j) + rest"), {"rest": rest})
    inserted: dict[Hashable, Node] = {REST: rest, TOTAL: total}
    for letter in "ij":
        inserted[f"y_{letter}"] = substitute(_formula(f"exp(z_{letter})/S"), {"S": total})
    shown = [value_at(substitute(settled(line.formula), inserted), z, DIGITS) for line in entry.lines]
    y_j = value_at(inserted["y_j"], z, DIGITS)
    y_i = y_j if own else value_at(inserted["y_i"], z, DIGITS)
    assert all(close(y_i * (own - y_j), value) for value in shown)
    assert [format_formula(entry.lines[-1].formula)] == [["-y_i*y_j", "y_j*(1 - y_j)"][own]]


def _formula(text: str) -> Node:
    return parse_formula(text, ("z_i", "z_j", "rest", "S"))


@settings(max_examples=60)
@given(formula=formulas(), end=st.sampled_from((-1, 1)))
def test_a_limit_is_approached(formula: Node, end: int) -> None:
    found = limit(formula, "z", end)
    if found is None:
        return
    far = value_at(formula, {"z": end * Fraction(10**40)}, DIGITS)
    if found.value is not None:
        assert abs(far - value_at(found.value, {}, DIGITS)) < 1e-20
    else:
        assert far * found.sign > 1e9 or far == found.sign * float("inf")


@settings(max_examples=10)
@given(formula=formulas(piecewise=False))
def test_an_extreme_is_one(formula: Node) -> None:
    step = Fraction(1, 10**6)
    for found in extremes(formula, "z"):
        beside_it = (value_at(formula, {"z": found.place + side * step}, DIGITS) for side in (-1, 1))
        sign = 1 if found.kind == "maximum" else -1
        assert all(sign * (found.value - value) > 0 for value in beside_it)


@pytest.mark.parametrize("name", NAMES)
def test_slopes_beside_a_kink_are_limits_of_quotients(name: str) -> None:
    found = derive_function(name)
    step = Fraction(1, 10**20)
    for kink in found.kinks:
        assert found.function is not None
        for side, slope in ((-1, kink.left), (1, kink.right)):
            body = beside(found.function.body, "z", kink.place, side)
            near, at = (value_at(body, {"z": kink.place + k * side * step}, DIGITS) for k in (1, 0))
            assert (
                abs((near - at) / (side * step).numerator * step.denominator - value_at(slope, {}, 30))
                < 1e-15
            )
        used = value_at(found.derivative, {"z": kink.place}, DIGITS)
        assert used == value_at(kink.used, {}, DIGITS)


def test_known_answers() -> None:
    """What courses write: ¼ at 0, 1 at 0, two sides of ReLU, and the limits."""
    sigmoid, tanh, relu = (derive_function(name) for name in ("sigmoid", "tanh", "relu"))
    assert [format_formula(line.formula) for line in sigmoid.lines[-2:]] == [
        "sigmoid(z)*(1 - sigmoid(z))",
        "a*(1 - a)",
    ]
    assert [format_formula(line.formula) for line in tanh.lines[-2:]] == ["1 - tanh(z)^2", "1 - a^2"]
    assert "quotient rule" in {rule for line in tanh.lines for rule in line.rules}
    for found, top in ((sigmoid, num(Fraction(1, 4))), (tanh, num(1))):
        [extreme] = found.courses[1].extremes
        assert (extreme.kind, extreme.exact_place, extreme.exact_value) == ("maximum", num(0), top)
        assert [end.value for end in found.courses[1].limits if end] == [num(0), num(0)]
    [kink] = relu.kinks
    assert (kink.place, kink.left, kink.right, kink.used) == (Fraction(0), num(0), num(1), num(0))


@pytest.mark.parametrize("notation", ["matrix", "bishop", "nielsen", "pytorch", "deeplearning"])
@pytest.mark.parametrize("name", ["sigmoid", "relu", "gelu", "softmax", "bce", "mse", "formula:z*sin(z)"])
def test_pages_in_every_format(name: str, notation: str) -> None:
    found: FunctionDerivation = derive_function(name)
    page: Any = found.page(notation)
    for format, writer in WRITERS.items():
        if not writer.binary:
            assert "Derivative" in render(page, format)
