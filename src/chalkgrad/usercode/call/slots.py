"""The arrays that an object holds: where its parameters are put in, and where its gradients are found."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, WEIGHT, role_of
from chalkgrad.usercode.layouts.reading import BiasLayout, Reading, WeightLayout
from chalkgrad.usercode.vocabulary.labels import by_names, looks_like_a_gradient
from chalkgrad.usercode.vocabulary.names import plain

_DEEP = 4
_SCALAR_BIAS = ("b", "bias", "intercept")


@dataclass
class Slot:
    """A place that holds an array: ``self.W1``, ``self.params["W1"]``, ``self.layers[0].W``."""

    label: str
    text: str
    holder: Any
    key: Any

    def get(self) -> Any:
        """What it holds now."""
        return self.holder[self.key] if isinstance(self.holder, dict | list) else vars(self.holder)[self.key]

    def put(self, value: Array) -> None:
        """Let it hold something else."""
        if isinstance(self.holder, dict | list):
            self.holder[self.key] = value
        else:
            setattr(self.holder, self.key, value)


def slots(
    value: Any, label: str = "", text: str = "self", deep: int = 0, seen: set[int] | None = None
) -> Iterator[Slot]:
    """All places of an object, its lists, dictionaries and inner objects that hold arrays of numbers."""
    seen = set() if seen is None else seen
    if id(value) in seen or deep > _DEEP:
        return
    seen.add(id(value))
    items: Iterator[tuple[Any, Any, str]]
    if isinstance(value, MutableMapping):
        items = iter(
            [(key, item, f"{text}[{key!r}]".replace("'", '"')) for key, item in list(value.items())[:500]]
        )
    elif isinstance(value, list):
        items = iter([(place, item, f"{text}[{place}]") for place, item in enumerate(value[:500])])
    elif isinstance(value, tuple):
        for place, item in enumerate(value[:500]):
            if not isinstance(item, np.ndarray):
                yield from slots(item, _joined(label, place), f"{text}[{place}]", deep + 1, seen)
        return
    elif hasattr(value, "__dict__") and not isinstance(value, type | types.ModuleType | types.FunctionType):
        items = iter([(key, item, f"{text}.{key}") for key, item in vars(value).items()])
    else:
        return
    for key, item, inner in items:
        if isinstance(item, np.ndarray):
            if item.dtype.kind in "biuf" and item.ndim <= 2:
                yield Slot(_joined(label, key), inner, value, key)
        elif item is None or isinstance(item, int | float):
            is_bias = plain(str(key)) in _SCALAR_BIAS and not isinstance(item, bool)
            if is_bias or (isinstance(item, np.generic) and looks_like_a_gradient(str(key))):
                yield Slot(_joined(label, key), inner, value, key)
        else:
            yield from slots(item, _joined(label, key), inner, deep + 1, seen)


def _joined(label: str, key: Any) -> str:
    return f"{label}.{key}" if label else str(key)


def parameters_in(found: Sequence[Slot], shapes: Mapping[str, Sequence[int]], depth: int) -> dict[str, Slot]:
    """Which place holds which parameter: by its name, else by the order and the shapes."""
    usable = [slot for slot in found if not looks_like_a_gradient(slot.label)]
    named = {
        name[1:]: slot
        for name, slot in by_names([(slot.label, slot) for slot in usable], depth, shapes).items()
        if name[1:] in shapes
    }
    if all(name in named for name in shapes) and _plausible(named, shapes):
        return named
    guess = _by_shapes(usable, shapes, depth)
    return guess if len(guess) >= len(named) else named


def _plausible(named: Mapping[str, Slot], shapes: Mapping[str, Sequence[int]]) -> bool:
    """Whether all places have the number of axes of what they are named after."""
    return all(
        role_of(name) != WEIGHT or np.ndim(slot.get()) in (0, 2) or shapes[name][0] == 1
        for name, slot in named.items()
    )


def _by_shapes(usable: Sequence[Slot], shapes: Mapping[str, Sequence[int]], depth: int) -> dict[str, Slot]:
    """The assignment that finds most: of exact shapes or any, of W as it is or turned."""
    tried = product((False, True), (True, False))
    return max((_assigned(usable, shapes, depth, turned, exact) for turned, exact in tried), key=len)


def _assigned(
    usable: Sequence[Slot], shapes: Mapping[str, Sequence[int]], depth: int, turned: bool, exact: bool
) -> dict[str, Slot]:
    """Weights, and then biases, by their order."""
    matrices = [slot for slot in usable if _is_weight(slot)]
    if exact and len(matrices) < depth:
        matrices = [slot for slot in usable if np.ndim(slot.get()) == 2]
    step = -1 if turned else 1
    wanted = {name: tuple(shape)[::step] for name, shape in shapes.items() if role_of(name) == WEIGHT}
    found = _in_order(wanted, matrices, np.shape, exact)
    labels = {slot.label for slot in found.values()}
    vectors = [slot for slot in usable if slot.label not in labels and _is_bias(slot)]
    sizes = {name: shape[0] for name, shape in shapes.items() if role_of(name) == BIAS}
    return found | _in_order(sizes, vectors, np.size, exact)


def _in_order(
    wanted: Mapping[str, Any], places: Sequence[Slot], measure: Callable[[Any], Any], exact: bool
) -> dict[str, Slot]:
    """The first place that fits each, behind that of the one before."""
    found, start = dict[str, Slot](), 0
    for name, size in wanted.items():
        for number in range(start, len(places)):
            if not exact or measure(places[number].get()) == size:
                found[name], start = places[number], number + 1
                break
    return found


def _is_bias(slot: Slot) -> bool:
    return plain(slot.label.split(".")[-1]).startswith("b") or "bias" in plain(slot.label)


def _is_weight(slot: Slot) -> bool:
    called = plain(slot.label)
    last = plain(slot.label.split(".")[-1])
    words = ("w", "syn", "theta", "kernel")
    return np.ndim(slot.get()) == 2 and not last.startswith("b") and any(word in called for word in words)


def install(places: Mapping[str, Slot], parameters: Mapping[str, Array], reading: Reading) -> Reading:
    """Put parameters into an object, in the layout that its own arrays have; the reading that this is."""
    here = {name: value for name, value in parameters.items() if name in places}
    reading = replace(reading, weights=_weights_of(places, here) or reading.weights)
    bias = reading.bias
    for name, value in here.items():
        held = places[name].get()
        if role_of(name) == WEIGHT:
            turned = np.array(value.T if reading.weights == "in_out" else value, order="C")
            places[name].put(turned.reshape(-1) if np.ndim(held) == 1 else turned)
        else:
            shaped, form = _bias_like(held, value, reading)
            places[name].put(reading.turn(name, value).copy() if shaped is None else shaped)
            bias = form or bias
    return replace(reading, bias=bias)


def _weights_of(places: Mapping[str, Slot], parameters: Mapping[str, Array]) -> WeightLayout | None:
    """How an object has its weights, if its own arrays tell it."""
    pairs = [
        (value.shape, np.shape(places[name].get()))
        for name, value in parameters.items()
        if role_of(name) == WEIGHT
    ]
    if pairs and all(len(held) == 1 for _, held in pairs):
        return "flat"
    told = [shape for shape in pairs if shape[0] in (shape[1], shape[1][::-1]) and len(set(shape[0])) > 1]
    votes: set[WeightLayout] = {"out_in" if shape == held else "in_out" for shape, held in told}
    return votes.pop() if len(votes) == 1 else None


def _bias_like(held: Any, value: Array, reading: Reading) -> tuple[Any, BiasLayout | None]:
    """A bias in the shape of what an object holds, and that shape's name; nothing where none is told."""
    if held is None:
        return None, None
    match np.shape(held):
        case (rows, columns):
            row = rows == 1 and (columns != 1 or reading.samples == "rows")
            return value.copy().reshape((1, -1) if row else (-1, 1)), "matrix"
        case (_,):
            return value.copy(), "flat"
        case () if value.size == 1:
            return value.reshape(())[()], "flat"
    return None, None
