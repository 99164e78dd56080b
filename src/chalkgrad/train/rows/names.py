"""The names of columns: remembered from the first frame, so that later frames are put in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown

_TOLD = 5


@dataclass(frozen=True)
class Names:
    """What the columns of inputs and targets are called, in the order of the training; empty if nothing.

    >>> Names(("age", "size")).to_dict()
    {'inputs': ['age', 'size'], 'outputs': []}
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Of targets with several columns."""

    def to_dict(self) -> dict[str, list[str]]:
        """Return them ready for JSON."""
        return {"inputs": list(self.inputs), "outputs": list(self.outputs)}

    @classmethod
    def from_dict(cls, kept: object) -> Names:
        """Return what ``to_dict`` gave, or no names for None; raises ``InputError`` for anything else."""
        if kept is None:
            return cls()
        if not isinstance(kept, Mapping) or set(kept) != {"inputs", "outputs"}:
            raise InputError(Fault("names", "be a table of inputs and outputs", shown(kept, 40)))
        for part, names in kept.items():
            sound = isinstance(names, list) and all(isinstance(name, str) for name in names)
            if not sound or len(set(names)) < len(names):
                raise InputError(Fault(f"names.{part}", "be a list of different texts", shown(names, 40)))
        return cls(tuple(kept["inputs"]), tuple(kept["outputs"]))


UNNAMED = Names()


def given_names(value: Any, path: str, faults: list[Fault]) -> tuple[str, ...]:
    """Return what the columns of a frame are called; nothing where they only count, or are no frame.

    Names are strings, or whole numbers such as years that are not the places 0, 1, 2, … of the columns; a
    fault is added where only some are strings.
    """
    from chalkgrad.data.readers.frames import frame_names

    found = frame_names(value)
    strings = [isinstance(name, str) for name in found]
    if not any(strings):
        is_counted = not all(isinstance(name, Integral) for name in found) or found == tuple(
            range(len(found))
        )
        return () if is_counted else tuple(map(str, found))
    if not all(strings):
        odd = shown(found[strings.index(False)], 30)
        fix = f"Write {path}.columns = {path}.columns.astype(str)."
        faults.append(Fault(path, "have names of columns that are all text, or none", odd, fix))
        return ()
    return tuple(map(str, found))


def read_names(x: Any, y: Any, known: Names, faults: list[Fault]) -> Names:
    """Return what the columns of a training's frames are called; those that are known stay."""
    inputs = known.inputs or given_names(x, "x", faults)
    outputs = known.outputs or given_names(y, "y", faults)
    return Names(inputs, outputs if len(outputs) > 1 else ())


def in_order(value: Any, names: Sequence[str], path: str, faults: list[Fault]) -> Any:
    """Return a frame with the named columns alone, in their order; None after telling those it has not.

    What is no frame, or has no names, is returned as it is; places that are out of order are put in order.
    """
    given = given_names(value, path, faults if names else [])
    counted = tuple(map(str, range(len(given))))
    if not names and set(given) == set(counted):  # of a training whose columns had no names but their places
        names = counted
    if not names or not given or given == tuple(names):
        return value
    absent = [name for name in names if name not in given]
    if absent:
        faults.extend(_absent(path, given, names, absent))
        return None
    from chalkgrad.data.readers.frames import narrowed

    return narrowed(value, names)


def check_index(x: Any, t: Any, path: str, faults: list[Fault]) -> None:
    """Add a fault if targets have the index of the inputs in another order: their rows would be mixed up."""
    index: Any = getattr(x, "index", None)
    other: Any = getattr(t, "index", None)
    if not hasattr(index, "equals") or not hasattr(other, "equals") or len(index) != len(other):
        return
    if not index.equals(other) and set(index) == set(other):
        fix = f"Write {path}.loc[x.index], or {path}.to_numpy() if its rows are right as they stand."
        got = "the same index in another order"
        faults.append(Fault(path, "have its rows in the order of the inputs", got, fix))


def _absent(path: str, given: Sequence[str], names: Sequence[str], absent: Sequence[str]) -> list[Fault]:
    """One fault for each of the first columns that are not there, with the nearest that training had not."""
    unknown = [name for name in given if name not in names]
    spelt = {name.lower(): name for name in unknown}
    listed = ", ".join(shown(name, 30) for name in unknown[:_TOLD]) + (", …" if len(unknown) > _TOLD else "")
    rest = f"Columns that training did not have: {listed}." if unknown else "Add it."
    found = []
    for name in absent[:_TOLD]:
        near = get_close_matches(name.lower(), spelt, n=1, cutoff=0.55)
        fix = f"Did you mean {spelt[near[0]]!r}?" if near else rest
        found.append(
            Fault(path, f"have a column {shown(name, 40)}, as in training", "none of this name", fix)
        )
    if len(absent) > _TOLD:
        got = f"{len(absent) - _TOLD:,} more that are not there"
        found.append(Fault(path, f"have the {len(names):,} columns of the training", got, rest))
    return found
