"""What the user's code calls things, and in which line it made them: found by comparing numbers.

Every array that the code assigned while it ran is compared with every quantity of the derivation, in the
user's own layout, so names need not be guessed: ``delta`` is δ₂ if it holds δ₂'s numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive import Convention
from chalkgrad.diagnose.points import Point
from chalkgrad.expr import Symbol
from chalkgrad.usercode.layout import Reading
from chalkgrad.usercode.names import gradient, quantity, role
from chalkgrad.usercode.observation import Assigned, Observation

Array = NDArray[Any]
_NEAR = 1e-7


@dataclass
class Names:
    """The user's names and lines at one probe.

    Parameters
    ----------
    point, seen
        The probe, and what was seen at it.
    reading
        The layout.
    believed
        The user's own backward quantities, as an explanation has them, by symbol.
    """

    point: Point
    seen: Observation
    reading: Reading
    believed: Mapping[Symbol, Array]
    source: str = ""
    text: dict[str, str] = field(default_factory=dict)
    made: dict[str, Assigned] = field(default_factory=dict)
    per_sample: bool = False
    made_errors_plain: bool = False
    negated: set[str] = field(default_factory=set)
    """Errors that the code carries with the opposite sign: t − y instead of y − t."""
    _returned: dict[str, Assigned] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.text = dict(self.seen.known_as)
        if self.reading.mode == "single":
            self.per_sample = self.point.derivation.network.loss.reduction == "mean"
        others = {symbol: self._find(symbol) for symbol in self._quantities()}
        taken = {id(assigned) for assigned in self.made.values()}
        for symbol, matches in others.items():  # dA1 for δ₁, where nothing else is called so
            free = [assigned for assigned in matches if id(assigned) not in taken]
            if free and symbol.name not in self.made:
                self._take(symbol, free[-1])
        for layer in range(1, self.point.derivation.network.depth):  # one array is one quantity: the later
            above, error = f"dA{layer}", f"dZ{layer}"
            if above in self.made and self.made[above] is self.made.get(error):
                del self.made[above], self.text[above]
        self._find_by_name()
        for name, assigned in self._returned.items():
            self.made.setdefault(name, assigned)
        self._find_size()
        if "Y" not in self.text and f"A{self.point.derivation.network.depth}" in self.text:
            self.text["Y"] = self.text[f"A{self.point.derivation.network.depth}"]

    def _quantities(self) -> list[Symbol]:
        derivation = self.point.derivation
        return [step.symbol for step in (*derivation.forward, *derivation.backward)]

    def _find(self, symbol: Symbol) -> list[Assigned]:
        """Name a quantity by its numbers; what has its numbers and the name of another is returned."""
        value = self.believed.get(symbol, self.point.claimed.get(symbol.name))
        if value is None:
            value = np.asarray(self.point.everything[symbol])
        is_error = (
            symbol.kind == "grad" and symbol.of is not None and symbol.of.kind not in ("weight", "bias")
        )
        matches: list[Assigned] = []
        turned: list[Assigned] = []
        for assigned in self.seen.assigned:
            if assigned.name.startswith("return"):  # a line, but no name
                if self._same(assigned.value, symbol, value, 1.0):
                    self._returned.setdefault(symbol.name, assigned)
                continue
            m = float(self.point.m)
            plain = self._same(assigned.value, symbol, value, 1.0)
            scaled = is_error and m > 1 and self._same(assigned.value, symbol, value, m)
            if is_error and not plain and not scaled:  # carried as t − y
                plain = self._same(assigned.value, symbol, value, -1.0)
                scaled = m > 1 and self._same(assigned.value, symbol, value, -m)
                if plain or scaled:
                    turned.append(assigned)
                    continue
            if not plain and not scaled:
                continue
            if is_error and scaled and self.reading.mode == "batch" and not self.made_errors_plain:
                self.per_sample = True
            if is_error and plain and self.reading.mode == "batch":
                self.made_errors_plain = True
            matches.append(assigned)
        if turned and not matches:
            self._take(symbol, turned[-1])
            self.negated.add(symbol.name)
        return self._kept(symbol, matches)

    def _kept(self, symbol: Symbol, matches: list[Assigned]) -> list[Assigned]:
        """Take the array called by its name, or the last that is called by none; return all."""
        depth = self.point.derivation.network.depth
        read = [_gradient(each.name, depth) for each in matches]
        fitting = [each for each, name in zip(matches, read, strict=True) if name == symbol.name]
        neutral = [each for each, name in zip(matches, read, strict=True) if name is None]
        if fitting or neutral:
            self._take(symbol, (fitting or neutral)[-1])
        return matches

    def _take(self, symbol: Symbol, found: Assigned) -> None:
        name = found.name if found.name.isidentifier() else found.key or found.name
        if symbol.kind == "grad" or not self.text.get(symbol.name, "").isidentifier():
            self.text[symbol.name] = name
        self.made[symbol.name] = found

    def _find_by_name(self) -> None:
        """Steps whose numbers were not found, by what the code calls them."""
        depth = self.point.derivation.network.depth
        wanted = {step.name for step in self.point.derivation.backward} - self.made.keys()
        for assigned in self.seen.assigned:
            for text in (assigned.key, assigned.name):
                name = _gradient(text, depth)
                if name in wanted and "return" not in text:
                    self.made[name] = assigned
                    self.text.setdefault(name, assigned.name)
                    break

    def _find_size(self) -> None:
        """What m is called."""
        for assigned in self.seen.assigned:
            is_m = assigned.value.size == 1 and float(assigned.value.reshape(-1)[0]) == self.point.m > 1
            if is_m and role(assigned.name) == "m":
                self.text["m"] = assigned.name

    def _same(self, array: Array, symbol: Symbol, value: Array, factor: float) -> bool:
        wanted = self.laid_out(symbol, value) * factor
        found = np.asarray(array, dtype=np.float64)
        if found.size != wanted.size or not found.size or not wanted.any():
            return False
        squeezed, other = np.squeeze(found), np.squeeze(wanted)
        if squeezed.shape != other.shape:
            return False
        return bool(np.abs(squeezed - other).max() <= _NEAR * np.abs(other).max())

    def laid_out(self, symbol: Symbol, value: Array) -> Array:
        """A canonical matrix as the user's code has it; the first sample only where it takes one a call."""
        kind = symbol.root.kind
        if kind in ("weight", "bias"):
            return value.T if kind == "weight" and self.reading.weights == "in_out" else value
        if self.reading.mode == "single":
            return value[:1].T if self.reading.samples == "columns" else value[:1]
        return value.T if self.reading.samples == "columns" else value

    @property
    def convention(self) -> Convention:
        """The layout of the user's equations."""
        return Convention(
            batch=self.reading.mode == "batch",
            samples=self.reading.samples,
            weights="in_out" if self.reading.weights == "in_out" else "out_in",
            mean_at="gradient" if self.per_sample and self.reading.mode == "batch" else "loss",
        )

    @property
    def lines(self) -> list[str]:
        """The lines of the user's file."""
        return self.source.splitlines()

    def line_of(self, name: str) -> Assigned | None:
        """Where the user's code made a quantity."""
        return self.made.get(name)


