"""Saturated random networks against backpropagation by hand at 400 digits, and against ``digits=50``.

Weights and inputs are so large that hidden and last pre-activations lie around ±20 … ±10000 and 10^±30;
targets are the very values at which the last activation saturates, so that ŷ − t cancels completely.
"""

from __future__ import annotations

import itertools
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import chalkgrad
from chalkgrad import Network
from tests.oracles import by_hand
from tests.oracles.cases import Array

TOLERANCE = 1e-9
SMALLEST = 1e-300
ROUNDING = 1e-15  # of the terms of a sum, which counts where they cancel
SQUARED = ("squared_error", "half_squared_error", "mean_squared_error")
HEADS = [
    *itertools.product((*by_hand.ACTIVATIONS, "softmax"), SQUARED),
    ("sigmoid", "binary_cross_entropy"),
    ("sigmoid", "cross_entropy"),
    ("softmax", "cross_entropy"),
]
LIMITS = {"tanh": [-1.0, 1.0, 0.0, 0.25], "elu": [-1.0, 0.0, 2.0]}  # others: 0 and 1
PER_HEAD = 8


def case(last: str, loss: str, seed: int) -> tuple[Network, list[str], dict[str, Array], Array, Array]:
    """Return a network with one to three layers, its activations, parameters, inputs and targets."""
    draw = np.random.default_rng((seed, HEADS.index((last, loss))))
    widths = [int(width) for width in draw.integers(1, 4, int(draw.integers(2, 5)))]
    if loss == "cross_entropy" or last == "softmax":
        widths[-1] += 1
    layers = [*(str(name) for name in draw.choice([*by_hand.ACTIVATIONS], len(widths) - 2)), last]
    parts = [f"{width}:{name}" for width, name in zip(widths[1:], layers, strict=True)]
    network = Network("-".join([str(widths[0]), *parts]), loss=loss)
    size = float(draw.choice([1.0, 1.0, 1.0, 1e30, 1e-30]))
    parameters = {}
    for name, shape in network.parameter_shapes().items():
        scale = draw.choice([1.0, 20.0, 100.0, 700.0]) if name[0] == "W" else draw.choice([0.0, 1.0, 30.0])
        parameters[name] = draw.normal(size=shape) * scale
    if draw.random() < 0.5:
        parameters["W1"] = parameters["W1"] / size
    samples = int(draw.integers(1, 3))
    x = draw.normal(size=(samples, widths[0])) * size
    t = draw.choice(LIMITS.get(last, [0.0, 1.0]), size=(samples, widths[-1]))
    if loss == "cross_entropy":
        t = np.eye(widths[-1])[draw.integers(0, widths[-1], samples)]
    return network, layers, parameters, x, t


@pytest.mark.parametrize(("last", "loss"), HEADS)
def test_saturated_networks(last: str, loss: str) -> None:
    for seed in range(PER_HEAD):
        network, layers, parameters, x, t = case(last, loss, seed)
        with mp.workdps(by_hand.DIGITS):
            true = by_hand.gradients(by_hand.Network.of(layers, loss, parameters), x, t)
        if any(0 < abs(z) < SMALLEST for z in true.pre):
            continue  # zero in float64, where a kink has another slope
        label = f"{network}, seed {seed}"
        found, slopes = chalkgrad.gradients(network, parameters, x, t)
        step = chalkgrad.trace(network, parameters, x, t, digits=50).steps[0]
        for loss_found, table in ((found, slopes), (step.loss, step.gradients)):
            near(loss_found, true.loss, true.loss, label)
            for name, gradient in table.items():
                near(gradient, true.gradients[name], true.sizes[name], f"{label}, {name}")


@pytest.mark.parametrize("last", [*by_hand.ACTIVATIONS, "softmax"])
@pytest.mark.parametrize("seed", range(12))
def test_exact_kinks(last: str, seed: int) -> None:
    """Small whole numbers, so that many units stand exactly at 0: the derivative is the one from the left."""
    draw = np.random.default_rng((seed, *last.encode()))
    kinked = ["relu", "leaky_relu(0.25)", "elu"]
    layers = [*(str(name) for name in draw.choice(kinked, 2)), last]
    network = Network(f"2-4:{layers[0]}-3:{layers[1]}-2:{last}", loss="squared_error")
    parameters = {
        name: draw.integers(-1, 2, shape) * 1.0 for name, shape in network.parameter_shapes().items()
    }
    x, t = draw.integers(-2, 3, (4, 2)) * 1.0, draw.integers(0, 2, (4, 2)) * 1.0
    x[0], parameters["b1"][:2] = 0.0, 0.0
    with mp.workdps(by_hand.DIGITS):
        true = by_hand.gradients(by_hand.Network.of(layers, "squared_error", parameters), x, t)
    assert true.pre.count(0) >= 2
    found, slopes = chalkgrad.gradients(network, parameters, x, t)
    near(found, true.loss, true.loss, str(network))
    for name, slope in slopes.items():
        near(slope, true.gradients[name], true.sizes[name], f"{network}, {name}")


def near(found: Any, true: Any, size: Any, label: str) -> None:
    """Compare to nine digits; where a sum cancels, the rounding of its terms is allowed too."""
    ours, theirs, sizes = (np.array(value, dtype=np.float64).ravel() for value in (found, true, size))
    assert np.isfinite(ours).all(), label
    allowed = np.maximum(TOLERANCE * np.abs(theirs) + ROUNDING * sizes, SMALLEST)
    assert (np.abs(ours - theirs) <= allowed).all(), (label, ours, theirs)
