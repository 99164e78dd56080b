"""Everything that a call may be given, by canonical name, and what a name of somebody's code means of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from chalkgrad._roles import role_of
from chalkgrad.usercode.vocabulary.names import counts_from_zero, quantity, role
from chalkgrad.usercode.vocabulary.roles import MISSING, ROLES, is_array
from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict


class Supply(dict[str, Any]):
    """W1, b1, X, T, Z1, A1, M1, …, Y, dY, m, l2, learning_rate, pairs, widths, in the layout of a reading."""

    def __init__(self, values: Mapping[str, Any], depth: int, offset: int = 0) -> None:
        super().__init__(values)
        self.depth, self.offset = depth, offset

    def counted(self, names: Iterable[str]) -> Supply:
        """The same for code that uses these names: where one is W0, its layers count from 0."""
        return Supply(self, self.depth, int(counts_from_zero(list(names), self.depth)))

    def listed(self, letter: str) -> list[Any]:
        """W1, W2, …, W_L, say; those that there are."""
        names = (f"{letter}{l}" for l in range(1, self.depth + 1))
        return [self[name] for name in names if name in self]

    def named(self, name: str, offset: int = 0) -> str | None:
        """The quantity that a name means: W1, Z1, gamma1."""
        return quantity(name, self.depth, offset, self.keys())

    def layers(self, letter: str) -> Any:
        """The same; of one layer its own."""
        return self.get(f"{letter}1") if self.depth == 1 else self.listed(letter)

    def activations(self) -> list[Any]:
        """X, A1, …, A_L."""
        return [self["X"], *self.listed("A")]

    def spelled(self, letters: Collection[str] = ()) -> SpellingDict:
        """A dictionary of the parameters, and of all that is called by one of some letters."""
        found = {k: v for k, v in self.items() if role_of(k) or k.rstrip("0123456789") in letters}
        return SpellingDict(found, self.depth, self.offset)

    def canonical(self, name: str, has_target: bool = False, held: Any = MISSING) -> str | None:
        """What a name means: W1, X, m, …; None for no one thing, or where it keeps what it holds.

        ``y`` is the output in code that calls its targets otherwise.
        """
        found, kind = self.named(name, self.offset), role(name)
        if found in self and is_array(held):
            return found
        if kind == "y":
            return "Y" if has_target else "T"
        return kind if kind is not None and kind in self and ROLES[kind].replaces(held) else None

    def meant(self, name: str) -> Any:
        """The value of what a name means, alone."""
        found, kind = self.named(name), role(name) or ""
        return self.get(found or {"y": "T"}.get(kind, kind))
