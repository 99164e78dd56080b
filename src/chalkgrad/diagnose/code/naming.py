"""What the user's code calls things, and in which line it made them: found by comparing numbers.

Every array that the code assigned while it ran is compared with every quantity of the derivation, in the
user's own layout, so names need not be guessed: ``delta`` is δ₂ if it holds δ₂'s numbers, as long as nothing
else has been assigned to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import Convention
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.expr import Symbol
from chalkgrad.usercode.answer.observation import Assigned, Observation
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.vocabulary.names import gradient, quantity, role

_NEAR = 1e-7


@dataclass(frozen=True)
class Match:
    """An assignment that holds a quantity's numbers: its place in the trace, and the factor before them.

    ``factor`` is 1, m where the code carries errors without the 1/m, and negative where it carries t − y.
    """

    place: int
    factor: float


@dataclass
class CodeNames:
    """The user's names and lines at one probe.

    Parameters
    ----------
    point, seen
        The probe, and what was seen at it.
    reading
        The layout.
    believed
        The user's own backward quantities, as an explanation has them, by symbol.
    source
        The text of the user's file.
    """

    point: Point
    seen: Observation
    reading: Reading
    believed: Mapping[Symbol, Array]
    source: str = ""
    matches: dict[str, list[Match]] = field(default_factory=dict)
    _made: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for symbol in self._quantities():
            self.matches[symbol.name] = list(self._matching(symbol))
        self._choose_lines()

    def _quantities(self) -> list[Symbol]:
        derivation = self.point.derivation
        known = (symbol for symbol in self.point.everything if isinstance(symbol, Symbol))
        given = [symbol for symbol in known if symbol.is_parameter or symbol.kind in ("input", "target")]
        return [*given, *(step.symbol for step in (*derivation.forward, *derivation.backward))]

    # -- numbers ------------------------------------------------------------------------------------------

    def _matching(self, symbol: Symbol) -> Iterator[Match]:
        value = self.believed.get(symbol, self.point.claimed.get(symbol.name))
        if value is None:
            value = np.asarray(self.point.everything[symbol])
        m = float(self.point.m)
        is_error = symbol.kind == "grad" and not symbol.root.is_parameter
        factors = (1.0, m, -1.0, -m) if is_error and m > 1 else (1.0, -1.0) if is_error else (1.0,)
        forms = [self._laid_out(symbol, value)]
        if self.reading.mode == "batch" and not symbol.root.is_parameter and m > 1:
            forms += [self._laid_out(symbol, value[-1:]), self._laid_out(symbol, value[:1])]  # in a loop
        for place, assigned in enumerate(self.seen.assigned):
            found = np.squeeze(np.asarray(assigned.value, dtype=np.float64))
            factor = next((f for form in forms for f in factors if _same(found, form, f)), None)
            if factor is not None:
                yield Match(place, factor)

    def _laid_out(self, symbol: Symbol, value: Array) -> Array:
        """A canonical matrix as the user's code has it; the first sample only where it takes one a call."""
        if symbol.root.is_parameter:
            is_turned = self.reading.weights == "in_out" and not symbol.root.is_vector
            return np.squeeze(value.T if is_turned else value)
        shown = value[:1] if self.reading.mode == "single" else value
        return np.squeeze(shown.T if self.reading.samples == "columns" else shown)

    # -- lines --------------------------------------------------------------------------------------------

    def _choose_lines(self) -> None:
        """Of the assignments of a quantity the first called by its name, or the first called by none."""
        left = dict[str, list[int]]()
        for name, matches in self.matches.items():
            places = [match.place for match in matches if not self._is_return(match.place)]
            read = {place: _gradient(self.seen.assigned[place].name, self.depth) for place in places}
            fitting = [place for place in places if read[place] == name]
            neutral = [place for place in places if read[place] is None]
            if fitting or neutral:
                self._made[name] = (fitting or neutral)[0]
            else:
                left[name] = places
        for name, places in left.items():  # dA1 for δ₁, where nothing else is called so
            free = [place for place in places if place not in self._made.values()]
            if free:
                self._made[name] = free[-1]
        for layer in range(1, self.depth):  # one array is one quantity: the later
            if self._made.get(f"dA{layer}", -1) == self._made.get(f"dZ{layer}"):
                del self._made[f"dA{layer}"]
        self._by_name()
        for name, matches in self.matches.items():  # a returned value has a line, but no name
            returned = [match.place for match in matches if self._is_return(match.place)]
            if returned:
                self._made.setdefault(name, returned[0])

    def _by_name(self) -> None:
        """Lines of steps whose numbers were not found, by what the code calls them."""
        wanted = {step.name for step in self.point.derivation.backward} - self._made.keys()
        for place, assigned in enumerate(self.seen.assigned):
            texts = () if assigned.is_return else (assigned.key, assigned.name)
            name = next((n for text in texts if (n := _gradient(text, self.depth)) in wanted), None)
            if name is not None:
                self._made[name] = place

    def _is_return(self, place: int) -> bool:
        return self.seen.assigned[place].is_return

    @property
    def depth(self) -> int:
        """The number of layers."""
        return self.point.derivation.network.depth

    def line_of(self, name: str) -> Assigned | None:
        """Where the user's code made a quantity."""
        place = self._made.get(name)
        return None if place is None else self.seen.assigned[place]

    def before(self, name: str) -> int:
        """The place in the trace at which a quantity was made; the end if that is not known."""
        return self._made.get(name, len(self.seen.assigned))

    # -- names --------------------------------------------------------------------------------------------

    def called(self, name: str, place: int) -> Match | str | None:
        """What a quantity is called at a place in the trace: an assignment that holds, or an argument."""
        valid = [
            match
            for match in self.matches.get(name, ())
            if match.place < place and not self._is_return(match.place) and self._holds(match.place, place)
        ]
        if name.startswith("dA") and self.line_of(name) is None:
            valid = []
        read = {match: _read(self.seen.assigned[match.place].name, self.depth) for match in valid}
        valid = [match for match in valid if read[match] in (None, name)]
        text = self.seen.known_as.get(name)
        if text and not self._is_assigned(text, place) and not (valid and not text.isidentifier()):
            return text
        plain = [match for match in valid if self.seen.assigned[match.place].name.isidentifier()]
        return max(plain or valid, key=lambda match: (read[match] == name, match.place), default=None) or (
            text if text and not self._is_assigned(text, place) else None
        )

    def text(self, name: str, place: int) -> str | None:
        """What a quantity is called at a place in the trace, as text."""
        found = self.called(name, place)
        if isinstance(found, Match):
            assigned = self.seen.assigned[found.place]
            return assigned.name if assigned.name.isidentifier() else assigned.key or assigned.name
        if found is None and name == "Y":
            return self.text(f"A{self.depth}", place)
        return found

    def factor(self, name: str, place: int) -> float:
        """The factor that a quantity has under its name at a place in the trace."""
        found = self.called(name, place)
        return found.factor if isinstance(found, Match) else 1.0

    def own_factor(self, name: str) -> float:
        """The factor with which a quantity was made."""
        place = self._made.get(name)
        return next((match.factor for match in self.matches.get(name, ()) if match.place == place), 1.0)

    def _key(self, place: int) -> str:
        assigned = self.seen.assigned[place]
        return assigned.name if assigned.name.isidentifier() else assigned.key or assigned.name

    def _holds(self, made: int, place: int) -> bool:
        """Whether nothing else was assigned to a name in between."""
        key = self._key(made)
        return all(self._key(other) != key for other in range(made + 1, place))

    def _is_assigned(self, text: str, place: int) -> bool:
        """Whether a name of an argument was given to something else before."""
        return any(
            self._key(other) == text and not self._is_known(text, other)
            for other in range(min(place, len(self.seen.assigned)))
        )

    def _is_known(self, text: str, place: int) -> bool:
        """Whether an assignment to a name gives it the quantity that it is known for."""
        names = [name for name, called in self.seen.known_as.items() if called == text]
        return any(match.place == place for name in names for match in self.matches.get(name, ()))

    def size(self, place: int) -> str | None:
        """What m is called."""
        for number, assigned in enumerate(self.seen.assigned[:place]):
            is_m = assigned.value.size == 1 and float(assigned.value.reshape(-1)[0]) == self.point.m > 1
            if is_m and role(assigned.name) == "m" and self._holds(number, place):
                return assigned.name
        return self.seen.known_as.get("m")

    # -- the layout ---------------------------------------------------------------------------------------

    @property
    def per_sample(self) -> bool:
        """Whether the code carries its errors without the 1/m of the mean."""
        if self.reading.mode == "single":
            return self.point.derivation.network.loss.reduction == "mean"
        factors = [
            abs(match.factor)
            for name, matches in self.matches.items()
            if name.startswith(("dZ", "dA"))
            for match in matches
        ]
        return self.point.m > 1 and bool(factors) and all(factor != 1 for factor in factors)

    @property
    def convention(self) -> Convention:
        """The layout of the user's equations."""
        return Convention(
            batch=self.reading.mode == "batch",
            samples=self.reading.samples,
            weights="in_out" if self.reading.weights == "in_out" else "out_in",
            mean_at="gradient" if self.per_sample and self.reading.mode == "batch" else "loss",
        )


def _same(found: Array, wanted: Array, factor: float) -> bool:
    if found.shape != wanted.shape or not found.size or not wanted.any():
        return False
    return bool(np.abs(found - factor * wanted).max() <= _NEAR * abs(factor) * np.abs(wanted).max())


def _read(text: str, depth: int) -> str | None:
    """The quantity that a name reads as."""
    plain = text.removeprefix("self.")
    found = quantity(plain, depth)
    return found if found is not None else _gradient(text, depth)


def _gradient(text: str, depth: int) -> str | None:
    """The gradient that a name reads as; ``A1`` alone is an activation and none."""
    plain = text.removeprefix("self.")
    return None if not plain or quantity(plain, depth) is not None else gradient(plain, depth)


def is_name(target: str) -> bool:
    """Whether a text can stand on the left of an assignment."""
    return bool(re.fullmatch(r"[A-Za-z_][\w.]*(\[[^\]]*\])*", target))


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
