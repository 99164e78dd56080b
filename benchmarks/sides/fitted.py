"""Ours as everybody calls it: `fit`, a call a block.

It checks its data and visits the rows in an order of its own every epoch; ``usual`` measures the accuracy
after every epoch too, as `fit` does unless told otherwise, and the peers do not.
"""

from __future__ import annotations

from benchmarks.sides import Task
from benchmarks.sides.ours import network_of, rule_of
from benchmarks.workloads import Parameters
from chalkgrad import Network, fit

LEAST = 8
"""Epochs of a call: what `fit` does once, such as a look at all rows in the end, is a small part then."""


class Fitted:
    """Goes on from the parameters of the call before; the first call has the order of the peers."""

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        self.threads = None if task.variant == "auto" else task.threads
        self.metrics = () if task.variant == "usual" else None
        self.network: Network = network_of(w)
        self.x, self.t, self.kept = task.x, task.t, task.parameters
        self.granularity = w.steps_per_epoch * LEAST
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
            metrics=self.metrics,
            progress=False,
        )
        self.kept, self.begun = done.parameters, True

    def parameters(self) -> Parameters:
        """Those of the last call."""
        return self.kept


def prepare(task: Task) -> Fitted:
    """With as many threads as allowed; ``auto`` leaves the number to `fit`, ``usual`` has its metrics."""
    return Fitted(task)
