"""The names of columns: remembered from the first frame, so that later frames are put in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
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
    """Return what the columns of a frame are called; nothing where they only have numbers, or are no frame.

    Names are strings, all of them; a fault is added where only some are.
    """
    from chalkgrad.data.frames import frame_names

    found = frame_names(value)
    strings = [isinstance(name, str) for name in found]
    if not any(strings):
        return ()
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

    What is no frame, or has no names, is returned as it is.
    """
    given = given_names(value, path, faults) if names else ()
    if not given or given == tuple(names):
        return value
    absent = [name for name in names if name not in given]
    if absent:
        faults.extend(_absent(path, given, names, absent))
        return None
    from chalkgrad.data.frames import narrowed

    return narrowed(value, names)


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
