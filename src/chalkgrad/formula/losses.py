"""The built-in losses: the formula per output, in the prediction y and the target t."""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.parse import parse_formula


@dataclass(frozen=True)
class LossFunction:
    """A loss: Σ over outputs (or their mean) of an elementwise function of y and t.

    Attributes
    ----------
    name
        Its name, e.g. ``binary_cross_entropy``.
    function
        The loss of one output, in ``y`` and ``t``.
    mean_over_outputs
        Whether the outputs are averaged rather than summed.
    domain
        What the targets must satisfy: ``real``, ``unit`` (each in [0, 1]) or ``simplex`` (each row ≥ 0
        with sum 1).

    """

    name: str
    function: ElementwiseFunction
    mean_over_outputs: bool = False
    domain: str = "real"

    @property
    def formula(self) -> str:
        """The loss of one output as people type it."""
        return self.function.formula


# name: (formula of one output, mean over outputs, domain of the targets)
_TABLE: dict[str, tuple[str, bool, str]] = {
    "squared_error": ("(y - t)^2", False, "real"),
    "half_squared_error": ("(y - t)^2/2", False, "real"),
    "mean_squared_error": ("(y - t)^2", True, "real"),
    "binary_cross_entropy": ("-t*log(y) - (1 - t)*log(1 - y)", False, "unit"),
    "cross_entropy": ("-t*log(y)", False, "simplex"),
}


LOSSES: dict[str, LossFunction] = {
    name: LossFunction(
        name, ElementwiseFunction(name, ("y", "t"), parse_formula(text, ("y", "t"))), mean, domain
    )
    for name, (text, mean, domain) in _TABLE.items()
}
"""The built-in losses."""
