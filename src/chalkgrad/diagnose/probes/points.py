"""A probe made ready for the search: every derived number of it, and what the user answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import ETA, Derivation, derive
from chalkgrad.evaluate.data import Data
from chalkgrad.evaluate.program import FLOAT64, compile_derivation
from chalkgrad.evaluate.run import inputs
from chalkgrad.expr import Symbol
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.answer.rounding import size_of_terms, without_noise

USUAL_RATE = 0.1


@dataclass(frozen=True)
class Point:
    """One probe.

    Attributes
    ----------
    derivation
        The canonical derivation.
    data
        What the function was given.
    claimed
        The user's gradients by canonical name; biases as columns, like the derivation's.
    misshapen
        Gradients of a shape that does not fit, as they came.
    rate
        η of the user's own update, where weights that were already updated may be used.
    """

    derivation: Derivation
    data: Data
    claimed: Mapping[str, Array]
    misshapen: Mapping[str, Array]
    rate: float = USUAL_RATE
    replaced: Mapping[Symbol, Array] = field(default_factory=dict)
    """Forward quantities that the user's code changed before it went on to use them."""

    @cached_property
    def everything(self) -> dict[Any, Any]:
        """Every symbol's derived value."""
        derivation = self.derivation
        values = inputs(derivation, self.data, self.data.parameters)
        values[ETA] = self.rate
        wanted = frozenset(step.symbol for step in derivation.steps)
        with np.errstate(all="ignore"):
            return {**values, **compile_derivation(derivation, FLOAT64, wanted).run(dict(values))}

    @cached_property
    def forward(self) -> dict[Any, Any]:
        """What is known before the backward pass: inputs, parameters, forward values, sizes, η."""
        backward = {step.symbol for step in (*self.derivation.backward, *self.derivation.updates)}
        return {
            key: value
            for key, value in self.everything.items()
            if key not in backward and not isinstance(key, tuple)
        } | dict(self.replaced)

    def right(self, symbol: Symbol) -> Array:
        """The derived value."""
        value: Array = self.everything[symbol]
        if symbol.kind == "grad" and symbol.root.is_parameter:
            terms = size_of_terms(self.derivation.step(symbol.name), self.everything)
            return without_noise(np.asarray(value), terms)
        return value

    @property
    def m(self) -> int:
        """The number of samples."""
        return len(self.data.x)


def columns(gradients: Mapping[str, Array]) -> dict[str, Array]:
    """Gradients in float64, biases' as columns."""
    return {
        name: np.asarray(value, dtype=np.float64).reshape((-1, 1) if value.ndim == 1 else value.shape)
        for name, value in gradients.items()
    }


def point_of(seen: Observation) -> Point:
    """What a call gave, beside every derived number."""
    rate = seen.learning_rate or USUAL_RATE
    return Point(derive(seen.network), seen.data, columns(seen.gradients), seen.misshapen, rate)
