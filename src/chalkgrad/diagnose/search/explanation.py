"""An explanation: mistakes in their places, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalkgrad.diagnose.findings import Mistake
from chalkgrad.diagnose.mistakes.equation_site import Deviation, Mutant
from chalkgrad.diagnose.mistakes.rules import KINDS
from chalkgrad.diagnose.mistakes.statement import Statement
from chalkgrad.diagnose.report import Outcome

Values = dict[Any, Any]
AGAIN = 0.15
"""What the same mistake in one more place costs."""
UNKNOWN = 3
"""What a step costs that no mistake explains."""
EXOTIC = 100
TIE = 1e-4
"""Of equal explanations the one with the commoner mistake comes first."""


@dataclass(frozen=True)
class Place:
    """One mistake in one step: what it is, the step, and the right side with it unless it is a factor."""

    key: Deviation
    step: str
    mutant: Mutant | None = None

    @property
    def rule(self) -> str:
        """The kind of mistake."""
        return self.key.rule


@dataclass(frozen=True)
class Explanation:
    """Places that together reproduce every gradient at every probe; ``unknown`` steps are not explained."""

    places: tuple[Place, ...]
    cost: float
    unknown: tuple[str, ...] = ()
    values: tuple[Values, ...] = field(default=(), repr=False, compare=False)
    """The user's backward quantities at each probe, as the explanation has them."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, each once, in order of the backward pass."""
        return tuple(dict.fromkeys(place.rule for place in self.places))


@dataclass(frozen=True)
class Explained:
    """What explains the observations under one reading.

    ``cost`` counts mistakes; an unexplained step counts three.
    """

    outcome: Outcome
    mistakes: tuple[Mistake, ...] = ()
    alternatives: tuple[tuple[Mistake, ...], ...] = ()
    ambiguity: str = ""
    patterns: tuple[Statement, ...] = ()
    explanation: Explanation | None = None
    cost: float = 9.0


@dataclass(frozen=True)
class State:
    """What is believed of the user's backward pass so far."""

    values: tuple[Values, ...]  # the user's backward quantities at each probe
    places: tuple[Place, ...] = ()
    unknown: tuple[str, ...] = ()

    def plus(self, places: Sequence[Place], unknown: Sequence[str] = ()) -> State:
        """With more places and unexplained steps."""
        return replace(self, places=(*self.places, *places), unknown=(*self.unknown, *unknown))

    @property
    def keys(self) -> set[Deviation]:
        """The different mistakes."""
        return {place.key for place in self.places}

    @property
    def cost(self) -> float:
        """One a mistake, a little for each place more, ``UNKNOWN`` a step without; ties by rank."""
        keys = self.keys
        again = len({(p.key, p.step) for p in self.places}) - len(keys)
        rank = sum(KINDS[key.rule].rank + EXOTIC * key.rare for key in keys)
        return len(keys) + AGAIN * again + UNKNOWN * len(self.unknown) + TIE * rank


__all__ = ["Explained", "Explanation", "Place", "State", "Values"]
