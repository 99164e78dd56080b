"""The tutorial: the chain of sub-gradients, layers counted from the last, cost without ½, one example a time.

Independently of the package: the sub-gradients computed one by one and multiplied, as the tutorial does.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from chalkgrad import Network, trace
from chalkgrad.notation import render
from chalkgrad.notation.graph.page import graph_drawing
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.pages.paths import path_page
from chalkgrad.problem import load_problem

EXAMPLES = Path(__file__).parents[2] / "examples"
CHAIN = Network("1-1:sigmoid-1:sigmoid", loss="squared_error")
MANY = Network("2-3:sigmoid-2:sigmoid", loss="squared_error")


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def lines(network: Network) -> list[str]:
    page = render(derivation_page(network, "chain"), width=140)
    return [line.strip().split("   ")[0] for line in page.splitlines()]


def test_the_chain_multiplied() -> None:
    """x = 2, w = 0.5, b = 0.25; w = −1.5, b = 0.75; y = 1."""
    x, y = 2, 1
    before = sigmoid(0.5 * x + 0.25)
    last = sigmoid(-1.5 * before + 0.75)
    dC_da = 2 * (last - y)
    da_dz, dz_dw, dz_db = last * (1 - last), before, 1
    dz_da, da_dz_before, dz_dw_before = -1.5, before * (1 - before), x
    by_hand = {
        "W2": dz_dw * da_dz * dC_da,
        "b2": dz_db * da_dz * dC_da,
        "W1": dz_dw_before * da_dz_before * dz_da * da_dz * dC_da,
        "b1": 1 * da_dz_before * dz_da * da_dz * dC_da,
    }
    problem = load_problem(EXAMPLES / "tutorial.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t, learning_rate=0.5).steps[0]
    assert float(step.loss) == pytest.approx((last - y) ** 2, rel=1e-14)
    for name, value in by_hand.items():
        assert step.gradients[name].item() == pytest.approx(value, rel=1e-13), name
    assert step.updated["W2"].item() == pytest.approx(-1.5 - 0.5 * by_hand["W2"], rel=1e-13)


def test_the_sub_gradients_stand_on_the_page_and_are_multiplied() -> None:
    problem = load_problem(EXAMPLES / "tutorial.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t).steps[0]
    page = render(path_page(CHAIN, "W1", "chain", step=step), width=120)
    assert "∂C/∂wᴸ⁻¹ = ∂zᴸ⁻¹/∂wᴸ⁻¹ · ∂aᴸ⁻¹/∂zᴸ⁻¹ · ∂zᴸ/∂aᴸ⁻¹ · ∂aᴸ/∂zᴸ · ∂C/∂aᴸ" in page
    for sub_gradient in ("∂zᴸ⁻¹/∂wᴸ⁻¹ = x", "∂aᴸ⁻¹/∂zᴸ⁻¹ = σ′(zᴸ⁻¹)", "∂zᴸ/∂aᴸ⁻¹ = wᴸ", "∂C/∂aᴸ = 2(aᴸ − y)"):
        assert sub_gradient in page
    before = sigmoid(1.25)
    last = sigmoid(-1.5 * before + 0.75)
    factors = (2, before * (1 - before), -1.5, last * (1 - last), 2 * (last - 1))
    first, *rest = (f"{abs(f):.4g}" for f in factors)
    assert f"= {first} · {rest[0]} · (−{rest[1]}) · {rest[2]} · (−{rest[3]})" in page
    assert f"= {math.prod(factors):.4g}" in page
    bias = render(path_page(CHAIN, "b2", "chain"), width=120)
    assert "∂C/∂bᴸ = ∂zᴸ/∂bᴸ · ∂aᴸ/∂zᴸ · ∂C/∂aᴸ" in bias
    assert "∂zᴸ/∂bᴸ = 1" in bias


def test_the_forward_pass_and_the_update_rule() -> None:
    found = lines(CHAIN)
    for line in (
        "zᴸ⁻¹ = wᴸ⁻¹ x + bᴸ⁻¹", "aᴸ⁻¹ = σ(zᴸ⁻¹)", "zᴸ = wᴸaᴸ⁻¹ + bᴸ", "aᴸ = σ(zᴸ)", "C = (aᴸ − y)²",
        "∂C/∂aᴸ = 2(aᴸ − y)", "∂C/∂aᴸ⁻¹ = wᴸ ∂C/∂zᴸ",
        "wᴸ ← wᴸ − η ∂C/∂wᴸ", "bᴸ⁻¹ ← bᴸ⁻¹ − η ∂C/∂bᴸ⁻¹",
    ):  # fmt: skip
        assert line in found, line


def test_many_neurons_sum_over_the_layer_above() -> None:
    """j a neuron of layer L, k one of layer L − 1: ∂C/∂a_k is a sum over j."""
    found = lines(MANY)
    for line in (
        "zₖᴸ⁻¹ = ∑ᵢ₌₁² wₖᵢᴸ⁻¹ xᵢ + bₖᴸ⁻¹",
        "zⱼᴸ = ∑ₖ₌₁³ wⱼₖᴸ aₖᴸ⁻¹ + bⱼᴸ",
        "C = ∑ⱼ₌₁² (aⱼᴸ − yⱼ)²",
        "∂C/∂wⱼₖᴸ = ∂C/∂zⱼᴸ · aₖᴸ⁻¹",
        "∂C/∂aₖᴸ⁻¹ = ∑ⱼ₌₁² wⱼₖᴸ ∂C/∂zⱼᴸ",
        "∂C/∂zₖᴸ⁻¹ = ∂C/∂aₖᴸ⁻¹ · σ′(zₖᴸ⁻¹)",
    ):
        assert line in found, line


def test_example_after_example() -> None:
    """Two examples in turn, each with the weights that the one before left, in plain loops."""
    problem = load_problem(EXAMPLES / "tutorial_neurons.toml")
    data = problem.arrays()
    p = {name: np.array(value, dtype=float) for name, value in data.parameters.items()}
    ours = {name: value.copy() for name, value in p.items()}
    for n in (0, 1, 0):
        x, y = data.x[n], data.t[n]
        a1 = [sigmoid(sum(p["W1"][k, i] * x[i] for i in range(2)) + p["b1"][k]) for k in range(3)]
        a2 = [sigmoid(sum(p["W2"][j, k] * a1[k] for k in range(3)) + p["b2"][j]) for j in range(2)]
        dz2 = [2 * (a2[j] - y[j]) * a2[j] * (1 - a2[j]) for j in range(2)]
        da1 = [sum(p["W2"][j, k] * dz2[j] for j in range(2)) for k in range(3)]
        dz1 = [da1[k] * a1[k] * (1 - a1[k]) for k in range(3)]
        p["W2"] = p["W2"] - 0.5 * np.outer(dz2, a1)
        p["b2"] = p["b2"] - 0.5 * np.array(dz2)
        p["W1"] = p["W1"] - 0.5 * np.outer(dz1, x)
        p["b1"] = p["b1"] - 0.5 * np.array(dz1)
        ours = trace(problem.network, ours, x[None], y[None], learning_rate=0.5).steps[0].updated
    for name, value in p.items():
        np.testing.assert_allclose(ours[name], value, rtol=1e-12, err_msg=name)


def test_the_graph_has_every_node_and_both_directions() -> None:
    problem = load_problem(EXAMPLES / "tutorial.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t).steps[0]
    drawing = graph_drawing(CHAIN, "chain", step=step)
    last = sigmoid(-1.5 * sigmoid(1.25) + 0.75)
    for node in ("│ x │", "│ zᴸ⁻¹ │", "│ aᴸ⁻¹ │", "│ zᴸ │", "│ aᴸ │", "│ C │"):
        assert node in drawing
    assert f"∂C/∂aᴸ = −{2 * (1 - last):.4g}" in drawing
    assert f"∂aᴸ/∂zᴸ = {last * (1 - last):.4g}" in drawing
