"""The steps of a training taken again, so that one of them can be opened up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.record.resume_point import Start
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.steps.explain import captured, drawn
from chalkgrad.train.steps.replayed_step import StepInputs
from chalkgrad.train.steps.slices import replay


@dataclass(frozen=True)
class Replay:
    """What a run was made of: its settings, its rows, and where it began.

    ``pace`` is what the learning rate had noted at its end; ``captured`` is a step that was kept on the way.
    """

    settings: Settings
    rows: Rows
    start: Start
    pace: Mapping[str, Any]
    captured: StepInputs | None = None

    def inputs(self, step: int) -> StepInputs:
        """Return what went into a step, by taking the steps from the start up to it again.

        Raises
        ------
        InputError
            If it came before the start, or the start was not kept.
        """
        if self.captured is not None and self.captured.step == step:
            return self.captured
        if not self.start.kept:
            raise not_kept(step)
        if step < self.start.at.step:
            fix = "Explain it on the training that took it."
            condition = f"be from {self.start.at.step}, where this training was taken up"
            raise InputError(Fault("step", condition, str(step), fix))
        settings, rows = self.settings, self.rows
        pace = Pace(settings.schedule, settings.clock(rows.source.rows))
        pace.restore(dict(self.pace))
        executor = create_executor(settings.setup, tells=False)
        start = drawn(settings.setup) if self.start.parameters is None else self.start.parameters
        executor.load(start, self.start.state)
        at = replay(executor, rows, settings, pace, self.start.at, step)
        return captured(executor, settings, rows, pace, at)


def not_kept(step: int) -> InputError:
    """Return the fault of a training whose beginning is not known."""
    fix = f"Train with explain={step}."
    return InputError(Fault("fit", "have kept where it began", "a fit that did not", fix))
