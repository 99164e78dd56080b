"""What a user's function can be given at one probe, in one reading; plain tables, for the child process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, role_of
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.layouts.reading import Reading


@dataclass(frozen=True)
class ProbeArrays:
    """The arrays of one probe.

    Attributes
    ----------
    arrays
        W1, b1, …, X, T, Z1, A1, …, Y, dY in the canonical layout.
    numbers
        l2 and the learning rate that is supplied.
    widths, activations, loss
        Of the network.
    network
        The table of the network.
    """

    arrays: Mapping[str, Array]
    numbers: Mapping[str, float]
    widths: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    network: Mapping[str, Any]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> ProbeArrays:
        """A scene from its table."""
        return cls(
            table["arrays"],
            table["numbers"],
            tuple(table["widths"]),
            tuple(table["activations"]),
            table["loss"],
            table["network"],
        )

    @property
    def depth(self) -> int:
        """L."""
        return len(self.widths) - 1

    @property
    def samples(self) -> int:
        """m."""
        return len(self.arrays["X"])

    @property
    def parameters(self) -> dict[str, Array]:
        """W1, b1 and so on, in the canonical layout."""
        return {k: v for k, v in self.arrays.items() if role_of(k)}

    def supply(self, reading: Reading, place: int | None = None) -> Supply:
        """Fresh copies of everything in a reading; of one sample where its place is told."""
        values: dict[str, Any] = {}
        for name, value in self.arrays.items():
            if place is None or role_of(name):
                values[name] = reading.turn(name, value).copy()
            else:
                values[name] = reading.sample(name, value, place)
        for name, value in self._beside():
            values[name] = reading.turn("Z", value) if place is None else reading.sample("Z", value, place)
        values[f"A{self.depth}"] = values["Y"]
        values["pairs"] = [
            (reading.sample("X", self.arrays["X"], i), reading.sample("T", self.arrays["T"], i))
            for i in range(self.samples)
        ]
        values["m"] = self.samples if place is None else 1
        values["widths"] = list(self.widths)
        numbers = dict(self.numbers)
        numbers["l2"] = reading.l2(numbers["l2"], self.samples)
        return Supply(values | numbers, self.depth)

    def _beside(self) -> Iterator[tuple[str, Array]]:
        """M_l = A_{l−1} W_lᵀ, which a book stores, and of a norm the standard deviation."""
        for l in range(1, self.depth + 1):
            linear = self.arrays.get(f"U{l}", self.arrays[f"Z{l}"])
            yield f"M{l}", linear - self.arrays.get(BIAS.name(l), 0.0)
            if f"r{l}" in self.arrays:
                yield f"std{l}", 1 / self.arrays[f"r{l}"]


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same array."""
    return (
        isinstance(b, np.ndarray)
        and isinstance(a, np.ndarray)
        and a.shape == b.shape
        and bool(np.array_equal(a, b, equal_nan=True))
    )
