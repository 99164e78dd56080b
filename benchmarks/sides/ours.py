"""Our executor alone: the one that `fit` chooses, given a slice of an epoch at a time."""

from __future__ import annotations

import numpy as np

from benchmarks.sides import Task
from benchmarks.workloads import Parameters, Workload
from chalkgrad import Network
from chalkgrad.derive.optimisers import SGD, Adam
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.setup.work import Block, Setup


def network_of(w: Workload) -> Network:
    """The workload's network and loss."""
    heads = {"cross_entropy": ":softmax", "squared_error": ""}
    hidden = "".join(f"-{width}:{w.activation}" for width in w.widths[1:-1])
    spec = f"{w.widths[0]}{hidden}-{w.widths[-1]}{heads.get(w.loss, ':sigmoid')}"
    return Network(spec, loss=w.loss.removesuffix("_of_sigmoid"))


def rule_of(w: Workload) -> SGD | Adam:
    """Its optimiser."""
    return SGD(w.learning_rate) if w.optimiser == "sgd" else Adam(w.learning_rate)


class Ours:
    """Steps through the executor; the rows in the order of the peers, through the same index as ever."""

    granularity = 1

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        self.executor = create_executor(Setup(network_of(w), rule_of(w), w.batch, threads=task.threads))
        self.executor.begin()
        self.executor.load(task.parameters)
        self.block = Block(task.x, task.t)
        self.order = np.arange(w.steps_per_epoch * w.batch)
        self.step = 0

    def run(self, steps: int) -> None:
        """Take steps, an epoch's rest at most in one call."""
        w = self.workload
        while steps:
            first = self.step % w.steps_per_epoch
            now = min(steps, w.steps_per_epoch - first)
            order = self.order[first * w.batch : (first + now) * w.batch]
            self.executor.run(self.block, order, self.step, np.full(now, w.learning_rate))
            self.step, steps = self.step + now, steps - now

    def parameters(self) -> Parameters:
        """Copies."""
        return self.executor.parameters()


def prepare(task: Task) -> Ours:
    """With as many threads as allowed."""
    return Ours(task)
