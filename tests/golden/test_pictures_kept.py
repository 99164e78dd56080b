"""Whole pictures, as they were looked at: ``python -m tests.golden.test_pictures_kept`` draws them anew."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.evaluate import TraceStep, initialise, trace
from chalkgrad.network import Network
from chalkgrad.notation.charts.chart import Chart, Panel, Series
from chalkgrad.notation.charts.svg import chart_svg
from chalkgrad.notation.charts.text import chart_text
from chalkgrad.notation.graph.page import graph_drawing, graph_svg
from chalkgrad.train.record.history import Epoch, History
from chalkgrad.train.record.history_chart import history_chart

KEPT = Path(__file__).parent / "pictures"
QUIZ = Network("1-1:relu:nobias-1:sigmoid", "half_squared_error")
RESIDUAL = Network("2-2:tanh-2:tanh-2:relu:skip(2)-2:tanh-2:tanh:skip-1", "squared_error", l2=0.1)
DEEP = Network("2-" + "-".join(["2:tanh"] * 12) + "-2:softmax")
LOSSES = Panel(
    "Loss",
    "nats",
    (
        Series("training", tuple(3.2 * 0.8**k + 0.01 for k in range(30))),
        Series("validation", (math.nan, *(2.9 * 0.85**k + 0.2 for k in range(29)))),
    ),
    mark=(12, "best epoch: 13"),
)
SHARES = Panel(
    "Accuracy", "share", (Series("validation", tuple(1 - 0.5 / k for k in range(1, 20))),), linear=True
)
NORMS = Panel(
    "Gradients", "norm", tuple(Series(f"W{l}", (0.1**l, 0.5 * 0.1**l)) for l in range(1, 9)), ordered=True
)
EDGES = Panel(
    "Edges", "none", (Series("flat", (0.0, 0.0)), Series("one", (2.5,)), Series("none", (math.nan,)))
)
TRAINING = Chart("A training", "Epoch", (LOSSES, SHARES, NORMS, EDGES))
LONG = Chart(
    "Long", "Step", (Panel("Loss", "nats", (Series("all", tuple(math.sin(k / 50) for k in range(1000))),)),)
)


def training(validated: bool) -> Chart:
    """The chart of a training's history."""
    epochs = tuple(
        Epoch(
            k,
            10 * k,
            3 / k,
            (5 - k) ** 2 / 9 + 0.5 if validated else None,
            {"accuracy": 1 - 0.6 / k},
            gradient_norms={"1": 0.5 / k, "2": 2 / k},
        )
        for k in range(1, 9)
    )
    return history_chart(History(epochs), Network("4-3:tanh-1:sigmoid", l2=0.1) if validated else None)


def quiz() -> TraceStep:
    """The quiz with its numbers."""
    return trace(QUIZ, {"W1": [[0.01]], "W2": [[-5]], "b2": [-1]}, [[3]], [[1]]).steps[0]


def numbers(network: Network) -> TraceStep:
    """Numbers for a network: simple inputs, the weights of seed 0."""
    x = np.linspace(0.2, 1, network.input_width)[None]
    return trace(network, initialise(network), x, np.eye(network.widths[-1])[:1]).steps[0]


PICTURES: dict[str, Callable[[], str]] = {
    "quiz.txt": lambda: graph_drawing(QUIZ, "nielsen", step=quiz(), width=90),
    "quiz.svg": lambda: graph_svg(QUIZ, "nielsen", step=quiz()),
    "quiz_in_letters.txt": lambda: graph_drawing(QUIZ, "chain"),
    "residual.txt": lambda: graph_drawing(RESIDUAL, "matrix", width=100),
    "residual_narrow.txt": lambda: graph_drawing(RESIDUAL, "deeplearning", step=numbers(RESIDUAL), width=72),
    "residual.svg": lambda: graph_svg(RESIDUAL, "matrix"),
    "deep.txt": lambda: graph_drawing(DEEP, "bishop", width=80),
    "deep.svg": lambda: graph_svg(DEEP, "bishop", step=numbers(DEEP)),
    "training.txt": lambda: chart_text(TRAINING, 80),
    "training.svg": lambda: chart_svg(TRAINING, "auto"),
    "history.txt": lambda: chart_text(training(True), 72, 8),
    "history_alone.txt": lambda: chart_text(training(False), 72, 8),
    "long.txt": lambda: chart_text(LONG, 60, 6),
    "long.svg": lambda: chart_svg(LONG, "dark"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_one_that_was_looked_at(name: str) -> None:
    assert PICTURES[name]().replace("><", ">\n<") == (KEPT / name).read_text("utf-8")


if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (KEPT / name).write_text(draw().replace("><", ">\n<"), "utf-8")
