"""The homework: 4–3–2–1, ReLU–ReLU, both heads, one sample and a batch, in its own formulas.

Independently of the package: the fractions are worked on paper (comments give the way), the batch with the
homework's matrices in NumPy, and once more symbolically by SymPy, differentiating the loss itself.
"""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from chalkgrad import Network, trace
from chalkgrad.formula import Exact
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.problem import load_problem

EXAMPLES = Path(__file__).parents[2] / "examples"
REGRESSION = Network("4-3:relu-2:relu-1", loss="mean_squared_error")
CLASSIFICATION = Network("4-3:relu-2:relu-1:sigmoid", loss="binary_cross_entropy")


def lines(network: Network, *, batch: bool = False) -> list[str]:
    """The page's formulas without spaces at the sides; reasons and shapes follow after three spaces."""
    page = render(derivation_page(network, "matrix", batch=batch), width=120)
    return [line.strip().split("   ")[0] for line in page.splitlines()]


def test_regression_by_hand() -> None:
    """z₍₁₎ = (5/2, −3/4, 1/4): neurons 1 and 3 are on; z₍₂₎ = (9/4, 1/2): both on; ŷ = 5/2, y = 2, L = 1/4.

    ∂L/∂z₍₃₎ = 2(ŷ − y) = 1, so
        ∂L/∂W₃ = a₍₂₎ᵀ = (9/4, 1/2),            ∂L/∂z₍₂₎ = W₃ᵀ = (1, −1/2),
        ∂L/∂W₂ = ∂L/∂z₍₂₎ a₍₁₎ᵀ with a₍₁₎ = (5/2, 0, 1/4),
        W₂ᵀ ∂L/∂z₍₂₎ = (1 − 1/4, 1/2 + 1/2, −2 − 1/2) = (3/4, 1, −5/2), the second is off,
        ∂L/∂W₁ = ∂L/∂z₍₁₎ xᵀ with x = (1, 2, −1, 2).
    """
    problem = load_problem(EXAMPLES / "homework_regression.toml")
    data = problem.arrays(Exact())
    step = trace(
        problem.network, data.parameters, data.x, data.t, learning_rate=Fraction(1, 8), exact=True
    ).steps[0]
    expected = {
        "W3": [[Fraction(9, 4), Fraction(1, 2)]],
        "b3": [1],
        "W2": [[Fraction(5, 2), 0, Fraction(1, 4)], [Fraction(-5, 4), 0, Fraction(-1, 8)]],
        "b2": [1, Fraction(-1, 2)],
        "W1": [
            [Fraction(3, 4), Fraction(3, 2), Fraction(-3, 4), Fraction(3, 2)],
            [0, 0, 0, 0],
            [Fraction(-5, 2), -5, Fraction(5, 2), -5],
        ],
        "b1": [Fraction(3, 4), 0, Fraction(-5, 2)],
    }
    assert step.loss == Fraction(1, 4)
    assert {name: value.tolist() for name, value in step.gradients.items()} == expected
    # w = w − α ∂L/∂w with α = 1/8: W₃ = (1, −1/2) − (9/32, 1/16), b₃ = 1/2 − 1/8
    assert step.updated["W3"].tolist() == [[Fraction(23, 32), Fraction(-9, 16)]]
    assert step.updated["b3"].tolist() == [Fraction(3, 8)]
    assert step.updated["W1"][2].tolist() == [
        Fraction(-3, 16),
        Fraction(13, 8),
        Fraction(-5, 16),
        Fraction(1, 8),
    ]


