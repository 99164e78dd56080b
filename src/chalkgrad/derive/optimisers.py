"""The optimisers: formulas, and numbers with their ranges; one record each.

θ is a parameter, g its gradient, η the learning rate, t the number of the update, from 1.  What stands here
is printed, evaluated and checked; training runs a twin of it where there is one, else these formulas.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

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


@dataclass(frozen=True)
class Optimiser(ABC):
    """How parameters follow their gradients: numbers as fields, made by ``above_0`` and its like, and a rule.

    Parameters
    ----------
    learning_rate
        η > 0.
    """

    learning_rate: float = above_0(0.001)

    @abstractmethod
    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return _slots(self)

    def in_core(self) -> tuple[str, Mapping[str, float]] | None:
        """The native core's twin and its numbers; ``None`` without one."""
        return None


@lru_cache(maxsize=64)
def _slots(optimiser: Optimiser) -> tuple[str, ...]:
    return tuple(SLOT_NAMES[kind] for kind in optimiser.rule().remembered)


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

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        steps: tuple[Assignment, ...] = (DESCENT,)
        if self.momentum:
            steps = (VELOCITY, NESTEROV if self.nesterov else MOMENTUM)
        kind = "Nesterov’s momentum" if self.nesterov else "momentum"
        name = f"gradient descent with {kind}" if self.momentum else "gradient descent"
        momentum, decay = exact(self.momentum, self.weight_decay)
        return update_rule(name, steps, {"momentum": momentum}, decay)

    def in_core(self) -> tuple[str, Mapping[str, float]]:
        """The native core's twin and its numbers."""
        rule = "sgd" if not self.momentum else "nesterov" if self.nesterov else "momentum"
        return rule, {"momentum": self.momentum, "weight_decay": self.weight_decay}


@dataclass(frozen=True)
class Adam(Optimiser):
    """m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  θ ← θ − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).

    ``weight_decay`` λ adds λθ to g first.  Kingma & Ba 2015, algorithm 1.
    """

    beta1: float = under_1(0.9)
    beta2: float = under_1(0.999)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.0)

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        beta1, beta2, epsilon, decay = exact(self.beta1, self.beta2, self.epsilon, self.weight_decay)
        numbers = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
        return update_rule("Adam", (MEAN, SQUARE, ADAM), numbers, decay)

    def in_core(self) -> tuple[str, Mapping[str, float]]:
        """The native core's twin and its numbers."""
        return "adam", _without_rate(self)


@dataclass(frozen=True)
class AdamW(Optimiser):
    """θ ← θ − ηλθ, then Adam's update with the bare gradient.  Loshchilov & Hutter 2019."""

    beta1: float = under_1(0.9)
    beta2: float = under_1(0.999)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.01)

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        decay, *numbers = exact(self.weight_decay, self.beta1, self.beta2, self.epsilon)
        named = {"decay": decay, **dict(zip(("beta1", "beta2", "epsilon"), numbers, strict=True))}
        return update_rule("AdamW", (MEAN, SQUARE, ADAMW if decay else ADAM), named)

    def in_core(self) -> tuple[str, Mapping[str, float]]:
        """The native core's twin and its numbers."""
        return "adamw", _without_rate(self)


@dataclass(frozen=True)
class RMSprop(Optimiser):
    """g ← g + λθ;  v ← αv + (1 − α)g²;  θ ← θ − ηg/(√v + ε).  Tieleman & Hinton 2012."""

    learning_rate: float = above_0(0.01)
    alpha: float = under_1(0.99)
    epsilon: float = above_0(1e-8)
    weight_decay: float = from_0(0.0)

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        smoothing, epsilon, decay = exact(self.alpha, self.epsilon, self.weight_decay)
        return update_rule("RMSprop", (SMOOTHED, RMS), {"smoothing": smoothing, "epsilon": epsilon}, decay)

    def in_core(self) -> tuple[str, Mapping[str, float]]:
        """The native core's twin and its numbers; α is its β₂."""
        return "rmsprop", {"beta2": self.alpha, "epsilon": self.epsilon, "weight_decay": self.weight_decay}


OPTIMISERS: dict[str, type[Optimiser]] = {"sgd": SGD, "adam": Adam, "adamw": AdamW, "rmsprop": RMSprop}
"""By the name that stands for each with its usual numbers."""


def _without_rate(optimiser: Optimiser) -> dict[str, float]:
    return {name: number for name, number in vars(optimiser).items() if name != "learning_rate"}


def exact(*numbers: float) -> list[Fraction]:
    """Return numbers as they are written: 0.9 is 9/10."""
    return [Fraction(repr(float(number))) for number in numbers]
