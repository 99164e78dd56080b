"""What executors in NumPy share: parameters, state, and the order of a step; the gradient is theirs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.train.executors.norms import are_finite, layer_norms
from chalkgrad.train.executors.updates import clip, update, zero_state
from chalkgrad.train.setup.work import Block, Setup

CHUNK = 4096
"""Rows that are predicted at a time."""


class Stepping(ABC):
    """Loss and gradients on some rows, then the optimiser's update; nothing is made faster than it reads."""

    name: str

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.dtype: np.dtype[Any] = np.dtype(setup.dtype)
        self._parameters: dict[str, Array] = {}
        self._state: dict[str, Array] = {}
        self._norms: dict[str, float] = {}

    @abstractmethod
    def gradients(self, block: Block, rows: NDArray[np.int64], step: int) -> tuple[float, dict[str, Array]]:
        """L and ∂L/∂θ on these rows with the dropout masks of this step, before clipping."""

    @abstractmethod
    def _evaluate(self, block: Block, rows: slice) -> tuple[float, Array]:
        """The rows' part of the loss over the whole block, without penalty and dropout, and Ŷ."""

    @abstractmethod
    def _outputs(self, x: Array) -> Array:
        """Ŷ."""

    def load(self, parameters: Mapping[str, Array], state: Mapping[str, Array] | None = None) -> None:
        """Take over parameters and optimiser state (None: zeros)."""
        self._parameters = {name: np.array(value, self.dtype) for name, value in parameters.items()}
        learned = {each.name: self._parameters[each.name] for each in self.setup.network.parameters()}
        zeros = zero_state(self.setup.optimiser, learned)
        given = {} if state is None else state
        self._state = {name: np.array(given.get(name, zero), self.dtype) for name, zero in zeros.items()}

    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters."""
        return {name: value.copy() for name, value in self._parameters.items()}

    def state(self) -> dict[str, Array]:
        """Copies of the optimiser's state."""
        return {name: value.copy() for name, value in self._state.items()}

    def run(
        self, block: Block, order: NDArray[np.int64], first_step: int, rates: NDArray[np.float64]
    ) -> Array:
        """Take ``len(rates)`` steps; see ``Executor.run``."""
        size, losses = self.setup.batch_size, []
        for k, rate in enumerate(rates):
            step = first_step + k
            with np.errstate(all="ignore"):
                loss, gradients = self.gradients(block, order[k * size : (k + 1) * size], step)
                losses.append(loss)
                if not np.isfinite(loss):
                    break
                if k + 1 == len(rates):
                    self._norms = layer_norms(gradients.items())
                self._update(clip(gradients, self.setup.clip_norm), float(rate), step)
        return np.array(losses, dtype=np.float64)

    def norms(self) -> dict[str, float]:
        """‖∂L/∂(W_l, b_l)‖ by layer number in the last step, before clipping."""
        return dict(self._norms)

    def is_finite(self) -> bool:
        """Whether every parameter is finite."""
        return are_finite(self._parameters)

    def begin(self) -> None:  # noqa: B027
        """Nothing is kept between calls."""

    def end(self) -> None:  # noqa: B027
        """Nothing was kept."""

    def _update(self, gradients: Mapping[str, Array], rate: float, step: int) -> None:
        optimiser = self.setup.optimiser
        for name in gradients:
            value = self._parameters[name]
            slots = {slot: self._state[f"{name}.{slot}"] for slot in optimiser.slots}
            update(optimiser, value, gradients[name], slots, rate, step)

    def losses(self, block: Block) -> tuple[float, Array]:
        """L over all rows of the block without dropout (penalty included), and Ŷ."""
        with np.errstate(all="ignore"):
            parts = [self._evaluate(block, rows) for rows in _chunks(len(block.x))]
            penalty = self._penalty()
        return sum(loss for loss, _ in parts) + penalty, np.concatenate([y for _, y in parts])

    def predict(self, x: Array) -> Array:
        """Ŷ, rows × n_L."""
        with np.errstate(all="ignore"):
            return np.concatenate([self._outputs(x[rows]) for rows in _chunks(len(x))])

    def _penalty(self) -> float:
        """l2 Σ_l Σ W_l²."""
        l2 = float(self.setup.network.l2)
        if not l2:
            return 0.0
        weights = [self._parameters[p.name].astype(np.float64) for p in self.setup.network.penalised()]
        return l2 * float(sum(np.vdot(w, w) for w in weights))


def _chunks(rows: int) -> list[slice]:
    return [slice(start, start + CHUNK) for start in range(0, max(rows, 1), CHUNK)]
