"""The last parameters known to be good, so that a training that diverges has something to go back to."""

from __future__ import annotations

import time
from dataclasses import dataclass

from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.norms import are_finite
from chalkgrad.train.record.resume_point import Arrays, Position, size

SMALL = 16 * 2**20
"""Bytes of parameters and state up to which both are kept; of a larger network the parameters only."""
_SECONDS = 1.0
_WORTH = 30  # a snapshot may cost one part in so many of the time between two


@dataclass(frozen=True)
class Snapshot:
    """Finite parameters at a position; ``state`` is None where it was too large to be kept."""

    parameters: Arrays
    state: Arrays | None
    at: Position


class Keeper:
    """Keeps at most one snapshot and renews it now and then."""

    def __init__(self) -> None:
        self.last: Snapshot | None = None
        self._due = 0.0

    def is_due(self) -> bool:
        """Whether it is time for another one."""
        return self.last is None or time.perf_counter() >= self._due

    def make_room(self, executor: Executor) -> None:
        """Forget a snapshot without a state if the present parameters are as good; memory is scarce then."""
        if self.last is None or self.last.state is not None or not hasattr(executor, "each_parameter"):
            return
        if are_finite(executor.each_parameter()):
            self.last = None

    def give(self) -> Arrays:
        """Return the snapshot's parameters and forget it."""
        assert self.last is not None
        parameters, self.last = self.last.parameters, None
        return parameters

    def take(self, executor: Executor, at: Position, *, with_state: bool = True) -> bool:
        """Replace the snapshot; return False, and keep the old one, if the parameters are not finite."""
        started = time.perf_counter()
        self.make_room(executor)
        parameters = executor.parameters()
        if not are_finite(parameters):
            return False
        self.last = None  # the old one goes before the state is copied
        state = executor.state() if with_state and size(parameters) * 3 <= SMALL else None
        self.last = Snapshot(parameters, state, at)
        now = time.perf_counter()
        self._due = now + max(_SECONDS, _WORTH * (now - started))
        return True
