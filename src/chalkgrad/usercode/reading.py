"""Readings: the layouts in which a user's function may want its arrays, and what its answer means in each.

The canonical layout is samples as rows, W n_out × n_in, b flat.  The others are tried only where the
canonical one does not explain the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from chalkgrad.network import Network
from chalkgrad.usercode.names import counts_from_zero, gradient
from chalkgrad.usercode.sandbox import Answer

Array = NDArray[Any]


@dataclass(frozen=True)
class Reading:
    """One layout of all arrays.

    ``bias`` is ``flat`` (n,) or ``matrix``: a row where samples are rows, a column where they are columns.
    ``target`` is ``matrix``, ``flat`` (m,) for a single output, or ``classes`` for one-hot targets.
    """

    samples: Literal["rows", "columns"] = "rows"
    weights: Literal["out_in", "in_out"] = "out_in"
    bias: Literal["flat", "matrix"] = "flat"
    target: Literal["matrix", "flat", "classes"] = "matrix"

    def __str__(self) -> str:
        order = "n_out × n_in" if self.weights == "out_in" else "n_in × n_out"
        extra = {"matrix": "", "flat": ", y of shape (m,)", "classes": ", y as class numbers"}[self.target]
        bias = "" if self.bias == "flat" else f", b as a {'row' if self.samples == 'rows' else 'column'}"
        return f"samples as {self.samples}, W as {order}{bias}{extra}"

    def distance(self) -> int:
        """In how many points it differs from the canonical layout."""
        own, usual = vars(self).values(), vars(Reading()).values()
        return sum(a != b for a, b in zip(own, usual, strict=True))

    def supply(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The canonical arrays in this layout."""
        return {name: self.turn(name, value) for name, value in values.items()}

    def turn(self, name: str, value: Array) -> Array:
        """One canonical array in this layout."""
        if name[0] == "W":
            return np.ascontiguousarray(value.T if self.weights == "in_out" else value)
        if name[0] == "b":
            if self.bias == "flat":
                return value
            return value.reshape(1, -1) if self.samples == "rows" else value.reshape(-1, 1)
        if name == "T" and self.target == "classes":
            classes: Array = value.argmax(axis=1)
            return classes
        if name == "T" and self.target == "flat":
            return value.reshape(-1)
        return np.ascontiguousarray(value.T if self.samples == "columns" else value)

    def back(self, name: str, value: Array, like: Array) -> tuple[Array | None, str]:
        """A returned gradient in the canonical layout, or None with what is wrong with its shape.

        ``like`` is the canonical gradient.  A transposed answer is turned and said so; vectors may come flat
        or as a row or a column.
        """
        value = np.asarray(value)
        wanted = self.turn(name, like).shape
        if name[0] == "b":
            if value.size == like.size and (value.ndim < 2 or (value.ndim == 2 and 1 in value.shape)):
                return value.reshape(like.shape), ""
            return None, f"shape {value.shape}, should be {wanted}"
        turned = self.weights == "in_out" if name[0] == "W" else self.samples == "columns"
        if value.shape == wanted:
            return (value.T if turned else value), ""
        if value.ndim < 2 and value.size == like.size and 1 in like.shape:
            return value.reshape(like.shape), ""
        if value.shape == wanted[::-1]:
            return (
                value if turned else value.T
            ), f"came back transposed: shape {value.shape}, should be {wanted}"
        return None, f"shape {value.shape}, should be {wanted}"


def readings(network: Network, t: Array) -> list[Reading]:
    """All layouts, the canonical one first and then the nearer ones first."""
    targets: list[Literal["matrix", "flat", "classes"]] = ["matrix"]
    if t.shape[1] == 1:
        targets.append("flat")
    elif (
        network.loss.name == "cross_entropy"
        and np.array_equal(t.sum(axis=1), np.ones(len(t)))
        and set(t.flat) <= {0, 1}
    ):
        targets.append("classes")
    samples: tuple[Literal["rows", "columns"], ...] = ("rows", "columns")
    weights: tuple[Literal["out_in", "in_out"], ...] = ("out_in", "in_out")
    biases: tuple[Literal["flat", "matrix"], ...] = ("flat", "matrix")
    found = [Reading(*choice) for choice in product(samples, weights, biases, targets)]
    return sorted(found, key=Reading.distance)


