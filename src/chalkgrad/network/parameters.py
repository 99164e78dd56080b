"""What a layer learns: one record a parameter, asked by all that read, draw, move or judge it."""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad._roles import Role


@dataclass(frozen=True)
class Parameter:
    """One array of numbers of a network.

    Attributes
    ----------
    role
        What it is to its layer: its weights, its bias.
    layer
        The number of its layer, from 1.
    shape
        ``(n_out, n_in)`` of a matrix, ``(n_out,)`` of what has one number for each neuron.
    """

    role: Role
    layer: int
    shape: tuple[int, ...]

    @property
    def name(self) -> str:
        """``W1``, ``b1``, …"""
        return self.role.name(self.layer)
