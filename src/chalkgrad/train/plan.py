"""What a training is to do, all of it read and checked; and doing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from chalkgrad.derive.optimisers import SGD
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.record.checkpoint import Checkpoint, Saver
from chalkgrad.train.record.resume_point import Arrays, Outcome, Position, Standing, Start, size
from chalkgrad.train.result.ending import Ending
from chalkgrad.train.result.identity import identity
from chalkgrad.train.result.result import Fit
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.run.constant_answer import constant_advice
from chalkgrad.train.run.divergence import LOOKED_AT, advice
from chalkgrad.train.run.notes import Notes
from chalkgrad.train.run.progress import told
from chalkgrad.train.run.run import Run
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.metrics import Metric
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.stopping import Watch
from chalkgrad.train.steps.explain import drawn
from chalkgrad.train.steps.replay import Replay
from chalkgrad.train.steps.snapshot import SMALL


@dataclass(frozen=True)
class Plan:
    """A training before it begins.

    It begins with the parameters ``given``, or where another was ``standing``, or with drawn ones;
    ``capture_at`` is the step whose inputs are kept.
    """

    settings: Settings
    rows: Rows
    pace: Pace
    watch: Watch | None
    metrics: tuple[Metric, ...]
    given: Arrays | None = None
    standing: Standing | None = None
    checkpoint: Checkpoint | None = None
    capture_at: int | None = None

    def executor(self) -> tuple[Executor, Start]:
        """Return an executor that stands where the training begins, and what is kept of that."""
        parameters, state, start = self.given, None, Start()
        if self.standing is not None:
            parameters, state = self.standing.parameters, self.standing.state or None
            if not self.standing.drawn:
                start = _start(self.standing.at, self.standing.parameters, self.standing.state)
        elif parameters is not None:
            start = _start(Position(), parameters, None)
        else:
            parameters = drawn(self.settings.setup)  # before the executor takes its memory
        executor = create_executor(self.settings.setup)
        executor.load(parameters, state)
        return executor, start

    def notes(self) -> Notes:
        """Return the notes to begin with."""
        notes = Notes.of(self.settings, self.pace, self.rows.names, self.watch, self.standing)
        if self.standing is None:
            notes.drawn = self.given is None
        if self.checkpoint is not None:
            notes.saver = Saver(self.checkpoint, identity(self.settings, self.rows))
        return notes


def train(plan: Plan, shows: object) -> Fit:
    """Carry it out; ``shows`` is who is told how far it is, see ``read_progress``."""
    executor, start = plan.executor()
    run = Run(executor, plan.rows, plan.settings, plan.pace, plan.notes(), plan.metrics)
    if plan.standing is not None:
        run.at = plan.standing.at
    if plan.capture_at is not None:
        run.capture_at = plan.capture_at
    with run.wish:
        with told(shows) as run.notes.tell:
            reached = run.run()
        return _fit(run, reached, start)


def _start(at: Position, parameters: Arrays, state: Arrays | None) -> Start:
    if size(parameters) + size(state or {}) > SMALL:
        return Start(at, kept=False)
    return Start(at, parameters, state)


def _fit(run: Run, reached: Arrays, start: Start) -> Fit:
    notes, settings = run.notes, run.settings
    best = None if notes.watch is None else notes.watch.parameters
    notes.advice = _closing_advice(run, best)
    return Fit(
        settings.setup.network,
        reached if best is None else best,
        notes.history(run.at),
        settings.setup,
        cast(Outcome, notes.ended),
        notes.advice,
        notes.broken_at,
        run.rows.names,
        Ending(notes.standing({}, {}, run.at), run.executor, is_last=best is None),
        Replay(replace(settings, callbacks=()), run.rows, start, run.pace.to_dict(), run.captured),
    )


def _closing_advice(run: Run, best: Arrays | None) -> str:
    """What is to be said of a training that came to its end, after what has been said already."""
    notes, settings, rows, rate = run.notes, run.settings, run.rows, run.pace.clock.rate
    if notes.ended not in ("finished", "stopped") or not notes.epochs:
        return notes.advice
    losses, last = [epoch.loss for epoch in notes.epochs], notes.epochs[-1]
    kept = last
    if notes.watch is not None and best is not None:
        kept = next((epoch for epoch in notes.epochs if epoch.epoch == notes.watch.best_epoch), last)

    def ready() -> Executor:
        return run.executor if best is None else _with_parameters(settings, best)

    falling = kept is last and losses[-1] <= min(losses)
    rose = notes.ended == "finished" and losses[-1] > losses[0]
    before = "the loss is higher than after the first epoch" if rose else notes.advice.rstrip(".")
    said = constant_advice(settings, rows, ready, kept, rate, falling=falling)
    if rose and not said:
        some = rows.block(rows.source.sample(LOOKED_AT))
        said = f"Try {'; '.join(advice(settings, rate, some, rows.names.inputs))}."
    return f"{before}. {said}" if before and said else said or notes.advice


def _with_parameters(settings: Settings, parameters: Arrays) -> Executor:
    """Return an executor that answers with other parameters than the training's last."""
    setup = replace(settings.setup, optimiser=SGD(), dropout=(), clip_norm=None)
    executor = create_executor(setup, tells=False)
    executor.load(parameters)
    return executor
