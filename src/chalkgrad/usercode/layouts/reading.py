"""Layouts: how somebody's code wants its arrays.  NumPy only, since the child process reads them too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import role_of

Samples = Literal["rows", "columns"]
WeightLayout = Literal["out_in", "in_out", "flat"]
BiasLayout = Literal["flat", "matrix"]
TargetLayout = Literal["matrix", "flat", "classes", "turned", "data"]
Mode = Literal["batch", "single"]
Penalty = Literal["c", "2c", "2cm"]


@dataclass(frozen=True)
class Reading:
    """One layout of all arrays.

    ``bias`` is ``flat`` (n,) or ``matrix``: a row where samples are rows, a column where they are columns.
    ``target`` is ``matrix``, ``flat`` (m,) for a single output, or ``classes`` for one-hot targets.
    Targets that are ``turned`` have samples the other way than everything else; with ``data`` inputs have
    too.  ``weights`` are ``flat`` (n,) for a single neuron, whose bias then is a number.
    ``penalty`` is what the code calls λ where the network's penalty is c ΣW²: c itself, 2c for ½λ ΣW²,
    2cm for λ/(2m) ΣW², cm for λ/m ΣW².
    ``mode`` is ``batch``, or ``single`` for code that takes one sample a call: a vector (n,) where samples
    are rows, a column (n, 1) where they are columns.
    """

    samples: Samples = "rows"
    weights: WeightLayout = "out_in"
    bias: BiasLayout = "flat"
    target: TargetLayout = "matrix"
    mode: Mode = "batch"
    penalty: Penalty = "c"

    def __str__(self) -> str:
        order = {"out_in": "n_out × n_in", "in_out": "n_in × n_out", "flat": "a vector"}[self.weights]
        other = "columns" if self.samples == "rows" else "rows"
        extra = {
            "flat": ", y of shape (m,)",
            "classes": ", y as class numbers",
            "turned": f", y with {other}",
        }
        targets = extra.get(self.target, "")
        bias = "" if self.bias == "flat" else f", b as a {'row' if self.samples == 'rows' else 'column'}"
        way = f"samples as {self.samples}"
        if self.mode == "single":
            one = {"flat": ", y as a number", "classes": ", y as a class number"}
            targets = one.get(self.target, "")
            way = f"one sample a call, as {'a vector' if self.samples == 'rows' else 'a column'}"
        penalty = "" if self.penalty == "c" else f", λ = {self.penalty} for the penalty c ΣW²"
        return f"{way}, W as {order}{bias}{targets}{penalty}"

    def distance(self) -> int:
        """In how many points it differs from the canonical layout."""
        own, usual = vars(self).values(), vars(Reading()).values()
        return sum(a != b for a, b in zip(own, usual, strict=True))

    def supply(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """The canonical arrays in this layout."""
        return {name: self.turn(name, value) for name, value in values.items()}

    def turn(self, name: str, value: Array) -> Array:
        """One canonical array in this layout."""
        role = role_of(name)
        if role is not None and role.is_matrix:
            if self.weights == "flat":
                return value.reshape(-1)
            return np.ascontiguousarray(value.T if self.weights == "in_out" else value)
        if role is not None:
            if self.weights == "flat":
                return value.reshape(())
            if self.bias == "flat":
                return value
            return value.reshape(1, -1) if self.samples == "rows" else value.reshape(-1, 1)
        if name == "T" and self.target == "classes":
            classes: Array = value.argmax(axis=1)
            return classes
        if name == "T" and self.target == "flat":
            return value.reshape(-1)
        turned = {"turned": ("T",), "data": ("X", "T")}.get(self.target, ())
        columns = (self.samples == "columns") != (name in turned)
        return np.ascontiguousarray(value.T if columns else value)

    def l2(self, c: float, m: int) -> float:
        """λ for a penalty c ΣW² over m samples."""
        return c * {"c": 1, "2c": 2, "2cm": 2 * m}[self.penalty]

    def sample(self, name: str, value: Array, place: int) -> Any:
        """One sample of a canonical array, as code that takes one sample a call wants it."""
        row = value[place]
        if name == "T" and self.target == "classes":
            return int(row.argmax())
        if name == "T" and self.target == "flat":
            return float(row[0])
        return row.reshape(-1, 1).copy() if self.samples == "columns" else row.copy()

    def back(self, name: str, value: Array, like: Array) -> tuple[Array | None, str]:
        """A returned gradient in the canonical layout, or None with what is wrong with its shape.

        ``like`` is the canonical gradient.  A transposed answer is turned and said so; vectors may come flat
        or as a row or a column.
        """
        value = np.asarray(value)
        wanted = self.turn(name, like).shape
        role = role_of(name)
        is_matrix = role is not None and role.is_matrix
        if is_matrix and self.weights == "flat" and value.size == like.size:
            return value.reshape(like.shape), ""
        if role is not None and not is_matrix:
            if value.size == like.size and (value.ndim < 2 or (value.ndim == 2 and 1 in value.shape)):
                return value.reshape(like.shape), ""
            return None, f"shape {value.shape}, should be {wanted}"
        turned = self.weights == "in_out" if is_matrix else self.samples == "columns"
        if value.shape == wanted:
            return (value.T if turned else value), ""
        if value.ndim < 2 and value.size == like.size and 1 in like.shape:
            return value.reshape(like.shape), ""
        if value.shape == wanted[::-1]:
            return (
                value if turned else value.T
            ), f"came back transposed: shape {value.shape}, should be {wanted}"
        return None, f"shape {value.shape}, should be {wanted}"

    def to_dict(self) -> dict[str, str]:
        """Plain values, for the way into the child process and back."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True)
class Wanted:
    """Parts of a reading that the user has settled; None leaves a part open."""

    samples: Samples | None = None
    weights: WeightLayout | None = None
    bias: BiasLayout | None = None
    target: TargetLayout | None = None
    mode: Mode | None = None
    penalty: Penalty | None = None

    def allows(self, reading: Reading) -> bool:
        """Whether a reading has all the settled parts."""
        return all(value is None or getattr(reading, key) == value for key, value in self.settled())

    def settled(self) -> Iterator[tuple[str, str | None]]:
        """The parts by name."""
        yield from vars(self).items()
