"""What is noted of a run: its epochs, who is told of them, and why it ends."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.record.checkpoint import Saver
from chalkgrad.train.record.history import Epoch, History
from chalkgrad.train.record.resume_point import Arrays, Position, Standing
from chalkgrad.train.rows.names import Names
from chalkgrad.train.run.interruption import Interruption
from chalkgrad.train.run.progress import Progress, Tell
from chalkgrad.train.run.report import EpochReport, asks_to_stop
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.stopping import Watch


@dataclass
class Notes:
    """Follows a run that somebody else takes; ``ended`` is empty while it goes on."""

    settings: Settings
    pace: Pace
    names: Names
    watch: Watch | None = None
    drawn: bool = False
    epochs: list[Epoch] = field(default_factory=list)
    saver: Saver | None = None
    tell: Tell | None = None
    ended: str = ""
    advice: str = ""
    broken_at: int | None = None

    @classmethod
    def of(
        cls, settings: Settings, pace: Pace, names: Names, watch: Watch | None, standing: Standing | None
    ) -> Notes:
        """Return the notes of a run that begins, or goes on from where another stood."""
        if standing is None:
            return cls(settings, pace, names, watch)
        if standing.pace is not None:
            pace.restore(dict(standing.pace))
        if watch is not None and standing.watch is not None:
            watch.restore(dict(standing.watch), standing.best)
        epochs = list(standing.history.epochs)
        ended = "stopped" if standing.ended == "stopped" else ""
        return cls(settings, pace, names, watch, standing.drawn, epochs, ended=ended)

    def begin(self, at: Position) -> None:
        """The first step is about to be taken."""
        self._first, self._began = at.step, time.perf_counter()

    def history(self, at: Position) -> History:
        """Return every epoch so far."""
        return History(tuple(self.epochs), at.step)

    def standing(self, parameters: Arrays, state: Arrays, at: Position) -> Standing:
        """Return where the training stands with these numbers."""
        watch = self.watch
        return Standing(
            parameters,
            state,
            at,
            self.history(at),
            self.pace.to_dict(),
            None if watch is None else watch.to_dict(),
            None if watch is None else watch.parameters,
            self.ended,
            self.drawn,
            self.names,
            self.settings.epochs,
        )

    def save(self, executor: Executor, at: Position) -> None:
        """Write a checkpoint, if any are written."""
        if self.saver is not None:
            self.saver.save(self.standing(executor.parameters(), executor.state(), at))

    def save_if_due(self, executor: Executor, at: Position, epoch: int | None = None) -> None:
        """Write a checkpoint now and then; ``epoch`` is the number of one that has just ended."""
        if self.saver is not None and self.saver.is_due(epoch):
            self.save(executor, at)

    def heed(self, wish: Interruption, at: Position) -> None:
        """End the run if somebody has asked for it."""
        if wish.asked and not self.ended:
            self.ended = "interrupted"
            self.advice = (
                f"stopped by {wish.by} in epoch {at.epoch + 1} after {at.step:,} steps; "
                "the parameters reached are kept"
            )

    def stop_if_over(self) -> None:
        """End the run where the patience of early stopping is used up."""
        if self.watch is not None and self.watch.is_over():
            self.ended, self.advice = "stopped", self.watch.reason

    def end_epoch(self, epoch: Epoch, executor: Executor) -> None:
        """Ask early stopping and the callbacks whether to go on."""
        watch = self.watch
        if watch is not None:
            watch.end_epoch(epoch.epoch, epoch.value(watch.rule.on), executor.parameters)
            self.stop_if_over()
        report = EpochReport(epoch, self.settings.epochs, self.settings.setup.network, executor.parameters)
        for callback in self.settings.callbacks:
            why = asks_to_stop(callback, report, first=epoch is self.epochs[0])
            if why and not self.ended:
                self.ended, self.advice = "stopped", why

    def tell_of(self, at: Position) -> None:
        """Tell how far the run is."""
        if self.tell is None:
            return
        steps, taken = self.pace.clock.steps, at.step - self._first
        spent = time.perf_counter() - self._began
        last = self.epochs[-1] if self.epochs else None
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

    def forget_after(self, at: Position) -> None:
        """Keep the epochs up to a position only."""
        self.epochs = [epoch for epoch in self.epochs if epoch.steps <= at.step]