def meanings(answer: Answer, network: Network, likes: Mapping[str, Array]) -> Iterator[dict[str, Array]]:
    """What an answer may mean: gradients by canonical name (dW1 …), the likeliest first.

    Labels that are names say it themselves; a tuple is read by the names in its ``return``, or by the usual
    orders: W1, b1, W2, b2 …; backwards; all W, then all b; all b, then all W.
    """
    parts = list(answer.parts)
    depth = network.depth
    named = _by_names(parts, depth)
    if named:
        yield named
        return
    told: list[str | None] = []
    if answer.names and len(answer.names) == len({label.split(".")[0] for label, _ in parts}):
        renamed = [(_renamed(label, answer.names), array) for label, array in parts]
        named = _by_names(renamed, depth)
        told = [gradient(label, depth) for label, _ in renamed]
        if len(named) == len(parts):
            yield named
            return
    arrays = [array for _, array in parts]
    parameters = list(network.parameter_shapes())
    if len(arrays) == len(parameters) + 1 and arrays[0].size == 1:
        arrays, told = arrays[1:], told[1:]
    weights = [name for name in parameters if name[0] == "W"]
    biases = [name for name in parameters if name[0] == "b"]
    backwards = [name for l in range(depth, 0, -1) for name in (f"W{l}", f"b{l}") if name in parameters]
    swapped = [name for l in range(1, depth + 1) for name in (f"b{l}", f"W{l}") if name in parameters]
    orders = [
        parameters,
        backwards,
        weights + biases,
        biases + weights,
        swapped,
        weights[::-1] + biases[::-1],
    ]
    if len(arrays) == len(weights):
        orders = [weights, weights[::-1]]
    fitting = [order for order in dict.fromkeys(map(tuple, orders)) if len(order) == len(arrays)]
    agreeing = [order for order in fitting if _agrees(order, told)]
    for order in agreeing or fitting:
        yield {f"d{name}": array for name, array in zip(order, arrays, strict=True)}


def _agrees(order: Sequence[str], told: Sequence[str | None]) -> bool:
    """Whether an order puts every part whose name is known in its place."""
    pairs = zip(order, told, strict=False)
    return all(known is None or known == f"d{name}" for name, known in pairs)


def _renamed(label: str, names: Sequence[str]) -> str:
    first, _, rest = label.partition(".")
    name = names[int(first)] if first.isdigit() and int(first) < len(names) else first
    return f"{name}.{rest}" if rest else name


def _by_names(parts: Sequence[tuple[str, Array]], depth: int) -> dict[str, Array]:
    """Read labels: ``dW1``, ``layer1.W``, ``0.dW`` (a list of layers), ``dWs.0`` (lists of layers)."""
    labels = [label for label, _ in parts]
    offset = int(counts_from_zero([label.split(".")[-1] for label in labels], depth))
    places = [place for place in (_place(label) for label in labels) if place is not None]
    found: dict[str, Array] = {}
    for label, array in parts:
        name = gradient(label.split(".")[-1], depth, offset)
        place = _place(label)
        if name is None and place is not None:
            layer = _layer(place, places, depth)
            name = next(filter(None, (gradient(f"{stem}{layer}", depth) for stem in place.stems)), None)
        if name is not None:
            found.setdefault(name, array)
    return found


@dataclass(frozen=True)
class _Place:
    """A label that tells its layer apart from its letter: its words, a number, of a list or not."""

    stems: tuple[str, ...]
    number: int
    listed: bool


def _place(label: str) -> _Place | None:
    *_, first, last = ("", *label.split("."))
    digits = "".join(c for c in first if c.isdecimal())
    if last.isdecimal() and first and not digits:  # dWs.0
        return _Place((first, first[:-1]) if first[1:].endswith("s") else (first,), int(last), True)
    if digits and not last.isdecimal():  # 0.dW, layer1.W
        return _Place((last,), int(digits), first == digits)
    return None


def _layer(place: _Place, places: Sequence[_Place], depth: int) -> int:
    """Return the layer that a number means: a rank, where there is a number for every layer.

    So lists may begin with 0 or 1, and the linear layers of a sequence may be its places 0, 2 and 4.
    """
    numbers = sorted({other.number for other in places})
    if len(numbers) == depth:
        return numbers.index(place.number) + 1
    from_zero = 0 in numbers or (place.listed and depth not in numbers)
    return place.number + from_zero


__all__ = ["Reading", "meanings", "readings"]
