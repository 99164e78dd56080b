"""What the user's code calls each quantity, found by the values that its names take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import role_of
from chalkgrad.usercode.answer.observation import Assigned
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.vocabulary.names import quantity

_CLOSE = 1e-9


def known_as(
    assigned: Sequence[Assigned],
    bound: Mapping[str, str],
    values: Mapping[str, Array],
    reading: Reading,
    tops: Sequence[str],
) -> dict[str, str]:
    """Canonical name → text: a local of the backward pass, else an argument, key or attribute.

    Parameters
    ----------
    assigned
        The trace.
    bound
        What was handed over, and under which text it can be reached.
    values
        W1, …, X, T, Z1, A1, …, Y in the canonical layout.
    tops
        The functions in which the fix will stand; of others only attributes are known there.
    """
    depth = sum(name[0] == "Z" for name in values)
    found: dict[str, str] = {}
    for canonical, value in values.items():
        if canonical == f"A{depth}":
            continue
        if bound.get(canonical, "").isidentifier():
            found[canonical] = bound[canonical]
            continue
        text = _matching(assigned, _turned(reading, canonical, value), tops, canonical, depth)
        if text or canonical in bound:
            found[canonical] = text or bound[canonical]
    rest = {
        name: text for name, text in bound.items() if name in ("m", "l2", "learning_rate") or name[0] == "d"
    }
    if "Y" in bound and "Y" not in found:
        rest["Y"] = bound["Y"]
    return found | rest


def _turned(reading: Reading, name: str, value: Array) -> Array:
    if reading.mode == "single" and role_of(name) is None:
        return np.asarray(reading.sample(name, value, 0))
    return reading.turn(name, value)


def _matching(
    assigned: Sequence[Assigned], value: Array, tops: Sequence[str], canonical: str, depth: int
) -> str:
    best = ""
    for row in assigned:
        local = row.name.isidentifier() and row.function in tops
        kept = row.name.startswith("self.") and row.name[5:].isidentifier()
        if not (local or kept) or row.is_return or row.key not in ("", row.name):
            continue
        if not equal(row.value, value):
            continue
        if not best or (local and best.startswith("self.")):
            best = row.name
        if local and quantity(row.name, depth, there=[canonical]) == canonical:
            return row.name
    return best


def equal(a: Array, b: Array) -> bool:
    """Whether two arrays are the same quantity: shapes up to a flat vector, values up to rounding."""
    if a.size != b.size or a.size == 0 or a.dtype.kind == "b":
        return False
    if a.shape != b.shape and not (1 in a.shape or 1 in b.shape or min(a.ndim, b.ndim) < 2):
        return False
    with np.errstate(all="ignore"):
        flat, other = a.reshape(-1).astype(np.float64), b.reshape(-1).astype(np.float64)
        return bool(np.abs(flat - other).max() <= _CLOSE * max(float(np.abs(other).max()), 1e-30))


def forward_found(assigned: Sequence[Assigned], values: Mapping[str, Array], reading: Reading) -> int:
    """How many of Z1, A1, …, Y are among the values that were assigned."""
    count = 0
    for name, value in values.items():
        if name[0] in "ZAY":
            turned = _turned(reading, name, value)
            count += any(row.value.shape == turned.shape and equal(row.value, turned) for row in assigned)
    return count
