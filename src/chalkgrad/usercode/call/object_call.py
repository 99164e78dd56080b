"""Call an object of a class: made, given our parameters, run forward and backward."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import role_of
from chalkgrad.usercode.call.caller import Caller, Table, UnknownError, call
from chalkgrad.usercode.call.construction import build
from chalkgrad.usercode.call.forward_pass import (
    BACKWARD,
    FORWARD,
    STARTERS,
    TRAINERS,
    UPDATERS,
    input_of,
    left_behind,
    named,
)
from chalkgrad.usercode.call.loading import CodeTarget
from chalkgrad.usercode.call.outcome import parts_of
from chalkgrad.usercode.call.probe_arrays import ProbeArrays, same
from chalkgrad.usercode.call.slots import Slot, install, parameters_in, slots
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.call.tracing import Recorder
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.syntax.references import rate_in, texts
from chalkgrad.usercode.syntax.source import node_of, returned_names
from chalkgrad.usercode.vocabulary.labels import looks_like_a_gradient
from chalkgrad.usercode.vocabulary.names import plain, role


class ObjectCaller(Caller):
    """A class: made, given our parameters, run forward and backward."""

    def __init__(self, target: CodeTarget, scene: ProbeArrays, reading: Reading) -> None:
        super().__init__(target, scene, reading)
        self._wanted = reading
        self._made: dict[int | None, Any] = {}
        kind = target.value
        methods = {name: getattr(kind, name) for name in dir(kind) if not name.startswith("__")}
        self._backward = target.method or named(methods, BACKWARD) or ""
        if not self._backward and callable(methods.get("__call__")):
            self._backward = "__call__"
        trains = plain(self._backward) in TRAINERS
        forward = named(methods, FORWARD)
        self._forward = "" if trains or forward == self._backward else forward or ""
        self._update = named(methods, UPDATERS) or ""
        self._start = named(methods, STARTERS)

    def tops(self) -> tuple[Any, ...]:
        return tuple(getattr(self.target.value, name) for name in (self._backward,) if name)

    def run(self, place: int | None, recorder: Recorder | None, table: Table) -> None:
        if not self._backward:
            public = [k for k, v in vars(self.target.value).items() if callable(v) and not k.startswith("_")]
            raise UnknownError(public, "")
        supply = self.scene.supply(self._wanted, place)
        thing = self._thing(place, supply)
        shapes = {name: value.shape for name, value in self.scene.parameters.items()}
        places = parameters_in(list(slots(thing)), shapes, self.scene.depth)
        if not places and self._start:
            call(getattr(thing, self._start), self.bind(getattr(thing, self._start), supply))
            places = parameters_in(list(slots(thing)), shapes, self.scene.depth)
        self.reading = install(places, self.scene.parameters, self._wanted)
        supply = self.scene.supply(self.reading, place)
        _share(thing, places, supply)
        table["bound"] = {name: slot.text for name, slot in places.items()}
        table["missing"] = [name for name in shapes if name not in places]
        with recorder or nullcontext():
            self._passes(thing, places, supply, table)

    def _thing(self, place: int | None, supply: Supply) -> Any:
        if place not in self._made:
            if self.target.instance is not None:
                try:
                    made = copy.deepcopy(self.target.instance)
                except Exception:  # what cannot be copied is used itself
                    made = self.target.instance
            else:
                made = build(self.target.value, supply)
                if isinstance(made, list):
                    raise UnknownError(made, self.target.value.__name__)
            self._made[place] = made
        return self._made[place]

    def _passes(self, thing: Any, places: Mapping[str, Slot], supply: Supply, table: Table) -> None:
        own: Table = {}
        backward = getattr(thing, self._backward)
        if self._forward:
            forward = getattr(thing, self._forward)
            result = call(forward, self.bind(forward, supply, input_of(forward, supply)))
            own = left_behind(result, forward, backward)
        original = {name: np.array(slot.get(), copy=True) for name, slot in places.items()}
        before = {slot.label: _copied(slot.get()) for slot in slots(thing)}
        given = {k: v.copy() for k, v in supply.items() if isinstance(v, np.ndarray)}
        bound = self.bind(backward, supply, own)
        table["bound"] = texts(bound, supply) | table["bound"]
        result = call(backward, bound)
        table["parts"], table["refused"] = parts_of(result)
        table["names"] = returned_names(backward)
        table["changed"] = [k for k, v in given.items() if not role_of(k) and not same(v, supply[k])]
        self._collect(thing, places, original, before, table)
        if not (table["parts"] or table["attributes"] or table["updated"]) and self._update:
            update = getattr(thing, self._update)
            call(update, self.bind(update, supply, own))
            self._collect(thing, places, original, before, table)
        rate = next((value for name, value in bound.items() if role(name) == "learning_rate"), None)
        if rate is not None:
            table["eta"], table["eta_from"] = float(rate), "argument"
        else:
            table["eta"], table["eta_from"] = self._rate(thing)

    def _collect(
        self,
        thing: Any,
        places: Mapping[str, Slot],
        original: Mapping[str, Array],
        before: Mapping[str, Any],
        table: Table,
    ) -> None:
        """Gradients among the attributes, and parameters that moved."""
        own = {slot.label for slot in places.values()}
        attributes = []
        for slot in slots(thing):
            value = slot.get()
            if slot.label in own or not isinstance(value, np.ndarray | np.generic):
                continue
            moved = slot.label not in before or not same(before[slot.label], value)
            if moved or looks_like_a_gradient(slot.label):
                attributes.append((slot.label, np.array(value)))
        table["attributes"] = attributes
        now = {slot.label: slot for slot in slots(thing)}  # a list may have been replaced by another
        after = {name: np.array(now.get(slot.label, slot).get()) for name, slot in places.items()}
        table["updated"] = {
            name: [original[name], value] for name, value in after.items() if not same(original[name], value)
        }

    def _rate(self, thing: Any) -> tuple[float | None, str]:
        node = node_of(getattr(self.target.value, self._backward))
        found = rate_in(node, self.target.space, thing)
        if found[0] is None and self._update:
            found = rate_in(node_of(getattr(self.target.value, self._update)), self.target.space, thing)
        if found[0] is None:
            for name, value in vars(thing).items() if hasattr(thing, "__dict__") else ():
                if role(name) == "learning_rate" and isinstance(value, int | float):
                    return float(value), f"self.{name}"
        return found


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _share(thing: Any, places: Mapping[str, Slot], supply: Supply) -> None:
    """Let an object that keeps its data see ours: ``self.input``, ``self.X``, ``self.y``."""
    for name, value in list(vars(thing).items()) if hasattr(thing, "__dict__") else ():
        if isinstance(value, np.ndarray) and name not in {slot.key for slot in places.values()}:
            kind = {"y": "T"}.get(role(name) or "", role(name) or "")
            if kind in ("X", "T") and plain(name) not in ("outputs",) and np.ndim(supply[kind]) == value.ndim:
                setattr(thing, name, supply[kind])
