"""Ours as everybody calls it: `fit`, a call a block, with all that it does by default.

It checks its data, visits the rows in an order of its own every epoch, and measures accuracy.
"""

from __future__ import annotations

from benchmarks.sides import Task
from benchmarks.sides.ours import network_of, rule_of
from benchmarks.workloads import Parameters
from chalkgrad import Network, fit

LEAST = 16
"""Steps of a call: fewer would be its beginning and end alone."""


class Fitted:
    """Goes on from the parameters of the call before; the first call has the order of the peers."""

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        self.threads = None if task.variant == "auto" else task.threads
        self.network: Network = network_of(w)
        self.x, self.t, self.kept = task.x, task.t, task.parameters
        self.granularity = w.steps_per_epoch * -(-LEAST // w.steps_per_epoch)
        self.begun = False

    def run(self, steps: int) -> None:
        """Take steps: whole epochs, or fewer at the very first."""
        w = self.workload
        epochs, rest = divmod(steps, w.steps_per_epoch)
        assert not (epochs and rest)
        rows = (w.steps_per_epoch if epochs else rest) * w.batch
        done = fit(
            self.network,
            self.x[:rows],
            self.t[:rows],
            parameters=self.kept,
            optimiser=rule_of(w),
            epochs=max(epochs, 1),
            batch_size=w.batch,
            shuffle=self.begun,
            threads=self.threads,
            progress=False,
        )
        self.kept, self.begun = done.parameters, True

    def parameters(self) -> Parameters:
        """Those of the last call."""
        return self.kept


def prepare(task: Task) -> Fitted:
    """With as many threads as allowed; ``auto`` leaves the number to `fit`."""
    return Fitted(task)
