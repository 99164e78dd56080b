"""Whole epochs at once, where only early stopping looks at one alone: an epoch costs little but its steps."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chalkgrad.data import ArraySource
from chalkgrad.train.executors.executor import EpochArrays, Visit
from chalkgrad.train.record.history import Epoch
from chalkgrad.train.record.resume_point import Position
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.run.scoring import Scoring
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.schedule import plateau_of
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.stopping import Watch
from chalkgrad.train.setup.work import Setup, steps_of
from chalkgrad.train.steps.snapshot import SMALL


@dataclass(frozen=True)
class TakenEpochs:
    """Some epochs that were taken, and the step that broke, if one did: its number and its loss."""

    epochs: list[Epoch]
    seconds: float
    watch: Watch | None
    broken: tuple[int, float] | None = None


class WholeEpochs:
    """Takes whole epochs of arrays by an executor that can, which is the native one.

    Rows are visited in the same order as one epoch at a time, and the same is noted of every epoch.
    """

    def __init__(self, executor: Any, rows: Rows, settings: Settings, pace: Pace, scoring: Scoring) -> None:
        self._executor, self._settings, self._pace, self._scoring = executor, settings, pace, scoring
        source, setup = rows.source, settings.setup
        whole = next(iter(source.portions(0, seed=0, shuffle=False, batch_size=setup.batch_size)))
        self._block, self._order = rows.block(whole), whole.order.copy()
        self._chosen = source.chosen if isinstance(source, ArraySource) else None
        self._rows = source.rows
        self.steps = steps_of(self._rows, setup.batch_size)
        """Of an epoch."""
        self._sizes = np.full(self.steps, setup.batch_size)
        self._sizes[-1] = self._rows - (self.steps - 1) * setup.batch_size

    @staticmethod
    def serve(
        executor: object, rows: Rows, settings: Settings, pace: Pace, scoring: Scoring, watch: Watch | None
    ) -> bool:
        """Whether a run can be taken so: its rows are arrays, and what is asked of an epoch is counted.

        And where the best parameters are kept, two copies of them are small.
        """
        return (
            hasattr(executor, "run_epochs")
            and type(rows.source) is ArraySource
            and not settings.callbacks
            and plateau_of(pace.schedule) is None
            and scoring.is_counted()
            and (watch is None or not watch.rule.restore_best or _bytes(settings.setup) <= SMALL)
        )

    def take(self, at: Position, count: int, watch: Watch | None) -> TakenEpochs:
        """Take so many epochs from the beginning of one, or fewer, where a watch ends the training."""
        setup, steps = self._settings.setup, count * self.steps
        seed = setup.seed if self._settings.shuffle else None
        visit = Visit(self._block, self._order, self._chosen, seed, at.epoch, at.step, self._scoring.block)
        layers = self._executor.layers
        rates = self._pace.rates(at.step, steps)
        notes = EpochArrays(rates, np.empty(steps), np.empty((count, len(layers))), np.empty((count, 4)))
        if watch is not None and watch.rule.restore_best:
            notes = replace(notes, best=self._executor.room())
        began = time.perf_counter()
        finished, taken = self._executor.run_epochs(visit, notes, watch)
        seconds = time.perf_counter() - began
        epochs = self._epochs(at, finished, notes, layers)
        watch = watch and watch.after({e.epoch: e.value(watch.rule.on) for e in epochs}, notes.best)
        if taken == finished * self.steps:
            return TakenEpochs(epochs, seconds, watch)
        last = float(notes.losses[taken - 1])
        broken = (at.step + taken, math.nan) if math.isfinite(last) else (at.step + taken - 1, last)
        return TakenEpochs(epochs, seconds, watch, broken)

    def _epochs(self, at: Position, count: int, notes: EpochArrays, layers: list[str]) -> list[Epoch]:
        """Return the records of the epochs that were finished."""
        losses = notes.losses[: count * self.steps].reshape(count, self.steps)
        # Added one after the other, as they are where an epoch is taken in slices.
        means = np.add.accumulate(losses * self._sizes, axis=1)[:, -1] / self._rows
        rows = zip(
            range(count),
            means.tolist(),
            notes.rates[self.steps - 1 :: self.steps].tolist(),
            notes.norms[:count].tolist(),
            notes.marks[:count].tolist(),
            strict=False,
        )
        found = []
        for k, loss, rate, norms, (watched, right, seconds, busy) in rows:
            validation, metrics = self._scoring.counted(watched, right)
            steps, speed = at.step + (k + 1) * self.steps, self._rows / max(busy, 1e-9)
            by_layer = dict(zip(layers, norms, strict=True))
            measured = (loss, validation, metrics, rate, seconds, speed, by_layer)
            found.append(Epoch(at.epoch + k + 1, steps, *measured))
        return found


def _bytes(setup: Setup) -> int:
    """Of the parameters."""
    numbers = sum(math.prod(shape) for shape in setup.network.parameter_shapes().values())
    return int(numbers * np.dtype(setup.dtype).itemsize)
