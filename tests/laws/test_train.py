"""Training a network: its step is the gradient's step, its settings are checked, its accuracy is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.data import load_digits, split
from chalkgrad.evaluate import gradients, initialise, predict
from chalkgrad.network import Network
from chalkgrad.train import accuracy, train


def test_one_full_batch_is_one_gradient_step() -> None:
    network = Network("3-4:tanh-2:softmax", l2=0.01)
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(5, 3)), np.eye(2)[[0, 1, 1, 0, 1]]
    start = initialise(network, seed=3)
    _, slopes = gradients(network, start, x, t)
    reached, history = train(network, start, x, t, epochs=1, batch_size=5, learning_rate=0.5)
    assert history.steps == 1
    for name, value in reached.items():
        np.testing.assert_allclose(value, start[name] - 0.5 * slopes[name], rtol=1e-12, atol=1e-15)


def test_xor_is_learned() -> None:
    network = Network("2-4:tanh-1:sigmoid")
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = np.array([[0.0], [1.0], [1.0], [0.0]])
    start = initialise(network, seed=0)
    reached, _ = train(network, start, x, t, epochs=2000, batch_size=4, learning_rate=0.5)
    assert accuracy(predict(network, reached, x), t) == 1


def test_digits_are_learned() -> None:
    network = Network("64-32:relu-10:softmax")
    x, labels = load_digits()
    x_train, train_labels, x_test, test_labels = split(x, labels)
    start = initialise(network, seed=0)
    reached, _ = train(network, start, x_train, np.eye(10)[train_labels], epochs=8, learning_rate=0.2)
    assert accuracy(predict(network, reached, x_test), test_labels) > 0.95


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epochs": 0}, "epochs: must be a whole number from 1 up; got 0."),
        ({"batch_size": 2.5}, "batch_size: must be a whole number from 1 up; got 2.5."),
        ({"learning_rate": "fast"}, "learning_rate: must be a number above 0; got 'fast'. Try 0.1."),
        (
            {"learning_rate": -1.0, "epochs": True},
            "epochs: must be a whole number from 1 up; got True.\nlearning_rate",
        ),
        ({"learning_rate": float("nan")}, "learning_rate: must be a number above 0; got nan."),
    ],
)
def test_unusable_settings_are_told_together(settings: dict[str, Any], said: str) -> None:
    network = Network("2-1")
    with pytest.raises(InputError) as told:
        train(network, initialise(network), np.ones((2, 2)), np.ones((2, 1)), **settings)
    assert said in str(told.value)


def test_rows_must_agree() -> None:
    network = Network("2-1")
    with pytest.raises(InputError, match="t: must have one row for each of the 3 rows of x; got 2 rows"):
        train(network, initialise(network), np.ones((3, 2)), np.ones((2, 1)))


def test_accuracy_counts() -> None:
    assert accuracy(np.array([[0.4], [0.6], [0.9], [0.5]]), np.array([[0], [1], [0], [0]])) == 0.75
    y = np.array([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]])
    assert accuracy(y, np.array([1, 2])) == 0.5
    assert accuracy(y, np.array([[0, 1, 0], [1, 0, 0]])) == 1
    with pytest.raises(InputError):
        accuracy(y, np.array([1]))
