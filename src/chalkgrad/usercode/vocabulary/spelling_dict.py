"""A dictionary that answers to any usual spelling of its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalkgrad.usercode.vocabulary.names import plain, quantity, role
from chalkgrad.usercode.vocabulary.norm_names import LETTERS

_WORDS = {
    "W": ("w", "weight", "weights"),
    "b": ("bias", "biases"),
    "A_prev": ("a_prev", "input"),
    **LETTERS,
}


class SpellingDict(dict[Any, Any]):
    """A dictionary that answers to every usual spelling of its keys: ``cache["a1"]``, ``cache["A_1"]``.

    A number or the name of a layer gives that layer's own: ``cache[1]["A"]``, ``params["layer1"]["W"]``.
    ``used`` has the keys that were asked for, by canonical name.
    """

    def __init__(self, values: Mapping[str, Any], depth: int, offset: int = 0) -> None:
        super().__init__(values)
        self._depth, self._offset = depth, offset
        self.used: dict[str, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        found = self.canonical(key)
        if found is None:
            layer = self._layer(key)
            if layer is None:
                raise KeyError(key)
            return layer
        self.used.setdefault(found, key)
        return super().__getitem__(found)

    def canonical(self, key: Any) -> str | None:
        """The canonical name that a key means, None for none that is here."""
        if super().__contains__(key):
            return str(key)
        name = str(key)
        found = quantity(name, self._depth, self._offset, self.keys())
        if found is None and plain(name) in ("w0", "b0", "z0") and not self._offset:
            self._offset = 1
            found = quantity(name, self._depth, 1, self.keys())
        if found is None and plain(name) == "a0":
            found = "X"
        if found == f"A{self._depth}" and super().__contains__("Y"):
            found = "Y"
        book = re.fullmatch(r"([mn])(\d)", plain(name))
        if found is None and book:  # M = X W, N = M + b
            found = f"{'M' if book[1] == 'm' else 'Z'}{book[2]}"
        found = found or {"y": "T"}.get(role(name) or "", role(name))
        return found if found is not None and super().__contains__(found) else None

    def _layer(self, key: Any) -> dict[str, Any] | None:
        word = plain(str(key))
        if word in ("hidden", "output", "out"):
            word = "1" if word == "hidden" and self._depth == 2 else str(self._depth - self._offset)
        digits = word.lstrip("abcdefghijklmnopqrstuvwxyz")
        if not digits.isdecimal() or word[: -len(digits)] not in (
            "",
            "l",
            "layer",
            "fc",
            "hidden",
            "dense",
            "linear",
        ):
            return None
        number = int(digits[:6])
        if number == 0:
            self._offset = 1
        number += self._offset
        if not 1 <= number <= self._depth:
            return None
        found = {letter: super(SpellingDict, self).get(f"{letter}{number}") for letter in (*"WbZA", *LETTERS)}
        found["A_prev"] = super().get(f"A{number - 1}" if number > 1 else "X")
        if number == self._depth and found["A"] is None:
            found["A"] = super().get("Y")
        spelled = {}
        for letter, value in found.items():
            if value is not None:
                for name in (letter, *_WORDS.get(letter, (letter.lower(),))):
                    spelled[name] = value
        return spelled

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(self.canonical(key) or key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of any spelling."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def copy(self) -> SpellingDict:
        """The same, still spelled any way."""
        copied = SpellingDict(dict(self.items()), self._depth, self._offset)
        copied.used = self.used
        return copied
