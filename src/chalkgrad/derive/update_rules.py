"""How optimisers move a parameter, as scalar formulas: one table that is printed, evaluated and compared.

θ is a parameter's entry, g the gradient's, η the learning rate, t the number of the update from 1:

    descent     θ ← θ − ηg
    momentum    v ← μv + g;  θ ← θ − ηv                          Polyak 1964
    Nesterov    v ← μv + g;  θ ← θ − η(g + μv)                   Sutskever et al. 2013
    Adam        m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;
                θ ← θ − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε)   Kingma & Ba 2015, algorithm 1
    AdamW       the same from θ − ηλθ                            Loshchilov & Hutter 2019
    RMSprop     v ← αv + (1 − α)g²;  θ ← θ − ηg/(√v + ε)         Tieleman & Hinton 2012

With weight decay all but AdamW take g + λθ for g.  The formulas hold entry by entry, of weights and biases
alike, and one after the other: an m that was just assigned is the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chalkgrad.formula import nodes, parse_formula, variables
from chalkgrad.formula.build import each_part

SLOTS = ("velocity", "mean", "square")
"""What may be remembered of a parameter: ``W1.v``, ``W1.m``, ``W1.v``."""
NUMBERS = ("eta", "t", "momentum", "decay", "beta1", "beta2", "smoothing", "epsilon")
"""The numbers that formulas may mention; η and t are given anew for every step."""

_WORDS = {
    "mu": "momentum",
    "lam": "decay",
    "b1": "beta1",
    "b2": "beta2",
    "a": "smoothing",
    "eps": "epsilon",
    "u": "velocity",
    "m": "mean",
    "v": "square",
}
_HATS = {"mhat": "m/(1 - b1^t)", "vhat": "v/(1 - b2^t)"}
"""The running means without the pull of the zeros that they began with."""


@dataclass(frozen=True)
class Assignment:
    """``target ← formula``.

    Attributes
    ----------
    target
        ``theta``, ``g``, or what is remembered: ``velocity``, ``mean``, ``square``.
    formula
        In these and ``NUMBERS``.
    reason
        One of ``RULE_NAMES``.
    along
        Of a plain step θ − η·along: what it goes along, ``g`` or ``velocity``.
    """

    target: str
    formula: nodes.Node
    reason: str
    along: str = ""


@dataclass(frozen=True)
class UpdateRule:
    """The formulas of one optimiser, in order, and the values of its numbers.

    Attributes
    ----------
    name
        As people call it.
    assignments
        Carried out one after the other for every parameter.
    numbers
        ``(("beta1", 9/10), …)``.
    """

    name: str
    assignments: tuple[Assignment, ...]
    numbers: tuple[tuple[str, Fraction], ...] = ()

    @property
    def remembered(self) -> tuple[str, ...]:
        """What is remembered of each parameter from step to step: ``("mean", "square")``."""
        return tuple(a.target for a in self.assignments if a.target in SLOTS)


def assign(target: str, text: str, reason: str) -> Assignment:
    """Return ``target ← text``, in the short names of this table: μ is mu, λ lam, β₁ b1, v̂ vhat."""
    return Assignment(target, _read(text), reason)


def step_along(what: str, reason: str) -> Assignment:
    return Assignment("theta", _read(f"theta - eta*{what}"), reason, what)


def _read(text: str) -> nodes.Node:
    return _renamed(parse_formula(text, ("theta", "g", "eta", "t", "velocity", *_WORDS, *_HATS)))


def _renamed(node: nodes.Node) -> nodes.Node:
    """The short names of the table as what they stand for; m̂ and v̂ stay fractions of their own."""
    if isinstance(node, nodes.Var):
        name = str(node.name)
        return _read(_HATS[name]) if name in _HATS else nodes.Var(_WORDS.get(name, name))
    return each_part(node, _renamed)


DECAYED = assign("g", "g + lam*theta", "weight-decay")
DESCENT = step_along("g", "update")


def update_rule(
    name: str, steps: tuple[Assignment, ...], numbers: dict[str, Fraction], decay: Fraction | int = 0
) -> UpdateRule:
    """Return the rule of some steps, with weight decay in the gradient where that is not 0."""
    if decay:
        steps, numbers = (DECAYED, *steps), {"decay": Fraction(decay), **numbers}
    used = {name for step in steps for name in variables(step.formula)}
    return UpdateRule(name, steps, tuple((name, value) for name, value in numbers.items() if name in used))
