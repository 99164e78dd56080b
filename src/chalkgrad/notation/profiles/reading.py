"""A notation from its table, with every fault of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad.notation.profiles.clashes import clashes
from chalkgrad.notation.profiles.notation import (
    BATCH_LETTERS,
    CHOICES,
    LAYER_STYLES,
    LETTER_NAMES,
    NORM,
    SPARE,
    Letters,
    Notation,
)
from chalkgrad.notation.profiles.spare import step_aside

KNOWN = (*LETTER_NAMES, *SPARE, *NORM)


def read_notation(data: Mapping[str, Any], path: str, parent: Notation | None) -> Notation:
    """A notation from its table; what is left out is taken from ``parent``, or the defaults."""
    faults: list[Fault] = []
    base: dict[str, Any] = {f.name: getattr(parent, f.name) for f in fields(Notation)} if parent else {}
    for own in ("name", "title", "source"):
        base.pop(own, None)
    known = [f.name for f in fields(Notation)]
    values: dict[str, Any] = dict(base)
    for key, value in data.items():
        if key in ("letters", "based_on"):
            continue
        if key not in known or key.endswith("_letters"):
            faults.append(Fault(f"{path}.{key}", "be a known entry", repr(key), did_you_mean(key, known)))
        else:
            values[key] = _checked(f"{path}.{key}", key, value, faults)
    values.setdefault("name", Path(path).stem)
    values.setdefault("title", values["name"])
    _read_letters(data.get("letters", {}), base, values, path, faults)
    if faults:
        raise InputError(faults)
    notation = step_aside(Notation(**values), _named(data.get("letters", {})))
    if faults := list(clashes(notation, path)):
        raise InputError(faults)
    return notation


def _checked(path: str, key: str, value: Any, faults: list[Fault]) -> Any:
    if key in ("units", "parameters"):
        if value not in LAYER_STYLES:
            faults.append(Fault(path, f"be one of {', '.join(LAYER_STYLES)}", repr(value)))
    elif key in CHOICES:
        if value not in CHOICES[key]:
            hint = did_you_mean(str(value), CHOICES[key])
            faults.append(Fault(path, f"be one of {', '.join(CHOICES[key])}", repr(value), hint))
    elif key == "indices":
        good = isinstance(value, list) and len(value) == 4 and all(isinstance(v, str) and v for v in value)
        if not good or value[1] in (value[0], value[2]) or value[3] in value[:3]:
            condition = "list four letters: sender, unit, receiver above, sample"
            faults.append(Fault(path, condition, repr(value), 'Write ["k", "j", "i", "s"].'))
        return tuple(value) if isinstance(value, list) else value
    elif key == "notes":
        if not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            faults.append(Fault(path, "be a list of sentences", repr(value)))
        return tuple(value) if isinstance(value, list) else value
    elif not isinstance(value, str):
        faults.append(Fault(path, "be text", repr(value)))
    return value


def _read_letters(
    table: Any, base: dict[str, Any], values: dict[str, Any], path: str, faults: list[Fault]
) -> None:
    """``letter = "a"`` or ``letter = ["single", "batch"]``; ``[letters.index]`` overrides for indices."""
    if not isinstance(table, Mapping):
        fix = 'Write [letters] and then e.g. pre = "z".'
        faults.append(Fault(f"{path}.letters", "be a table", repr(table), fix))
        return
    single = _as_dict(base.get("letters", Letters()))
    batch = _as_dict(base.get("batch_letters", BATCH_LETTERS))
    index = _as_dict(base.get("index_letters", Letters()))
    inner = table.get("index", {})
    for key, value in table.items():
        if key == "index":
            continue
        pair = [value, value] if isinstance(value, str) else value
        if key not in KNOWN:
            fix = did_you_mean(key, KNOWN)
            faults.append(Fault(f"{path}.letters.{key}", "be a known letter", repr(key), fix))
        elif not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)):
            faults.append(Fault(f"{path}.letters.{key}", "be a letter or [single, batch]", repr(value)))
        else:
            single[key], batch[key] = pair
            index[key] = pair[0]
    if not isinstance(inner, Mapping):
        fix = 'Write [letters.index] and then e.g. pre = "z".'
        faults.append(Fault(f"{path}.letters.index", "be a table", repr(inner), fix))
        inner = {}
    for key, value in inner.items():
        if key not in KNOWN or not isinstance(value, str):
            place, fix = f"{path}.letters.index.{key}", did_you_mean(key, KNOWN)
            faults.append(Fault(place, "be a known letter with a text", repr(value), fix))
        else:
            index[key] = value
    values["letters"], values["batch_letters"] = Letters(**single), Letters(**batch)
    values["index_letters"] = Letters(**index)


def _named(table: Mapping[str, Any]) -> set[str]:
    """The letters that a table chooses."""
    index = table.get("index")
    return {*table, *(index if isinstance(index, Mapping) else ())}


def _as_dict(letters: Letters) -> dict[str, str]:
    return {f.name: getattr(letters, f.name) for f in fields(Letters)}
