"""An independent trainer in float64, formulas by hand: every side's loss is held against its loss."""

from __future__ import annotations

import numpy as np

from benchmarks.workloads import Array, Parameters, Workload

ROWS = 1024
"""The loss is compared on so many rows."""

# |loss − loss in float64| / max(1, loss): SGD in float32, and Adam, whose first steps are near ±η whatever
# the size of a gradient, so that rounding decides the sign of those near 0.
TOLERANCE = {"sgd": 5e-6, "adam": 5e-4}


def activation(w: Workload, Z: Array) -> Array:
    """f(Z) of a hidden layer."""
    if w.activation == "relu":
        return np.maximum(Z, 0.0)
    return np.tanh(Z) if w.activation == "tanh" else 1 / (1 + np.exp(-Z))


def slope(w: Workload, A: Array) -> Array:
    """f′ through f's value."""
    if w.activation == "relu":
        return (A > 0).astype(np.float64)
    return 1 - A * A if w.activation == "tanh" else A * (1 - A)


def forward(w: Workload, p: Parameters, x: Array) -> list[Array]:
    """A₀ … A_{L−1} and Z_L."""
    values = [x.astype(np.float64)]
    for l in range(1, w.depth + 1):
        Z = values[-1] @ p[f"W{l}"].astype(np.float64).T + p[f"b{l}"].astype(np.float64)
        values.append(Z if l == w.depth else activation(w, Z))
    return values


def loss_and_error(w: Workload, Z: Array, t: Array) -> tuple[float, Array]:
    """L, the mean over the samples, and ∂L/∂Z_L."""
    m = len(Z)
    if w.loss == "cross_entropy":
        shifted = Z - Z.max(axis=1, keepdims=True)
        y = np.exp(shifted)
        sums = y.sum(axis=1, keepdims=True)
        one_hot = np.eye(Z.shape[1])[t]
        return float(((np.log(sums) - shifted) * one_hot).sum() / m), (y / sums - one_hot) / m
    if w.loss == "squared_error":
        return float(((Z - t) ** 2).sum() / m), 2 * (Z - t) / m
    y = 1 / (1 + np.exp(-Z))
    if w.loss == "binary_cross_entropy":
        return float((np.logaddexp(0, Z) - Z * t).sum() / m), (y - t) / m
    return float(((y - t) ** 2).sum() / m), 2 * (y - t) * y * (1 - y) / m


def gradients(w: Workload, p: Parameters, x: Array, t: Array) -> Parameters:
    """∂L/∂θ, backpropagated by hand."""
    values = forward(w, p, x)
    _, error = loss_and_error(w, values[-1], t)
    slopes: Parameters = {}
    for l in range(w.depth, 0, -1):
        slopes[f"W{l}"], slopes[f"b{l}"] = error.T @ values[l - 1], error.sum(axis=0)
        if l > 1:
            error = (error @ p[f"W{l}"]) * slope(w, values[l - 1])
    return slopes


def train(w: Workload, p: Parameters, x: Array, t: Array, steps: int) -> Parameters:
    """Return the parameters after so many steps over consecutive mini-batches."""
    p = {name: value.astype(np.float64) for name, value in p.items()}
    mean = {name: np.zeros_like(value) for name, value in p.items()}
    square = {name: np.zeros_like(value) for name, value in p.items()}
    for k in range(steps):
        start = k % w.steps_per_epoch * w.batch
        slopes = gradients(w, p, x[start : start + w.batch], t[start : start + w.batch])
        for name, g in slopes.items():
            if w.optimiser == "sgd":
                p[name] -= w.learning_rate * g
                continue
            mean[name] = 0.9 * mean[name] + 0.1 * g
            square[name] = 0.999 * square[name] + 0.001 * g**2
            unbiased = square[name] / (1 - 0.999 ** (k + 1))
            p[name] -= w.learning_rate * mean[name] / (1 - 0.9 ** (k + 1)) / (np.sqrt(unbiased) + 1e-8)
    return p


def loss(w: Workload, p: Parameters, x: Array, t: Array) -> float:
    """L on the first rows."""
    return loss_and_error(w, forward(w, p, x[:ROWS])[-1], t[:ROWS])[0]


def accuracy(w: Workload, p: Parameters, x: Array, t: Array) -> float:
    """The part of the rows whose class has the largest output."""
    return float(np.mean(forward(w, p, x)[-1].argmax(axis=1) == t))
