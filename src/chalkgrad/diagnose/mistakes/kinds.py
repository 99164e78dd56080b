"""A kind of mistake: its name, how it is said, why the derivation has it otherwise, and how it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from chalkgrad.diagnose.mistakes.equation_site import Maker
from chalkgrad.expr import Coefficient
from chalkgrad.network import Network


@dataclass(frozen=True)
class MistakeKind:
    """A mistake that people make: all that is known of it.

    Attributes
    ----------
    rule
        Its name: ``derivative-missing``.
    title
        The same in words; a template with ``{Y}`` and ``{T}``.
    sentence
        What happened, as a template: ``{what} {was} formed without ⊙ {f′:z}`` (see ``wording``).  Empty for
        what is seen in a run and not in an equation; whoever sees it says it.
    why
        For a learner, why the derivation has it so; a template with ``{Y}`` and ``{T}``.
    makers
        Kind of step → what wrong code computes there instead of the right side, up to a constant factor,
        which the search finds by itself, as it does a multiple of the parameter beside it.
    factor
        Where the mistake is a constant factor: the one by which wrong is too large; None for a network in
        which it means nothing.
    advice
        What to do, where no line of the gradients mends it.
    exact
        Whether no factor may stand before its mutants.
    rank
        Of equal explanations the one of lower rank comes first: the commoner.
    """

    rule: str
    title: str
    sentence: str = ""
    why: str = ""
    makers: Mapping[str, Maker] = field(default_factory=dict)
    factor: Callable[[Network], Coefficient | None] | None = None
    advice: str = ""
    exact: bool = False
    rank: int = 1000


def wherever(maker: Maker, *kinds: str) -> dict[str, Maker]:
    """One maker for several kinds of steps."""
    return dict.fromkeys(kinds, maker)
