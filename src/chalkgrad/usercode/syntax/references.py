"""How the code refers to what it was given: arguments, keys, places; and to its learning rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad.usercode.syntax.source import rates
from chalkgrad.usercode.vocabulary.names import role
from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict


def texts(bound: Mapping[str, Any], supply: Mapping[str, Any]) -> dict[str, str]:
    """How the code can refer to each quantity: by argument, key or place."""
    of = {id(value): name for name, value in reversed(list(supply.items())) if isinstance(value, np.ndarray)}
    found: dict[str, str] = {}
    for name, value in bound.items():
        if isinstance(value, np.ndarray) and id(value) in of:
            found[of[id(value)]] = name
        elif isinstance(value, SpellingDict):
            read = {c: f"{name}[{key!r}]".replace("'", '"') for c, key in value.used.items()}
            same = {id(item): read[key] for key, item in value.items() if key in read}  # Y is the last A
            for key, item in value.items():
                found.setdefault(str(key), read.get(key) or same.get(id(item)) or f'{name}["{key}"]')
        elif isinstance(value, list):
            for place, item in enumerate(value):
                if isinstance(item, np.ndarray) and id(item) in of:
                    found.setdefault(of[id(item)], f"{name}[{place}]")
    numbers = {"m": ("m",), "l2": ("l2",), "learning_rate": ("learning_rate",)}
    for name in bound:
        for canonical, kinds in numbers.items():
            if role(name) in kinds:
                found.setdefault(canonical, name)
    return found


def rate_in(node: Any, space: Mapping[str, Any], thing: Any) -> tuple[float | None, str]:
    """The learning rate of an update, as the text has it: a constant, a name, an attribute."""
    for found in rates(node):
        if isinstance(found, float):
            if found:
                return found, "the code"
            continue
        holder, _, name = found.rpartition(".")
        value = getattr(thing, name, None) if holder == "self" else space.get(name) if not holder else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value:
            return float(value), found
    return None, ""
