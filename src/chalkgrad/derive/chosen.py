"""Which weight is meant: ``W1[2,2]`` as an entry of a derivation."""

from __future__ import annotations

import re

from chalkgrad._errors import Fault, InputError
from chalkgrad._roles import ROLES
from chalkgrad.derive.derivation import Derivation
from chalkgrad.derive.index import Entry

_NAME = re.compile(r"([A-Za-z]+)(\d+)(?:\s*\[\s*(\d+)\s*(?:,\s*(\d+)\s*)?\])?")


def find_weight(derivation: Derivation, weight: str | tuple[str, tuple[int, ...]]) -> Entry:
    """The entry that ``"W1[2,2]"`` or ``("W1", (2, 2))`` names; raises ``InputError`` if there is none."""
    name, indices = _read_name(weight)
    parameters = {s.symbol.of.name: s.symbol.of for s in derivation.gradients if s.symbol.of is not None}
    if name not in parameters:
        options = ", ".join(parameters)
        raise InputError(Fault("path", f"choose one of {options}", repr(name), "Write for example W1[1,1]."))
    symbol = parameters[name]
    sizes = [dim.size or 0 for dim in symbol.shape[: 1 if symbol.is_vector else 2]]
    if not indices and all(size == 1 for size in sizes):
        indices = (1,) * len(sizes)
    shape = " × ".join(map(str, sizes))
    if len(indices) != len(sizes):
        example = f"{name}[{','.join('1' for _ in sizes)}]"
        condition = f"have {len(sizes)} ind{'ex' if len(sizes) == 1 else 'ices'}, {name} being {shape} here"
        raise InputError(Fault("path", condition, f"{len(indices)}", f"Write for example {example}."))
    if not all(1 <= index <= size for index, size in zip(indices, sizes, strict=True)):
        got = f"{name}[{','.join(map(str, indices))}]"
        example = f"{name}[{','.join(map(str, sizes))}]"
        condition = f"lie inside {name}, which is {shape} here, counted from 1"
        raise InputError(Fault("path", condition, got, f"Its last is {example}."))
    return Entry(symbol, indices[0], indices[1] if len(indices) == 2 else None)


def _read_name(weight: str | tuple[str, tuple[int, ...]]) -> tuple[str, tuple[int, ...]]:
    if not isinstance(weight, str):
        return weight[0], tuple(weight[1])
    match = _NAME.fullmatch(weight.strip())
    roles = {role.letter.lower(): role for role in ROLES.values()}
    role = None if match is None else roles.get(match[1].lower())
    if match is None or role is None:
        raise InputError(
            Fault("path", "name a weight or bias by its indices", repr(weight), "Write W1[2,1] or b1[2].")
        )
    _, layer, *found = match.groups()
    indices = tuple(int(index) for index in found if index is not None)
    return role.name(int(layer)), indices
