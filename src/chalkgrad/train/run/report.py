"""What is known at the end of an epoch, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.network import Network
from chalkgrad.train.record.history import Epoch


@dataclass(frozen=True)
class EpochReport:
    """What a callback is told after every epoch; it may return ``"stop"``.

    Attributes
    ----------
    record
        The epoch in the history: loss, validation loss, metrics, learning rate, seconds, gradient norms.
    epochs
        How many there are to be.
    network
        The network that is trained.
    parameters
        A function that returns copies of the present parameters.
    """

    record: Epoch
    epochs: int
    network: Network
    parameters: Callable[[], dict[str, Array]]

    @property
    def epoch(self) -> int:
        """The number of the epoch, from 1."""
        return self.record.epoch

    @property
    def loss(self) -> float:
        """The loss of the epoch."""
        return self.record.loss

    @property
    def validation_loss(self) -> float | None:
        """The loss on the validation rows, or None."""
        return self.record.validation_loss

    @property
    def metrics(self) -> Mapping[str, float]:
        """The metrics by name."""
        return self.record.metrics


def asks_to_stop(callback: Callable[[EpochReport], object], report: EpochReport, *, first: bool) -> str:
    """Tell a callback of an epoch; return why it ends the training, or an empty string.

    Raises
    ------
    InputError
        If it answers neither None nor ``"stop"`` after the first epoch; later its answer ends the training,
        so that nothing is lost.
    """
    answer = callback(report)
    if answer is None:
        return ""
    if isinstance(answer, str) and answer == "stop":
        return f"a callback stopped it after epoch {report.epoch}"
    name = getattr(callback, "__qualname__", type(callback).__name__).rpartition("<locals>.")[2]
    fix = 'Write return "stop" if …, or return nothing.'
    fault = Fault(f"callback {name}", "return None, or 'stop' to end the training", shown(answer, 40), fix)
    if first:
        raise InputError(fault)
    return f"stopped after epoch {report.epoch}: {fault}"