def test_classification_is_the_same_but_for_the_output_error() -> None:
    """ŷ − y = σ(5/2) − 1 takes the place of 2(ŷ − y) = 1."""
    problem = load_problem(EXAMPLES / "homework_classification.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t).steps[0]
    error = 1 / (1 + math.exp(-2.5)) - 1
    assert float(step.loss) == pytest.approx(math.log(1 + math.exp(-2.5)), rel=1e-14)
    np.testing.assert_allclose(step.gradients["W3"], [[2.25 * error, 0.5 * error]], rtol=1e-13)
    np.testing.assert_allclose(step.gradients["b2"], [error, -0.5 * error], rtol=1e-13)
    rows = [[0.75, 1.5, -0.75, 1.5], [0, 0, 0, 0], [-2.5, -5, 2.5, -5]]
    np.testing.assert_allclose(step.gradients["W1"], np.array(rows) * error, rtol=1e-13)


@pytest.mark.parametrize("head", ["regression", "classification"])
def test_the_batch_in_the_homeworks_matrices(head: str) -> None:
    """Rows are samples: Z = XWᵀ + 1bᵀ, and back with the 1/m of the mean."""
    problem = load_problem(EXAMPLES / f"homework_{head}_batch.toml")
    data = problem.arrays()
    W1, b1, W2, b2, W3, b3 = (np.asarray(data.parameters[n]) for n in ("W1", "b1", "W2", "b2", "W3", "b3"))
    X, y, m = data.x, data.t[:, 0], len(data.x)
    Z1 = X @ W1.T + b1
    A1 = np.where(Z1 > 0, Z1, 0)
    Z2 = A1 @ W2.T + b2
    A2 = np.where(Z2 > 0, Z2, 0)
    z3 = A2 @ W3[0] + b3[0]
    if head == "regression":
        loss, e = ((z3 - y) ** 2).mean(), 2 / m * (z3 - y)
    else:
        p = 1 / (1 + np.exp(-z3))
        loss, e = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(), (p - y) / m
    E2 = np.outer(e, W3[0]) * (Z2 > 0)
    E1 = E2 @ W2 * (Z1 > 0)
    step = trace(problem.network, data.parameters, data.x, data.t).steps[0]
    assert float(step.loss) == pytest.approx(loss, rel=1e-14)
    by_hand = {
        "W3": (e @ A2)[None], "b3": [e.sum()],
        "W2": E2.T @ A1, "b2": E2.sum(0),
        "W1": E1.T @ X, "b1": E1.sum(0),
    }  # fmt: skip
    for name, value in by_hand.items():
        np.testing.assert_allclose(step.gradients[name], value, rtol=1e-12, atol=1e-15, err_msg=name)


def test_sympy_differentiates_the_loss_itself() -> None:
    """The classifier's loss as one expression of its 20 parameters, differentiated by SymPy."""
    sp = pytest.importorskip("sympy")
    problem = load_problem(EXAMPLES / "homework_classification.toml")
    data = problem.arrays(Exact())
    shapes = {"W1": (3, 4), "b1": (3, 1), "W2": (2, 3), "b2": (2, 1), "W3": (1, 2), "b3": (1, 1)}
    p = {
        name: sp.Matrix(*shape, lambda i, j, n=name: sp.Symbol(f"{n}_{i}_{j}"))
        for name, shape in shapes.items()
    }
    x, y = sp.Matrix([sp.Rational(str(v)) for v in data.x[0]]), sp.Rational(str(data.t[0, 0]))
    a1 = (p["W1"] * x + p["b1"]).applyfunc(lambda z: sp.Max(0, z))
    a2 = (p["W2"] * a1 + p["b2"]).applyfunc(lambda z: sp.Max(0, z))
    y_hat = 1 / (1 + sp.exp(-(p["W3"] * a2 + p["b3"])[0]))
    loss = -y * sp.log(y_hat) - (1 - y) * sp.log(1 - y_hat)
    at = {
        p[name][i, j]: sp.Rational(str(np.reshape(data.parameters[name], shape)[i, j]))
        for name, shape in shapes.items()
        for i in range(shape[0])
        for j in range(shape[1])
    }
    step = trace(problem.network, problem.arrays().parameters, problem.arrays().x, problem.arrays().t).steps[
        0
    ]
    for name, shape in shapes.items():
        found = np.reshape(step.gradients[name], shape)
        for i in range(shape[0]):
            for j in range(shape[1]):
                expected = float(sp.diff(loss, p[name][i, j]).subs(at).evalf(20))
                assert found[i, j] == pytest.approx(expected, rel=1e-13, abs=1e-16), (name, i, j)


def test_the_losses_are_written_as_the_homework_would() -> None:
    assert "L = (ŷ − y)²" in lines(REGRESSION)
    assert "L = −y log(ŷ) − (1 − y) log(1 − ŷ)" in lines(CLASSIFICATION)
    assert "L = (1/m) ∑ₛ₌₁ᵐ (ŷₛ − yₛ)²" in lines(REGRESSION, batch=True)
    assert "L = (1/m) ∑ₛ₌₁ᵐ (−yₛ log(ŷₛ) − (1 − yₛ) log(1 − ŷₛ))" in lines(CLASSIFICATION, batch=True)


def test_the_forward_pass_is_the_homeworks() -> None:
    expected = ["z₍₁₎ = W₁x + b₁", "a₍₁₎ = ReLU(z₍₁₎)", "z₍₂₎ = W₂a₍₁₎ + b₂", "a₍₂₎ = ReLU(z₍₂₎)"]
    found = lines(CLASSIFICATION)
    start = found.index(expected[0])
    assert found[start : start + 6] == [*expected, "z₍₃₎ = W₃a₍₂₎ + b₃", "ŷ = σ(z₍₃₎)"]
    assert "ŷ = z₍₃₎" in lines(REGRESSION)


@pytest.mark.parametrize("network", [REGRESSION, CLASSIFICATION], ids=["regression", "classification"])
def test_six_gradients_step_by_step(network: Network) -> None:
    found = lines(network)
    for line in (
        "∂L/∂W₃ = ∂L/∂z₍₃₎ · a₍₂₎ᵀ", "∂L/∂b₃ = ∂L/∂z₍₃₎",
        "∂L/∂a₍₂₎ = W₃ᵀ ∂L/∂z₍₃₎", "∂L/∂z₍₂₎ = ∂L/∂a₍₂₎ ⊙ ReLU′(z₍₂₎)",
        "∂L/∂W₂ = ∂L/∂z₍₂₎ · a₍₁₎ᵀ", "∂L/∂b₂ = ∂L/∂z₍₂₎",
        "∂L/∂a₍₁₎ = W₂ᵀ ∂L/∂z₍₂₎", "∂L/∂z₍₁₎ = ∂L/∂a₍₁₎ ⊙ ReLU′(z₍₁₎)",
        "∂L/∂W₁ = ∂L/∂z₍₁₎ · xᵀ", "∂L/∂b₁ = ∂L/∂z₍₁₎",
        "W₁ = W₁ − α ∂L/∂W₁", "b₃ = b₃ − α ∂L/∂b₃",
    ):  # fmt: skip
        assert line in found, line


def test_the_canonical_link_is_derived_not_assumed() -> None:
    found = lines(CLASSIFICATION)
    start = found.index("∂L/∂z₍₃₎ = ∂L/∂ŷ · σ′(z₍₃₎)")
    assert found[start + 1 : start + 4] == [
        "= ((ŷ − y)/(ŷ(1 − ŷ))) · σ′(z₍₃₎)",
        "= ((ŷ − y)/(ŷ(1 − ŷ))) · ŷ · (1 − ŷ)",
        "= ŷ − y",
    ]


def test_the_batch_is_written_in_rows() -> None:
    found = lines(CLASSIFICATION, batch=True)
    for line in (
        "Z₍₁₎ = XW₁ᵀ + 1b₁ᵀ", "Z₍₂₎ = A₍₁₎ W₂ᵀ + 1b₂ᵀ", "= (1/m) (ŷ − y)",
        "∂L/∂W₃ = (∂L/∂z₍₃₎)ᵀ A₍₂₎", "∂L/∂b₃ = 1ᵀ ∂L/∂z₍₃₎",
        "∂L/∂A₍₁₎ = ∂L/∂Z₍₂₎ · W₂", "∂L/∂Z₍₁₎ = ∂L/∂A₍₁₎ ⊙ ReLU′(Z₍₁₎)",
        "∂L/∂W₁ = (∂L/∂Z₍₁₎)ᵀ X", "∂L/∂b₁ = (∂L/∂Z₍₁₎)ᵀ 1",
    ):  # fmt: skip
        assert line in found, line
