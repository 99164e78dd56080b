"""Names at the top of a user's file that a function uses like arguments: W1, X, y, m."""

from __future__ import annotations

import builtins
import dis
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.vocabulary.names import role
from chalkgrad.usercode.vocabulary.roles import MISSING, ROLES
from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict


def used_globals(function: Callable[..., Any], space: Mapping[str, Any]) -> list[str]:
    """The global names that a function and the functions of its file that it calls read or write."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    waiting = [getattr(function, "__func__", function)]
    while waiting:
        code = getattr(waiting.pop(), "__code__", None)
        if code is None or id(code) in seen:
            continue
        seen.add(id(code))
        for name in _global_names(code):
            found.setdefault(name)
            value = space.get(name)
            if isinstance(value, types.FunctionType):
                waiting.append(value)
    return list(found)


def _global_names(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "STORE_GLOBAL", "LOAD_NAME"):
            yield str(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_names(constant)


class PatchedGlobals:
    """Puts our arrays under a module's own names while a call lasts, and puts back what was there.

    Attributes
    ----------
    lent
        Which of ours stands under which name: ``{"W1": "W1", "X": "x_train"}`` by canonical name.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        space: dict[str, Any],
        supply: Supply,
        bound: Mapping[str, Any],
    ) -> None:
        self.space, self.lent = space, {}
        self._values: dict[str, Any] = {}
        self._before: dict[str, Any] = {}
        names = [name for name in used_globals(function, space) if name not in bound]
        supply = supply.counted(names)
        has_target = any(role(name) == "T" for name in (*names, *bound))
        for name in names:
            held = space.get(name, MISSING)
            if callable(held) or isinstance(held, types.ModuleType) or hasattr(builtins, name):
                continue
            canonical = supply.canonical(name, has_target, held)
            if canonical is not None and not (name == "n" and "m" in names):
                self.lent[canonical] = name
                self._values[name] = supply[canonical]
            elif role(name) == "params" and ROLES["params"].replaces(held):
                self._values[name] = supply.spelled()

    def __enter__(self) -> PatchedGlobals:
        for name, value in self._values.items():
            self._before[name] = self.space.get(name, MISSING)
            self.space[name] = value
        return self

    def __exit__(self, *_: object) -> None:
        self.after = {canonical: self.space.get(name) for canonical, name in self.lent.items()}
        for value in self._values.values():
            if isinstance(value, SpellingDict):
                self.after |= {k: v for k, v in value.items() if isinstance(v, np.ndarray)}
        for name, value in self._before.items():
            if value is MISSING:
                self.space.pop(name, None)
            else:
                self.space[name] = value
