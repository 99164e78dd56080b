"""Where a training ended: its last parameters and state, kept in its executor until asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.record.resume_point import Arrays, Standing
from chalkgrad.train.setup.work import Setup


@dataclass(frozen=True, eq=False)
class Ending:
    """The notes of a training, and its executor where that is still there: then the numbers are in it."""

    notes: Standing
    executor: Executor | None = None
    is_last: bool = False
    """Whether the parameters that were returned are the last ones, not those of a better epoch."""
    _lock: Lock = field(default_factory=Lock, repr=False)

    def state(self) -> Arrays:
        """Return the optimiser's state after the last step."""
        return self.notes.state if self.executor is None else self.executor.state()

    def standing(self) -> Standing:
        """Return where the training stands, with copies of all its numbers."""
        if self.executor is None:
            return self.notes
        return replace(self.notes, parameters=self.executor.parameters(), state=self.executor.state())

    def predict(self, setup: Setup, parameters: Arrays, x: Array) -> Array:
        """Return Ŷ by these parameters, which are the last ones where ``is_last``."""
        executor = self.executor if self.is_last else None
        if executor is None:
            executor = create_executor(setup, tells=False)
            executor.load(parameters)
        with self._lock:
            return np.asarray(executor.predict(x))

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process has the numbers, not the executor."""
        return Ending, (self.standing(),)
