"""Going on with a training: from a checkpoint's file, or from what an earlier call returned."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.derive.optimisers import Optimiser
from chalkgrad.train.record.checkpoint import Checkpoint, check_identity, read_standing, unsound
from chalkgrad.train.record.plausibility import misfits
from chalkgrad.train.record.resume_point import Standing
from chalkgrad.train.result.identity import identity
from chalkgrad.train.result.result import Fit
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.defaults import SCHEDULE
from chalkgrad.train.setup.schedule import Constant, Schedule
from chalkgrad.train.setup.settings import Settings

_OF_AN_EPOCH = ("rows", "data", "batch_size", "seed", "shuffle")


@dataclass(frozen=True)
class Resumed:
    """Where a training goes on from: what was kept, in which file, and what the run must have in common."""

    standing: Standing
    path: str = ""
    identity: Mapping[str, Any] = field(default_factory=dict)
    fit: Fit | None = None

    @property
    def schedule(self) -> Schedule:
        """What the learning rate followed where nothing was said of it: the usual course, or none."""
        if self.fit is not None and self.fit.replay is not None:
            return self.fit.replay.settings.schedule
        return SCHEDULE if self.identity.get("schedule") == repr(SCHEDULE) else Constant()

    def check(self, settings: Settings, rows: Rows, faults: list[Fault]) -> Standing:
        """Return where it stood, after adding what does not fit to ``faults``."""
        if self.fit is not None:
            return _from_fit(self.fit, self.standing, settings, rows, faults)
        before = len(faults)
        check_identity(self.identity, identity(settings, rows), self.path, faults)
        if len(faults) == before:
            wrong = next(misfits(self.standing, settings, rows.source.rows), "")
            faults += [unsound(self.path, wrong)] if wrong else []
        return self.standing


def read_resume(value: object, checkpoint: Checkpoint | None, faults: list[Fault]) -> Resumed | None:
    """Return what is gone on with, or None to begin."""
    if value is None or value is False:
        return None
    if isinstance(value, Fit):
        return Resumed(value.standing, fit=value)
    path = value
    if value is True:
        if checkpoint is None:
            fix = 'Write checkpoint="run.checkpoint", say.'
            faults.append(Fault("resume", "have a checkpoint to look for", "True without one", fix))
            return None
        path = checkpoint.path
        if not os.path.exists(path):
            return None
    if not isinstance(path, str | os.PathLike):
        condition = "be a checkpoint's file, a Fit, or True for the file of checkpoint"
        faults.append(Fault("resume", condition, shown(value)))
        return None
    found = attempt(faults, lambda: read_standing(path))
    return None if found is None else Resumed(found[0], os.fspath(path), found[1])


def _from_fit(fit: Fit, standing: Standing, settings: Settings, rows: Rows, faults: list[Fault]) -> Standing:
    """Go on from a Fit, with other settings if they let its numbers be taken over."""
    setup = settings.setup
    shapes = {name: value.shape for name, value in fit.parameters.items()}
    if shapes != setup.network.stored_shapes():
        fix = "Give the same network, or leave resume out."
        faults.append(Fault("resume", "be of a network of these shapes", str(fit.network), fix))
        return standing
    if standing.state and _slots(setup.optimiser) != _slots(fit.setup.optimiser):
        then = type(fit.setup.optimiser).__name__
        fix = "Or give parameters=fit.parameters to begin with a new optimiser."
        faults.append(Fault("optimiser", f"be {then}, whose state is taken over", repr(setup.optimiser), fix))
    if standing.at.done:
        now = identity(settings, rows)
        before = {} if fit.replay is None else identity(fit.replay.settings, fit.replay.rows)
        check_identity(before, {name: now[name] for name in _OF_AN_EPOCH}, "the unfinished epoch", faults)
    if standing.at.epoch >= settings.epochs:
        done = standing.at.epoch
        fix = f"Write epochs={done + settings.epochs} for {settings.epochs} more."
        faults.append(Fault("epochs", f"be more than the {done} that are done", str(settings.epochs), fix))
    return replace(standing, ended="", watch=standing.watch if fit.outcome == "interrupted" else None)


def _slots(optimiser: Optimiser) -> tuple[str, tuple[str, ...]]:
    return type(optimiser).__name__, optimiser.slots
