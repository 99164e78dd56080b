"""Consecutive mini-batches, for sides whose loop over the steps is Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Batches:
    """Call ``step(x, t)`` on one mini-batch after the other."""

    granularity = 1

    def __init__(self, x: Any, t: Any, batch: int, step: Callable[[Any, Any], object]) -> None:
        count = len(x) // batch
        self.starts = [k * batch for k in range(count)]
        self.x, self.t, self.batch, self.step = x, t, batch, step
        self.next = 0

    def run(self, steps: int) -> None:
        """Take so many steps."""
        x, t, batch, step, starts = self.x, self.t, self.batch, self.step, self.starts
        k = self.next
        for _ in range(steps):
            start = starts[k]
            step(x[start : start + batch], t[start : start + batch])
            k += 1
            if k == len(starts):
                k = 0
        self.next = k
