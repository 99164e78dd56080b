"""The built-in losses: one record each, from which everything else about them follows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from math import inf
from typing import Any, NamedTuple

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.formula import kernels
from chalkgrad.formula.activations import SOFTMAX
from chalkgrad.formula.build import divide, num, power, subtract
from chalkgrad.formula.elementwise import ElementwiseFunction
from chalkgrad.formula.nodes import Num, Var
from chalkgrad.formula.parse import parse_formula
from chalkgrad.formula.simplify import simplify

_SQUARE = power(subtract(Var("y"), Var("t")), num(2))


USUAL = "half_squared_error"
"""The loss where no other has the last activation for its partner."""


def interval(low: float, high: float) -> str:
    """Return bounds in words.

    >>> interval(0, 1), interval(0, inf)
    ('in [0, 1]', 'of at least 0')
    """
    if high == inf:
        return f"of at least {low:g}"
    return f"in [{low:g}, {high:g}]" if low > -inf else f"of at most {high:g}"


class Breach(NamedTuple):
    """Where targets leave a domain: rows and columns of what is wrong, or rows alone for their sum."""

    condition: str
    places: Array
    values: Array
    fix: str


@dataclass(frozen=True)
class Domain:
    """What the targets of a loss must satisfy.

    Attributes
    ----------
    words
        As people say it; empty where nothing is known, as of a loss of one's own.
    low, high
        The bounds of every target.
    sums_to_one
        Whether each row is a distribution, which a class number stands for as well.
    """

    words: str = ""
    low: float = -inf
    high: float = inf
    sums_to_one: bool = False

    @property
    def is_probability(self) -> bool:
        """Whether each target is a probability for itself, or a label 0 or 1."""
        return (self.low, self.high) == (0, 1) and not self.sums_to_one

    def breach(self, t: Array, tolerance: float) -> Breach | None:
        """Return where targets, one row a sample, leave the domain; sums may be off by the tolerance."""
        if not self.is_bounded:
            return None
        if t.min() < self.low or t.max() > self.high:
            places, bounds = np.argwhere((t < self.low) | (t > self.high)), interval(self.low, self.high)
            fix = "Write 0 or 1 (or a probability)" if self.high == 1 else f"Write numbers {bounds}"
            values = t[tuple(places.T)]
            return Breach(f"be {bounds}", places, values, f"{fix}, or choose {USUAL}.")
        if self.sums_to_one:
            sums = t.sum(axis=1, dtype=np.float64)
            rows = np.flatnonzero(np.abs(sums - 1) > tolerance)
            if len(rows):
                return Breach("sum to 1", rows[:, None], sums[rows], "Divide the row by its sum.")
        return None

    @property
    def is_bounded(self) -> bool:
        """Whether a target has a bound at all."""
        return self.low > -inf or self.high < inf

    def inside(self, parts: Any) -> Any:
        """Return numbers within the bounds from numbers between 0 and 1."""
        low = self.low if self.low > -inf else self.high - 1 if self.high < inf else 0.0
        return low + (self.high - low if self.high < inf else 1.0) * parts


UNKNOWN, REAL = Domain(), Domain("any numbers")
UNIT, SIMPLEX = Domain("from 0 to 1", 0, 1), Domain("classes, or rows that sum to 1", 0, 1, sums_to_one=True)


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
        What the targets must satisfy.
    predictions
        The bounds that predictions must keep.
    partner
        The activation of the last layer that it goes with: y − t is then the error, up to a factor.
    in_core
        Whether the native core has it with its partner in one pass, from the sums z.
    also
        Its other names, read whatever the case.
    title
        What a chart calls it, if not by its name.
    """

    name: str
    function: ElementwiseFunction
    mean_over_outputs: bool = False
    domain: Domain = UNKNOWN
    predictions: tuple[float, float] = (-inf, inf)
    partner: str = ""
    in_core: bool = False
    also: tuple[str, ...] = ()
    title: str = ""

    @property
    def formula(self) -> str:
        """The loss of one output as people type it."""
        return self.function.formula

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return self.name.replace("_", " ")

    @cached_property
    def squared(self) -> Fraction | None:
        """The share q of a squared error q(y − t)²; ``None`` of another loss."""
        share = simplify(divide(self.function.body, _SQUARE))
        return share.value if isinstance(share, Num) else None

    @property
    def is_base(self) -> bool:
        """Whether it is no multiple or mean of another: what a loss is called before factors and means."""
        return self.squared in (None, 1) and not self.mean_over_outputs

    def is_link(self, activation: str) -> bool:
        """Whether y − t is the error behind an activation, up to a factor: the canonical link."""
        return bool(self.partner) and activation == self.partner

    def takes_classes(self, outputs: int) -> bool:
        """Whether a class number stands for a row of targets."""
        return self.domain.sums_to_one and outputs > 1

    def tells_classes(self, outputs: int) -> bool:
        """Whether the outputs are probabilities of classes."""
        return self.takes_classes(outputs) or (self.domain.is_probability and outputs == 1)


def described(name: str, formula: str, *, kernels: Any = None, **known: Any) -> LossFunction:
    """Return the record of a loss from its formula in y and t, and what else is known of it."""
    function = ElementwiseFunction(
        name, ("y", "t"), parse_formula(formula, ("y", "t")), kernels=kernels or {}
    )
    return LossFunction(name, function, **{"domain": REAL, **known})


def _squares(share: float) -> dict[str | None, Any]:
    by_y, by_t = (partial(kernels.difference, factor=sign * 2 * share) for sign in (1, -1))
    return {None: partial(kernels.square, factor=share), "y": by_y, "t": by_t}


_BUILT_IN = (
    described(
        "squared_error", "(y - t)^2", partner="identity", also=("sse",), title="squared error",
        kernels=_squares(1.0),
    ),
    described(
        "half_squared_error", "(y - t)^2/2", partner="identity", also=("quadratic",),
        title="half the squared error", kernels=_squares(0.5),
    ),
    described(
        "mean_squared_error", "(y - t)^2", mean_over_outputs=True, partner="identity", also=("mse",),
        title="mean squared error", kernels=_squares(1.0),
    ),
    described(
        "binary_cross_entropy", "-t*log(y) - (1 - t)*log(1 - y)", domain=UNIT, predictions=(0.0, 1.0),
        partner="sigmoid", in_core=True, also=("bce", "log_loss"),
        title="binary cross-entropy (natural logarithm)",
        kernels={None: kernels.binary_cross_entropy, "y": kernels.binary_cross_entropy_slope},
    ),
    described(
        "cross_entropy", "-t*log(y)", domain=SIMPLEX, predictions=(0.0, 1.0), partner=SOFTMAX, in_core=True,
        also=("ce", "nll", "categorical_cross_entropy"), title="cross-entropy (natural logarithm)",
        kernels={None: kernels.cross_entropy, "y": kernels.cross_entropy_slope},
    ),
)  # fmt: skip
LOSSES: dict[str, LossFunction] = {record.name: record for record in _BUILT_IN}
"""The built-in losses."""


def usual_loss(activation: str) -> str:
    """Return the loss that a last activation usually goes with.

    >>> usual_loss("sigmoid"), usual_loss("tanh")
    ('binary_cross_entropy', 'half_squared_error')
    """
    fitting = (name for name, loss in LOSSES.items() if loss.is_link(activation) and loss.squared is None)
    return next(fitting, USUAL)
