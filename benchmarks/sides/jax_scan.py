"""JAX: the gradients by jax.grad, a whole epoch in one compiled lax.scan."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.sides import Task
from benchmarks.workloads import Parameters, Workload

ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid}


def loss(w: Workload, p: Any, x: Any, t: Any) -> Any:
    """L of one mini-batch; ``p`` is a list of (W n_in × n_out, b)."""
    A = x
    for W, b in p[:-1]:
        A = ACTIVATIONS[w.activation](A @ W + b)
    Z = A @ p[-1][0] + p[-1][1]
    if w.loss == "cross_entropy":
        return jnp.mean(jax.nn.logsumexp(Z, axis=1) - jnp.take_along_axis(Z, t[:, None], axis=1)[:, 0])
    if w.loss == "binary_cross_entropy":
        return jnp.mean(jnp.maximum(Z, 0) - Z * t + jnp.log1p(jnp.exp(-jnp.abs(Z))))
    return jnp.mean(((Z if w.loss == "squared_error" else jax.nn.sigmoid(Z)) - t) ** 2)


def updated(w: Workload, state: Any, g: Any) -> Any:
    """Return (θ, m, v, step) after one update."""
    p, mean, square, step = state
    every = jax.tree_util.tree_map
    rate = w.learning_rate
    if w.optimiser == "sgd":
        return every(lambda theta, d: theta - rate * d, p, g), mean, square, step
    step = step + 1
    mean = every(lambda m, d: 0.9 * m + 0.1 * d, mean, g)
    square = every(lambda v, d: 0.999 * v + 0.001 * d * d, square, g)
    c1, c2 = 1 - 0.9**step, 1 - 0.999**step
    p = every(lambda theta, m, v: theta - rate * (m / c1) / (jnp.sqrt(v / c2) + 1e-8), p, mean, square)
    return p, mean, square, step


class Scan:
    """State and rows stay where JAX put them; an epoch a call."""

    def __init__(self, task: Task) -> None:
        w = task.workload
        self.granularity = w.steps_per_epoch
        shape = (w.steps_per_epoch, w.batch)
        used = w.steps_per_epoch * w.batch
        self.x = jnp.asarray(task.x[:used].reshape(*shape, -1))
        t = task.t[:used].astype(np.int32 if w.loss == "cross_entropy" else np.float32)
        self.t = jnp.asarray(t.reshape(*shape, *t.shape[1:]))
        p = [
            (jnp.asarray(task.parameters[f"W{l}"].T), jnp.asarray(task.parameters[f"b{l}"]))
            for l in range(1, w.depth + 1)
        ]
        zeros = functools.partial(jax.tree_util.tree_map, jnp.zeros_like)
        moments = (zeros(p), zeros(p)) if w.optimiser == "adam" else ((), ())
        self.state: Any = (p, *moments, jnp.zeros(()))
        slopes = jax.grad(functools.partial(loss, w))

        def step(state: Any, rows: Any) -> Any:
            return updated(w, state, slopes(state[0], *rows)), None

        def epoch(state: Any, x: Any, t: Any) -> Any:
            return jax.lax.scan(step, state, (x, t))[0]

        self.epoch = jax.jit(epoch, donate_argnums=0)

    def run(self, steps: int) -> None:
        """Take whole epochs, or the first steps of one."""
        while steps > 0:
            now = min(steps, self.granularity)
            x, t = (self.x, self.t) if now == self.granularity else (self.x[:now], self.t[:now])
            self.state = self.epoch(self.state, x, t)
            steps -= now
        jax.block_until_ready(self.state)

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l, (W, b) in enumerate(self.state[0], start=1):
            found[f"W{l}"], found[f"b{l}"] = np.asarray(W).T, np.asarray(b)
        return found


def prepare(task: Task) -> Scan:
    """XLA takes its threads from the CPUs that the process may use."""
    return Scan(task)
