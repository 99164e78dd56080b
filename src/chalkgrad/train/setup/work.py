"""What a step works on: what is fixed for a whole training, and the rows that are at hand."""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad._arrays import Array
from chalkgrad.derive.optimisers import Optimiser
from chalkgrad.network import Network


@dataclass(frozen=True)
class Setup:
    """What fixes the work of a step; the learning rate is given anew for every step."""

    network: Network
    optimiser: Optimiser
    batch_size: int
    dtype: str = "float32"
    clip_norm: float | None = None
    """The gradient of all parameters is scaled down to this Euclidean norm where it is larger."""
    dropout: tuple[float, ...] = ()
    """The rate after each layer 1 … L − 1, or empty for none."""
    seed: int = 0
    threads: int | None = None
    """None: as many as pay."""


@dataclass(frozen=True)
class Block:
    """Rows that are at hand: inputs, targets, and what each row counts."""

    x: Array
    """rows × n₀, in the executor's dtype, C-contiguous (a memory map is fine)."""
    t: Array
    """rows × n_L in the executor's dtype, or rows class numbers in int64 (cross-entropy over classes)."""
    weight: Array | None = None
    """s_i, rows numbers in the executor's dtype: L = (1/m) Σ s_i ℓ_i under the mean reduction."""


def steps_of(rows: int, batch_size: int) -> int:
    """Return the number of mini-batches of so many rows."""
    return -(-rows // batch_size)
