"""The settings of a training, checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from chalkgrad._errors import Fault, did_you_mean
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt, read_choice, read_flag, read_number, read_whole
from chalkgrad.derive.optimisers import OPTIMISERS, SGD, Adam, Optimiser
from chalkgrad.network import Network
from chalkgrad.train.setup.defaults import OPTIMISER
from chalkgrad.train.setup.schedule import NAMED as SCHEDULES
from chalkgrad.train.setup.schedule import Clock, Constant, Schedule
from chalkgrad.train.setup.work import Setup

MOST_THREADS = 4096


@dataclass(frozen=True)
class Settings:
    """What a run does beside its ``setup``, which fixes the work of a step."""

    setup: Setup
    epochs: int
    shuffle: bool
    schedule: Schedule
    callbacks: tuple[Callable[[Any], object], ...] = ()

    def clock(self, rows: int) -> Clock:
        """Return what the schedule counts by, for an epoch of so many rows."""
        per_epoch = -(-rows // self.setup.batch_size)
        return Clock(float(self.setup.optimiser.learning_rate), per_epoch, per_epoch * self.epochs)


def read_network(network: Network, l2: object, faults: list[Fault]) -> Network:
    """Return the network, with another penalty if one is given."""
    if l2 is None:
        return network
    return attempt(faults, lambda: Network.from_dict({**network.to_dict(), "l2": l2})) or network


def read_setup(
    network: Network,
    *,
    optimiser: object,
    batch_size: object,
    dtype: object,
    clip_norm: object,
    dropout: object,
    seed: object,
    threads: object,
    faults: list[Fault],
) -> Setup:
    """Return what fixes the work of a step, after adding everything that is wrong to ``faults``."""
    name = np.dtype(dtype).name if dtype in (np.float32, np.float64) else dtype
    norm = None
    if clip_norm is not None:
        norm = read_number("clip_norm", clip_norm, faults, above=0, fix="Write 1.0, say.")
    return Setup(
        network,
        read_optimiser(optimiser, faults),
        read_whole("batch_size", batch_size, 1, faults),
        read_choice("dtype", name, ("float32", "float64"), faults),
        norm,
        read_dropout(dropout, network.depth - 1, faults),
        read_whole("seed", seed, 0, faults),
        _read_threads(threads, faults),
    )


def _read_threads(value: object, faults: list[Fault]) -> int | None:
    if value is None:
        return None
    threads = read_whole("threads", value, 1, faults)
    if threads > MOST_THREADS:
        fix = "Leave it out for as many as pay."
        faults.append(Fault("threads", f"be at most {MOST_THREADS}", shown(value), fix))
    return threads


def read_optimiser(value: object, faults: list[Fault]) -> Optimiser:
    """Return an optimiser whose numbers are usable; a name stands for the one with its usual numbers."""
    if value is None:
        return OPTIMISER
    if isinstance(value, str) and value in OPTIMISERS:
        return OPTIMISERS[value]()
    if not isinstance(value, Optimiser):
        near = did_you_mean(value, list(OPTIMISERS)) if isinstance(value, str) else ""
        *kinds, last = (kind.__name__ for kind in OPTIMISERS.values())
        condition = f"be {', '.join(kinds)} or {last}, or one of {', '.join(map(repr, OPTIMISERS))}"
        fix = near or "Write Adam(learning_rate=0.001), say."
        faults.append(Fault("optimiser", condition, shown(value), fix))
        return Adam()
    before = len(faults)
    for field in fields(value):
        if field.metadata:
            path, number = f"optimiser.{field.name}", getattr(value, field.name)
            read_number(path, number, faults, **field.metadata)
    if isinstance(value, SGD):
        read_flag("optimiser.nesterov", value.nesterov, faults)
        if value.nesterov is True and not value.momentum:
            fix = "Write SGD(momentum=0.9, nesterov=True), say."
            faults.append(Fault("optimiser.momentum", "be above 0 with nesterov", "0", fix))
    return value if len(faults) == before else type(value)()


def read_dropout(value: object, hidden: int, faults: list[Fault]) -> tuple[float, ...]:
    """Return the rate after every hidden layer, or nothing where no layer has any."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) != hidden:
            fix = "Write one number for all of them."
            condition = f"have one rate for each of the {hidden} hidden layers"
            faults.append(Fault("dropout", condition, str(len(value)), fix))
            return ()
        named = [(f"dropout[{index}]", rate) for index, rate in enumerate(value)]
    else:
        named = [("dropout", value)] * max(hidden, 1)
    found: list[Fault] = []
    rates = [read_number(path, rate, found, least=0, below=1, fix="Write 0.2, say.") for path, rate in named]
    faults.extend(dict.fromkeys(found))
    if not hidden and any(rates) and not found:
        faults.append(Fault("dropout", "be 0 without hidden layers", shown(value), "Leave it out."))
    return tuple(rates) if any(rates) and hidden else ()


def read_schedule(value: object, faults: list[Fault]) -> Schedule:
    """Return a schedule; a name stands for the one with its usual numbers."""
    if value is None:
        return Constant()
    if isinstance(value, str) and value in SCHEDULES:
        return SCHEDULES[value]
    if isinstance(value, Schedule) and not isinstance(value, type):
        return value
    near = did_you_mean(value, list(SCHEDULES)) if isinstance(value, str) else ""
    condition = f"be a schedule or one of {', '.join(map(repr, SCHEDULES))}"
    faults.append(Fault("schedule", condition, shown(value), near or "Write Cosine(), say."))
    return Constant()


def read_callbacks(value: object, faults: list[Fault]) -> tuple[Callable[[Any], object], ...]:
    """Return the functions that are called after every epoch."""
    given = value if isinstance(value, Sequence) else [value]
    found = []
    for index, callback in enumerate(given):
        call = getattr(callback, "on_epoch", callback)
        if not callable(call) or isinstance(callback, type):
            condition = "be a function of an EpochReport or have a method on_epoch"
            faults.append(Fault(f"callbacks[{index}]", condition, shown(callback)))
        else:
            found.append(call)
    return tuple(found)
