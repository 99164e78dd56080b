"""How is a trained model trained further?  From where it stands, with the epochs of both as one history."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalkgrad.train.record.history import History

if TYPE_CHECKING:
    from chalkgrad.model.model import Model
    from chalkgrad.train.result.result import Fit
    from chalkgrad.train.setup.work import Setup


def fit_of(model: Model, setup: Setup) -> Fit | None:
    """The training that a model came from, to be resumed; None where its optimiser's state does not fit."""
    from chalkgrad.train.record.resume_point import Position, Standing
    from chalkgrad.train.result.ending import Ending
    from chalkgrad.train.result.result import Fit

    at, then = position_of(model), model.settings.get("optimiser")
    slots = {name.partition(".")[2] for name in model.state}
    same = isinstance(then, dict) and then.get("name") == type(setup.optimiser).__name__
    if at is None or not same or slots != set(setup.optimiser.slots):
        return None
    parameters = dict(model.parameters)
    standing = Standing(parameters, dict(model.state), Position(*at))
    return Fit(model.network, parameters, standing.history, setup, "finished", ending=Ending(standing))


def position_of(model: Model) -> tuple[int, int] | None:
    """The step and the epoch at which the optimiser's state stands, if it is kept."""
    found = model.settings.get("position")
    if not isinstance(found, list) or len(found) != 2 or not all(type(n) is int and n >= 0 for n in found):
        return None
    return found[0], found[1]


def joined(before: History, after: History, resumed: Fit | None) -> History:
    """The epochs of a training and of the one after it, numbered through."""
    shift = before.steps - (0 if resumed is None else resumed.standing.at.step)
    first = len(before.epochs) + 1
    epochs = (replace(e, epoch=first + k, steps=e.steps + shift) for k, e in enumerate(after.epochs))
    return History((*before.epochs, *epochs), after.steps + shift)
