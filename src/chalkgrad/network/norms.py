"""Normalisations: what may stand between a layer's weighted sum and its activation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import exact, exact_text, number_text, shown
from chalkgrad._reading import attempt
from chalkgrad.formula.activations import known_name
from chalkgrad.network.spec import read_call

EPSILON = Fraction(1, 100_000)
MOMENTUM = Fraction(1, 10)
NORMS = {"layer_norm": "features", "batch_norm": "samples"}
"""What a norm takes its mean and variance over: the units of one sample, or the samples of one unit."""


@dataclass(frozen=True, init=False, repr=False)
class Norm:
    """``Z = γ ⊙ (U − μ)/√(σ² + ε) + β`` with the mean μ and the variance σ² of U, which is divided by n.

    Parameters
    ----------
    name
        ``layer_norm``: μ and σ² of each sample over its units; ``batch_norm``: of each unit over the
        samples of a batch.
    epsilon
        ε, which keeps the root away from 0.
    momentum
        ρ of a batch norm: the running mean becomes (1 − ρ) times itself plus ρ μ, the running variance
        likewise with the variance that is divided by m − 1; both stand for μ and σ² in inference.

    Raises
    ------
    InputError
        The name is unknown, ε is not above 0, or ρ not above 0 and at most 1.

    References
    ----------
    Ba, Kiros, Hinton 2016, eq. 3 and 4 (layer); Ioffe, Szegedy 2015, algorithm 1 (batch).

    Examples
    --------
    >>> Norm("LayerNorm"), Norm.parse("batch_norm(0.001)").over
    (Norm('layer_norm'), 'samples')
    """

    name: str
    epsilon: Fraction
    momentum: Fraction

    def __init__(self, name: str, epsilon: object = EPSILON, momentum: object = MOMENTUM) -> None:
        faults: list[Fault] = []
        known = known_name(name, {}, *NORMS)
        small = exact(epsilon)
        if known is None:
            faults.append(
                Fault("norm", f"be one of {', '.join(NORMS)}", shown(name, 40), "Write layer_norm.")
            )
        if small is None or small <= 0:
            faults.append(
                Fault("norm.epsilon", "be a number above 0", shown(epsilon), "Leave it out for 0.00001.")
            )
        share = exact(momentum)
        if share is None or not 0 < share <= 1:
            condition = "be a number above 0 and at most 1"
            faults.append(Fault("norm.momentum", condition, shown(momentum), "Leave it out for 0.1."))
        elif share != MOMENTUM and known == "layer_norm":
            fix = "A layer norm remembers nothing."
            faults.append(Fault("norm.momentum", "be left out", shown(momentum), fix))
        if faults:
            raise InputError(faults)
        object.__setattr__(self, "momentum", share)
        object.__setattr__(self, "name", known)
        object.__setattr__(self, "epsilon", small)

    @classmethod
    def parse(cls, text: str) -> Norm:
        """Read ``layer_norm``, ``layer_norm(0.001)``, ``batch_norm(0.001,0.01)``; raises ``InputError``."""
        name, given = read_call(text)
        if len(given) > 2 or any(keyword for keyword, _ in given):
            fix = f"Write {name}(0.001), say."
            raise InputError(Fault("norm", "have ε and a momentum as its only numbers", shown(text), fix))
        return cls(name, *(value if (read := exact_text(value)) is None else read for _, value in given))

    @property
    def over(self) -> str:
        """``features`` or ``samples``: what the mean is taken over."""
        return NORMS[self.name]

    @property
    def remembers(self) -> bool:
        """Whether it keeps a running mean and variance for inference, as one over the samples must."""
        return self.over == "samples"

    def __str__(self) -> str:
        numbers = [self.epsilon, self.momentum][: 2 if self.momentum != MOMENTUM else 1]
        text = ",".join(map(number_text, numbers))
        return self.name if numbers == [EPSILON] else f"{self.name}({text})"

    def __repr__(self) -> str:
        return f"Norm({str(self)!r})"


def is_norm(option: str) -> bool:
    """Whether an option of a specification names a norm."""
    return known_name(read_call(option)[0], {}, *NORMS) is not None


def read_norm(value: object, faults: list[Fault]) -> Norm | None:
    """Return the norm that an object or a text means, ``None`` for none or after adding a fault."""
    if value is None or isinstance(value, Norm):
        return value
    return attempt(faults, lambda: Norm.parse(value if isinstance(value, str) else shown(value)))


def check_norm(norm: Norm | None, width: int, faults: Sequence[Fault]) -> list[Fault]:
    """What is wrong between a norm and its layer's width."""
    if norm is None or norm.over != "features" or width != 1 or faults:
        return []
    fix = "One number has no spread; leave the norm out."
    return [Fault("norm", "be over at least 2 units", f"{norm} of 1 unit", fix)]
