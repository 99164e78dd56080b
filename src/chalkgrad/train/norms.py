"""Sizes of arrays that may be large: norms and finiteness, a part at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from chalkgrad.train.columns import chunks
from chalkgrad.train.executor import Array, Block, Executor


def norm(array: Array) -> float:
    """Return the Euclidean norm, summed in float64."""
    total = 0.0
    for part in chunks(array.reshape(-1)):
        wide = part.astype(np.float64, copy=False)
        total = math.hypot(total, math.sqrt(float(np.vdot(wide, wide))))
    return total


def layer_norms(named: Iterable[tuple[str, Array]]) -> dict[str, float]:
    """Return √(‖W_l‖² + ‖b_l‖²) by layer number."""
    norms: dict[str, float] = {}
    for name, array in named:
        norms[name[1:]] = math.hypot(norms.get(name[1:], 0.0), norm(array))
        del array  # before the next one is made
    return norms


def gradient_norms(
    executor: Executor, block: Block, rows: NDArray[np.int64], step: int
) -> tuple[float, dict[str, float]]:
    """Return L and the norm of ∂L/∂(W_l, b_l) by layer number; in parts where the executor can do that."""
    if hasattr(executor, "each_gradient"):
        loss, named = executor.each_gradient(block, rows, step)
        return loss, layer_norms(named)
    loss, slopes = executor.gradients(block, rows, step)
    return loss, layer_norms(slopes.items())


def are_finite(arrays: Mapping[str, Array] | Iterable[tuple[str, Array]]) -> bool:
    """Whether every number is finite."""
    named = arrays.items() if isinstance(arrays, Mapping) else arrays
    for _, array in named:
        if not all(bool(np.isfinite(part).all()) for part in chunks(array)):
            return False
        del array  # before the next one is made
    return True
