"""Gradients of 784-128-10 at batch 32: the derived equations against NumPy written by hand."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import alternate, report
from chalkgrad import Network, gradients

Array = NDArray[np.float64]


def by_hand(p: dict[str, Array], x: Array, t: Array) -> tuple[float, dict[str, Array]]:
    """Return loss and gradients of relu, softmax and cross-entropy, as a careful person writes them."""
    m = len(x)
    z1 = x @ p["W1"].T + p["b1"]
    a1 = np.maximum(z1, 0.0)
    z2 = a1 @ p["W2"].T + p["b2"]
    shifted = z2 - z2.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)
    loss = float((t * (np.log(sums) - shifted)).sum() / m)
    d2 = (powers / sums - t) / m
    d1 = (d2 @ p["W2"]) * (z1 > 0)
    return loss, {"W1": d1.T @ x, "b1": d1.sum(axis=0), "W2": d2.T @ a1, "b2": d2.sum(axis=0)}


def main() -> int:
    """Check that both agree, then time them in turn; return 1 if the promise is broken."""
    random = np.random.default_rng(0)
    network = Network("784-128:relu-10:softmax", loss="cross_entropy")
    shapes = network.parameter_shapes()
    p = {name: random.normal(size=shape) * 0.05 for name, shape in shapes.items()}
    x, t = random.random((32, 784)), np.eye(10)[random.integers(0, 10, 32)]
    (loss, slopes), (true_loss, true) = gradients(network, p, x, t), by_hand(p, x, t)
    np.testing.assert_allclose(loss, true_loss, rtol=1e-12)
    for name, value in true.items():
        np.testing.assert_allclose(slopes[name], value, rtol=1e-9, atol=1e-14)

    ours, hand = alternate([lambda: gradients(network, p, x, t), lambda: by_hand(p, x, t)], rounds=1000)
    print(f"gradients of {network}, batch 32: {ours * 1e6:.0f} µs; by hand {hand * 1e6:.0f} µs")
    return 0 if report("ratio to NumPy written by hand", ours / hand, "×", 1.5) else 1


if __name__ == "__main__":
    sys.exit(main())
