"""How parameters follow their gradients: the optimisers and their numbers.

θ is a parameter, g its gradient, η the learning rate, t the number of the update, from 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from chalkgrad.derive import UpdateRule, update_rules


@dataclass(frozen=True)
class SGD:
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

    learning_rate: float = 0.1
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return ("v",) if self.momentum else ()

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        momentum, decay = _exact(self.momentum, self.weight_decay)
        return update_rules.descent(momentum=momentum, nesterov=self.nesterov, decay=decay)


@dataclass(frozen=True)
class Adam:
    """m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  θ ← θ − η (m/(1 − β₁ᵗ)) / (√(v/(1 − β₂ᵗ)) + ε).

    ``weight_decay`` λ adds λθ to g first.  Kingma & Ba 2015, algorithm 1.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return ("m", "v")

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        *betas, decay = _exact(self.beta1, self.beta2, self.epsilon, self.weight_decay)
        return update_rules.adam(*betas, decay=decay)


@dataclass(frozen=True)
class AdamW:
    """θ ← θ − ηλθ, then Adam's update with the bare gradient.  Loshchilov & Hutter 2019."""

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return ("m", "v")

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        *betas, decay = _exact(self.beta1, self.beta2, self.epsilon, self.weight_decay)
        return update_rules.adam(*betas, decay=decay, decoupled=True)


@dataclass(frozen=True)
class RMSprop:
    """g ← g + λθ;  v ← αv + (1 − α)g²;  θ ← θ − ηg/(√v + ε).  Tieleman & Hinton 2012."""

    learning_rate: float = 0.01
    alpha: float = 0.99
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of what is remembered for every parameter."""
        return ("v",)

    def rule(self) -> UpdateRule:
        """Its formulas, as they are printed and evaluated."""
        smoothing, epsilon, decay = _exact(self.alpha, self.epsilon, self.weight_decay)
        return update_rules.rmsprop(smoothing, epsilon, decay=decay)


Optimiser = SGD | Adam | AdamW | RMSprop


def _exact(*numbers: float) -> list[Fraction]:
    """The numbers as they are written: 0.9 is 9/10."""
    return [Fraction(repr(float(number))) for number in numbers]
