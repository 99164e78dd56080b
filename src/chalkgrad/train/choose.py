"""Stand-in until the executors land: the equations' evaluator, in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad.evaluate import gradients, predict
from chalkgrad.train.executor import Array, Block, Executor, Setup
from chalkgrad.train.optimisers import SGD, Adam


class Plain:
    name = "plain"

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.dtype: np.dtype[Any] = np.dtype(setup.dtype)

    def load(self, parameters: Mapping[str, Array], state: Mapping[str, Array] | None = None) -> None:
        self._p = {n: np.array(v, dtype=self.dtype) for n, v in parameters.items()}
        slots = self.setup.optimiser.slots
        self._s = {f"{n}.{s}": np.zeros_like(v) for n, v in self._p.items() for s in slots}
        if state:
            self._s = {n: np.array(v, dtype=self.dtype) for n, v in state.items()}

    def parameters(self) -> dict[str, Array]:
        return {n: v.copy() for n, v in self._p.items()}

    def state(self) -> dict[str, Array]:
        return {n: v.copy() for n, v in self._s.items()}

    def run(self, block: Block, order: Array, first_step: int, rates: Array) -> Array:
        losses, b, o = [], self.setup.batch_size, self.setup.optimiser
        for k, rate in enumerate(rates):
            step = first_step + k
            loss, g = self.gradients(block, order[k * b : (k + 1) * b], step)
            losses.append(loss)
            if not np.isfinite(loss):
                break
            with np.errstate(all="ignore"):
                for n, v in self._p.items():
                    d = np.asarray(g[n], dtype=self.dtype)
                    if isinstance(o, SGD):
                        if o.momentum:
                            self._s[f"{n}.v"] = d = o.momentum * self._s[f"{n}.v"] + d
                    elif isinstance(o, Adam):
                        m = self._s[f"{n}.m"] = o.beta1 * self._s[f"{n}.m"] + (1 - o.beta1) * d
                        u = self._s[f"{n}.v"] = o.beta2 * self._s[f"{n}.v"] + (1 - o.beta2) * d * d
                        m, u = m / (1 - o.beta1 ** (step + 1)), u / (1 - o.beta2 ** (step + 1))
                        d = m / (np.sqrt(u) + o.epsilon)
                    self._p[n] = (v - rate * d).astype(self.dtype)
        return np.array(losses)

    def losses(self, block: Block) -> tuple[float, Array]:
        loss, _ = self.gradients(block, np.arange(len(block.x)), 0)
        return loss, self.predict(block.x)

    def predict(self, x: Array) -> Array:
        return predict(self.setup.network, self._p, x).astype(self.dtype)

    def gradients(self, block: Block, rows: Array, step: int) -> tuple[float, dict[str, Array]]:
        x, t = block.x[rows].astype(float), block.t[rows]
        n = self.setup.network.widths[-1]
        t = np.eye(n)[t] if t.ndim == 1 else t.astype(float)
        if not all(np.isfinite(v).all() for v in self._p.values()):
            return float("nan"), {k: np.full_like(v, np.nan) for k, v in self._p.items()}
        return gradients(self.setup.network, {k: v.astype(float) for k, v in self._p.items()}, x, t)


def create_executor(setup: Setup) -> Executor:
    return Plain(setup)