def _gradient(text: str, depth: int) -> str | None:
    """The gradient that a name reads as; ``A1`` alone is an activation and none."""
    plain = text.removeprefix("self.")
    return None if not plain or quantity(plain, depth) is not None else gradient(plain, depth)


def is_name(text: str) -> bool:
    """Whether a text can stand on the left of an assignment."""
    return bool(re.fullmatch(r"[A-Za-z_][\w.]*(\[[^\]]*\])*", text))


def became(point: Point, seen: Observation, reading: Reading) -> dict[Symbol, Array]:
    """The forward quantities that the call changed, with the values that its names had in the end."""
    wanted = {symbol.name: symbol for symbol in point.everything if isinstance(symbol, Symbol)}
    found: dict[Symbol, Array] = {}
    for name in seen.changed:
        symbol, text = wanted.get(name), seen.known_as.get(name)
        if symbol is None or symbol.kind not in ("input", "act", "pre", "output") or not text:
            continue
        last = next((a for a in reversed(seen.assigned) if text in (a.name, a.key)), None)
        if last is None or reading.mode == "single":
            continue
        value = last.value.T if reading.samples == "columns" else last.value
        if value.shape == np.shape(point.everything[symbol]):
            found[symbol] = np.asarray(value, dtype=np.float64)
    return found
