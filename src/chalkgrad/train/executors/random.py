"""Random numbers that are a function of where they are used: no state, so any step can be repeated alone.

dropout mask    entry (i, j) of M_l in step k is 0 where u(key(seed, k, l), i·n_l + j) < rate · 2³²

The order of an epoch's rows is ``chalkgrad.data.streams.order.epoch_order``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.expr import symbol_name
from chalkgrad.train.setup.work import Setup

_MASK = (1 << 64) - 1


def dropout_key(seed: int, step: int, layer: int) -> int:
    """The 32-bit key of one mask: the low half of mix(mix(mix(seed) ^ step) ^ layer)."""
    return _mix64(_mix64(_mix64(seed & _MASK) ^ step) ^ layer) & 0xFFFFFFFF


def _mix64(z: int) -> int:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014)."""
    z = (z + 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def dropout_masks(setup: Setup, step: int, rows: int) -> dict[str, Array]:
    """All masks of a step by name, rows × n_l each; none for a layer that drops nothing."""
    widths, rates = setup.network.widths, enumerate(setup.dropout, start=1)
    keys = {layer: (dropout_key(setup.seed, step, layer), rate) for layer, rate in rates if rate}
    return {
        symbol_name("mask", l): dropout_mask(key, rows, widths[l], rate) for l, (key, rate) in keys.items()
    }


def dropout_mask(key: int, samples: int, features: int, rate: float) -> NDArray[np.float64]:
    """M, samples × features: 0 with probability ``rate``, else 1/(1 − rate)."""
    u = np.arange(samples * features, dtype=np.uint32).reshape(samples, features)
    u = u * np.uint32(0x9E3779B9) + np.uint32(key)
    for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
        u ^= u >> np.uint32(shift)
        u *= np.uint32(factor)
    u ^= u >> np.uint32(15)
    dropped = u < np.uint32(min(round(rate * 2**32), 2**32 - 1))
    return np.where(dropped, 0.0, 1.0 / (1.0 - rate))
