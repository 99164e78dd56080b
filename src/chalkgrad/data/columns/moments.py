"""Mean and deviation in one pass, block by block, without losing digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Moments:
    """Count, mean and sum of squared deviations of k columns, merged block by block.

    n = n₁ + n₂,  δ = x̄₂ − x̄₁,  x̄ = x̄₁ + δ n₂/n,  M = M₁ + M₂ + δ² n₁n₂/n   (Chan, Golub & LeVeque 1983)

    Examples
    --------
    >>> moments = Moments(1)
    >>> for block in ([[1.0], [2.0]], [[6.0]]):
    ...     moments.add(np.array(block))
    >>> moments.mean.tolist(), (moments.std**2).round(9).tolist()
    ([3.0], [4.666666667])
    """

    def __init__(self, width: int) -> None:
        self.count = 0
        self.mean: NDArray[np.float64] = np.zeros(width)
        self._squares: NDArray[np.float64] = np.zeros(width)
        self.low: NDArray[np.float64] = np.full(width, np.inf)
        self.high: NDArray[np.float64] = np.full(width, -np.inf)

    def add(self, block: NDArray[Any]) -> None:
        """Take in n₂ × k finite numbers."""
        rows = len(block)
        if not rows:
            return
        with np.errstate(over="ignore", invalid="ignore"):  # told by whoever asks whether std is finite
            mean = block.mean(axis=0, dtype=np.float64)
            squares = np.square(np.subtract(block, mean, dtype=np.float64)).sum(axis=0)
            total, delta = self.count + rows, mean - self.mean
            self._squares += squares + delta**2 * (self.count * rows / total)
            self.mean += delta * (rows / total)
        self.count = total
        np.minimum(self.low, block.min(axis=0), out=self.low)
        np.maximum(self.high, block.max(axis=0), out=self.high)

    @property
    def std(self) -> NDArray[np.float64]:
        """√(M/n) of each column: 0 exactly where all its numbers are equal, not finite where M overflows."""
        found = np.sqrt(self._squares / max(self.count, 1))
        found = np.where(found == 0, self.high - self.low, found)  # M of tiny numbers is 0 in float64
        return np.where(self.low == self.high, 0.0, found)
