"""The learning rates of one run: its schedule, and what a plateau has reduced so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalkgrad.train.setup.schedule import Clock, Rates, ReduceOnPlateau, Schedule, plateau_of


@dataclass
class Pace:
    """Gives the rate of every step; told the loss of every epoch.

    ``cuts`` are the reductions on a plateau: (first step, factor on the schedule's rates from there on).
    With them the rates of past steps can be given again.
    """

    schedule: Schedule
    clock: Clock
    cuts: list[tuple[int, float]] = field(default_factory=list)
    best: float = math.inf
    bad: int = 0
    cooling: int = 0

    def rates(self, first: int, count: int) -> Rates:
        """Return η of the steps ``first`` … ``first + count − 1``."""
        k = np.arange(first, first + count, dtype=np.int64)
        rates = self.schedule.rates(k, self.clock)
        for step, factor in self.cuts:
            rates[k >= step] *= factor
        plateau = plateau_of(self.schedule)
        if plateau is not None and self.cuts:
            rates = np.maximum(rates, np.minimum(plateau.lowest, self.schedule.rates(k, self.clock)))
        return rates

    def end_epoch(self, loss: float, validation: float | None, step: int) -> None:
        """Take note of an epoch's losses; from ``step`` on the rate may be lower."""
        plateau = plateau_of(self.schedule)
        if plateau is None:
            return
        on = plateau.on or ("loss" if validation is None else "validation loss")
        value = loss if on == "loss" or validation is None else validation
        if self._is_stuck(plateau, value):
            self.cuts.append((step, plateau.factor))
            self.bad, self.cooling = 0, plateau.cooldown

    def _is_stuck(self, plateau: ReduceOnPlateau, value: float) -> bool:
        if value < self.best - plateau.threshold * abs(self.best) if math.isfinite(self.best) else True:
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.cooling:
            self.cooling, self.bad = self.cooling - 1, 0
        return self.bad > plateau.patience

    def to_dict(self) -> dict[str, Any]:
        """Return what has been noted, ready for JSON."""
        best = self.best if math.isfinite(self.best) else None
        return {"cuts": self.cuts, "best": best, "bad": self.bad, "cooling": self.cooling}

    def restore(self, table: dict[str, Any]) -> None:
        """Take up again what ``to_dict`` returned."""
        self.cuts = [(int(step), float(factor)) for step, factor in table["cuts"]]
        self.best = math.inf if table["best"] is None else table["best"]
        self.bad, self.cooling = table["bad"], table["cooling"]
