"""A run: every epoch in slices of steps, then its validation and everything that looks at it.

while not ended:  slices of steps until every row was visited;  validate, note, watch, tell, save

Where nobody but early stopping looks at single epochs, and they fit into a slice, they are taken at once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chalkgrad._errors import InputError
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.threads import ThreadTrial
from chalkgrad.train.record.history import Epoch
from chalkgrad.train.record.resume_point import Arrays, Position
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.run.divergence import DivergedError, retreat
from chalkgrad.train.run.interruption import Interruption
from chalkgrad.train.run.notes import Notes
from chalkgrad.train.run.scoring import Scoring
from chalkgrad.train.run.whole_epochs import WholeEpochs
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.metrics import Metric
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Block, steps_of
from chalkgrad.train.steps.explain import captured
from chalkgrad.train.steps.replayed_step import StepInputs
from chalkgrad.train.steps.slices import Order, Slicer, last_batch, replay, rows_of, visit
from chalkgrad.train.steps.snapshot import Keeper


@dataclass
class Run:
    """Moves an executor through the rows, ``at`` being where it is."""

    executor: Executor
    rows: Rows
    settings: Settings
    pace: Pace
    notes: Notes
    metrics: tuple[Metric, ...] = ()
    at: Position = field(default_factory=Position)
    capture_at: int = -1
    """The step whose inputs are kept in ``captured``."""
    captured: StepInputs | None = None

    def __post_init__(self) -> None:
        self._slicer, self._keeper = Slicer(), Keeper()
        self._threads = ThreadTrial(self.executor, fixed=self.settings.setup.threads is not None)
        self._last: tuple[Block, Order] | None = None
        self._in_step = False
        self.wish = Interruption()

    def run(self) -> Arrays:
        """Train to the end, whatever it is; return the last good parameters, which the executor has too."""
        self._mark = time.perf_counter()
        self.notes.begin(self.at)
        self._keeper.take(self.executor, self.at)
        self.executor.begin()
        try:
            return self._run()
        finally:
            self.executor.end()

    def _run(self) -> Arrays:
        try:
            with self.wish.breaking():
                self._run_epochs()
        except DivergedError as found:
            return self._retreat(found)
        except KeyboardInterrupt as error:
            self.wish.raised(error)
            self._recover()
        return self._end()

    def _end(self) -> Arrays:
        """Save for the last time; who is too impatient for that still has the parameters."""
        if not self._keeper.take(self.executor, self.at, with_state=False):
            return self._retreat(DivergedError(self.at.step, float("nan")))
        notes = self.notes
        try:
            with self.wish.breaking():
                notes.save(self.executor, self.at)
        except KeyboardInterrupt:
            notes.advice = f"{notes.advice or 'all epochs are done'}; the last checkpoint was not written"
        return self._keeper.give()

    def _run_epochs(self) -> None:
        notes = self.notes
        if notes.watch is not None and notes.watch.is_over():
            notes.ended = "stopped"
        while not notes.ended and self.at.epoch < self.settings.epochs:
            try:
                self._take_whole_epochs()
                self._visit()
            except InputError as error:
                notes.ended, notes.advice = "data changed", f"{error}\nThe parameters reached are kept."
            if not notes.ended:
                self._end_epoch()
            notes.heed(self.wish, self.at)
        notes.ended = notes.ended or "finished"

    @cached_property
    def _scoring(self) -> Scoring:
        return Scoring.on(self.rows, self.metrics)

    @cached_property
    def _whole_epochs(self) -> WholeEpochs | None:
        given = self.executor, self.rows, self.settings, self.pace, self._scoring
        return WholeEpochs(*given) if WholeEpochs.serve(*given, self.notes.watch) else None

    def _take_whole_epochs(self) -> None:
        """Take them while some fit into a slice; not the last one, which has to be looked at."""
        whole, saver = self._whole_epochs, self.notes.saver
        while whole is not None and not self.notes.ended and self.at.done == 0:
            left = self.settings.epochs - 1 - self.at.epoch
            every = None if saver is None else saver.checkpoint.epochs
            if every is not None:
                left = min(left, every - self.at.epoch % every)
            steps = self._threads.begin(self._slicer.steps)
            if self.at.step <= self.capture_at:
                steps = min(steps, self.capture_at - self.at.step)
            count = min(left, steps // whole.steps)
            if count < 1:
                return
            self.rows.check()
            self._take(whole, count)

    def _take(self, whole: WholeEpochs, count: int) -> None:
        notes, self._in_step = self.notes, True
        taken = whole.take(self.at, count, notes.watch)
        if taken.epochs:
            last = taken.epochs[-1]
            notes.epochs, self.at = notes.epochs + taken.epochs, Position(last.steps, last.epoch)
            notes.watch = taken.watch
        self._in_step = False
        if taken.broken is not None:
            raise DivergedError(*taken.broken)
        notes.stop_if_over()
        self._measured(len(taken.epochs) * whole.steps, taken.seconds)
        self._lap()
        self._between_slices(self.at.epoch)

    def _measured(self, steps: int, seconds: float) -> None:
        self._slicer.measured(steps, seconds)
        self._threads.measured(steps, seconds)

    def _visit(self) -> None:
        if self.notes.ended:
            return
        self.rows.check()
        for block, order in visit(self.rows, self.settings, self.at.epoch, self.at.done, self._steps):
            if self.at.step == self.capture_at:
                self.captured = captured(self.executor, self.settings, self.rows, self.pace, self.at)
            self._advance(block, order)
            self._between_slices()
            if self.notes.ended:
                return

    def _steps(self) -> int:
        """How many steps the next slice has; it ends where a step is waited for."""
        steps = self._threads.begin(self._slicer.steps)
        return min(steps, self.capture_at - self.at.step) if self.at.step < self.capture_at else steps

    def _advance(self, block: Block, order: Order) -> None:
        """Take a slice of steps."""
        batch = self.settings.setup.batch_size
        count = steps_of(len(order), batch)
        rates = self.pace.rates(self.at.step, count)
        started = time.perf_counter()
        self._in_step = True
        losses = self.executor.run(block, order, self.at.step, rates)
        if not np.isfinite(losses[-1]):
            self._in_step = False
            raise DivergedError(self.at.step + len(losses) - 1, float(losses[-1]))
        sizes = np.full(count, batch)
        sizes[-1] = len(order) - (count - 1) * batch
        # Added one after the other, so that the sum does not depend on the slices.
        total = float(np.add.accumulate(np.concatenate(([self.at.total], losses * sizes)))[-1])
        busy = time.perf_counter() - started
        self.at = self.at.moved(count, len(order), total, self._lap(), busy, self.executor.norms())
        self._in_step = False
        self._last = block, order[(count - 1) * batch :]
        self._measured(count, busy)

    def _between_slices(self, ended: int | None = None) -> None:
        """Look after everything that is due now and then; ``ended`` is the epoch that has just done so."""
        if self._keeper.is_due() and not self._keeper.take(self.executor, self.at):
            raise DivergedError(self.at.step, float("nan"))
        self.notes.tell_of(self.at)
        self.notes.heed(self.wish, self.at)
        self.notes.save_if_due(self.executor, self.at, ended)

    def _end_epoch(self) -> None:
        if not self.executor.is_finite():
            raise DivergedError(self.at.step, float("nan"))
        if self.at.epoch + 1 == self.settings.epochs:
            self._check_last_update()
        epoch = self._measure()
        self.notes.epochs.append(epoch)
        self.pace.end_epoch(epoch.loss, epoch.validation_loss, self.at.step)
        self.at = self.at.next_epoch()
        self._last = None
        self.notes.end_epoch(epoch, self.executor)
        self.notes.tell_of(self.at)
        self.notes.save_if_due(self.executor, self.at, epoch.epoch)

    def _check_last_update(self) -> None:
        """See that the loss is finite after it as after the others, which the next steps tell."""
        rows = self._last or last_batch(self.rows, self.settings, self.at.epoch)
        loss, _ = self.executor.losses(rows_of(*rows))
        if not np.isfinite(loss):
            raise DivergedError(self.at.step, loss)

    def _measure(self) -> Epoch:
        """Validate; return the record of the epoch."""
        at = self.at
        validation, metrics = self._scoring.measure(self.executor)
        return Epoch(
            epoch=at.epoch + 1,
            steps=at.step,
            loss=at.total / at.done,
            validation_loss=validation,
            metrics=metrics,
            learning_rate=float(self.pace.rates(at.step - 1, 1)[0]),
            seconds=at.seconds + self._lap(),
            samples_per_second=at.done / max(at.busy, 1e-9),
            gradient_norms=at.norms,
        )

    def _lap(self) -> float:
        """Seconds since the last call."""
        before, self._mark = self._mark, time.perf_counter()
        return self._mark - before

    def _recover(self) -> None:
        """After an interruption from within: where a step was under way, take the steps before it again."""
        snapshot = self._keeper.last
        if self._in_step and snapshot is not None:
            self.executor.load(snapshot.parameters, snapshot.state)
            if snapshot.state is None:
                self.at = snapshot.at
            else:
                replay(self.executor, self.rows, self.settings, self.pace, snapshot.at, self.at.step)
        self.notes.ended = ""
        self.notes.heed(self.wish, self.at)

    def _retreat(self, found: DivergedError) -> Arrays:
        if self._keeper.last is None:  # room was made while these parameters were good
            self._keeper.take(self.executor, self.at, with_state=False)
        snapshot = self._keeper.last
        assert snapshot is not None
        names = self.rows.names.inputs
        back = retreat(self.executor, self.rows, self.settings, self.pace, snapshot, found, names)
        notes, self.at = self.notes, back.at
        notes.ended, notes.advice, notes.broken_at = "diverged", back.advice, back.step
        notes.forget_after(back.at)
        self.executor.load(back.parameters, back.state)
        return back.parameters
