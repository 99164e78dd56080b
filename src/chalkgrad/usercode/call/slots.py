"""The arrays that an object holds: where its parameters are put in, and where its gradients are found."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.usercode.layouts.reading import Reading
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
        for name, slot in by_names([(slot.label, slot) for slot in usable], depth).items()
        if name[1:] in shapes
    }
    if all(name in named for name in shapes) and _plausible(named, shapes):
        return named
    guess = _by_shapes(usable, shapes, depth)
    return guess if len(guess) >= len(named) else named


def _plausible(named: Mapping[str, Slot], shapes: Mapping[str, Sequence[int]]) -> bool:
    """Whether all places have the number of axes of what they are named after."""
    return all(
        name[0] == "b" or np.ndim(slot.get()) in (0, 2) or shapes[name][0] == 1
        for name, slot in named.items()
    )


def _by_shapes(usable: Sequence[Slot], shapes: Mapping[str, Sequence[int]], depth: int) -> dict[str, Slot]:
    best: dict[str, Slot] = {}
    for turned in (False, True):
        for exact in (True, False):
            found: dict[str, Slot] = {}
            matrices = [slot for slot in usable if _is_weight(slot)]
            if exact and len(matrices) < depth:
                matrices = [slot for slot in usable if np.ndim(slot.get()) == 2]
            for l in range(1, depth + 1):
                shape = tuple(shapes[f"W{l}"])[:: -1 if turned else 1]
                for slot in matrices:
                    if not exact or np.shape(slot.get()) == shape:
                        found[f"W{l}"] = slot
                        matrices = matrices[matrices.index(slot) + 1 :]
                        break
            rest = [slot for slot in usable if slot not in found.values()]
            for name in shapes:
                if name[0] != "b":
                    continue
                for slot in rest:
                    last = plain(slot.label.split(".")[-1])
                    called = last.startswith("b") or "bias" in plain(slot.label)
                    if called and (not exact or np.size(slot.get()) == shapes[name][0]):
                        found[name] = slot
                        rest = rest[rest.index(slot) + 1 :]
                        break
            if len(found) > len(best):
                best = found
            if len(best) == len(shapes):
                return best
    return best


def _is_weight(slot: Slot) -> bool:
    called = plain(slot.label)
    last = plain(slot.label.split(".")[-1])
    words = ("w", "syn", "theta", "kernel")
    return np.ndim(slot.get()) == 2 and not last.startswith("b") and any(word in called for word in words)


def install(places: Mapping[str, Slot], parameters: Mapping[str, Array], reading: Reading) -> Reading:
    """Put parameters into an object, in the layout that its own arrays have; the reading that this is."""
    weights = reading.weights
    votes = set()
    for name, value in parameters.items():
        if name[0] == "W" and name in places and value.shape[0] != value.shape[1]:
            shape = np.shape(places[name].get())
            votes |= (
                {"out_in"} if shape == value.shape else {"in_out"} if shape == value.shape[::-1] else set()
            )
    held_flat = [np.ndim(places[name].get()) == 1 for name in parameters if name[0] == "W" and name in places]
    if held_flat and all(held_flat):
        weights = "flat"
    elif len(votes) == 1:
        weights = votes.pop()  # type: ignore[assignment]
    bias = reading.bias
    for name, value in parameters.items():
        if name not in places:
            continue
        held = places[name].get()
        if name[0] == "W":
            turned = np.array(value.T if weights == "in_out" else value, order="C")
            places[name].put(turned.reshape(-1) if np.ndim(held) == 1 and held is not None else turned)
        elif np.ndim(held) == 2:
            row = np.shape(held)[0] == 1 and (np.shape(held)[1] != 1 or reading.samples == "rows")
            places[name].put(value.copy().reshape((1, -1) if row else (-1, 1)))
            bias = "matrix"
        elif np.ndim(held) == 0 and held is not None and value.size == 1:
            places[name].put(value.reshape(())[()])
            bias = "flat"
        elif np.ndim(held) == 1:
            places[name].put(value.copy())
            bias = "flat"
        else:
            places[name].put(reading.turn(name, value).copy())
    parts = {**reading.to_dict(), "weights": weights, "bias": bias}
    return Reading(**parts)  # type: ignore[arg-type]
