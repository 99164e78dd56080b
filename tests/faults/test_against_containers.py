"""Right gradients in every container that people return them in: never accused.  One wrong entry: named."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import make_dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network
from chalkgrad.check import check_against

NETWORK = Network("3-4:tanh-1:sigmoid")
NAMES = ["dW1", "db1", "dW2", "db2"]
Record = make_dataclass("Record", NAMES)
Backwards: Any = namedtuple("Backwards", ["db2", "dW2", "db1", "dW1"])

CONTAINERS: dict[str, Callable[[Any, Any, Any, Any], Any]] = {
    "tuple": lambda a, b, c, d: (a, b, c, d),
    "loss and tuple": lambda a, b, c, d: (0.5, (a, b, c, d)),
    "arrays as lists": lambda a, b, c, d: [v.tolist() for v in (a, b, c, d)],
    "named tuple, backwards": lambda a, b, c, d: Backwards(d, c, b, a),
    "dataclass": lambda a, b, c, d: Record(a, b, c, d),
    "namespace": lambda a, b, c, d: SimpleNamespace(dW1=a, db1=b, dW2=c, db2=d),
    "parameters' names": lambda a, b, c, d: {"W1": a, "b1": b, "W2": c, "b2": d},
    "weights and biases": lambda a, b, c, d: {"weights": [a, c], "biases": [b, d]},
    "biases and weights": lambda a, b, c, d: ([b, d], [a, c]),
    "lists from 1": lambda a, b, c, d: {"dW": [None, a, c], "db": [None, b, d]},
    "dictionaries from 1": lambda a, b, c, d: {"dW": {1: a, 2: c}, "db": {1: b, 2: d}},
    "pairs": lambda a, b, c, d: [(a, b), (c, d)],
    "a dictionary a layer": lambda a, b, c, d: [{"dW": a, "db": b}, {"dW": c, "db": d}],
    "layers from 1": lambda a, b, c, d: {1: {"dW": a, "db": b}, 2: {"dW": c, "db": d}},
    "named layers": lambda a, b, c, d: {"layer1": {"W": a, "b": b}, "layer2": {"W": c, "b": d}},
    "named layers from 0": lambda a, b, c, d: {"layer_0": {"W": a, "b": b}, "layer_1": {"W": c, "b": d}},
    "modules": lambda a, b, c, d: {"fc1.weight": a, "fc1.bias": b, "fc2.weight": c, "fc2.bias": d},
    "places of a sequence": lambda a, b, c, d: {"0.weight": a, "0.bias": b, "2.weight": c, "2.bias": d},
}


def written(container: Callable[[Any, Any, Any, Any], Any], slip: float = 0) -> Callable[..., Any]:
    """Return a gradient function as people write it; a slip goes into one entry of ∂L/∂W₁."""

    def backward(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        hidden = np.tanh(X @ W1.T + b1)
        output = 1 / (1 + np.exp(-hidden @ W2.T - b2))
        dZ2 = (output - y) / len(X)
        dZ1 = dZ2 @ W2 * (1 - hidden**2)
        dW1 = dZ1.T @ X
        dW1[2, 1] += slip
        return container(dW1, dZ1.sum(axis=0), dZ2.T @ hidden, dZ2.sum(axis=0))

    return backward


@pytest.mark.parametrize("name", CONTAINERS)
def test_right_gradients_in_any_container(name: str) -> None:
    report = check_against(written(CONTAINERS[name]), NETWORK)
    assert report.ok, [(found.name, found.message) for found in report.findings]


@pytest.mark.parametrize("name", CONTAINERS)
def test_one_wrong_entry_in_any_container(name: str) -> None:
    report = check_against(written(CONTAINERS[name], slip=0.1), NETWORK)
    assert [found.name for found in report.findings if found.verdict != "right"] == ["dW1"]
    worst = report.finding("dW1").worst
    assert worst is not None
    assert worst.place == "[3, 2]"


def by_class(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """CS231n's way: W is n_in × n_out, and y has class numbers that index the scores."""
    m = X.shape[0]
    hidden = np.maximum(0, X.dot(W1) + b1)
    scores = hidden.dot(W2) + b2
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    d = scores / scores.sum(axis=1, keepdims=True)
    d[range(m), y] -= 1
    d /= m
    back = d.dot(W2.T)
    back[hidden <= 0] = 0
    loss = 0.0
    grads = {"W2": hidden.T.dot(d), "b2": d.sum(axis=0), "W1": X.T.dot(back), "b1": back.sum(axis=0)}
    return loss, grads


def by_label(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    """Right for labels 0 and 1 only."""
    hidden = np.tanh(X @ W1.T + b1)
    output = 1 / (1 + np.exp(-hidden @ W2.T - b2))
    d = np.where(y == 1, output - 1, output) / len(X)
    back = d @ W2 * (1 - hidden**2)
    return back.T @ X, back.sum(axis=0), d.T @ hidden, d.sum(axis=0)


@pytest.mark.parametrize("seed", range(3))
def test_functions_for_labels_are_checked_at_labels(seed: int) -> None:
    """Targets that are drawn are what most people's functions are written for, not soft ones."""
    for function, network in ((by_class, Network("2-5:relu-3:softmax")), (by_label, NETWORK)):
        report = check_against(function, network, seed=seed)
        assert report.ok, [(found.name, found.message) for found in report.findings]
    assert "y as class numbers" in " ".join(check_against(by_class, Network("2-5:relu-3:softmax")).notes)
