"""The slides: D × H weights from sender to receiver, δ in rows, losses added, prediction y*.

Independently of the package: the slides' own formulas in NumPy with *their* w⁽ˡ⁾ (the transposes of the
files' W), u⁽ˡ⁾ as columns and δ⁽ˡ⁾ as rows, exactly as "Going forward" and "Going backward" print them.
The 3-layer sum over paths has its own file, ``test_paths_slides.py``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chalkgrad import Network, trace
from chalkgrad.evaluate import TraceStep
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.pages.paths import path_page
from chalkgrad.problem import load_problem

EXAMPLES = Path(__file__).parents[2] / "examples"
ONE = Network("3-1:sigmoid:nobias")
TWO = Network("2-2:sigmoid:nobias-1:sigmoid:nobias")


def step_of(name: str) -> TraceStep:
    problem = load_problem(EXAMPLES / f"{name}.toml")
    data = problem.arrays()
    return trace(problem.network, data.parameters, data.x, data.t, learning_rate=problem.learning_rate).steps[
        0
    ]


def lines(network: Network, zoom: str, *, batch: bool = False) -> list[str]:
    page = render(derivation_page(network, "transposed", zoom=zoom, batch=batch), width=140)
    return [line.strip().split("   ")[0] for line in page.splitlines()]


def sigmoid(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-v)))


# ---- numbers in the slides' layout ----------------------------------------------------------------------


def test_logistic_regression() -> None:
    """w := w − ξ (y* − y) x."""
    x, w, y, xi = np.array([1, 2, -0.5]), np.array([0.5, -0.25, 1]), 1, 0.5
    y_star = sigmoid(w @ x)
    step = step_of("slides_1layer")
    assert float(step.loss) == pytest.approx(-np.log(y_star), rel=1e-14)
    np.testing.assert_allclose(step.gradients["W1"].T[:, 0], (y_star - y) * x, rtol=1e-13)
    np.testing.assert_allclose(step.updated["W1"].T[:, 0], w - xi * (y_star - y) * x, rtol=1e-13)


def test_two_layers_entry_by_entry() -> None:
    """∂L/∂w_ji⁽¹⁾ = (y* − y) z_i(1 − z_i) w_i1⁽²⁾ x_j, from j to i, and ∂L/∂w_j1⁽²⁾ = (y* − y) z_j."""
    w1 = np.array([[0.5, 0.75], [-1, 0.25]])  # w_ji⁽¹⁾: row j sends, column i receives
    w2, x, y = np.array([1, -0.5]), np.array([1, 2]), 1
    z = sigmoid(np.array([w1[0, 0] * x[0] + w1[1, 0] * x[1], w1[0, 1] * x[0] + w1[1, 1] * x[1]]))
    y_star = sigmoid(w2[0] * z[0] + w2[1] * z[1])
    step = step_of("slides_2layer")
    found1, found2 = step.gradients["W1"].T, step.gradients["W2"].T
    for j in range(2):
        assert found2[j, 0] == pytest.approx((y_star - y) * z[j], rel=1e-13)
        for i in range(2):
            by_hand = (y_star - y) * z[i] * (1 - z[i]) * w2[i] * x[j]
            assert found1[j, i] == pytest.approx(by_hand, rel=1e-13), (j, i)


def test_the_matrix_form() -> None:
    """I = wᵀu, δ⁽¹⁾ = (δ⁽²⁾(w⁽²⁾)ᵀ) ⊙ 𝒵, w := w − ξ u δ, with w⁽¹⁾ of shape D × H = 3 × 4."""
    w1 = np.array([[0.5, 0.75, -0.25, 1], [-1, 0.25, 0.5, 0], [0.25, -0.5, 1, -0.75]])
    w2 = np.array([[1], [-0.5], [0.25], [-1.5]])
    u1, y, xi = np.array([[1], [2], [-1]]), 0, 0.5
    u2 = sigmoid(w1.T @ u1)
    y_star = sigmoid(w2.T @ u2)
    delta2 = y_star - y
    calligraphic_z = (u2 * (1 - u2)).T
    delta1 = (delta2 @ w2.T) * calligraphic_z
    assert (w1.shape, delta1.shape) == ((3, 4), (1, 4))
    step = step_of("slides_matrix")
    np.testing.assert_allclose(step.deltas["1"], delta1, rtol=1e-13)
    np.testing.assert_allclose(step.gradients["W1"].T, u1 @ delta1, rtol=1e-13)
    np.testing.assert_allclose(step.updated["W1"].T, w1 - xi * u1 @ delta1, rtol=1e-13)
    np.testing.assert_allclose(step.updated["W2"].T, w2 - xi * u2 @ delta2, rtol=1e-13)


def test_samples_are_added_not_averaged() -> None:
    """Σ_n ½ Σ_j (y_j − y*_j)², and the gradients are sums over n as well."""
    w1, w2 = np.array([[0.5, 0.75], [-1, 0.25]]), np.array([[1, -0.25], [-0.5, 2]])
    total, gradient2 = 0.0, np.zeros((2, 2))
    for x, y in (([1, 2], [1, 0]), ([0, -1], [0, 1]), ([-2, 1], [1, 1])):
        u2 = sigmoid(w1.T @ np.array(x))
        error = w2.T @ u2 - np.array(y)
        total += 0.5 * float(error @ error)
        gradient2 += np.outer(u2, error)
    step = step_of("slides_squared")
    assert float(step.loss) == pytest.approx(total, rel=1e-14)
    np.testing.assert_allclose(step.gradients["W2"].T, gradient2, rtol=1e-13)


# ---- formulas as the slides print them ------------------------------------------------------------------


def test_one_layer_in_sums() -> None:
    found = lines(ONE, "index")
    for line in (
        "v⁽¹⁾ = ∑ⱼ₌₁³ wⱼ₁⁽¹⁾ xⱼ",
        "y* = 𝒜(v⁽¹⁾)",
        "L = −y log(y*) − (1 − y) log(1 − y*)",
        "∂L/∂y* = −y/y* + (1 − y)/(1 − y*)",
        "= (y* − y)/(y*(1 − y*))",
        "= y* − y",
        "∂L/∂wⱼ₁⁽¹⁾ = xⱼδ⁽¹⁾",
        "𝒜(v) = σ(v)",
        "= 1/(1 + e⁻ᵛ)",
    ):
        assert line in found, line


def test_two_layers_in_sums() -> None:
    """Sender first: w_ji from j to i; δ_i⁽¹⁾ = δ⁽²⁾ w_i1⁽²⁾ z_i(1 − z_i)."""
    found = lines(TWO, "index")
    for line in (
        "vᵢ⁽¹⁾ = ∑ⱼ₌₁² wⱼᵢ⁽¹⁾ xⱼ",
        "zᵢ⁽¹⁾ = 𝒜(vᵢ⁽¹⁾)",
        "= δ⁽²⁾ wᵢ₁⁽²⁾ zᵢ⁽¹⁾(1 − zᵢ⁽¹⁾)",
        "∂L/∂wⱼ₁⁽²⁾ = zⱼ⁽¹⁾ δ⁽²⁾",
        "∂L/∂wⱼᵢ⁽¹⁾ = xⱼδᵢ⁽¹⁾",
        "wⱼᵢ⁽¹⁾ := wⱼᵢ⁽¹⁾ − ξ ∂L/∂wⱼᵢ⁽¹⁾",
        "=  wⱼᵢ⁽¹⁾ − ξxⱼδᵢ⁽¹⁾",
    ):
        assert line in found, line


def test_the_matrix_form_as_printed() -> None:
    page = render(derivation_page(Network("3-4:sigmoid:nobias-1:sigmoid:nobias"), "transposed"), width=140)
    found = [line.strip().split("   ")[0] for line in page.splitlines()]
    for line in (
        "I⁽¹⁾ = (w⁽¹⁾)ᵀ u⁽¹⁾",
        "O⁽¹⁾ = 𝒜(I⁽¹⁾) = u⁽²⁾",
        "I⁽²⁾ = (w⁽²⁾)ᵀ u⁽²⁾",
        "O⁽²⁾ = 𝒜(I⁽²⁾) = y*",
        "= (δ⁽²⁾ (w⁽²⁾)ᵀ) ⊙ 𝒜′((I⁽¹⁾)ᵀ)",
        "∂L/∂w⁽¹⁾ = u⁽¹⁾ δ⁽¹⁾",
        "w⁽¹⁾ := w⁽¹⁾ − ξ ∂L/∂w⁽¹⁾",
        "=  w⁽¹⁾ − ξu⁽¹⁾ δ⁽¹⁾",
    ):
        assert line in found, line
    shapes = {line.split("   ")[0].strip(): line for line in page.splitlines()}
    assert "3 × 4" in shapes["∂L/∂w⁽¹⁾ = u⁽¹⁾ δ⁽¹⁾"]  # D × H
    assert any("δ⁽¹⁾ = " in line and "1 × 4" in line for line in page.splitlines())  # a row


def test_the_three_losses() -> None:
    squared = Network("2-2:sigmoid:nobias-2:nobias", loss="half_squared_error")
    assert "L = ½ ∑ᵢ₌₁² (y*ᵢ − yᵢ)²" in lines(squared, "index")
    assert "L = −∑ᵢ₌₁⁴ yᵢ log(y*ᵢ)" in lines(Network("3-4:softmax:nobias"), "index")
    summed = load_problem(EXAMPLES / "slides_squared.toml").network
    assert "L = ½ ∑ₙ₌₁ᵐ ∑ᵢ₌₁² (y*ₙᵢ − yₙᵢ)²" in lines(summed, "matrix", batch=True)


def test_the_two_layer_gradient_is_one_path() -> None:
    page = render(path_page(TWO, "W1[2,2]", "transposed"), width=120)
    assert "∂L/∂w₂₂⁽¹⁾ = ∂L/∂y* · ∂y*/∂z₂⁽¹⁾ · ∂z₂⁽¹⁾/∂w₂₂⁽¹⁾" in page


@pytest.mark.parametrize(
    ("zoom", "loss"),
    [
        ("matrix", "L = −(2/m) ∑ₙ₌₁ᵐ ∑ᵢ₌₁⁴ yₙᵢ log(y*ₙᵢ)"),
        ("index", "L = −(2 ∑ₙ₌₁ᵐ ∑ᵢ₌₁⁴ yₙᵢ log(y*ₙᵢ))/m"),
    ],
)
def test_numbers_and_signs_stand_before_the_sums(zoom: str, loss: str) -> None:
    """As on the slides, −∑ y log y*; samples outermost, then outputs."""
    network = Network("3-4:softmax:nobias", loss="cross_entropy", factor=2)
    assert loss in lines(network, zoom, batch=True)
