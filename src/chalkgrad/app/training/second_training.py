"""The second training of ``chalkgrad train``: on all rows, those that were validated on too.

The first training measures how good such a network is and which epoch is best; the second has the rows that
this cost, and half as many epochs again as the best, since its rate falls to 0 over them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalkgrad.app.shell.output import say
from chalkgrad.app.training.options import TrainOptions
from chalkgrad.data.training_rows import TrainingRows
from chalkgrad.train.record.history_chart import best_epoch
from chalkgrad.train.result.result import Fit

if TYPE_CHECKING:
    from chalkgrad.network import Network

AGAIN = "again"
MOST_ROWS = 20_000
"""Of more a tenth set aside costs nothing that can be measured, and a second training much time."""
LONGER = 1.5
_OF_THE_FIRST = ("early_stopping", "checkpoint", "resume", "parameters")


@dataclass(frozen=True)
class Second:
    """The training on all rows, how it ended, and how long it took."""

    fit: Fit | None
    outcome: str
    rows: int
    seconds: float

    @property
    def kept(self) -> Fit | None:
        """The training whose weights are kept: one that came to its end, or none."""
        return self.fit if self.outcome == "finished" else None

    def to_dict(self) -> dict[str, Any] | None:
        """Return the same for a program and for the model file; None where its weights are not kept."""
        if self.kept is None:
            return None
        history = self.kept.history
        return {"rows": self.rows, "epochs": len(history.epochs), "steps": history.steps}


def is_trained_again(asked: TrainOptions, rows: TrainingRows) -> bool:
    """Whether there is to be a second training: where it is asked for, or nothing else and rows are few."""
    if not rows.aside or rows.validation is None or asked.begin is not None:
        return False
    few = rows.rows + len(rows.validation[0]) <= MOST_ROWS
    return asked.keep == AGAIN or (asked.keep is None and "epochs" not in asked.fit and few)


def train_again(
    asked: TrainOptions, rows: TrainingRows, network: Network, settings: dict[str, Any], first: Fit
) -> Second | None:
    """Return the second training, or None where there is none."""
    if first.outcome not in ("finished", "stopped") or not is_trained_again(asked, rows):
        return None
    from chalkgrad.train.fit import fit

    rest = {name: value for name, value in settings.items() if name not in _OF_THE_FIRST}
    again, count, started = None, 0, time.perf_counter()
    try:
        x, t = rows.everything()
        count = len(x)
        again = fit(network, x, t, **rest | {"epochs": longer(first)})
    except KeyboardInterrupt:
        again = None
    outcome = "interrupted" if again is None else again.outcome
    if outcome != "finished":
        say(f"note: the training on all rows was {outcome}; the weights before it are kept")
    return Second(again, outcome, count, time.perf_counter() - started)


def longer(first: Fit) -> int:
    """Return half as many epochs again as the best one's number."""
    best = best_epoch(first.history)
    assert best is not None, "it was validated"
    return max(round(LONGER * best.epoch), 1)
