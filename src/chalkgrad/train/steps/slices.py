"""An epoch in slices of steps, long enough to be quick and short enough to be stopped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.record.resume_point import Position
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Block, steps_of

SECONDS = 0.075
_GROWTH = 8

Order = NDArray[np.int64]


class Slicer:
    """How many steps fit into a slice, from how long the last ones took."""

    def __init__(self) -> None:
        self.steps = 1

    def measured(self, steps: int, seconds: float) -> None:
        """Take note of a slice; the next is at most ``_GROWTH`` times as long as this one."""
        fitting = math.floor(steps * SECONDS / max(seconds, 1e-9))
        self.steps = max(1, min(fitting, _GROWTH * max(steps, self.steps)))


class Countdown:
    """Slices that grow up to 1024 steps, and end where no more are to be taken."""

    def __init__(self, left: int) -> None:
        self.left, self.size = left, 1

    def steps(self) -> int:
        """How many steps the next slice has."""
        return min(self.size, self.left)

    def took(self, steps: int) -> None:
        """Take note of a slice."""
        self.left -= steps
        self.size = min(self.size * _GROWTH, 1024)


def visit(
    rows: Rows, settings: Settings, epoch: int, done: int, steps: Callable[[], int]
) -> Iterator[tuple[Block, Order]]:
    """Yield the rest of an epoch: a block and the row numbers of the next ``steps()`` mini-batches of it."""
    setup = settings.setup
    batch = setup.batch_size
    portions = rows.source.portions(
        epoch, seed=setup.seed, shuffle=settings.shuffle, batch_size=batch, skip=done
    )
    for portion in portions:
        block, start = rows.block(portion), 0
        while start < len(portion.order):
            end = start + steps() * batch
            yield block, portion.order[start:end]
            start = end


def rows_of(block: Block, order: Order) -> Block:
    """Return some rows of a block, as one of their own."""
    return Block(block.x[order], block.t[order], None if block.weight is None else block.weight[order])


def last_batch(rows: Rows, settings: Settings, epoch: int) -> tuple[Block, Order]:
    """Return the last mini-batch of an epoch."""
    batch = settings.setup.batch_size
    before = (rows.source.rows - 1) // batch * batch
    return list(visit(rows, settings, epoch, before, lambda: 1))[-1]


def batch_at(rows: Rows, settings: Settings, at: Position) -> tuple[Block, Order, int]:
    """Return the mini-batch of the next step, and its epoch."""
    for epoch, done in ((at.epoch, at.done), (at.epoch + 1, 0)):
        for block, order in visit(rows, settings, epoch, done, lambda: 1):
            return block, order, epoch
    raise AssertionError("an epoch without rows")


def replay(executor: Executor, rows: Rows, settings: Settings, pace: Pace, at: Position, to: int) -> Position:
    """Take the steps from ``at`` up to step ``to``, not included, again; return the position there."""
    while at.step < to:
        at = _replay_epoch(executor, rows, settings, pace, at, to)
        if at.step < to:
            at = at.next_epoch()
    return at


def _replay_epoch(
    executor: Executor, rows: Rows, settings: Settings, pace: Pace, at: Position, to: int
) -> Position:
    left = Countdown(to - at.step)
    for block, order in visit(rows, settings, at.epoch, at.done, left.steps):
        count = steps_of(len(order), settings.setup.batch_size)
        executor.run(block, order, at.step, pace.rates(at.step, count))
        left.took(count)
        at = at.moved(count, len(order), 0.0, 0.0, 0.0, executor.norms())
        if at.step == to:
            break
    return at
