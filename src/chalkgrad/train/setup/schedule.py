"""Learning-rate schedules: the rate η_k of every step k, from 0, as an array for any slice of steps.

η₀ is the optimiser's learning rate, E the number of steps of an epoch, K the steps of the whole training.
A rate is a function of its step's number alone, so a run that is resumed or replayed has the same rates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import read_number, read_whole

Steps = NDArray[np.int64]
Rates = NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """What schedules count by: ``rate`` η₀, ``steps_per_epoch`` E, ``steps`` K."""

    rate: float
    steps_per_epoch: int
    steps: int


@runtime_checkable
class Schedule(Protocol):
    """Gives the learning rate of every step."""

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""


@dataclass(frozen=True)
class Constant:
    """η_k = η₀."""

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""
        return np.full(len(k), clock.rate)


@dataclass(frozen=True)
class StepDecay:
    """η_k = η₀ γ^⌊e/n⌋ in epoch e = ⌊k/E⌋.

    Parameters
    ----------
    every
        n ≥ 1, epochs.
    factor
        γ in (0, 1].
    """

    every: int = 10
    factor: float = 0.1

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        read_whole("every", self.every, 1, faults)
        read_number("factor", self.factor, faults, above=0, most=1, fix="Write 0.1, say.")
        _refuse(faults)

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""
        falls = k // (clock.steps_per_epoch * self.every)
        return clock.rate * np.power(self.factor, falls.astype(np.float64))


@dataclass(frozen=True)
class Cosine:
    """η_k = η_end + (η₀ − η_end)(1 + cos(πk/K))/2, half a cosine over the whole training.

    Parameters
    ----------
    end
        η_end ≥ 0.

    References
    ----------
    Loshchilov, Hutter 2017, eq. 5, without restarts.
    """

    end: float = 0.0

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        read_number("end", self.end, faults, least=0, fix="Leave it out for 0.")
        _refuse(faults)

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""
        return _between(clock.rate, self.end, np.minimum(k / clock.steps, 1.0))


@dataclass(frozen=True)
class OneCycle:
    """Half a cosine from q/d up to q = peak · η₀ over a first part p of the steps, another down to q/(d·f).

    With k₁ = pK − 1:  η_k = c(q/d, q, k/k₁) up to k₁, then c(q, q/(d·f), (k − k₁)/(K − 1 − k₁)),
    where c(a, b, u) = b + (a − b)(1 + cos πu)/2.  Its mean is half of q, so a peak of 2 is on average η₀.

    Parameters
    ----------
    rise
        p in (0, 1).
    divide, final
        d ≥ 1 and f ≥ 1.
    peak
        q/η₀ > 0; 1 where the optimiser's rate is meant to be the highest.

    References
    ----------
    Smith, Topin 2018.
    """

    rise: float = 0.3
    divide: float = 25.0
    final: float = 1e4
    peak: float = 2.0

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        read_number("rise", self.rise, faults, above=0, below=1, fix="Write 0.3, say.")
        read_number("divide", self.divide, faults, least=1, fix="Write 25, say.")
        read_number("final", self.final, faults, least=1, fix="Write 10000, say.")
        read_number("peak", self.peak, faults, above=0, fix="Write 2, say.")
        _refuse(faults)

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""
        top, last = max(self.rise * clock.steps - 1, 0.0), clock.steps - 1
        high = self.peak * clock.rate
        start = high / self.divide
        up = _between(start, high, k / top) if top else np.full(len(k), high)
        down = _between(high, start / self.final, np.clip((k - top) / max(last - top, 1e-9), 0, 1))
        return np.where(k <= top, up, down)


@dataclass(frozen=True)
class ReduceOnPlateau:
    """η is multiplied by a factor when a loss has not fallen for some epochs.

    A loss is better if it is below best · (1 − threshold).  After more than ``patience`` epochs in a row that
    are not better, η ← max(factor · η, lowest); then ``cooldown`` epochs pass before they count again.

    Parameters
    ----------
    factor
        In (0, 1).
    patience, cooldown
        Epochs, at least 0.
    threshold
        At least 0, relative.
    lowest
        The rate that is never gone below.
    on
        ``"validation loss"`` or ``"loss"``; left out, the validation loss where there is validation data.
    then
        The schedule whose rates are multiplied.
    """

    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    cooldown: int = 0
    lowest: float = 0.0
    on: str | None = None
    then: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        read_number("factor", self.factor, faults, above=0, below=1, fix="Write 0.1, say.")
        read_whole("patience", self.patience, 0, faults)
        read_number("threshold", self.threshold, faults, least=0, below=1)
        read_whole("cooldown", self.cooldown, 0, faults)
        read_number("lowest", self.lowest, faults, least=0)
        if self.on not in (None, "loss", "validation loss"):
            faults.append(Fault("on", "be 'loss' or 'validation loss'", repr(self.on), "Leave it out."))
        _check_schedule("then", self.then, faults)
        _refuse(faults)

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return the rates before any reduction; the run's ``Pace`` applies those."""
        return self.then.rates(k, clock)


@dataclass(frozen=True)
class WarmUp:
    """η_k = min(1, (k + 1)/n) · η′_k: the rates η′ of another schedule, raised linearly in the first n steps.

    Parameters
    ----------
    steps
        n ≥ 1; or give ``epochs``.
    epochs
        n = epochs · E, rounded; may be a fraction of an epoch.
    then
        The schedule of η′.
    """

    steps: int | None = None
    epochs: float | None = None
    then: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        if (self.steps is None) == (self.epochs is None):
            fix = "Write WarmUp(steps=100), say."
            faults.append(Fault("WarmUp", "have either steps or epochs", "both or neither", fix))
        if self.steps is not None:
            read_whole("steps", self.steps, 1, faults)
        if self.epochs is not None:
            read_number("epochs", self.epochs, faults, above=0)
        _check_schedule("then", self.then, faults)
        _refuse(faults)

    def rates(self, k: Steps, clock: Clock) -> Rates:
        """Return η_k for the numbers of some steps."""
        n = self.steps or max(round((self.epochs or 0) * clock.steps_per_epoch), 1)
        return np.minimum(1.0, (k + 1) / n) * self.then.rates(k, clock)


def plateau_of(schedule: Schedule) -> ReduceOnPlateau | None:
    """Return the part of a schedule that reacts to a loss, if it has one."""
    if isinstance(schedule, ReduceOnPlateau):
        return schedule
    return plateau_of(schedule.then) if isinstance(schedule, WarmUp) else None


def _between(start: float, end: float, u: Rates) -> Rates:
    """Half a cosine from ``start`` at u = 0 to ``end`` at u = 1."""
    return end + (start - end) * (1 + np.cos(np.pi * u)) / 2


def _check_schedule(path: str, value: object, faults: list[Fault]) -> None:
    if not isinstance(value, Schedule) or isinstance(value, type):
        faults.append(Fault(path, "be a schedule", repr(value)[:60], "Write Cosine(), say."))


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InputError(faults)


NAMED: dict[str, Schedule] = {
    "constant": Constant(),
    "step": StepDecay(),
    "cosine": Cosine(),
    "one_cycle": OneCycle(),
    "plateau": ReduceOnPlateau(),
}
