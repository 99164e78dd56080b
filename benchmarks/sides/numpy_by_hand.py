"""NumPy as a careful person writes it: every array allocated once, every result written in place."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.sides import Task
from benchmarks.sides.batches import Batches
from benchmarks.workloads import Parameters

f32 = np.float32
CHUNK = 16384  # numbers of an update that stay in the cache between its operations


class Layer:
    """Buffers of one layer; ``W`` is n_in × n_out, so that A W needs no transpose."""

    def __init__(self, m: int, W: Any, b: Any, dW: Any, db: Any) -> None:
        shape = (m, len(b))
        self.W, self.b, self.dW, self.db = W, b, dW, db
        self.A, self.E, self.scratch = (np.empty(shape, f32) for _ in range(3))
        self.positive = np.empty(shape, bool)


def sigmoid_in_place(z: Any) -> None:
    """z ← 1/(1 + e^−z)."""
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.add(z, f32(1), out=z)
    np.reciprocal(z, out=z)


class ByHand(Batches):
    """All parameters are one vector; the learning rate of SGD is already in the error."""

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        super().__init__(task.x, task.t, w.batch, self.take_step)
        self.theta = np.empty(w.parameter_count, f32)
        self.g = np.empty_like(self.theta)
        self.layers: list[Layer] = []
        end = 0
        for l, (n_in, n_out) in enumerate(pairwise(w.widths), start=1):
            start, middle, end = end, end + n_in * n_out, end + (n_in + 1) * n_out
            W, dW = (v[start:middle].reshape(n_in, n_out) for v in (self.theta, self.g))
            self.layers.append(Layer(w.batch, W, self.theta[middle:end], dW, self.g[middle:end]))
            W[...], self.theta[middle:end] = task.parameters[f"W{l}"].T, task.parameters[f"b{l}"]
        self.ones = np.ones(w.batch, f32)
        self.column = np.empty((w.batch, 1), f32)
        self.rows = np.arange(w.batch)
        twice = 2 if w.loss.startswith("squared") else 1
        self.scale = f32(twice / w.batch * (w.learning_rate if w.optimiser == "sgd" else 1))
        self.squash = {"relu": None, "tanh": np.tanh}.get(w.activation, sigmoid_in_place)
        self.update = self.sgd
        if w.optimiser == "adam":
            self.updates, self.update = 0, self.adam
            self.mean, self.square = np.zeros_like(self.theta), np.zeros_like(self.theta)
            self.scratch = np.empty(CHUNK, f32)

    def take_step(self, x: Any, t: Any) -> None:
        """Forward, loss, backward, update."""
        A = x
        last = self.layers[-1]
        for layer in self.layers:
            Z = layer.A
            np.dot(A, layer.W, out=Z)
            np.add(Z, layer.b, out=Z)
            if layer is not last:
                self.activate(Z)
            A = Z
        self.output_error(A, t, last.E)
        for k in range(len(self.layers) - 1, -1, -1):
            layer = self.layers[k]
            below = self.layers[k - 1].A if k else x
            np.dot(below.T, layer.E, out=layer.dW)
            np.dot(self.ones, layer.E, out=layer.db)
            if k:
                np.dot(layer.E, layer.W.T, out=self.layers[k - 1].E)
                self.times_slope(self.layers[k - 1])
        self.update()

    def activate(self, Z: Any) -> None:
        """Z ← f(Z)."""
        if self.squash is None:
            np.maximum(Z, f32(0), out=Z)
        elif self.squash is np.tanh:
            np.tanh(Z, out=Z)
        else:
            sigmoid_in_place(Z)

    def output_error(self, Z: Any, t: Any, E: Any) -> None:
        """E ← ∂L/∂Z_L (times η for SGD)."""
        loss = self.workload.loss
        if loss == "cross_entropy":
            np.max(Z, axis=1, keepdims=True, out=self.column)
            np.subtract(Z, self.column, out=E)
            np.exp(E, out=E)
            np.sum(E, axis=1, keepdims=True, out=self.column)
            np.divide(self.scale, self.column, out=self.column)
            np.multiply(E, self.column, out=E)
            E[self.rows, t] -= self.scale
            return
        if loss != "squared_error":
            sigmoid_in_place(Z)
        np.subtract(Z, t, out=E)
        np.multiply(E, self.scale, out=E)
        if loss == "squared_error_of_sigmoid":
            scratch = self.layers[-1].scratch
            np.subtract(f32(1), Z, out=scratch)
            np.multiply(scratch, Z, out=scratch)
            np.multiply(E, scratch, out=E)

    def times_slope(self, layer: Layer) -> None:
        """E ← E ⊙ f′, through f's value."""
        A, E, scratch = layer.A, layer.E, layer.scratch
        if self.squash is None:
            np.greater(A, f32(0), out=layer.positive)
            np.multiply(E, layer.positive, out=E)
            return
        if self.squash is np.tanh:
            np.multiply(A, A, out=scratch)
            np.subtract(f32(1), scratch, out=scratch)
        else:
            np.subtract(f32(1), A, out=scratch)
            np.multiply(scratch, A, out=scratch)
        np.multiply(E, scratch, out=E)

    def sgd(self) -> None:
        """θ ← θ − ηg."""
        if len(self.theta) <= CHUNK:
            np.subtract(self.theta, self.g, out=self.theta)
            return
        for start in range(0, len(self.theta), CHUNK):
            theta = self.theta[start : start + CHUNK]
            np.subtract(theta, self.g[start : start + CHUNK], out=theta)

    def adam(self) -> None:
        """θ ← θ − η m̂/(√v̂ + ε), a piece at a time."""
        self.updates += 1
        rate = f32(self.workload.learning_rate / (1 - 0.9**self.updates))
        unbias = f32((1 - 0.999**self.updates) ** -0.5)
        for start in range(0, len(self.theta), CHUNK):
            piece = slice(start, start + CHUNK)
            theta, g, mean, square = self.theta[piece], self.g[piece], self.mean[piece], self.square[piece]
            scratch = self.scratch[: len(theta)]
            np.multiply(mean, f32(0.9), out=mean)
            np.multiply(g, f32(0.1), out=scratch)
            np.add(mean, scratch, out=mean)
            np.multiply(g, g, out=g)
            np.multiply(g, f32(0.001), out=g)
            np.multiply(square, f32(0.999), out=square)
            np.add(square, g, out=square)
            np.sqrt(square, out=g)
            np.multiply(g, unbias, out=g)
            np.add(g, f32(1e-8), out=g)
            np.divide(mean, g, out=scratch)
            np.multiply(scratch, rate, out=scratch)
            np.subtract(theta, scratch, out=theta)

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l, layer in enumerate(self.layers, start=1):
            found[f"W{l}"], found[f"b{l}"] = layer.W.T.copy(), layer.b.copy()
        return found


def prepare(task: Task) -> ByHand:
    """NumPy's BLAS has its threads from the environment."""
    return ByHand(task)
