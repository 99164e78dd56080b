"""Call a function at the top of a file, with the file's own forward pass where it asks for a cache."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, WEIGHT, role_of
from chalkgrad.usercode.call.caller import Caller, Table, UnknownError, call
from chalkgrad.usercode.call.forward_pass import forward_in, input_of, left_behind
from chalkgrad.usercode.call.outcome import as_array, parts_of
from chalkgrad.usercode.call.patched_globals import PatchedGlobals
from chalkgrad.usercode.call.probe_arrays import same
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.call.tracing import Recorder
from chalkgrad.usercode.syntax.references import rate_in, texts
from chalkgrad.usercode.syntax.source import node_of, returned_names, takes_a_step
from chalkgrad.usercode.vocabulary.names import role
from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict


class FunctionCaller(Caller):
    """A function at the top of a file."""

    def tops(self) -> tuple[Any, ...]:
        return (self.target.value,)

    def run(self, place: int | None, recorder: Recorder | None, table: Table) -> None:
        function = self.target.value
        supply = self.scene.supply(self.reading, place)
        try:
            bound = self.bind(function, supply)
        except UnknownError:
            own = self._forward(place)
            if not own:
                raise
            table["forward"] = True
            bound = self.bind(function, supply, own)
        try:
            self._once(bound, supply, recorder, table)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError):
            if not any(role(name) == "cache" for name in bound) or table.get("forward"):
                raise
            own = self._forward(place)
            if not own:
                raise
            table["forward"] = True
            supply = self.scene.supply(self.reading, place)
            if recorder is not None:
                recorder.rows.clear()
            self._once(self.bind(function, supply, own), supply, recorder, table)

    def _once(self, bound: Table, supply: Supply, recorder: Recorder | None, table: Table) -> None:
        function, space = self.target.value, self.target.space
        lent = PatchedGlobals(function, space, supply, bound)
        table["bound"] = texts(bound, supply) | {
            c: n for c, n in lent.lent.items() if c not in texts(bound, supply)
        }
        original = {k: v.copy() for k, v in supply.items() if isinstance(v, np.ndarray)}
        with lent, recorder or nullcontext():
            result = call(function, bound)
        table["bound"] = texts(bound, supply) | lent.lent
        table["parts"], table["refused"] = parts_of(result)
        table["names"] = returned_names(function)
        table["changed"] = [k for k, v in original.items() if not same(v, supply[k])]
        table["updated"] = _updated(original, supply, bound, lent.after, self.scene.parameters)
        table["eta"], table["eta_from"] = self._rate(bound)
        table["steps"] = takes_a_step(node_of(function))

    def _forward(self, place: int | None) -> Table:
        """What the forward pass of the same file leaves for this function."""
        function = self.target.value
        forward = forward_in(self.target.space, self.target.file)
        if forward is None or forward is function:
            return {}
        try:
            supply = self.scene.supply(self.reading, place)
            bound = self.bind(forward, supply, input_of(forward, supply))
            with PatchedGlobals(forward, self.target.space, supply, bound):
                return left_behind(call(forward, bound), forward, function)
        except Exception:
            return {}

    def _rate(self, bound: Mapping[str, Any]) -> tuple[float | None, str]:
        given = next((name for name in bound if role(name) == "learning_rate"), None)
        if given is not None:
            return float(bound[given]), "argument"
        return rate_in(node_of(self.target.value), self.target.space, None)


def _updated(
    original: Mapping[str, Array],
    supply: Mapping[str, Any],
    bound: Mapping[str, Any],
    after: Mapping[str, Any],
    parameters: Mapping[str, Array],
) -> dict[str, list[Array]]:
    """Old and new values of the parameters that the call moved, wherever it put the new ones."""
    found: dict[str, list[Array]] = {}
    moved: dict[str, Any] = {name: supply[name] for name in parameters}
    for name, value in bound.items():
        if isinstance(value, SpellingDict):
            moved |= {k: v for k, v in value.items() if k in parameters and not same(original[k], v)}
        elif isinstance(value, list) and role(name) in ("weights", "biases"):
            kind = WEIGHT if role(name) == "weights" else BIAS
            names = [key for key in parameters if role_of(key) is kind]
            items = value[1:] if value and value[0] is None else value
            if len(items) == len(names):
                moved |= {k: v for k, v in zip(names, items, strict=True) if not same(original[k], v)}
    moved |= {k: v for k, v in after.items() if k in parameters and v is not None}
    for name, value in moved.items():
        array = as_array(value)
        if array is not None and not same(original[name], array):
            found[name] = [original[name], array.copy()]
    return found
