"""TensorFlow: a while loop over an epoch's steps, compiled as one by XLA."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.sides import Task
from benchmarks.workloads import Parameters, Workload

ACTIVATIONS = {"relu": tf.nn.relu, "tanh": tf.tanh, "sigmoid": tf.sigmoid}


def loss(w: Workload, Z: Any, t: Any) -> Any:
    """L of one mini-batch from the output layer's Z."""
    if w.loss == "cross_entropy":
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(t, Z))
    if w.loss == "binary_cross_entropy":
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(t, Z))
    return tf.reduce_mean(((Z if w.loss == "squared_error" else tf.sigmoid(Z)) - t) ** 2)


class Loop:
    """Parameters and Adam's moments are variables."""

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        self.granularity = w.steps_per_epoch
        shape = (w.steps_per_epoch, w.batch)
        used = w.steps_per_epoch * w.batch
        t = task.t[:used].astype(np.int32 if w.loss == "cross_entropy" else np.float32)
        self.x = tf.constant(task.x[:used].reshape(*shape, -1))
        self.t = tf.constant(t.reshape(*shape, *t.shape[1:]))
        self.p: list[Any] = []
        for l in range(1, w.depth + 1):
            self.p += [tf.Variable(task.parameters[f"W{l}"].T), tf.Variable(task.parameters[f"b{l}"])]
        moments = self.p if w.optimiser == "adam" else []
        self.mean = [tf.Variable(tf.zeros_like(value)) for value in moments]
        self.square = [tf.Variable(tf.zeros_like(value)) for value in moments]
        self.step = tf.Variable(0.0)

        def some_steps(x: Any, t: Any, steps: Any) -> None:
            for k in tf.range(steps):
                self.take_step(x[k], t[k])

        self.some_steps = tf.function(some_steps, jit_compile=True)

    def take_step(self, x: Any, t: Any) -> None:
        """Forward, loss, gradients by the tape, update."""
        w = self.workload
        with tf.GradientTape() as tape:
            A = x
            for W, b in zip(self.p[:-2:2], self.p[1:-2:2], strict=True):
                A = ACTIVATIONS[w.activation](tf.matmul(A, W) + b)
            L = loss(w, tf.matmul(A, self.p[-2]) + self.p[-1], t)
        slopes = tape.gradient(L, self.p)
        if w.optimiser == "sgd":
            for theta, g in zip(self.p, slopes, strict=True):
                theta.assign_sub(w.learning_rate * g)
            return
        self.step.assign_add(1.0)
        c1, c2 = 1 - tf.pow(0.9, self.step), 1 - tf.pow(0.999, self.step)
        for theta, g, mean, square in zip(self.p, slopes, self.mean, self.square, strict=True):
            mean.assign(0.9 * mean + 0.1 * g)
            square.assign(0.999 * square + 0.001 * g * g)
            theta.assign_sub(w.learning_rate * (mean / c1) / (tf.sqrt(square / c2) + 1e-8))

    def run(self, steps: int) -> None:
        """Take whole epochs, or the first steps of one."""
        while steps > 0:
            now = min(steps, self.granularity)
            self.some_steps(self.x, self.t, tf.constant(now))
            steps -= now
        self.p[-1].numpy()

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l in range(1, self.workload.depth + 1):
            found[f"W{l}"], found[f"b{l}"] = self.p[2 * l - 2].numpy().T, self.p[2 * l - 1].numpy()
        return found


def prepare(task: Task) -> Loop:
    """The number of threads can be set once a process."""
    tf.config.threading.set_intra_op_parallelism_threads(task.threads)
    tf.config.threading.set_inter_op_parallelism_threads(task.threads)
    return Loop(task)
