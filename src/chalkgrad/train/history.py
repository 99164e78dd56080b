"""What a training did, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown

SHOWN = 12


@dataclass(frozen=True)
class Epoch:
    """One pass over the rows.

    Attributes
    ----------
    epoch
        Its number, from 1.
    steps
        Updates made since the training began.
    loss
        The mean of its mini-batch losses (penalty and dropout included, each before its update), weighted by
        their rows.
    validation_loss
        L on the validation rows after the epoch, or None without any.
    metrics
        By name, on the validation rows, or where there are none on the first training rows.
    learning_rate
        Of its last step.
    seconds
        What the epoch took, validation included.
    samples_per_second
        Rows trained on in a second, validation not included.
    gradient_norms
        The Euclidean norm of ∂L/∂(W_l, b_l) by layer number, on the epoch's last mini-batch after the epoch.
    """

    epoch: int
    steps: int
    loss: float
    validation_loss: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    learning_rate: float = 0.0
    seconds: float = 0.0
    samples_per_second: float = 0.0
    gradient_norms: Mapping[str, float] = field(default_factory=dict)

    def value(self, name: str) -> float:
        """Return the loss, the validation loss or a metric by its name; NaN if there is none."""
        if name == "loss":
            return self.loss
        if name == "validation loss":
            return math.nan if self.validation_loss is None else self.validation_loss
        return self.metrics.get(name, math.nan)

    def __str__(self) -> str:
        words = [f"epoch {self.epoch}: loss {self.loss:.6g}"]
        if self.validation_loss is not None:
            words.append(f"validation loss {self.validation_loss:.6g}")
        words += [f"{name} {value:.4g}" for name, value in self.metrics.items()]
        words += [f"η {self.learning_rate:.4g}", f"{self.seconds:.3g} s"]
        return ", ".join(words)


@dataclass(frozen=True)
class History:
    """The finished epochs of a training and the updates made, those of an unfinished epoch included."""

    epochs: tuple[Epoch, ...] = ()
    steps: int = 0

    @property
    def losses(self) -> tuple[float, ...]:
        """The loss of every epoch."""
        return tuple(epoch.loss for epoch in self.epochs)

    @property
    def validation_losses(self) -> tuple[float, ...]:
        """The validation loss of every epoch; empty without validation."""
        return tuple(epoch.validation_loss for epoch in self.epochs if epoch.validation_loss is not None)

    def metric(self, name: str) -> tuple[float, ...]:
        """Return a metric of every epoch."""
        return tuple(epoch.metrics[name] for epoch in self.epochs if name in epoch.metrics)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, ready for JSON; what is not finite becomes text."""
        return {"steps": self.steps, "epochs": [_plain(vars(epoch)) for epoch in self.epochs]}

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> History:
        """Read what ``to_dict`` wrote; raises ``InputError``."""
        try:
            epochs = tuple(_epoch(row) for row in table["epochs"])
            return cls(epochs, int(table["steps"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            fault = Fault("history", "be a table of epochs", shown(table), f"{error}"[:100])
            raise InputError(fault) from None

    def __str__(self) -> str:
        lines = [str(epoch) for epoch in self.epochs]
        if len(lines) > SHOWN:
            left_out = f"… {len(lines) - SHOWN} epochs …"
            lines = [*lines[: SHOWN // 2], left_out, *lines[-SHOWN // 2 :]]
        return "\n".join([*lines, f"{self.steps:,} steps"])


def _plain(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(value)
        if isinstance(value, Mapping)
        else str(value)
        if isinstance(value, float) and not math.isfinite(value)
        else value
        for name, value in table.items()
    }


def _epoch(row: Mapping[str, Any]) -> Epoch:
    validation = row.get("validation_loss")
    return Epoch(
        epoch=int(row["epoch"]),
        steps=int(row["steps"]),
        loss=float(row["loss"]),
        validation_loss=None if validation is None else float(validation),
        metrics={str(name): float(value) for name, value in row["metrics"].items()},
        learning_rate=float(row["learning_rate"]),
        seconds=float(row["seconds"]),
        samples_per_second=float(row["samples_per_second"]),
        gradient_norms={str(name): float(value) for name, value in row["gradient_norms"].items()},
    )
