"""The optimisers: formulas, and numbers with their ranges; one record each.

θ is a parameter, g its gradient, η the learning rate, t the number of the update, from 1.  What stands here
is printed, evaluated and checked; training runs a twin of it where there is one, else these formulas.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar

from chalkgrad.derive.update_rules import DESCENT, Assignment, UpdateRule, assign, step_along, update_rule
from chalkgrad.expr import SLOT_NAMES

VELOCITY = assign("velocity", "mu*u + g", "velocity")
MOMENTUM = step_along("velocity", "momentum-update")
NESTEROV = assign("theta", "theta - eta*(g + mu*u)", "look-ahead-update")
MEAN = assign("mean", "b1*m + (1 - b1)*g", "running-mean")
SQUARE = assign("square", "b2*v + (1 - b2)*g^2", "running-square")
ADAM = assign("theta", "theta - eta*mhat/(sqrt(vhat) + eps)", "adaptive-update")
ADAMW = assign("theta", "theta - eta*lam*theta - eta*mhat/(sqrt(vhat) + eps)", "adaptive-update")
SMOOTHED = assign("square", "a*v + (1 - a)*g^2", "running-square")
RMS = assign("theta", "theta - eta*g/(sqrt(v) + eps)", "root-mean-square-update")


def above_0(usual: float) -> Any:
    """A number that must be above 0."""
    return field(default=usual, metadata={"above": 0})


def from_0(usual: float) -> Any:
    """A number of at least 0."""
    return field(default=usual, metadata={"least": 0})


def under_1(usual: float) -> Any:
    """A number of at least 0, below 1."""
    return field(default=usual, metadata={"least": 0, "below": 1})


_LETTERS = {"alpha": "smoothing", "weight_decay": "decay"}
"""Numbers that formulas have under another name."""


@dataclass(frozen=True)
class Optimiser(ABC):
    """How parameters follow their gradients: numbers as fields, made by ``above_0`` and its like, and steps.

    Parameters
    ----------
    learning_rate
        η > 0.
    """

    learning_rate: float = above_0(0.001)
    decays_gradient: ClassVar[bool] = True
    """Whether ``weight_decay`` λ adds λθ to g; else the steps say what it does."""

    @property
    @abstractmethod
    def steps(self) -> tuple[Assignment, ...]:
        """Its formulas, in their order."""

    @property
    def title(self) -> str:
        """What people call it."""
        return type(self).__name__

    @property
    def twin(self) -> str:
        """The rule of the native core that is the same; empty without one."""
        return ""

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return tuple(SLOT_NAMES[kind] for kind in self.rule().remembered)

    @property
    def numbers(self) -> dict[str, float]:
        """Its numbers besides the learning rate, by the names of its fields."""
        names = [f.name for f in fields(self) if f.metadata and f.name != "learning_rate"]
        return {name: getattr(self, name) for name in names}

    def rule(self) -> UpdateRule:
        """Its formulas and numbers, as they are printed and evaluated: 0.9 is 9/10."""
        return _rule(self)


@lru_cache(maxsize=64)
def _rule(optimiser: Optimiser) -> UpdateRule:
    numbers = {
        _LETTERS.get(name, name): Fraction(repr(float(value))) for name, value in optimiser.numbers.items()
    }
    decay = numbers.pop("decay", Fraction(0))
    if not optimiser.decays_gradient:
        numbers, decay = {"decay": decay, **numbers}, Fraction(0)
    return update_rule(optimiser.title, optimiser.steps, numbers, decay)


@dataclass(frozen=True)
class SGD(Optimiser):
    """g ← g + λθ;  v ← μv + g;  θ ← θ − ηv   (with Nesterov's look ahead: θ ← θ − η(g + μv)).

    Parameters
    ----------
    learning_rate
        η > 0.
    momentum
        μ in [0, 1); 0 is plain gradient descent without state.
    nesterov
        Whether the step is taken along g + μv.
    weight_decay
        λ ≥ 0, for weights and biases alike.
    """

    learning_rate: float = above_0(0.1)
    momentum: float = under_1(0.0)
    nesterov: bool = False
    weight_decay: float = from_0(0.0)

    @property
    def steps(self) -> tuple[Assignment, ...]:
        """Its formulas, in their order."""
        return (VELOCITY, NESTEROV if self.nesterov else MOMENTUM) if self.momentum else (DESCENT,)

    @property
    def title(self) -> str:
        """What people call it."""
        kind = "Nesterov’s momentum" if self.nesterov else "momentum"
        return f"gradient descent with {kind}" if self.momentum else "gradient descent"

    @property
    def twin(self) -> str:
        """The rule of the native core that is the same."""
        return "sgd" if not self.momentum else "nesterov" if self.nesterov else "momentum"


@dataclass(frozen=True)
class Adam(Optimiser):
    """m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  θ ← θ − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).

    ``weight_decay`` λ adds λθ to g first.  Kingma & Ba 2015, algorithm 1.
    """

    beta1: float = under_1(0.9)
    beta2: float = under_1(0.999)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.0)
    steps = (MEAN, SQUARE, ADAM)
    twin = "adam"


@dataclass(frozen=True)
class AdamW(Optimiser):
    """θ ← θ − ηλθ, then Adam's update with the bare gradient.  Loshchilov & Hutter 2019."""

    beta1: float = under_1(0.9)
    beta2: float = under_1(0.999)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.01)
    decays_gradient = False
    twin = "adamw"

    @property
    def steps(self) -> tuple[Assignment, ...]:
        """Its formulas, in their order."""
        return (MEAN, SQUARE, ADAMW if self.weight_decay else ADAM)


@dataclass(frozen=True)
class RMSprop(Optimiser):
    """g ← g + λθ;  v ← αv + (1 − α)g²;  θ ← θ − ηg/(√v + ε).  Tieleman & Hinton 2012."""

    learning_rate: float = above_0(0.01)
    alpha: float = under_1(0.99)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.0)
    steps = (SMOOTHED, RMS)
    twin = "rmsprop"


OPTIMISERS: dict[str, type[Optimiser]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop}
"""By the name that stands for each with its usual numbers."""
