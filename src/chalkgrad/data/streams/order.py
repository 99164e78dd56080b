"""The order in which an epoch visits its rows: a function of seed and epoch alone.

Nothing is remembered from one epoch to the next, so any epoch can be repeated, or taken up in its middle.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

_MOST, _MOST_WORDS = 2**32 - 1, 62


def epoch_order(rows: int, seed: int, epoch: int, *, shuffle: bool = True) -> NDArray[np.int64]:
    """Return the order in which an epoch visits the rows, a permutation of 0 … rows − 1.

    It is drawn from PCG64 seeded with (seed, epoch): by the native core where it is there, else by NumPy.

    Parameters
    ----------
    rows
        How many there are.
    seed, epoch
        Whole numbers from 0; epochs are counted from 0.
    shuffle
        False gives 0, 1, 2, …

    Examples
    --------
    >>> epoch_order(5, seed=0, epoch=1).tolist(), epoch_order(3, 0, 1, shuffle=False).tolist()
    ([1, 4, 3, 0, 2], [0, 1, 2])
    """
    if not shuffle:
        return np.arange(rows, dtype=np.int64)
    core, words = _core(), seed_words(seed)
    if core is None or rows > _MOST or epoch > _MOST or len(words) > _MOST_WORDS:
        return epoch_random(seed, epoch).permutation(rows)
    order = np.empty(rows, dtype=np.int64)
    core.epoch_order(order, words, epoch)
    return order


@lru_cache(maxsize=16)
def seed_words(seed: int) -> NDArray[np.uint32]:
    """Return the 32-bit words of a seed, the lowest first; at least one."""
    count = max(1, -(-seed.bit_length() // 32))
    return np.array([seed >> 32 * k & _MOST for k in range(count)], dtype=np.uint32)


@lru_cache(maxsize=1)
def _core() -> ModuleType | None:
    """The native core, or None where it is not installed."""
    try:
        return import_module("chalkgrad._native")
    except ImportError:
        return None


def epoch_random(seed: int, epoch: int) -> np.random.Generator:
    """Return the random numbers of an epoch: PCG64 seeded with (seed, epoch)."""
    return np.random.Generator(np.random.PCG64([seed, epoch]))
