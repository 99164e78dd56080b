"""Sizes of arrays that may be large: norms and finiteness, a part at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import layer_of
from chalkgrad.train.rows.columns import chunks


def norm(array: Array) -> float:
    """Return the Euclidean norm, summed in float64."""
    total = 0.0
    for part in chunks(array.reshape(-1)):
        wide = part.astype(np.float64, copy=False)
        total = math.hypot(total, math.sqrt(float(np.einsum("i,i->", wide, wide))))
    return total


def layer_norms(named: Iterable[tuple[str, Array]]) -> dict[str, float]:
    """Return √(‖W_l‖² + ‖b_l‖² + …) by layer number."""
    norms: dict[str, float] = {}
    for name, array in named:
        layer = str(layer_of(name))
        norms[layer] = math.hypot(norms.get(layer, 0.0), norm(array))
    return norms


def are_finite(arrays: Mapping[str, Array] | Iterable[tuple[str, Array]]) -> bool:
    """Whether every number is finite."""
    named = arrays.items() if isinstance(arrays, Mapping) else arrays
    for _, array in named:
        if not all(bool(np.isfinite(part).all()) for part in chunks(array)):
            return False
        del array  # before the next one is made
    return True
