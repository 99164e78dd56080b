"""Costs counted by hand, and the lecture's claim that backward costs about as much as forward."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.derive import Convention, derive
from chalkgrad.derive.cost import Count, cost
from chalkgrad.network import Network
from chalkgrad.notation.pages.cost import cost_page
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import page as text_page

HOMEWORK = Network("4-3:relu-2:relu-1:sigmoid")


def test_the_homework_by_hand() -> None:
    """4·3 + 3·2 + 2·1 = 20 forward; backward Δ₃: 2 + 2, Δ₂: 6 + 6, Δ₁: 12 and no ∂L/∂X."""
    found = cost(derive(HOMEWORK), m=10)
    by_step = {each.step.name: each.multiply_adds for each in found.steps if each.products}
    assert by_step == {
        "Z1": Count(0, 12),
        "Z2": Count(0, 6),
        "Z3": Count(0, 2),
        "dW3": Count(0, 2),
        "dA2": Count(0, 2),
        "dW2": Count(0, 6),
        "dA1": Count(0, 6),
        "dW1": Count(0, 12),
    }
    assert (str(found.multiply_adds("forward")), str(found.multiply_adds("backward"))) == ("20 m", "28 m")
    assert found.saved == Count(0, 12)
    assert found.ratio == Fraction(28, 20)
    assert found.parameters == 12 + 3 + 6 + 2 + 2 + 1
    assert found.finite_differences.at(10) == 2 * 26 * 20 * 10


def test_elementwise_operations_by_hand() -> None:
    found = cost(derive(HOMEWORK))
    by_step = {each.step.name: str(each.elementwise) for each in found.steps}
    assert by_step["Z1"] == "3 m"  # one addition of b₁ for each of 3 units
    assert by_step["A1"] == "3 m"
    assert by_step["L"] == "2 m + 1"  # the loss of each sample, their sum, and 1/m
    assert by_step["dZ3"] == "2 m"  # y − t, times 1/m
    assert by_step["dZ2"] == "4 m"  # f′ and ⊙
    assert by_step["db2"] == "2 m"
    assert by_step["W1_new"] == "24"  # η times, and minus


def test_a_cancelled_step_costs_nothing() -> None:
    (skipped,) = [each for each in cost(derive(HOMEWORK)).steps if not each.needed]
    assert skipped.step.name == "dY"
    uncancelled = cost(derive(Network("2-2:tanh", "half_squared_error")))
    assert all(each.needed for each in uncancelled.steps)


def test_a_penalty_is_elementwise() -> None:
    plain, with_penalty = (cost(derive(Network("3-2", l2=l2))) for l2 in (0, 0.1))
    assert with_penalty.multiply_adds("backward") == plain.multiply_adds("backward")
    extra = with_penalty.elementwise("backward") - plain.elementwise("backward")
    assert extra == Count(2 * 6)  # 2λ times W, and plus


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=7),
    st.sampled_from([Convention(), Convention(samples="columns"), Convention(weights="in_out")]),
    st.integers(1, 99),
)
def test_backward_is_twice_forward_less_the_first_layer(
    widths: list[int], convention: Convention, m: int
) -> None:
    network = Network("-".join([str(widths[0]), *(f"{width}:tanh" for width in widths[1:])]))
    found = cost(derive(network, convention=convention), m)
    forward = m * sum(a * b for a, b in pairwise(widths))
    assert found.multiply_adds("forward").at(m) == forward
    assert found.multiply_adds("backward").at(m) == 2 * forward - m * widths[0] * widths[1]
    assert 1 <= found.ratio < 2


def test_m_must_be_a_number_of_samples() -> None:
    with pytest.raises(InputError, match="m: must be a whole number of samples"):
        cost(derive(HOMEWORK), 0)


def test_the_page() -> None:
    page = text_page.document(cost_page(HOMEWORK), 100)
    assert "m · 4 · 3" in page
    assert "7/5 ≈ 1.4" in page
    assert "52 in all" in page
    number = text_page.document(cost_page(HOMEWORK, "bishop", m=32), 100)
    assert "640" in number
    assert "896" in number


def test_a_deep_network_stays_readable() -> None:
    page = cost_page(Network("784-" + "-".join(["64:relu"] * 49) + "-10:softmax"), "nielsen", m=32)
    assert len(text_page.document(page, 100).splitlines()) < 80
    assert "64" in latex.document(page)
    assert "64" in html.document(page)
