"""The lecture: node errors, recurrence, canonical links, the tanh example, the loop and its cost.

Independently of the package: the lecture's own sums in plain Python, and SymPy for the canonical links.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from chalkgrad import Network, derive, trace
from chalkgrad.derive.cost import cost
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.problem import load_problem
from chalkgrad.train import SGD, fit

EXAMPLES = Path(__file__).parents[2] / "examples"
EXAMPLE = Network("2-3:tanh:nobias-2:nobias", loss="half_squared_error")


def lines(network: Network) -> list[str]:
    page = render(derivation_page(network, "bishop"), width=140)
    return [line.strip().split("   ")[0] for line in page.splitlines()]


def test_the_tanh_example_in_the_lectures_sums() -> None:
    """a_j = Σ w_ji x_i, z_j = tanh a_j, y_k = Σ w_kj z_j; δ_k = y_k − t_k, δ_j = (1 − z_j²) Σ_k w_kj δ_k."""
    problem = load_problem(EXAMPLES / "lecture_tanh.toml")
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t, learning_rate=0.1).steps[0]
    w1 = [[0.5, -0.25], [-1, 0.75], [0.25, 1]]
    w2 = [[1, -0.5, 0.75], [0.5, 0.25, -1]]
    x, t, eta = [1, -2], [0.5, 1], 0.1
    z = [math.tanh(sum(w1[j][i] * x[i] for i in range(2))) for j in range(3)]
    y = [sum(w2[k][j] * z[j] for j in range(3)) for k in range(2)]
    out = [y[k] - t[k] for k in range(2)]
    hidden = [(1 - z[j] ** 2) * sum(w2[k][j] * out[k] for k in range(2)) for j in range(3)]
    assert float(step.loss) == pytest.approx(0.5 * sum(d * d for d in out), rel=1e-14)
    np.testing.assert_allclose(step.deltas["2"], [out], rtol=1e-13)
    np.testing.assert_allclose(step.deltas["1"], [hidden], rtol=1e-13)
    np.testing.assert_allclose(step.gradients["W2"], [[d * v for v in z] for d in out], rtol=1e-13)
    np.testing.assert_allclose(step.gradients["W1"], [[d * v for v in x] for d in hidden], rtol=1e-13)
    moved = [[w1[j][i] - eta * hidden[j] * x[i] for i in range(2)] for j in range(3)]
    np.testing.assert_allclose(step.updated["W1"], moved, rtol=1e-13)


def test_the_example_as_the_lecture_writes_it() -> None:
    found = lines(EXAMPLE)
    for line in (
        "aⱼ⁽¹⁾ = ∑ᵢ₌₁² wⱼᵢ⁽¹⁾ xᵢ",
        "zⱼ⁽¹⁾ = h(aⱼ⁽¹⁾)",
        "aₖ⁽²⁾ = ∑ⱼ₌₁³ wₖⱼ⁽²⁾ zⱼ⁽¹⁾",
        "yₖ = aₖ⁽²⁾",
        "∂E/∂wₖⱼ⁽²⁾ = δₖ⁽²⁾ zⱼ⁽¹⁾",
        "= h′(aⱼ⁽¹⁾) ∑ₖ₌₁² wₖⱼ⁽²⁾ δₖ⁽²⁾",
        "= (1 − (zⱼ⁽¹⁾)²) ∑ₖ₌₁² wₖⱼ⁽²⁾ δₖ⁽²⁾",
        "∂E/∂wⱼᵢ⁽¹⁾ = δⱼ⁽¹⁾ xᵢ",
        "wⱼᵢ⁽¹⁾ ← wⱼᵢ⁽¹⁾ − η ∂E/∂wⱼᵢ⁽¹⁾",
        "= wⱼᵢ⁽¹⁾ − ηδⱼ⁽¹⁾ xᵢ",
        "h(a) = tanh(a)",
        "= (eᵃ − e⁻ᵃ)/(eᵃ + e⁻ᵃ)",
        "h′(a) = 1 − tanh²(a)",
    ):
        assert line in found, line
    assert "E = ½ ∑ₖ₌₁² (yₖ − tₖ)²" in found


def test_the_absorbed_bias() -> None:
    found = lines(Network("2-3:tanh-1", loss="half_squared_error"))
    assert "aⱼ⁽¹⁾ = ∑ᵢ₌₁² wⱼᵢ⁽¹⁾ xᵢ + wⱼ₀⁽¹⁾" in found
    assert "∂E/∂wⱼ₀⁽¹⁾ = δⱼ⁽¹⁾" in found


@pytest.mark.parametrize(
    ("spec", "loss", "last"),
    [
        ("3-2:nobias", "half_squared_error", "= yₖ − tₖ"),
        ("3-1:sigmoid:nobias", "binary_cross_entropy", "= y − t"),
        ("3-3:softmax:nobias", "cross_entropy", "= yₖ − tₖ"),
    ],
)
def test_the_canonical_links_end_in_the_prediction_error(spec: str, loss: str, last: str) -> None:
    network = Network(spec, loss=loss)
    assert last in lines(network)
    forms = derive(network).step("dZ1").forms
    assert forms[-1].rule in ("canonical-link", "targets-sum-to-one")
    assert len(forms) > 1  # found by steps


def test_sympy_finds_the_same_links() -> None:
    """E as a function of the sums a, differentiated there, minus (y − t), is zero."""
    sp = pytest.importorskip("sympy")
    a = sp.symbols("a1:4", real=True)
    t = sp.symbols("t1:4", positive=True)
    sigma = 1 / (1 + sp.exp(-a[0]))
    bce = -t[0] * sp.log(sigma) - (1 - t[0]) * sp.log(1 - sigma)
    assert sp.simplify(sp.diff(bce, a[0]) - (sigma - t[0])) == 0
    total = sum(sp.exp(each) for each in a)
    y = [sp.exp(each) / total for each in a]
    last = 1 - t[0] - t[1]  # the targets sum to one
    ce = -sum(target * sp.log(each) for target, each in zip((t[0], t[1], last), y, strict=True))
    for k, target in enumerate((t[0], t[1], last)):
        assert sp.simplify(sp.diff(ce, a[k]) - (y[k] - target)) == 0


def test_a_loss_that_does_not_fit_keeps_its_factor() -> None:
    """½(y − t)² after a sigmoid: δ = (y − t) y (1 − y), no canonical link."""
    found = lines(Network("3-1:sigmoid:nobias", loss="half_squared_error"))
    assert "= (y − t) y(1 − y)" in found
    assert "= y − t" not in found


def test_the_cost_of_the_passes_counted_by_hand() -> None:
    """Forward n₁n₀ + n₂n₁; backward twice that, but not for the inputs' own error: minus n₁n₀."""
    n0, n1, n2 = 784, 128, 10
    found = cost(derive(Network(f"{n0}-{n1}:tanh-{n2}:softmax", loss="cross_entropy")))
    assert found.multiply_adds("forward").at(1) == n1 * n0 + n2 * n1
    assert found.multiply_adds("backward").at(1) == 2 * (n1 * n0 + n2 * n1) - n1 * n0


def test_the_loop_converges() -> None:
    """t = x₁x₂ cannot be had from one layer; mini-batches of two, until E no longer falls."""
    problem = load_problem(EXAMPLES / "lecture_bias.toml")
    data = problem.arrays()
    run = fit(
        problem.network, data.x, data.t, parameters=data.parameters,
        optimiser=SGD(0.5), epochs=300, batch_size=2,
    )  # fmt: skip
    assert run.outcome == "finished"
    assert run.history.losses[-1] < 1e-4
    np.testing.assert_allclose(run.predict(data.x), data.t, atol=0.03)
