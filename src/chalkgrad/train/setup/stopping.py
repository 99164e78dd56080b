"""When to stop early, and which parameters to keep."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import shown
from chalkgrad._reading import read_flag, read_number, read_whole
from chalkgrad.train.setup.metrics import Metric


@dataclass(frozen=True)
class EarlyStopping:
    """Stop when what is watched has not been better than its best for ``patience`` epochs in a row.

    Better means below best − min_delta for a loss, above best + min_delta for a metric that grows.

    Parameters
    ----------
    patience
        Epochs, at least 1.
    min_delta
        At least 0.
    on
        ``"validation loss"``, ``"loss"`` or a metric's name.
    restore_best
        Whether the parameters of the best epoch are returned, also if the training was not stopped early.
    higher
        Whether more is better; left out, known for losses and the metrics that have a name here.

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    patience: int = 5
    min_delta: float = 0.0
    on: str = "validation loss"
    restore_best: bool = True
    higher: bool | None = None

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        read_whole("patience", self.patience, 1, faults)
        read_number("min_delta", self.min_delta, faults, least=0)
        read_flag("restore_best", self.restore_best, faults)
        if not isinstance(self.on, str):
            fix = "Write 'loss', say."
            faults.append(Fault("on", "be the name of a loss or metric", shown(self.on), fix))
        if self.higher is not None:
            read_flag("higher", self.higher, faults)
        if faults:
            raise InputError(faults)


@dataclass
class Watch:
    """Follows what early stopping watches through a run."""

    rule: EarlyStopping
    higher: bool
    best: float = math.nan
    best_epoch: int = 0
    bad: int = 0
    parameters: dict[str, Array] | None = None

    def end_epoch(self, epoch: int, value: float, parameters: Callable[[], dict[str, Array]]) -> bool:
        """Take note of epoch ``epoch`` (from 1); return whether to stop."""
        if self._is_better(value):
            self.best, self.best_epoch, self.bad = value, epoch, 0
            if self.rule.restore_best:
                self.parameters = None  # the old ones go before the new ones are copied
                self.parameters = parameters()
        else:
            self.bad += 1
        return self.is_over()

    def after(self, values: Mapping[int, float], parameters: dict[str, Array] | None) -> Watch:
        """Return the watch after some more epochs' values; ``parameters`` are those of the best of them."""
        watch = replace(self)
        for epoch, value in values.items():
            watch.end_epoch(epoch, value, lambda: parameters or {})
        return watch

    @property
    def reason(self) -> str:
        """Why the training is stopped, in words."""
        return (
            f"{self.rule.on} has not been better for {self.bad} epochs than in epoch "
            f"{self.best_epoch} ({self.best:.6g})"
        )

    def is_over(self) -> bool:
        """Whether the patience is used up."""
        return self.bad >= self.rule.patience

    def _is_better(self, value: float) -> bool:
        if math.isnan(self.best):
            return math.isfinite(value)
        gain = value - self.best if self.higher else self.best - value
        return gain > float(self.rule.min_delta)

    def to_dict(self) -> dict[str, Any]:
        """Return what has been noted but the parameters, ready for JSON."""
        best = None if math.isnan(self.best) else self.best
        return {"on": self.rule.on, "best": best, "best_epoch": self.best_epoch, "bad": self.bad}

    def restore(self, table: dict[str, Any], parameters: dict[str, Array] | None) -> None:
        """Take up again what ``to_dict`` returned, unless it was noted of something else."""
        if table.get("on", self.rule.on) != self.rule.on:
            return
        self.best = math.nan if table["best"] is None else table["best"]
        self.best_epoch, self.bad = table["best_epoch"], table["bad"]
        self.parameters = parameters


def read_watch(
    value: object, metrics: Sequence[Metric], validated: bool, faults: list[Fault]
) -> Watch | None:
    """Return the watch of a run, or None if nothing is watched."""
    if value is None:
        return None
    if not isinstance(value, EarlyStopping):
        fix = "Write EarlyStopping(patience=5), say."
        faults.append(Fault("early_stopping", "be an EarlyStopping", shown(value), fix))
        return None
    named = {metric.name: metric.higher for metric in metrics}
    known = {"loss": False, **({"validation loss": False} if validated else {}), **named}
    if value.on not in known:
        fix = did_you_mean(value.on, list(known))
        if value.on == "validation loss":
            fix = "Give validation=0.1, say, or EarlyStopping(on='loss')."
        condition = f"be {' or '.join(map(repr, known))}"
        faults.append(Fault("early_stopping.on", condition, shown(value.on), fix))
        return None
    higher = known[value.on] if value.higher is None else value.higher
    if higher is None:
        fix = "Write higher=True if more is better."
        faults.append(Fault("early_stopping.higher", f"be given for {value.on}", "nothing", fix))
    return Watch(value, bool(higher))
