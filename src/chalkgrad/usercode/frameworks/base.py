"""A piece of another framework as an ordinary callable of named arrays."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from chalkgrad._arrays import Array
from chalkgrad.network import Network
from chalkgrad.usercode.note import Note, NoteKind


class MisfitError(ValueError):
    """The target cannot be a part of the network; the message says why."""


class Adapted(ABC):
    """Somebody's piece of a framework, called as ``f(X, y, W1, b1, …) -> {"loss": …, "dW1": …}``.

    Arrays are in the canonical layout: samples as rows, W n_out × n_in, b (n,).

    Attributes
    ----------
    network
        What it computes the gradients of.
    fixed_widths
        Whether it works only for the widths of ``network``.
    known_as
        What its code calls things, by canonical name: ``{"Z1": "input", "dA1": "grad_output"}``.
    notes
        How it was read, and what was seen that is worth telling, one sentence each.
    """

    fixed_widths = False

    def __init__(self, network: Network, name: str) -> None:
        self.network = network
        self.known_as: dict[str, str] = {}
        self.notes: list[Note] = []
        self.__name__ = name
        names = ["X", "y", *network.parameter_shapes()]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        self.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def __call__(self, *args: Array, **named: Array) -> dict[str, Any]:
        bound = dict(self.__signature__.bind(*args, **named).arguments)
        x, t = bound.pop("X"), bound.pop("y")
        return self.gradients(x, t, bound)

    @abstractmethod
    def gradients(self, x: Array, t: Array, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """Return the loss and the gradients by canonical name."""

    def tell(self, text: str, kind: NoteKind = "framework") -> None:
        """Add a sentence to the notes, once."""
        if (note := Note(text, kind)) not in self.notes:
            self.notes.append(note)

    def tell_forward(self, what: str, gap: float) -> None:
        """Say that a forward pass is not the network's, by which part of its largest value."""
        differs = f"is not the network's: at random inputs it differs by {gap:.2g} of the largest value"
        self.tell(f"{self.__name__}{what} {differs}", "forward-differs")
