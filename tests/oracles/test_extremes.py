"""Extreme numbers against mpmath: saturated logits, inputs of 1e±30, exact zeros at kinks.

The reference knows no derivative at all: it evaluates the loss with a thousand digits, in a form that cancels
nothing, and takes a central difference so small that its error is far below what float64 can show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import chalkgrad
from chalkgrad import Network
from tests.oracles.cases import Array

TOLERANCE = 1e-9
mpf = mp.mpf


def softplus(z: Any) -> Any:
    return max(z, mpf(0)) + mp.log1p(mp.exp(-abs(z)))


def log_sum_exp(z: list[Any]) -> Any:
    top = max(z)
    return top + mp.log(mp.fsum(mp.exp(value - top) for value in z))


def log_one_minus_softmax(z: list[Any], j: int) -> Any:
    return log_sum_exp(z[:j] + z[j + 1 :]) - log_sum_exp(z)


# (last activation, loss) -> the loss of one sample in the logits z and targets t.
HEADS: dict[tuple[str, str], Callable[[list[Any], list[Any]], Any]] = {
    ("sigmoid", "binary_cross_entropy"): lambda z, t: mp.fsum(
        tj * softplus(-zj) + (1 - tj) * softplus(zj) for zj, tj in zip(z, t, strict=True)
    ),
    ("softmax", "cross_entropy"): lambda z, t: mp.fsum(
        tj * (log_sum_exp(z) - zj) for zj, tj in zip(z, t, strict=True)
    ),
    ("softmax", "binary_cross_entropy"): lambda z, t: mp.fsum(
        tj * (log_sum_exp(z) - z[j]) - (1 - tj) * log_one_minus_softmax(z, j) for j, tj in enumerate(t)
    ),
    ("sigmoid", "half_squared_error"): lambda z, t: mp.fsum(
        (mp.exp(-softplus(-zj)) - tj) ** 2 / 2 for zj, tj in zip(z, t, strict=True)
    ),
    ("tanh", "half_squared_error"): lambda z, t: mp.fsum(
        (mp.tanh(zj) - tj) ** 2 / 2 for zj, tj in zip(z, t, strict=True)
    ),
    ("softplus", "half_squared_error"): lambda z, t: mp.fsum(
        (softplus(zj) - tj) ** 2 / 2 for zj, tj in zip(z, t, strict=True)
    ),
}
# Hard targets for probabilities.  For the squared error, targets that a saturated output does not hit: y − t
# of rounded y and t has no relative precision to promise.
TARGETS = {
    "binary_cross_entropy": [1.0, 0.0],
    "cross_entropy": [0.0, 1.0],
    "half_squared_error": [0.25, -0.5],
}
# Every digit counts down to the smallest normal number, also of a gradient such as 1e-130, where loss and
# activation are canonical partners.  Softmax with the other cross-entropy divides by 1 − y and is not.
FLOOR = {("softmax", "binary_cross_entropy"): 1e-15}
SMALLEST = 1e-300


def true_gradients(
    head: tuple[str, str], w: Array, b: Array, x: Array, t: Array
) -> tuple[float, Array, Array]:
    """Return loss, ∂L/∂W and ∂L/∂b of one layer on one sample, by differences with a thousand digits."""
    with mp.workdps(1000):
        weights = [[mpf(float(entry)) for entry in row] for row in w]
        biases = [mpf(float(entry)) for entry in b]
        inputs, target = [mpf(float(entry)) for entry in x], [mpf(float(entry)) for entry in t]

        def loss() -> Any:
            rows = zip(weights, biases, strict=True)
            z = [mp.fsum(wi * xi for wi, xi in zip(row, inputs, strict=True)) + bj for row, bj in rows]
            return HEADS[head](z, target)

        def slope(place: list[Any], index: int, reach: Any) -> float:
            middle, step = place[index], mpf(10) ** -250 / reach
            place[index] = middle + step
            above = loss()
            place[index] = middle - step
            below = loss()
            place[index] = middle
            return float((above - below) / (2 * step))

        dW = [
            [slope(row, i, max(abs(inputs[i]), mpf(10) ** -40)) for i in range(len(row))] for row in weights
        ]
        db = [slope(biases, j, mpf(1)) for j in range(len(biases))]
        return float(loss()), np.array(dW), np.array(db)


@pytest.mark.parametrize("head", HEADS, ids="-".join)
@pytest.mark.parametrize("logit", [0.0, 1e-30, 1.0, 30.0, 40.0, 300.0, 700.0, 1e4])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_saturated_logits(head: tuple[str, str], logit: float, sign: float) -> None:
    w, b = np.array([[sign * logit, 0.0], [0.0, -0.5 * sign * logit]]), np.array([0.0, 0.25])
    agree(head, w, b, np.array([1.0, 1.0]))


@pytest.mark.parametrize("head", HEADS, ids="-".join)
@pytest.mark.parametrize("size", [1e30, 1e-30])
def test_huge_and_tiny_inputs(head: tuple[str, str], size: float) -> None:
    w, b = np.array([[0.7, -0.2], [0.1, 0.4]]), np.array([0.3, -0.1])
    agree(head, w, b, np.array([size, -2 * size]))
    agree(head, w / size, b, np.array([size, -2 * size]))


def agree(head: tuple[str, str], w: Array, b: Array, x: Array) -> None:
    last, loss = head
    t = np.array(TARGETS[loss])
    network = Network(f"2-2:{last}", loss=loss)
    found, slopes = chalkgrad.gradients(network, {"W1": w, "b1": b}, x[None], t[None])
    true, dW, db = true_gradients(head, w, b, x, t)
    floor = FLOOR.get(head, SMALLEST) * max(1.0, float(np.abs(x).max()))
    np.testing.assert_allclose(found, true, rtol=TOLERANCE, atol=floor)
    np.testing.assert_allclose(slopes["W1"], dW, rtol=TOLERANCE, atol=floor)
    np.testing.assert_allclose(slopes["b1"], db, rtol=TOLERANCE, atol=floor)


@pytest.mark.parametrize(("activation", "slope"), [("relu", 0.0), ("leaky_relu(0.25)", 0.25), ("elu", 1.0)])
def test_exact_zero_at_a_kink(activation: str, slope: float) -> None:
    """At z = 0 the derivative is the one from the left: relu′(0) = 0."""
    parameters = {
        "W1": np.array([[2.0]]),
        "b1": np.array([-2.0]),
        "W2": np.array([[3.0]]),
        "b2": np.array([1.0]),
    }
    network = Network(f"1-1:{activation}-1", loss="half_squared_error")
    loss, slopes = chalkgrad.gradients(network, parameters, np.array([[1.0]]), np.array([[0.0]]))
    assert loss == 0.5
    assert {name: value.item() for name, value in slopes.items()} == {
        "W1": 3 * slope,
        "b1": 3 * slope,
        "W2": 0,
        "b2": 1,
    }
