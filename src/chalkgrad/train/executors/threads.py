"""How many threads take part in a training: those that a step is worth, and whether others keep them busy.

No bit of the results depends on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from chalkgrad.lower import Program
from chalkgrad.train.setup.work import Setup

WORTH = 5.0e6
"""Floating-point operations of a step for which one thread more pays: barriers cost 4 µs."""
_STARTS, _MOST_ROWS = 100, 2**30
"""So many such steps in a call pay for starting threads, which may cost a millisecond; one for waking."""
_LEAST, _TRY = 2e-3, 4e-3
"""Seconds of steps that tell how fast they are, and those of a try, at the pace that is known."""
_BETTER, _SLOWER = 0.93, 1.4
_SOON, _LATE = 4, 32
"""Slices between two tries: twice as many whenever one brought nothing."""


@dataclass(frozen=True)
class Threads:
    """How many at most, and the rows of a call from which starting them pays, or waking those kept."""

    threads: int
    rows_to_start: int
    rows_to_wake: int


def choose_threads(program: Program, setup: Setup, processors: int) -> Threads:
    """As many as a step is worth, and at most as many as asked for."""
    most = processors if setup.threads is None else setup.threads
    worth = 1 + int(flops(program, setup.batch_size) / WORTH)
    rows = min(int(_STARTS * WORTH / flops(program, 1)), _MOST_ROWS)
    return Threads(max(1, min(most, worth)), rows, rows // _STARTS)


def flops(program: Program, batch_size: int) -> int:
    """Multiplications and additions of a step: 6 m Σ n_in n_out, without the inputs' gradient."""
    sizes = [parameter.n_in * parameter.n_out for parameter in program.parameters]
    return batch_size * (6 * sum(sizes) - 2 * sizes[0])


class ThreadTrial:
    """Begins with one thread and tries now and then whether all of them, or one again, are faster.

    Parameters
    ----------
    executor
        One that has ``threads`` and can limit them, or any other, which is left alone.
    fixed
        Whether somebody said how many.
    """

    def __init__(self, executor: Any, *, fixed: bool) -> None:
        self._executor = executor
        self._most = 1 if fixed else getattr(executor, "threads", 1)
        self.now = 1
        self._pace, self._wait, self._left, self._tries = math.inf, _SOON, 1, False
        self._steps, self._seconds = 0, 0.0

    def begin(self, steps: int) -> int:
        """Return how many steps the next slice had better have, at most ``steps``."""
        if self._most == 1:
            return steps
        self._executor.limit_threads(self._other() if self._tries else self.now)
        return max(1, min(steps, int(_TRY / self._pace))) if self._tries else steps

    def measured(self, steps: int, seconds: float) -> None:
        """Take note of a slice."""
        self._steps, self._seconds = self._steps + steps, self._seconds + seconds
        if self._most == 1 or self._seconds < _LEAST:
            return
        pace, self._steps, self._seconds = self._seconds / self._steps, 0, 0.0
        if self._tries:
            self._judge(pace)
            return
        self._left -= 1
        self._tries = self._left <= 0 or pace > _SLOWER * self._pace
        self._pace = pace

    def _judge(self, pace: float) -> None:
        """Decide after a try."""
        if pace < _BETTER * self._pace:
            self.now, self._pace, self._wait = self._other(), pace, _SOON
        else:
            self._wait = min(2 * self._wait, _LATE)
        self._left, self._tries = self._wait, False

    def _other(self) -> int:
        return 1 if self.now == self._most else self._most
