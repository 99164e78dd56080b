"""What a training step has beyond its network: weights, masks, clipping, an optimiser.  Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from chalkgrad._errors import Fault
from chalkgrad._numbers import Number, exact, shown, whole
from chalkgrad.derive.update_rules import UpdateRule
from chalkgrad.network import Network


@dataclass(frozen=True)
class Training:
    """What the equations of a training step have besides those of the network.

    Attributes
    ----------
    weighted
        Whether sample i counts s_i: L = (1/m) Σ_i s_i Σ_j ℓ(y_ij, t_ij).
    dropout
        The layers with a mask and their rates, in order: A_l ⊙ M_l, whose entries are 0 with probability
        p and else 1/(1 − p); None where the masks are given and the rate is not.
    rule
        How the parameters follow their gradients; None is plain descent.
    clip_norm
        The length to which all gradients together are scaled down; None for no limit.
    inference
        Whether batch norms take their running mean and variance in the place of the batch's.
    """

    weighted: bool = False
    dropout: tuple[tuple[int, Fraction | None], ...] = ()
    rule: UpdateRule | None = None
    clip_norm: Fraction | None = None
    inference: bool = False

    def has_mask(self, layer: int) -> bool:
        """Whether there is dropout after a layer."""
        return any(masked == layer for masked, _ in self.dropout)


PLAIN = Training()


def read_clip_norm(value: Number | None, faults: list[Fault]) -> Fraction | None:
    """Return the longest that the gradients may be; None where it is not said, or wrong."""
    longest = exact(value)
    if value is not None and (longest is None or longest <= 0):
        fix = "Leave it out for no limit."
        faults.append(Fault("clip_norm", "be a number above 0", shown(value), fix))
        return None
    return longest


def not_hidden(path: str, network: Network, layer: object) -> Fault:
    """The fault of dropout after a layer that is not hidden."""
    hidden = f"from 1 to {network.depth - 1}" if network.depth > 1 else "of which there is none"
    return Fault(path, f"name a hidden layer, {hidden}", shown(layer), "The output is never dropped.")


def read_dropout(
    network: Network, dropout: Mapping[int, Number | None] | None, faults: list[Fault]
) -> tuple[tuple[int, Fraction | None], ...]:
    """Return the rates that are not 0, by layer; None stays: a mask whose rate is not known."""
    found: dict[int, Fraction | None] = {}
    if not isinstance(dropout, Mapping | None):
        fix = "Write {1: 0.2}: after layer 1, each activation is dropped with probability 0.2."
        faults.append(Fault("dropout", "be a table of layers and rates", shown(dropout), fix))
        return ()
    for layer, value in (dropout or {}).items():
        number, rate = whole(layer), exact(value)
        if number is None or not 1 <= number < network.depth:
            faults.append(not_hidden(f"dropout[{shown(layer)}]", network, layer))
        elif value is None:
            found[number] = None
        elif rate is None or not 0 <= rate < 1:
            condition = "be a probability from 0 up to, but not, 1"
            faults.append(Fault(f"dropout[{number}]", condition, shown(value), "Write 0.2, say."))
        elif rate:
            found[number] = rate
    return tuple((number, found[number]) for number in sorted(found))
