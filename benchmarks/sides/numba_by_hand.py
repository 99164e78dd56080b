"""Numba: backpropagation in explicit loops, compiled; BLAS (np.dot) for products that are worth it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit

from benchmarks.sides import Task
from benchmarks.workloads import Parameters

f32 = np.float32
RELU, TANH, SIGMOID = 0, 1, 2
CROSS_ENTROPY, BINARY, SQUARED, SQUARED_OF_SIGMOID = 0, 1, 2, 3
ACTIVATIONS = {"relu": RELU, "tanh": TANH, "sigmoid": SIGMOID}
LOSSES = {
    "cross_entropy": CROSS_ENTROPY,
    "binary_cross_entropy": BINARY,
    "squared_error": SQUARED,
    "squared_error_of_sigmoid": SQUARED_OF_SIGMOID,
}
WORTH_BLAS = 1024  # weights of a layer

fast = njit(fastmath={"contract", "reassoc", "nsz", "arcp"}, error_model="numpy")


@fast
def forward(A, W, b, Z):  # type: ignore[no-untyped-def]
    """Z = A W + b; W is n_in × n_out."""
    m, n_in, n_out = len(A), W.shape[0], W.shape[1]
    if W.size > WORTH_BLAS and n_out >= 4:
        np.dot(A, W, Z)
        for i in range(m):
            for j in range(n_out):
                Z[i, j] += b[j]
        return
    for i in range(m):
        for j in range(n_out):
            Z[i, j] = b[j]
        for k in range(n_in):
            a = A[i, k]
            for j in range(n_out):
                Z[i, j] += a * W[k, j]


@fast
def activate(Z, kind):  # type: ignore[no-untyped-def]
    """Z ← f(Z)."""
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            z = Z[i, j]
            if kind == RELU:
                Z[i, j] = max(z, f32(0))
            elif kind == TANH:
                Z[i, j] = np.tanh(z)
            else:
                Z[i, j] = f32(1) / (f32(1) + np.exp(-z))


@fast
def output_error(Z, classes, t, first, E, kind):  # type: ignore[no-untyped-def]
    """E = ∂L/∂Z_L of the mini-batch that begins at row ``first``."""
    m, n = Z.shape
    share = f32(1.0 / m)
    for i in range(m):
        if kind == CROSS_ENTROPY:
            largest = Z[i, 0]
            for j in range(1, n):
                largest = max(largest, Z[i, j])
            total = f32(0)
            for j in range(n):
                E[i, j] = np.exp(Z[i, j] - largest)
                total += E[i, j]
            scale = share / total
            for j in range(n):
                E[i, j] *= scale
            E[i, classes[first + i]] -= share
            continue
        for j in range(n):
            target = t[first + i, j]
            if kind == SQUARED:
                E[i, j] = f32(2) * share * (Z[i, j] - target)
                continue
            y = f32(1) / (f32(1) + np.exp(-Z[i, j]))
            E[i, j] = share * (y - target)
            if kind == SQUARED_OF_SIGMOID:
                E[i, j] *= f32(2) * y * (f32(1) - y)


@fast
def weight_gradient(A, E, dW, db):  # type: ignore[no-untyped-def]
    """DW = Aᵀ E, db = 1ᵀ E."""
    m, n_in, n_out = len(A), dW.shape[0], dW.shape[1]
    for j in range(n_out):
        db[j] = f32(0)
    for i in range(m):
        for j in range(n_out):
            db[j] += E[i, j]
    if dW.size > WORTH_BLAS and n_out >= 4:
        np.dot(A.T, E, dW)
        return
    dW[:] = f32(0)
    for i in range(m):
        for k in range(n_in):
            a = A[i, k]
            for j in range(n_out):
                dW[k, j] += a * E[i, j]


@fast
def propagate(E, W, A, out, kind):  # type: ignore[no-untyped-def]
    """Out = (E Wᵀ) ⊙ f′, with f′ through f's value A."""
    m, n_in, n_out = len(E), W.shape[0], W.shape[1]
    if W.size > WORTH_BLAS and n_out >= 4:
        np.dot(E, W.T, out)
    else:
        for i in range(m):
            for k in range(n_in):
                total = f32(0)
                for j in range(n_out):
                    total += E[i, j] * W[k, j]
                out[i, k] = total
    for i in range(m):
        for k in range(n_in):
            a = A[i, k]
            if kind == RELU:
                out[i, k] = out[i, k] if a > 0 else f32(0)
            elif kind == TANH:
                out[i, k] *= f32(1) - a * a
            else:
                out[i, k] *= a * (f32(1) - a)


