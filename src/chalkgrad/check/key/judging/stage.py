"""Where an answer is tried: what its letters refer to in one network, index by index.

An index belongs to a layer: in w_jk^l, j counts the units of layer l and k those of layer l − 1.  An index
that would have to count two layers is a mistake, found before any number is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalkgrad.check.key.reading.letters import UNITS, AnswerAlphabet
from chalkgrad.check.key.reading.nodes import LayerIndex, Ref
from chalkgrad.network import Network

Places = Mapping[str, tuple[int, int]]
"""Index letter → (the layer whose units it counts, the unit)."""


class WrongAnswerError(Exception):
    """The answer cannot be right, with the reason."""


class UnreadableError(Exception):
    """The answer does not say enough; ``at`` is the place in its text."""

    def __init__(self, condition: str, fix: str, at: int = 0) -> None:
        super().__init__(condition)
        self.condition, self.fix, self.at = condition, fix, at


class UnknownLayerError(Exception):
    """The layer of an index is not known yet."""


@dataclass(frozen=True)
class Located:
    """An entry in numbers: ``units`` are receiver and sender for a weight, else one unit."""

    kind: str
    layer: int
    units: tuple[int, ...]


@dataclass(frozen=True)
class Stage:
    """A network, and the layer that stands for every layer l (none for a network of a problem)."""

    network: Network
    alphabet: AnswerAlphabet
    layer: int | None = None

    @property
    def usual(self) -> dict[str, int]:
        """The layers that the notation's index letters count, where nothing else says."""
        if self.layer is None:
            return {}
        sender, unit, above = self.alphabet.indices
        return {above: self.layer + 1, sender: self.layer - 1, unit: self.layer}

    def number(self, index: LayerIndex, ref: Ref) -> int:
        """Return the number of a layer l − 1, L or 2."""
        if index.base == "l":
            if self.layer is None:
                raise UnreadableError("name a layer by its number", "Write 1 for l, say.", ref.at)
            return self.layer + index.offset
        return index.offset + (self.network.depth if index.base else 0)

    def layer_of(self, ref: Ref, places: Places) -> int:
        """Return the layer that an entry is of."""
        depth = self.network.depth
        if ref.kind in ("input", "target", "output"):
            return 0 if ref.kind == "input" else depth
        if ref.layer is not None:
            return self.number(ref.layer, ref)
        for place, unit in enumerate(ref.units):
            known = places.get(str(unit), (None, 0))[0] if isinstance(unit, str) else None
            if known is not None:
                return known + (1 if ref.kind == "weight" and self._is_sender(place) else 0)
        for place, unit in enumerate(ref.units):
            if isinstance(unit, str) and unit not in places and self.layer is not None:
                if places and unit in self.alphabet.indices:
                    raise UnknownLayerError(ref.text)
                if unit in self.usual:
                    return self.usual[unit] + (1 if ref.kind == "weight" and self._is_sender(place) else 0)
        only = [n for n in range(1, depth + 1) if ref.kind != "bias" or self.network.layers[n - 1].bias]
        if self._single() and len(ref.units) == 1 and isinstance(ref.units[0], int):
            return ref.units[0]
        if len(only) == 1:
            return only[0]
        if self.layer is not None and not ref.units:
            return self.layer
        example = (
            f"{ref.text}_1" if self._single() else f"{ref.text}_j^l" if self.layer else f"{ref.text}_1^(2)"
        )
        raise UnreadableError(f"say which layer {ref.text} is of", f"Write {example}, say.", ref.at)

    def _single(self) -> bool:
        return all(width == 1 for width in self.network.widths)

    def _is_sender(self, place: int) -> bool:
        return (place == 0) == self.alphabet.sender_first

    def spaces(self, ref: Ref, places: Places) -> tuple[int, ...]:
        """Return, for each typed index, the layer whose units it counts."""
        if not UNITS.get(ref.kind):
            return ()
        layer = self.layer_of(ref, places)
        if ref.kind != "weight":
            return (layer,)
        return (layer - 1, layer) if self.alphabet.sender_first else (layer, layer - 1)

    def locate(self, ref: Ref, places: Places) -> Located:
        """Return an entry in numbers.

        Raises
        ------
        WrongAnswerError
            An index counts another layer's units, is not bound, or there is no such layer or unit.
        UnreadableError
            Layer or entry are not said.
        """
        spaces = self.spaces(ref, places)
        if not spaces:
            return Located(ref.kind, 0, ())
        layer = max(spaces)
        least = 0 if ref.kind in ("act", "input") else 1
        if not least <= layer <= self.network.depth:
            raise WrongAnswerError(f"there is no layer {layer} for {ref.text}")
        typed = list(ref.units)
        implied = ref.layer is None and self._single() and ref.kind not in ("input", "target", "output")
        if (implied and typed == [layer] and len(spaces) == 1) or (
            implied and ref.kind == "weight" and len(typed) == 1
        ):
            typed = []
        if not typed and all(self.network.widths[space] == 1 for space in spaces):
            typed = [1] * len(spaces)
        if len(spaces) == 2 and len(typed) == 1 and isinstance(typed[0], int) and 10 < typed[0] < 100:
            typed = [typed[0] // 10, typed[0] % 10]  # w_12
        if len(typed) != len(spaces):
            want = " and ".join(self.alphabet.indices[1::-1][: len(spaces)])
            raise UnreadableError(
                f"say which entry of {ref.text} is meant", f"Give it the index {want}.", ref.at
            )
        units = tuple(self._unit(unit, space, ref, places) for unit, space in zip(typed, spaces, strict=True))
        return Located(
            ref.kind, layer, units[::-1] if ref.kind == "weight" and self.alphabet.sender_first else units
        )

    def _unit(self, unit: str | int, space: int, ref: Ref, places: Places) -> int:
        if isinstance(unit, str):
            if unit not in places:
                raise WrongAnswerError(f"{unit} is neither in the question nor summed over")
            bound, unit_number = places[unit]
            if bound != space and not self._single():
                name = f"{unit} in {ref.text}"
                raise WrongAnswerError(
                    f"{name} counts the units of layer {self.say(space)}, elsewhere of {self.say(bound)}"
                )
            return unit_number
        if not 1 <= unit <= self.network.widths[space]:
            raise WrongAnswerError(f"layer {self.say(space)} has no unit {unit}")
        return unit

    def say(self, layer: int) -> str:
        """Return a layer's name: l + 1, or its number."""
        if self.layer is None:
            return str(layer)
        if layer == self.network.depth:
            return "L"
        offset = layer - self.layer
        return f"l{offset:+d}" if offset else "l"

    def space_of(self, index: str, refs: Iterable[Ref], places: Places) -> int:
        """Return the layer whose units an index counts, from the first entry that settles it."""
        for ref in refs:
            if index in ref.units:
                try:
                    return self.spaces(ref, places)[ref.units.index(index)]
                except (UnknownLayerError, UnreadableError):
                    continue
        if index in self.usual:
            return self.usual[index]
        raise WrongAnswerError(f"nothing depends on the index {index}, or its layer is not said")
