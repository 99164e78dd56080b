"""The roles of a network's parameters, and the names W1, b1, … that they give them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """What a parameter is to its layer.

    Attributes
    ----------
    kind
        The role's name, ``"weight"``.
    letter
        With the layer's number behind it the parameter's name.
    is_matrix
        Whether it has a number for each pair of neurons and may be laid out turned, else one for each neuron.
    is_penalised
        Whether the network's penalty is over it.
    initial
        Each number to begin with; None where they are drawn.
    is_learned
        Whether it follows its gradient; what a norm remembers of the batches does not.
    """

    kind: str
    letter: str
    is_matrix: bool = False
    is_penalised: bool = False
    initial: float | None = 0.0
    is_learned: bool = True

    def name(self, layer: int | str) -> str:
        """Return the name of the parameter of that role.

        >>> WEIGHT.name(2)
        'W2'
        """
        return f"{self.letter}{layer}"


WEIGHT = Role("weight", "W", is_matrix=True, is_penalised=True, initial=None)
BIAS = Role("bias", "b")
GAIN = Role("gain", "gamma", initial=1.0)
SHIFT = Role("shift", "beta")
RUNNING_MEAN = Role("running_mean", "running_mean", is_learned=False)
RUNNING_VARIANCE = Role("running_variance", "running_var", initial=1.0, is_learned=False)
ROLES = {role.kind: role for role in (WEIGHT, BIAS, GAIN, SHIFT, RUNNING_MEAN, RUNNING_VARIANCE)}
_DIGITS = "0123456789"


def role_of(name: str) -> Role | None:
    """Return the role of a parameter by its name; None for another name.

    >>> role_of("b12") is BIAS, role_of("Z1"), role_of("W")
    (True, None, None)
    """
    letter = name.rstrip(_DIGITS)
    return next((role for role in ROLES.values() if role.letter == letter != name), None)


def role_of_gradient(name: str) -> Role | None:
    """Return the role of the parameter whose gradient has that name, ``"dW1"``; None for another name."""
    return role_of(name[1:]) if name[:1] == "d" else None


def layer_of(name: str) -> int:
    """Return the number at the end of a name.

    >>> layer_of("b12"), layer_of("dZ3")
    (12, 3)
    """
    return int(name[len(name.rstrip(_DIGITS)) :])
