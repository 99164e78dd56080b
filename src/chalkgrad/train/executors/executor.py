"""What every executor of training steps can do: the native one, its naive twin, the equations' evaluator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.train.setup.work import Block


@dataclass(frozen=True)
class Visit:
    """Which rows whole epochs visit, and which are looked at after each of them."""

    block: Block
    order: NDArray[np.int64]
    """Room for the rows of an epoch, in their order."""
    chosen: NDArray[np.int64] | None
    """None: all rows of the block."""
    seed: int | None
    """Of the order; None: the rows as they stand."""
    first_epoch: int
    first_step: int
    watched: Block | None


@dataclass(frozen=True)
class EpochArrays:
    """Room for what is noted of some epochs: a row each, ``losses`` a number a step."""

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    norms: NDArray[np.float64]
    marks: NDArray[np.float64]
    """The loss of the rows watched, how many were classified right, seconds, and those spent in steps."""
    best: dict[str, Array] | None = None
    """The parameters after the best epoch, if one was better than those before."""


class Executor(Protocol):
    """Runs training steps.  Steps are numbered from 0 through a whole training.

    The same setup, parameters, state, rows and step numbers give the same bits, however the steps are split
    over calls of ``run``, and whatever the number of threads.
    """

    name: str
    dtype: np.dtype[Any]

    def load(self, parameters: Mapping[str, Array], state: Mapping[str, Array] | None = None) -> None:
        """Take over parameters (W1 n₁ × n₀, b1 n₁, …) and optimiser state (``W1.m`` …; None: zeros)."""

    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters."""

    def state(self) -> dict[str, Array]:
        """Copies of the optimiser's state, ``W1.m``, ``b1.m``, … for every slot."""

    def run(
        self, block: Block, order: NDArray[np.int64], first_step: int, rates: NDArray[np.float64]
    ) -> Array:
        """Take ``len(rates)`` steps: step k on the rows order[k·batch_size : (k+1)·batch_size].

        The last may be shorter.  Returns the loss of every step before its update, float64; a loss that is
        not finite is the last that is returned, and its update is not made.
        """

    def norms(self) -> dict[str, float]:
        """‖∂L/∂(W_l, b_l)‖ by layer number in the last step of the last ``run``, before clipping."""

    def is_finite(self) -> bool:
        """Whether every parameter is finite."""

    def begin(self) -> None:
        """A training begins: what serves many calls, such as threads, is kept from now on."""

    def end(self) -> None:
        """The training has ended: it is given back."""

    def losses(self, block: Block) -> tuple[float, Array]:
        """L over all rows of the block without dropout (penalty included), and Ŷ, rows × n_L."""

    def predict(self, x: Array) -> Array:
        """Ŷ, rows × n_L."""

    def gradients(self, block: Block, rows: NDArray[np.int64], step: int) -> tuple[float, dict[str, Array]]:
        """L and ∂L/∂θ on these rows with the dropout masks of this step, before clipping; changes nothing."""
