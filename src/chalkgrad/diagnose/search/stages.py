"""The stages of a backward pass: steps down to an error, and the gradients that are made from it.

A layer is one stage, Δ_l with dW_l and db_l; with a norm it is two, ∂L/∂Z_l with dγ_l and dβ_l before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from chalkgrad.derive import Derivation, Step


@dataclass(frozen=True)
class ErrorStage:
    """Steps of which the last is an error, and the gradients of the parameters that are made from it."""

    steps: tuple[Step, ...]
    gradients: tuple[Step, ...]

    @property
    def error(self) -> Step:
        """What the gradients are made from."""
        return self.steps[-1]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the gradients: dW2, db2."""
        return tuple(step.name for step in self.gradients)


def stages(derivation: Derivation) -> Iterator[ErrorStage]:
    """The stages, from the loss on."""
    runs = [tuple(run) for _, run in groupby(derivation.backward, lambda step: step.symbol.root.is_parameter)]
    for steps, gradients in zip(runs[::2], runs[1::2], strict=False):
        yield ErrorStage(steps, gradients)
