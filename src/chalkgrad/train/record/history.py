"""What a training did, epoch by epoch."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import as_json, shown
from chalkgrad._pages import Page, Written, made, page_of

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
        The Euclidean norm of ∂L/∂(W_l, b_l) by layer number, on the epoch's last mini-batch: of the gradient
        that its step went by, before it was clipped.
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

    def __repr__(self) -> str:
        return f"<E{str(self)[1:]}>"

    @property
    def row(self) -> dict[str, float | None]:
        """All its numbers by plain names: a metric by its own, ``gradient_norm_1`` for layer 1."""
        table = {name: value for name, value in vars(self).items() if not isinstance(value, Mapping)}
        norms = {f"gradient_norm_{layer}": value for layer, value in self.gradient_norms.items()}
        return table | dict(self.metrics) | norms

    def __str__(self) -> str:
        words = [f"epoch {self.epoch}: loss {self.loss:.6g}"]
        if self.validation_loss is not None:
            words.append(f"validation loss {self.validation_loss:.6g}")
        words += [f"{name} {value:.4g}" for name, value in self.metrics.items()]
        words += [f"η {self.learning_rate:.4g}", f"{self.seconds:.3g} s"]
        return ", ".join(words)


@dataclass(frozen=True)
class History(Written):
    """The finished epochs of a training and the updates made, those of an unfinished epoch included.

    It goes through its rows as plain tables, so that ``pandas.DataFrame(history)`` is a frame of them.

    >>> history = History((Epoch(1, 10, 0.5, metrics={"accuracy": 0.75}), Epoch(2, 20, 0.25)), 20)
    >>> history.columns["loss"], [row["steps"] for row in history]
    ((0.5, 0.25), [10, 20])
    """

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

    def __repr__(self) -> str:
        counts = f"{len(self.epochs):,} epochs, {self.steps:,} steps"
        return f"<History of {counts}{self.course}>"

    @property
    def course(self) -> str:
        """How the loss went, as the end of a sentence: ``: loss 0.9 → 0.1``."""
        losses = self.losses
        return f": loss {losses[0]:.6g} → {losses[-1]:.6g}" if losses else ""

    def __iter__(self) -> Iterator[dict[str, float | None]]:
        return iter(epoch.row for epoch in self.epochs)

    @property
    def columns(self) -> dict[str, tuple[float | None, ...]]:
        """Every number by its name, over the epochs; None where an epoch lacks it."""
        rows = list(self)
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: tuple(row.get(name) for row in rows) for name in names}

    def to_frame(self) -> Any:
        """Return the rows as a pandas ``DataFrame``, an epoch a row.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        if importlib.util.find_spec("pandas") is None:
            fix = "Run pip install pandas, or take .columns."
            raise InputError(Fault("pandas", "be installed to make a frame", "nothing there", fix))
        import pandas

        return pandas.DataFrame(self.columns)

    def plot(self) -> Any:
        """Draw losses, metrics and the size of the gradients, a panel each.

        Returns
        -------
        matplotlib.figure.Figure
            A notebook shows it; ``figure.savefig("history.png")`` keeps it.

        Raises
        ------
        InputError
            If matplotlib, the extra ``plot``, is not installed, or there is no epoch to draw.
        """
        return made("History.plot", self)

    def page(self, notation: Any = None) -> Page:
        """Return the curves, losses, metrics and the size of the gradients, as a page.

        Parameters
        ----------
        notation
            Curves have none.
        """
        return page_of(self)

    def metric(self, name: str) -> tuple[float, ...]:
        """Return a metric of every epoch."""
        return tuple(epoch.metrics[name] for epoch in self.epochs if name in epoch.metrics)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists, ready for JSON; what is not finite becomes text."""
        return {"steps": self.steps, "epochs": [as_json(vars(epoch)) for epoch in self.epochs]}

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
