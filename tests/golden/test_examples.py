"""The shipped problems are the documents': networks, shapes, and numbers worked by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.formula import Exact
from chalkgrad.network import Loss, Network
from chalkgrad.problem import KeyEntry, load_problem

EXAMPLES = Path(__file__).parents[2] / "examples"
RELU, SIGMOIDS = "4-3:relu-2:relu-1", "sigmoid:nobias"
NETWORKS = {
    "homework_regression": Network(RELU, "mean_squared_error"),
    "homework_regression_batch": Network(RELU, "mean_squared_error"),
    "homework_classification": Network(f"{RELU}:sigmoid", "binary_cross_entropy"),
    "homework_classification_batch": Network(f"{RELU}:sigmoid", "binary_cross_entropy"),
    "lecture_tanh": Network("2-3:tanh:nobias-2:nobias", "half_squared_error"),
    "lecture_bias": Network("2-3:tanh-1", "half_squared_error"),
    "slides_1layer": Network(f"3-1:{SIGMOIDS}", Loss("binary_cross_entropy", reduction="sum")),
    "slides_2layer": Network(f"2-2:{SIGMOIDS}-1:{SIGMOIDS}", reduction="sum"),
    "slides_3layer": Network(f"2-2:{SIGMOIDS}-2:{SIGMOIDS}-1:{SIGMOIDS}", reduction="sum"),
    "slides_matrix": Network(f"3-4:{SIGMOIDS}-1:{SIGMOIDS}", reduction="sum"),
    "slides_squared": Network("2-2:sigmoid:nobias-2:nobias", Loss("half_squared_error", reduction="sum")),
    "tutorial": Network("1-1:sigmoid-1:sigmoid", "squared_error"),
    "assignment": Network("4-3:relu-2:sigmoid", "binary_cross_entropy"),
    "tutorial_neurons": Network("2-3:sigmoid-2:sigmoid", "squared_error"),
    "quiz": Network("1-1:relu:nobias-1:sigmoid", "half_squared_error"),
    "xor": Network("2-4:tanh-1:sigmoid", "binary_cross_entropy"),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_is_the_documents(name: str) -> None:
    problem = load_problem(EXAMPLES / f"{name}.toml")
    assert problem.network == NETWORKS[name]
    assert problem.learning_rate or name == "assignment"
    if name not in ("xor", "assignment"):  # drawn from a seed
        assert set(problem.parameters) == set(problem.network.parameter_shapes())


def test_every_example_is_listed() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.toml")} == set(NETWORKS)


def test_the_homework_is_easy_to_do_by_hand() -> None:
    """z₁ = W₁x + b₁ and so on, worked on paper; some hidden neurons are off, none for every sample."""
    one = load_problem(EXAMPLES / "homework_regression.toml").arrays(Exact())
    batch = load_problem(EXAMPLES / "homework_regression_batch.toml").arrays(Exact())
    p = batch.parameters
    z1 = batch.x @ p["W1"].T + p["b1"]
    z2 = np.maximum(z1, 0) @ p["W2"].T + p["b2"]
    z3 = np.maximum(z2, 0) @ p["W3"].T + p["b3"]
    quarters = [[10, -3, 1], [-1, -2, 5], [5, 14, -11]]
    assert z1.tolist() == [[Fraction(q, 4) for q in row] for row in quarters]
    assert z2.tolist() == [[Fraction(q, 8) for q in row] for row in ([18, 4], [-18, 2], [26, -31])]
    assert z3.tolist() == [[Fraction(5, 2)], [Fraction(3, 8)], [Fraction(15, 4)]]
    for z in (z1, z2):
        assert (z > 0).any(axis=0).all()
        assert (z < 0).any(axis=0).all()
    assert one.x.tolist() == batch.x[:1].tolist()
    assert all((one.parameters[name] == array).all() for name, array in p.items())
    assert one.parameters["W1"].dtype == object


def test_both_heads_of_the_homework_share_their_numbers() -> None:
    for suffix in ("", "_batch"):
        first = load_problem(EXAMPLES / f"homework_regression{suffix}.toml")
        second = load_problem(EXAMPLES / f"homework_classification{suffix}.toml")
        assert first.to_dict()["parameters"] == second.to_dict()["parameters"]


def test_the_quiz_and_its_printed_key() -> None:
    quiz = load_problem(EXAMPLES / "quiz.toml")
    data = quiz.arrays(Exact())
    assert (data.x.item(), data.t.item()) == (3, 1)
    assert {name: array.item() for name, array in data.parameters.items()} == {
        "W1": Fraction(1, 100),
        "W2": -5,
        "b2": -1,
    }
    key = {entry.name: entry.answer for entry in quiz.key}
    assert {name: key[name] for name in ("loss", "dW1", "dW2", "db2")} == {
        "loss": "0.288",
        "dW1": "2.080",
        "dW2": "-0.004",
        "db2": "-0.1387",
    }
    assert key["sigmoid_prime"] == "1-(1/(1+e^(-z)))"
    assert KeyEntry("dW_jk", "a_k^(l-1)**delta_j^l", "dW_jk") in quiz.key
    assert len(key) == 12
