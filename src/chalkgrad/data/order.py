"""The order in which an epoch visits its rows: a function of seed and epoch alone.

Nothing is remembered from one epoch to the next, so any epoch can be repeated, or taken up in its middle.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def epoch_order(rows: int, seed: int, epoch: int, *, shuffle: bool = True) -> NDArray[np.int64]:
    """Return the order in which an epoch visits the rows, a permutation of 0 … rows − 1.

    It is drawn from PCG64 seeded with (seed, epoch).

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
    return epoch_random(seed, epoch).permutation(rows)


def epoch_random(seed: int, epoch: int) -> np.random.Generator:
    """Return the random numbers of an epoch: PCG64 seeded with (seed, epoch)."""
    return np.random.Generator(np.random.PCG64([seed, epoch]))
