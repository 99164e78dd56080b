"""Call a user's target at one scene and write down what came of it: a plain table a call."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.usercode.binding import arguments
from chalkgrad.usercode.building import build
from chalkgrad.usercode.calling import as_array, describe, flatten
from chalkgrad.usercode.forward_of import (
    BACKWARD,
    FORWARD,
    STARTERS,
    TRAINERS,
    UPDATERS,
    forward_in,
    input_of,
    left_behind,
    named,
)
from chalkgrad.usercode.globals_of import Lent
from chalkgrad.usercode.kinds import kind_of
from chalkgrad.usercode.layout import Reading
from chalkgrad.usercode.loading import Target, TimeUp
from chalkgrad.usercode.names import plain, role
from chalkgrad.usercode.scene import Scene, same
from chalkgrad.usercode.slots import Slot, install, parameters_in, slots
from chalkgrad.usercode.source import node_of, rates, returned_names
from chalkgrad.usercode.spelled import Spelled
from chalkgrad.usercode.tracing import Recorder

Array = NDArray[Any]
Table = dict[str, Any]
_CAUGHT = (Exception, SystemExit, KeyboardInterrupt, GeneratorExit, TimeUp)


class UnknownError(Exception):
    """Parameters of a function that nothing matches."""

    def __init__(self, names: list[str], whose: str) -> None:
        super().__init__(", ".join(names))
        self.names, self.whose = names, whose


def observe(target: Target, scene: Scene, reading: Reading, trace: bool, again: int) -> Iterator[Table]:
    """Call a target at a scene, and again on fresh copies; one table a call.

    In single mode a table has an answer for every sample.
    """
    if kind_of(target.value if target.instance is None else target.instance) is not None:
        from chalkgrad.usercode.framework_call import observe_framework

        yield from observe_framework(target, scene, reading, trace, again)
        return
    if isinstance(target.value, type):
        caller: Any = _Object(target, scene, reading)
    else:
        caller = _Function(target, scene, reading)
    places = range(scene.samples) if reading.mode == "single" else [None]
    for number in range(again + 1):
        answers = [caller.answer(place, trace and number == 0 and place in (None, 0)) for place in places]
        yield {"reading": caller.reading.to_dict(), "call": number, "answers": answers}
        if any(answer.get("error") or answer.get("unknown") for answer in answers):
            return


def _parts(result: Any) -> tuple[list[tuple[str, Array]], list[dict[str, str]]]:
    parts, refused = [], []
    for label, value in flatten(result):
        array = as_array(value)
        if array is None:
            refused.append({"label": label, "type": type(value).__name__})
        elif array.size <= 1_000_000:
            parts.append((label, array.copy()))
    return parts, refused


class _Caller:
    """What functions and objects have in common."""

    def __init__(self, target: Target, scene: Scene, reading: Reading) -> None:
        self.target, self.scene, self.reading = target, scene, reading

    def answer(self, place: int | None, trace: bool) -> Table:
        """Call once; whatever goes wrong is part of the table."""
        recorder = Recorder(self.target.file, self.tops()) if trace and self.target.file else None
        table: Table = {}
        try:
            with np.errstate(all="ignore"):
                self.run(place, recorder, table)
        except UnknownError as error:
            table["unknown"], table["whose"] = error.names, error.whose
        except _CAUGHT as error:
            table["error"] = describe(error, self.target.file)
            if recorder is not None:
                _add_failing(recorder, error, self.target.file)
        if recorder is not None:
            table["assigned"] = [list(row) for row in recorder.rows]
        return table

    def tops(self) -> tuple[Any, ...]:
        """The functions whose returned values are worth a note."""
        raise NotImplementedError

    def run(self, place: int | None, recorder: Recorder | None, table: Table) -> None:
        """Call once and fill the table."""
        raise NotImplementedError

    def bind(self, function: Any, supply: Mapping[str, Any], own: Mapping[str, Any] | None = None) -> Table:
        """Arguments for a function, or ``UnknownError``."""
        try:
            bound = arguments(function, supply, self.scene.depth, own)
        except (TypeError, ValueError):
            return {}
        if isinstance(bound, list):
            raise UnknownError(bound, getattr(function, "__name__", "the function"))
        return bound


def call(function: Callable[..., Any], bound: Mapping[str, Any]) -> Any:
    """Call with what was bound, positional-only parameters in their places."""
    bound = dict(bound)
    try:
        asked = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function(**bound)
    first = [bound.pop(p.name) for p in asked if p.kind is p.POSITIONAL_ONLY and p.name in bound]
    return function(*first, **bound)


class _Function(_Caller):
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

    def _once(self, bound: Table, supply: Mapping[str, Any], recorder: Recorder | None, table: Table) -> None:
        function, space = self.target.value, self.target.space
        lent = Lent(function, space, supply, self.scene.depth, bound)
        table["bound"] = _texts(bound, supply) | {
            c: n for c, n in lent.lent.items() if c not in _texts(bound, supply)
        }
        original = {k: v.copy() for k, v in supply.items() if isinstance(v, np.ndarray)}
        with lent, recorder or nullcontext():
            result = call(function, bound)
        table["bound"] = _texts(bound, supply) | lent.lent
        table["parts"], table["refused"] = _parts(result)
        table["names"] = returned_names(function)
        table["changed"] = [k for k, v in original.items() if not same(v, supply[k])]
        table["updated"] = _updated(original, supply, bound, lent.after, self.scene.parameters)
        table["eta"], table["eta_from"] = self._rate(bound)

    def _forward(self, place: int | None) -> Table:
        """What the forward pass of the same file leaves for this function."""
        function = self.target.value
        forward = forward_in(self.target.space, self.target.file)
        if forward is None or forward is function:
            return {}
        try:
            supply = self.scene.supply(self.reading, place)
            bound = self.bind(forward, supply, input_of(forward, supply))
            with Lent(forward, self.target.space, supply, self.scene.depth, bound):
                return left_behind(call(forward, bound), forward, function)
        except Exception:
            return {}

    def _rate(self, bound: Mapping[str, Any]) -> tuple[float | None, str]:
        given = next((name for name in bound if role(name) == "learning_rate"), None)
        if given is not None:
            return float(bound[given]), "argument"
        return _rate_in(node_of(self.target.value), self.target.space, None)


class _Object(_Caller):
    """A class: made, given our parameters, run forward and backward."""

    def __init__(self, target: Target, scene: Scene, reading: Reading) -> None:
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

    def _thing(self, place: int | None, supply: Mapping[str, Any]) -> Any:
        if place not in self._made:
            if self.target.instance is not None:
                try:
                    made = copy.deepcopy(self.target.instance)
                except Exception:  # what cannot be copied is used itself
                    made = self.target.instance
            else:
                made = build(self.target.value, supply, self.scene.activations, self.scene.loss)
                if isinstance(made, list):
                    raise UnknownError(made, self.target.value.__name__)
            self._made[place] = made
        return self._made[place]

    def _passes(
        self, thing: Any, places: Mapping[str, Slot], supply: Mapping[str, Any], table: Table
    ) -> None:
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
        table["bound"] = _texts(bound, supply) | table["bound"]
        result = call(backward, bound)
        table["parts"], table["refused"] = _parts(result)
        table["names"] = returned_names(backward)
        table["changed"] = [k for k, v in given.items() if k[0] not in "Wb" and not same(v, supply[k])]
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
            if moved or _is_gradient(slot.label):
                attributes.append((slot.label, np.array(value)))
        table["attributes"] = attributes
        now = {slot.label: slot for slot in slots(thing)}  # a list may have been replaced by another
        after = {name: np.array(now.get(slot.label, slot).get()) for name, slot in places.items()}
        table["updated"] = {
            name: [original[name], value] for name, value in after.items() if not same(original[name], value)
        }

    def _rate(self, thing: Any) -> tuple[float | None, str]:
        node = node_of(getattr(self.target.value, self._backward))
        found = _rate_in(node, self.target.space, thing)
        if found[0] is None and self._update:
            found = _rate_in(node_of(getattr(self.target.value, self._update)), self.target.space, thing)
        if found[0] is None:
            for name, value in vars(thing).items() if hasattr(thing, "__dict__") else ():
                if role(name) == "learning_rate" and isinstance(value, int | float):
                    return float(value), f"self.{name}"
        return found


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _is_gradient(label: str) -> bool:
    from chalkgrad.usercode.labels import looks_like_a_gradient

    return looks_like_a_gradient(label)


def _share(thing: Any, places: Mapping[str, Slot], supply: dict[str, Any]) -> None:
    """Let an object that keeps its data see ours: ``self.input``, ``self.X``, ``self.y``."""
    for name, value in list(vars(thing).items()) if hasattr(thing, "__dict__") else ():
        if isinstance(value, np.ndarray) and name not in {slot.key for slot in places.values()}:
            kind = {"y": "T"}.get(role(name) or "", role(name) or "")
            if kind in ("X", "T") and plain(name) not in ("outputs",) and np.ndim(supply[kind]) == value.ndim:
                setattr(thing, name, supply[kind])


def _texts(bound: Mapping[str, Any], supply: Mapping[str, Any]) -> dict[str, str]:
    """How the code can refer to each quantity: by argument, key or place."""
    of = {id(value): name for name, value in reversed(list(supply.items())) if isinstance(value, np.ndarray)}
    found: dict[str, str] = {}
    for name, value in bound.items():
        if isinstance(value, np.ndarray) and id(value) in of:
            found[of[id(value)]] = name
        elif isinstance(value, Spelled):
            for canonical, key in value.used.items():
                found.setdefault(canonical, f"{name}[{key!r}]".replace("'", '"'))
            for key in value:
                found.setdefault(str(key), f'{name}["{key}"]')
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


def _updated(
    original: Mapping[str, Array],
    supply: Mapping[str, Any],
    bound: Mapping[str, Any],
    after: Mapping[str, Any],
    parameters: Mapping[str, Array],
) -> dict[str, list[Array]]:
    """Old and new values of the parameters that the call moved, wherever it put the new ones."""
    found: dict[str, list[Array]] = {}
    of = {id(supply[name]): name for name in parameters}
    moved: dict[str, Any] = {name: supply[name] for name in parameters}
    for name, value in bound.items():
        if isinstance(value, Spelled):
            moved |= {k: v for k, v in value.items() if k in parameters and not same(original[k], v)}
        elif isinstance(value, list) and role(name) in ("weights", "biases"):
            letter = "W" if role(name) == "weights" else "b"
            names = [key for key in parameters if key[0] == letter]
            items = value[1:] if value and value[0] is None else value
            if len(items) == len(names):
                moved |= {k: v for k, v in zip(names, items, strict=True) if not same(original[k], v)}
    moved |= {k: v for k, v in after.items() if k in parameters and v is not None}
    del of
    for name, value in moved.items():
        array = as_array(value)
        if array is not None and not same(original[name], array):
            found[name] = [original[name], array.copy()]
    return found


def _rate_in(node: Any, space: Mapping[str, Any], thing: Any) -> tuple[float | None, str]:
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


def _add_failing(recorder: Recorder, error: BaseException, file: str) -> None:
    step, last = error.__traceback__, None
    while step is not None:
        if step.tb_frame.f_code.co_filename == file:
            last = step
        step = step.tb_next
    if last is not None:
        recorder.failing(last.tb_frame, last.tb_lineno)


__all__ = ["observe"]
