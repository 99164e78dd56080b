"""The quiz: general answers, the functions' derivatives, the simple network, and its printed key.

Independently of the package: the network's two lines of arithmetic by hand; σ′ and its limit from e^z.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from chalkgrad import Network, trace
from chalkgrad.check.key import verify_key
from chalkgrad.formula import ACTIVATIONS, Float64
from chalkgrad.notation import render
from chalkgrad.notation.pages.derivation import derivation_page
from chalkgrad.notation.profiles.find import Notation, notation_from_dict
from chalkgrad.problem import load_problem

QUIZ = Path(__file__).parents[2] / "examples" / "quiz.toml"
DEEP = Network("3-" + "4:softplus-5:softplus-" * 3 + "2:softplus", loss="half_squared_error")


def lines(network: Network, notation: Notation | str = "nielsen") -> list[str]:
    page = render(derivation_page(network, notation), width=140)
    return [line.strip().split("   ")[0] for line in page.splitlines()]


def general() -> Notation:
    """The quiz's general part: counted to L, the output is a^L."""
    own = {"based_on": "nielsen", "count": "last", "letters": {"index": {"output": "a"}}}
    return notation_from_dict({"name": "quiz", **own}, "quiz")


def test_the_general_answers() -> None:
    """The first is missing in the printed text; receivers j, senders k, and k again one layer up."""
    found = lines(DEEP, general())
    for answer in (
        "δⱼᴸ = ∂C/∂aⱼᴸ · f′(zⱼᴸ)",
        "= f′(zⱼˡ) ∑ₖ₌₁^{nₗ₊₁} wₖⱼˡ⁺¹ δₖˡ⁺¹",
        "∂C/∂wⱼₖˡ = δⱼˡ aₖˡ⁻¹",
        "∂C/∂bⱼˡ = δⱼˡ",
    ):
        assert answer in found, answer
    assert "For l = L − 1, …, L − 5 (these 5 layers are alike):" in found


def test_the_general_lines_in_the_forward_pass() -> None:
    found = lines(DEEP)
    assert "zⱼˡ = ∑ₖ₌₁^{nₗ₋₁} wⱼₖˡ aₖˡ⁻¹ + bⱼˡ" in found
    assert "aⱼˡ = f(zⱼˡ)" in found


@pytest.mark.parametrize("z", [-700.0, -20.0, -1.0, 0.0, 0.5, 3.0, 700.0])
def test_sigma_prime(z: float) -> None:
    """σ′(z) = e^{−|z|} / (1 + e^{−|z|})²: ¼ at 0, and its magnitude becomes small as |z| grows."""
    small = math.exp(-abs(z))
    slope = ACTIVATIONS["sigmoid"].derivative("z")
    assert Float64().evaluate(slope, {"z": np.array([z])})[0] == pytest.approx(
        small / (1 + small) ** 2, rel=1e-13
    )


def test_relu_prime_on_either_side_and_at_the_kink() -> None:
    slope = ACTIVATIONS["relu"].derivative("z")
    found = Float64().evaluate(slope, {"z": np.array([-2.0, -1e-300, 0.0, 1e-300, 2.0])})
    assert np.asarray(found, dtype=float).tolist() == [0, 0, 0, 1, 1]


def test_the_simple_network() -> None:
    """z₁ = 0.03, a₁ = 0.03, z₂ = −1.15, y = 1/(1 + e^1.15)."""
    y = 1 / (1 + math.exp(1.15))
    delta2 = (y - 1) * y * (1 - y)
    problem = load_problem(QUIZ)
    data = problem.arrays()
    step = trace(problem.network, data.parameters, data.x, data.t, learning_rate=0.1).steps[0]
    assert float(step.loss) == pytest.approx(0.5 * (y - 1) ** 2, rel=1e-14)
    assert step.gradients["W1"].item() == pytest.approx(delta2 * -5 * 1 * 3, rel=1e-13)
    assert step.gradients["W2"].item() == pytest.approx(delta2 * 0.03, rel=1e-13)
    assert step.gradients["b2"].item() == pytest.approx(delta2, rel=1e-13)
    assert "b1" not in step.gradients  # the first layer has no bias
    assert step.updated["W1"].item() == pytest.approx(0.01 - 0.1 * delta2 * -15, rel=1e-13)
    figures = (float(step.loss), *(step.gradients[name].item() for name in ("W1", "W2", "b2")))
    assert [round(figure, 6) for figure in figures] == [0.288428, 2.080917, -0.004162, -0.138728]


def test_the_simple_network_as_written() -> None:
    found = lines(load_problem(QUIZ).network)
    for line in (
        "z¹ = w¹x", "a¹ = ReLU(z¹)", "z² = w²a¹ + b²", "y = σ(z²)", "C = ½(y − t)²",
        "δ² = ∂C/∂y · σ′(z²)", "= (y − t) y(1 − y)", "δ¹ = ∂C/∂a¹ · ReLU′(z¹)", "= w²δ² ReLU′(z¹)",
        "∂C/∂w¹ = δ¹x", "w¹ ← w¹ − η ∂C/∂w¹",
    ):  # fmt: skip
        assert line in found, line


def test_only_the_wrong_answer_of_the_key_is_accused() -> None:
    """1 − σ(z) is ½ at z = 0, where σ′(0) = ¼; the numbers are right, 2.080 by cutting."""
    report = verify_key(load_problem(QUIZ))
    assert not report.ok
    verdicts = {finding.name: finding.verdict.value for finding in report.findings}
    assert [name for name, verdict in verdicts.items() if verdict == "wrong"] == ["sigmoid_prime"]
    unread = [name for name, verdict in verdicts.items() if verdict == "not checked"]
    assert unread in ([], ["sigmoid_prime_limit"])  # "Its magnitude becomes small." is prose
    assert "cut" in verdicts["dW1"]
    assert verdicts["loss"] == verdicts["dW2"] == verdicts["db2"] == "right"