@fast
def adam(theta, g, mean, square, rate, step):  # type: ignore[no-untyped-def]
    """θ ← θ − η m̂/(√v̂ + ε)."""
    factor = f32(rate / (1 - 0.9**step))
    unbias = f32(1 / np.sqrt(1 - 0.999**step))
    for i in range(len(theta)):
        mean[i] = f32(0.9) * mean[i] + f32(0.1) * g[i]
        square[i] = f32(0.999) * square[i] + f32(0.001) * g[i] * g[i]
        theta[i] -= factor * mean[i] / (np.sqrt(square[i]) * unbias + f32(1e-8))


@fast
def train(steps, first_step, x, classes, t, batch, W, b, dW, db, A, E, vectors, kinds, rate):  # type: ignore[no-untyped-def]
    """Take steps; W, b, dW, db, A, E hold one array a layer, ``vectors`` θ, g, m, v."""
    theta, g, mean, square = vectors
    activation, loss, with_adam = kinds
    last, batches = len(W) - 1, len(x) // batch
    for k in range(first_step, first_step + steps):
        first = k % batches * batch
        rows = x[first : first + batch]
        forward(rows, W[0], b[0], A[0])
        for l in range(1, last + 1):
            activate(A[l - 1], activation)
            forward(A[l - 1], W[l], b[l], A[l])
        output_error(A[last], classes, t, first, E[last], loss)
        for l in range(last, 0, -1):
            weight_gradient(A[l - 1], E[l], dW[l], db[l])
            propagate(E[l], W[l], A[l - 1], E[l - 1], activation)
        weight_gradient(rows, E[0], dW[0], db[0])
        if with_adam:
            adam(theta, g, mean, square, rate, k + 1)
        else:
            for i in range(len(theta)):
                theta[i] -= rate * g[i]


class ByHand:
    """One vector of parameters, one of gradients; the layers' arrays are views of them."""

    granularity = 1

    def __init__(self, task: Task) -> None:
        w = task.workload
        theta, g = np.empty(w.parameter_count, f32), np.zeros(w.parameter_count, f32)
        self.W, self.b = views(theta, w.widths)
        for l in range(w.depth):
            self.W[l][...] = task.parameters[f"W{l + 1}"].T
            self.b[l][...] = task.parameters[f"b{l + 1}"]
        by_class = w.loss == "cross_entropy"
        with_adam = w.optimiser == "adam"
        moments = [np.zeros(len(theta) if with_adam else 0, f32) for _ in range(2)]
        A, E = (tuple(np.zeros((w.batch, n), f32) for n in w.widths[1:]) for _ in range(2))
        self.step = 0
        self.fixed: tuple[Any, ...] = (
            task.x,
            task.t if by_class else np.zeros(1, np.int64),
            np.zeros((1, 1), f32) if by_class else task.t,
            w.batch,
            self.W,
            self.b,
            *views(g, w.widths),
            A,
            E,
            (theta, g, *moments),
            (ACTIVATIONS[w.activation], LOSSES[w.loss], int(with_adam)),
            f32(w.learning_rate),
        )

    def run(self, steps: int) -> None:
        """Take so many steps."""
        train(steps, self.step, *self.fixed)
        self.step += steps

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l, (W, b) in enumerate(zip(self.W, self.b, strict=True), start=1):
            found[f"W{l}"], found[f"b{l}"] = W.T.copy(), b.copy()
        return found


def views(vector: Any, widths: tuple[int, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Cut a vector into the weights, n_in × n_out, and the biases of every layer."""
    weights, biases, end = [], [], 0
    for n_in, n_out in pairwise(widths):
        start, middle, end = end, end + n_in * n_out, end + (n_in + 1) * n_out
        weights.append(vector[start:middle].reshape(n_in, n_out))
        biases.append(vector[middle:end])
    return tuple(weights), tuple(biases)


def prepare(task: Task) -> ByHand:
    """Its BLAS has its threads from the environment."""
    return ByHand(task)
