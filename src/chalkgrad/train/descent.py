"""Plain mini-batch gradient descent on any gradient, and what is remembered of a run.

    θ ← θ − η ∂L/∂θ        for every mini-batch, in an order shuffled anew each epoch

This is the readable loop: it owns no gradient formula and no network, only the order of the rows, the
update, and what is said when a run ends early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Parameters = dict[str, Array]
Gradient = Callable[[Parameters, Array, NDArray[Any]], tuple[float, Mapping[str, Array]]]
"""(parameters, x, t) to (loss, {name: ∂L/∂parameter})."""


@dataclass(frozen=True)
class Progress:
    """Where a run stands after one update: what a progress bar needs to know.

    ``epoch`` and ``step`` count from 1; ``step`` runs through all epochs up to ``steps``; ``loss`` is the
    mini-batch's, before the update.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float


@dataclass(frozen=True)
class History:
    """What a run did.

    Attributes
    ----------
    losses
        One number an epoch: the mean of its mini-batch losses (as the network reduces them), each weighted
        by its rows.  An epoch that was cut short counts with the mini-batches it had.
    steps
        Updates made.
    outcome
        ``finished``; ``interrupted`` by Ctrl-C; or ``diverged``: a loss or gradient was not finite.
    advice
        Empty when finished; otherwise what happened, at which step, and what to try.
    """

    losses: tuple[float, ...]
    steps: int
    outcome: Literal["finished", "interrupted", "diverged"]
    advice: str = ""

    def __str__(self) -> str:
        first_to_last = f": loss {self.losses[0]:.6g} → {self.losses[-1]:.6g}" if self.losses else ""
        line = f"{self.outcome} after {self.steps} steps{first_to_last}"
        return f"{line}\n{self.advice}" if self.advice else line


class EpochMean:
    """The mean of an epoch's mini-batch losses, each weighted by its rows."""

    def __init__(self) -> None:
        self.total, self.rows = 0.0, 0

    def add(self, loss: float, rows: int) -> None:
        self.total += loss * rows
        self.rows += rows

    def close(self) -> list[float]:
        """Return the mean, or nothing for an epoch without a mini-batch; start the next epoch."""
        means = [self.total / self.rows] if self.rows else []
        self.total, self.rows = 0.0, 0
        return means


def descend(
    gradient: Gradient,
    parameters: Mapping[str, Array],
    x: Array,
    t: NDArray[Any],
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Parameters, History]:
    """Descend from ``parameters``; return those reached and what happened on the way.

    θ ← θ − η ∂L/∂θ, mini-batch by mini-batch.  The parameters that were given are not changed.  Neither
    Ctrl-C nor divergence raises: the parameters of the last good step come back, and the history says why
    the run ended.
    """
    reached: Parameters = {name: np.array(value, dtype=np.float64) for name, value in parameters.items()}
    steps = epochs * -(-len(x) // batch_size)
    losses: list[float] = []
    mean, step = EpochMean(), 0
    try:
        for epoch, rows in mini_batches(len(x), epochs, batch_size, seed):
            if rows is None:
                losses += mean.close()
                continue
            with np.errstate(over="ignore", invalid="ignore"):  # divergence is told below, in words
                loss, slopes = gradient(reached, x[rows], t[rows])
                after = {name: value - learning_rate * slopes[name] for name, value in reached.items()}
            broken = first_broken(loss, slopes, after)
            if broken:
                advice = divergence_advice(broken, step + 1, epoch, learning_rate)
                return reached, History((*losses, *mean.close()), step, "diverged", advice)
            reached, step = after, step + 1
            mean.add(loss, len(rows))
            if progress is not None:
                progress(Progress(epoch, epochs, step, steps, loss))
    except KeyboardInterrupt:
        advice = f"stopped by Ctrl-C after step {step} of {steps}; the parameters reached are kept"
        return reached, History((*losses, *mean.close()), step, "interrupted", advice)
    return reached, History(tuple(losses), step, "finished")


def mini_batches(
    m: int, epochs: int, batch_size: int, seed: int
) -> Iterator[tuple[int, NDArray[np.int64] | None]]:
    """Yield (epoch, rows) for every mini-batch and (epoch, None) at the end of every epoch."""
    random = np.random.default_rng(seed)
    for epoch in range(1, epochs + 1):
        order = random.permutation(m)
        for start in range(0, m, batch_size):
            yield epoch, order[start : start + batch_size]
        yield epoch, None


def first_broken(loss: float, slopes: Mapping[str, Array], after: Parameters) -> str:
    """Name the first thing that is not finite, or return an empty string."""
    if not np.isfinite(loss):
        return f"the loss became {loss}"
    for name, value in after.items():
        if not np.isfinite(slopes[name]).all():
            return f"∂L/∂{name} was no longer finite"
        if not np.isfinite(value).all():
            return f"{name} was no longer finite"
    return ""


def divergence_advice(broken: str, step: int, epoch: int, learning_rate: float) -> str:
    """Say at which step a run diverged and what to try."""
    return (
        f"diverged at step {step} (epoch {epoch}): {broken}; the parameters before that step are kept. "
        f"Try a smaller learning rate than {learning_rate:g}, such as {learning_rate / 10:g}, "
        "or inputs scaled to about 1."
    )
