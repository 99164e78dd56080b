"""What a run has in common with the checkpoint from which it goes on: all that decides its numbers."""

from __future__ import annotations

from typing import Any

from chalkgrad.data.streams.fingerprint import array_fingerprint
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.schedule import Constant, ReduceOnPlateau, Schedule, StepDecay, WarmUp
from chalkgrad.train.setup.settings import Settings


def identity(settings: Settings, rows: Rows) -> dict[str, Any]:
    """Return the settings that decide the numbers, and fingerprints of the data, ready for JSON."""
    setup = settings.setup
    found: dict[str, Any] = {
        "network": repr(setup.network),
        "optimiser": repr(setup.optimiser),
        "batch_size": setup.batch_size,
        "dtype": setup.dtype,
        "clip_norm": setup.clip_norm,
        "dropout": list(setup.dropout),
        "seed": setup.seed,
        "shuffle": settings.shuffle,
        "schedule": repr(settings.schedule),
        "class_weight": None if rows.class_weight is None else rows.class_weight.tolist(),
        "rows": rows.source.rows,
        "data": rows.source.fingerprint(),
        "validation": None
        if rows.validation is None
        else array_fingerprint(rows.validation.x, rows.validation.t, rows.validation.weight),
    }
    if rows.split:
        found["split"] = rows.split
    if depends_on_length(settings.schedule):
        found["epochs"] = settings.epochs
    return found


def depends_on_length(schedule: Schedule) -> bool:
    """Whether the rates of a schedule depend on how many steps there are to be."""
    if isinstance(schedule, WarmUp | ReduceOnPlateau):
        return depends_on_length(schedule.then)
    return not isinstance(schedule, Constant | StepDecay)
