"""Equality without tolerance: piecewise-linear networks in rational arithmetic.

Along one coordinate a piecewise-linear network with a polynomial loss is, as long as no unit changes its
branch, a polynomial of the loss's degree d.  For d ≤ 2 the central difference is its derivative without any
error, at every h; for larger d the polynomial through d + 1 points is differentiated.  Every
pre-activation is linear in the coordinate inside the region, so signs that agree at the ends and in the
middle agree between them: the certificate is a proof.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.forward import Forward
from chalkgrad.check.report import ComparedEntry, Finding
from chalkgrad.evaluate import trace
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.formula import Exact, LossFunction, Num, differentiate
from chalkgrad.network import Network

_MAX_DEGREE = 8
_MAX_WORK = 60_000
_DECADES = 40


@lru_cache(maxsize=256)
def loss_degree(function: LossFunction) -> int | None:
    """The degree of a loss as a (piecewise) polynomial in y, or None."""
    node = function.function.body
    for degree in range(-1, _MAX_DEGREE):
        if node == Num(Fraction(0)):
            return max(degree, 0)
        node = differentiate(node, "y")
    return None


def is_exact(network: Network) -> bool:
    """Whether the network's loss is a piecewise polynomial with rational values."""
    straight = all(not layer.is_softmax and layer.function.piecewise_linear for layer in network.layers)
    return straight and loss_degree(network.loss.loss_function) is not None


def affordable(forward: Forward) -> bool:
    """Whether every entry can be checked with fractions in a few seconds."""
    entries = sum(int(np.prod(shape)) for shape in forward.network.parameter_shapes().values())
    return forward.cost * entries * forward.network.depth <= _MAX_WORK


class ExactCheck:
    """The derived gradients as fractions, and the loss's own derivatives as fractions."""

    def __init__(self, network: Network, data: Data) -> None:
        arithmetic = Exact()
        values = validate_data(network, data.x, data.t, data.parameters, arithmetic=arithmetic)
        self.degree = max(loss_degree(network.loss.loss_function) or 0, 2)
        step = trace(network, data.parameters, data.x, data.t, exact=True).steps[0]
        self.claimed: dict[str, Array] = step.gradients
        self.forward = Forward(network, values, arithmetic)
        self.left = Forward(network, values, arithmetic, frozen="left")
        self.right = Forward(network, values, arithmetic, frozen="right")

    def slope(self, forward: Forward, name: str, index: tuple[int, ...]) -> Fraction | None:
        """∂L/∂entry, or None where every neighbourhood has a kink."""
        base = forward.values[name]
        unit = np.full(base.shape, Fraction(0), dtype=object)
        unit[index] = Fraction(1)
        line = forward.line(name, unit)
        h = Fraction(float(np.max(forward.scale(name))))
        for _ in range(_DECADES):
            (above, same_above), (below, same_below) = line(h), line(-h)
            if same_above and same_below:
                if self.degree <= 2:
                    return Fraction(above - below) / (2 * h)
                return self._interpolated(line, h)
            h /= 10
        return None

    def _interpolated(self, line: Any, h: Fraction) -> Fraction:
        """The derivative at 0 of the polynomial through points between −h and h."""
        places = [Fraction(k, self.degree) * h for k in range(-self.degree, self.degree + 1, 2)]
        places = [p for p in places if p] + [Fraction(0)]
        total = Fraction(0)
        for p in places:
            if p:  # ℓ_p′(0) = (1/p) · Π_{q ≠ 0, p} q/(q − p)
                weight = 1 / p
                for q in places:
                    if q not in (0, p):
                        weight *= q / (q - p)
                total += weight * Fraction(line(p)[0] - line(Fraction(0))[0])
        return total

    def refine(self, found: Finding) -> Finding:
        """Replace the verdict of a parameter's finding by the exact one."""
        name = found.name.removeprefix("d")
        claimed = self.claimed[name]
        held, moved = 0, False
        for index in np.ndindex(claimed.shape):
            truth = self.slope(self.forward, name, index)
            allowed = [truth]
            if truth is None:
                held += 1
                allowed = [self.slope(side, name, index) for side in (self.left, self.right)]
            bounds = [value for value in allowed if value is not None]
            moved = moved or any(bounds)
            if not bounds:
                message = f"the loss has a kink in every neighbourhood of entry {list(index)}"
                return replace(found, verdict="inconclusive", message=message)
            if not min(bounds) <= claimed[index] <= max(bounds):
                entry = ComparedEntry(index, float(claimed[index]), float(bounds[0]))
                truths = " … ".join(map(str, bounds))
                message = f"as fractions {claimed[index]} at {entry.place}, should be {truths}"
                return replace(found, verdict="wrong", message=message, worst=entry, exact=True)
        if not moved:
            return replace(
                found, verdict="vacuous", exact=True, message="exactly zero on both sides: nothing was tested"
            )
        if held:
            message = (
                f"exact: {held} of {claimed.size} entries at a kink, each an allowed one-sided derivative"
            )
            return replace(found, verdict="at-a-kink", exact=True, covered="every entry", message=message)
        message = f"equal as fractions, every entry, no tolerance; {found.message}"
        return replace(found, verdict="right", exact=True, covered="every entry", message=message)
