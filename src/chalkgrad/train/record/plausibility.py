"""Whether what a file says of a training can be true: its sums may be right and its numbers out of range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, cast, get_args

from chalkgrad.train.record.resume_point import Outcome, Position, Standing
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import steps_of

_MOST = 2**62
"""More steps than anybody takes; the core counts them in 64 bits."""


def wrong_notes(standing: Standing) -> Iterator[str]:
    """Yield what cannot be, whatever the training: ``at.step -1``."""
    yield from _wrong_position(standing.at)
    if len(standing.history.epochs) > standing.at.epoch:
        yield f"history of {len(standing.history.epochs)} epochs in epoch {standing.at.epoch}"
    if standing.ended not in ("", *get_args(Outcome)):
        yield f"ended {standing.ended!r:.40}"
    if not isinstance(standing.drawn, bool):
        yield f"drawn {standing.drawn!r:.40}"
    if not (standing.epochs is None or _is_count(standing.epochs)):
        yield f"epochs {standing.epochs!r:.40}"
    yield from _wrong_table("pace", standing.pace, ("bad", "cooling"))
    yield from _wrong_table("watch", standing.watch, ("bad", "best_epoch"))
    cuts = [] if standing.pace is None else cast(Any, standing.pace).get("cuts")
    if not isinstance(cuts, list) or not all(map(_is_cut, cuts)):
        yield f"pace.cuts {cuts!r:.40}"


def _wrong_position(at: Position) -> Iterator[str]:
    for name in ("step", "epoch", "done"):
        value = getattr(at, name)
        if not _is_count(value):
            yield f"at.{name} {value!r:.40}"
    for name in ("total", "seconds", "busy"):
        value = getattr(at, name)
        if not _is_number(value):
            yield f"at.{name} {value!r:.40}"


def _wrong_table(name: str, table: Mapping[str, Any] | None, counts: tuple[str, ...]) -> Iterator[str]:
    if table is None:
        return
    if not isinstance(table, Mapping):
        yield f"{name} {table!r:.40}"
        return
    for count in counts:
        if not _is_count(table.get(count)):
            yield f"{name}.{count} {table.get(count)!r:.40}"
    if not (table.get("best") is None or _is_number(table["best"])):
        yield f"{name}.best {table['best']!r:.40}"


def misfits(standing: Standing, settings: Settings, rows: int) -> Iterator[str]:
    """Yield what cannot be in a training with these settings on so many rows."""
    batch, at = settings.setup.batch_size, standing.at
    if at.done > rows or (at.done % batch and at.done != rows):
        yield f"at.done {at.done:,} of {rows:,} rows, {batch} a step"
    if at.step < at.epoch + steps_of(at.done, batch):
        yield f"at.step {at.step:,} in epoch {at.epoch:,}"
    network = settings.setup.network
    shapes, learned = network.stored_shapes(), network.parameter_shapes()
    slots = settings.setup.optimiser.slots
    expected = {
        "parameters": shapes,
        "state": {f"{name}.{slot}": shape for name, shape in learned.items() for slot in slots},
        "best": shapes if standing.best is not None else {},
    }
    for part, shape_of in expected.items():
        found = {name: array.shape for name, array in (getattr(standing, part) or {}).items()}
        if found != shape_of:
            yield f"{part} of other shapes"


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < _MOST


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(cast(float, value))


def _is_cut(cut: object) -> bool:
    return isinstance(cut, list) and len(cut) == 2 and _is_count(cut[0]) and _is_number(cut[1])
