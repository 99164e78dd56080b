"""The loop: every epoch in slices of steps, then its validation and everything that looks at it.

while not ended:  slices of steps until every row was visited;  validate, note, watch, tell, save

Where nobody but early stopping looks at single epochs, and they fit into a slice, they are taken at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chalkgrad._errors import InputError
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.threads import ThreadTrial
from chalkgrad.train.record.checkpoint import Saver
from chalkgrad.train.record.history import Epoch, History
from chalkgrad.train.record.resume_point import Arrays, Position, Standing
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.run.divergence import LOOKED_AT, DivergedError, retreat
from chalkgrad.train.run.interruption import Interruption
from chalkgrad.train.run.progress import Progress, Tell
from chalkgrad.train.run.report import EpochReport, asks_to_stop
from chalkgrad.train.run.scoring import Scoring
from chalkgrad.train.run.spans import Spans
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.metrics import Metric
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.stopping import Watch
from chalkgrad.train.setup.work import Block, steps_of
from chalkgrad.train.steps.slices import Order, Slicer, last_batch, replay, rows_of, visit
from chalkgrad.train.steps.snapshot import Keeper


@dataclass
class Training:
    """One run: an executor that is moved through the rows, and what has been noted on the way."""

    executor: Executor
    rows: Rows
    settings: Settings
    pace: Pace
    watch: Watch | None = None
    metrics: tuple[Metric, ...] = ()
    at: Position = field(default_factory=Position)
    epochs: list[Epoch] = field(default_factory=list)
    tell: Tell | None = None
    saver: Saver | None = None
    pause_at: int = -1
    """The step before which ``on_pause`` is called."""
    on_pause: Callable[[Training], None] | None = None
    drawn: bool = False
    ended: str = ""
    advice: str = ""
    broken_at: int | None = None

    def __post_init__(self) -> None:
        self._slicer, self._keeper = Slicer(), Keeper()
        self._threads = ThreadTrial(self.executor, fixed=self.settings.setup.threads is not None)
        self._last: tuple[Block, Order] | None = None
        self._in_step = False
        self.wish = Interruption()

    def run(self) -> Arrays:
        """Train to the end, whatever it is; return the last good parameters, which the executor has too."""
        self._mark = self._began = time.perf_counter()
        self._first = self.at.step
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
        if self.saver is not None:
            try:
                with self.wish.breaking():
                    self.saver.save(self.standing())
            except KeyboardInterrupt:
                self.advice = f"{self.advice or 'all epochs are done'}; the last checkpoint was not written"
        return self._keeper.give()

    def standing(self) -> Standing:
        """Return where the training stands, with copies of all its numbers."""
        watch = self.watch
        return Standing(
            self.executor.parameters(),
            self.executor.state(),
            self.at,
            History(tuple(self.epochs), self.at.step),
            self.pace.to_dict(),
            None if watch is None else watch.to_dict(),
            None if watch is None else watch.parameters,
            self.ended,
            self.drawn,
            self.rows.names,
            self.settings.epochs,
        )

    def parameters(self) -> Arrays:
        """Return copies of the present parameters."""
        return self.executor.parameters()

    def first_rows(self) -> Block:
        """Return some rows to look at."""
        return self.rows.block(self.rows.source.sample(LOOKED_AT))

    def _run_epochs(self) -> None:
        if self.watch is not None and self.watch.is_over():
            self.ended = "stopped"
        while not self.ended and self.at.epoch < self.settings.epochs:
            try:
                self._take_epochs()
                self._visit()
            except InputError as error:
                self.ended, self.advice = "data changed", f"{error}\nThe parameters reached are kept."
            if not self.ended:
                self._end_epoch()
            self._heed()
        self.ended = self.ended or "finished"

    @cached_property
    def _scoring(self) -> Scoring:
        return Scoring.on(self.rows, self.metrics)

    @cached_property
    def _spans(self) -> Spans | None:
        given = self.executor, self.rows, self.settings, self.pace, self._scoring
        return Spans(*given) if Spans.serve(*given, self.watch) else None

    def _take_epochs(self) -> None:
        """Take whole epochs while some fit into a slice; not the last one, which has to be looked at."""
        while self._spans is not None and not self.ended and self.at.done == 0:
            left = self.settings.epochs - 1 - self.at.epoch
            every = None if self.saver is None else self.saver.checkpoint.epochs
            if every is not None:
                left = min(left, every - self.at.epoch % every)
            steps = self._threads.begin(self._slicer.steps)
            if self.at.step <= self.pause_at:
                steps = min(steps, self.pause_at - self.at.step)
            count = min(left, steps // self._spans.steps)
            if count < 1:
                return
            self.rows.check()
            self._take_span(self._spans, count)

    def _take_span(self, spans: Spans, count: int) -> None:
        self._in_step = True
        span = spans.take(self.at, count, self.watch)
        if span.epochs:
            last = span.epochs[-1]
            self.epochs, self.at = self.epochs + span.epochs, Position(last.steps, last.epoch)
            self.watch = span.watch
        self._in_step = False
        if span.broken is not None:
            raise DivergedError(*span.broken)
        if self.watch is not None and self.watch.is_over():
            self.ended, self.advice = "stopped", self.watch.reason
        self._slicer.measured(len(span.epochs) * spans.steps, span.seconds)
        self._threads.measured(len(span.epochs) * spans.steps, span.seconds)
        self._lap()
        self._between_slices(self.at.epoch)

    def _visit(self) -> None:
        at = self.at
        if self.ended:
            return
        self.rows.check()
        for block, order in visit(self.rows, self.settings, at.epoch, at.done, self._steps):
            if self.at.step == self.pause_at and self.on_pause is not None:
                self.on_pause(self)
            self._advance(block, order)
            self._between_slices()
            if self.ended:
                return

    def _steps(self) -> int:
        """How many steps the next slice has; it ends where a step is waited for."""
        steps = self._threads.begin(self._slicer.steps)
        return min(steps, self.pause_at - self.at.step) if self.at.step < self.pause_at else steps

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
        self._slicer.measured(count, busy)
        self._threads.measured(count, busy)

    def _between_slices(self, ended: int | None = None) -> None:
        """Look after everything that is due now and then; ``ended`` is the epoch that has just done so."""
        if self._keeper.is_due() and not self._keeper.take(self.executor, self.at):
            raise DivergedError(self.at.step, float("nan"))
        self._tell()
        self._heed()
        if self.saver is not None and self.saver.is_due(ended):
            self.saver.save(self.standing())

    def _heed(self) -> None:
        if self.wish.asked and not self.ended:
            self.ended = "interrupted"
            self.advice = (
                f"stopped by {self.wish.by} in epoch {self.at.epoch + 1} after {self.at.step:,} steps; "
                "the parameters reached are kept"
            )

    def _end_epoch(self) -> None:
        if not self.executor.is_finite():
            raise DivergedError(self.at.step, float("nan"))
        if self.at.epoch + 1 == self.settings.epochs:
            self._check_last_update()
        epoch = self._note()
        self.epochs.append(epoch)
        self.pace.end_epoch(epoch.loss, epoch.validation_loss, self.at.step)
        self.at = self.at.next_epoch()
        self._last = None
        self._judge(epoch)
        self._tell()
        if self.saver is not None and self.saver.is_due(epoch.epoch):
            self.saver.save(self.standing())

    def _check_last_update(self) -> None:
        """See that the loss is finite after it as after the others, which the next steps tell."""
        rows = self._last or last_batch(self.rows, self.settings, self.at.epoch)
        loss, _ = self.executor.losses(rows_of(*rows))
        if not np.isfinite(loss):
            raise DivergedError(self.at.step, loss)

    def _note(self) -> Epoch:
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

    def _judge(self, epoch: Epoch) -> None:
        """Ask early stopping and the callbacks whether to go on."""
        watch = self.watch
        if watch is not None and watch.end_epoch(epoch.epoch, epoch.value(watch.rule.on), self.parameters):
            self.ended, self.advice = "stopped", watch.reason
        report = EpochReport(epoch, self.settings.epochs, self.settings.setup.network, self.parameters)
        for callback in self.settings.callbacks:
            why = asks_to_stop(callback, report, first=epoch is self.epochs[0])
            if why and not self.ended:
                self.ended, self.advice = "stopped", why

    def _tell(self) -> None:
        if self.tell is None:
            return
        at, epochs = self.at, self.epochs
        steps, taken = self.pace.clock.steps, at.step - self._first
        spent = time.perf_counter() - self._began
        last = epochs[-1] if epochs else None
        self.tell(
            Progress(
                epoch=min(at.epoch + 1, self.settings.epochs),
                epochs=self.settings.epochs,
                step=at.step,
                steps=steps,
                loss=at.total / at.done if at.done else last.loss if last else float("nan"),
                validation_loss=last.validation_loss if last else None,
                samples_per_second=at.done / at.busy if at.busy else last.samples_per_second if last else 0.0,
                seconds_left=(steps - at.step) * spent / taken if taken else 0.0,
            )
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
        self.ended = ""
        self._heed()

    def _retreat(self, found: DivergedError) -> Arrays:
        if self._keeper.last is None:  # room was made while these parameters were good
            self._keeper.take(self.executor, self.at, with_state=False)
        snapshot = self._keeper.last
        assert snapshot is not None
        names = self.rows.names.inputs
        back = retreat(self.executor, self.rows, self.settings, self.pace, snapshot, found, names)
        self.ended, self.advice, self.at, self.broken_at = "diverged", back.advice, back.at, back.step
        self.epochs = [epoch for epoch in self.epochs if epoch.steps <= back.at.step]
        self.executor.load(back.parameters, back.state)
        return back.parameters
