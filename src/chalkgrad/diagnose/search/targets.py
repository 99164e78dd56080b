"""What has to be explained: the user's gradient of each parameter at every probe."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.search.fit import TOLERANCE, TOLERANCE_FLOAT32, ClaimedGradient
from chalkgrad.expr import Symbol
from chalkgrad.usercode.answer.rounding import size_of_terms


def targets_of(points: Sequence[Point], single: bool) -> dict[str, ClaimedGradient | None]:
    """Gradient → target; None where it was not returned everywhere, or is not finite.

    ``single`` says that float32 was computed in, so that fewer digits agree.
    """
    tolerance = TOLERANCE_FLOAT32 if single else TOLERANCE
    gradients = points[0].derivation.gradients
    return {step.name: _target(points, step.symbol, tolerance) for step in gradients}


def _target(points: Sequence[Point], symbol: Symbol, tolerance: float) -> ClaimedGradient | None:
    """The user's gradient of a parameter at every probe, or None where it was not returned everywhere."""
    of, name = symbol.of, symbol.name
    assert of is not None
    if not all(name in point.claimed for point in points):
        return None
    arrays = tuple(point.claimed[name] for point in points)
    if not all(np.isfinite(array).all() for array in arrays):
        return None
    l2 = float(points[0].derivation.network.l2) if of.role is not None and of.role.is_penalised else 0.0
    parameters = tuple(np.asarray(point.everything[of]) for point in points)
    step = points[0].derivation.step(name)
    scales = tuple(size_of_terms(step, point.everything) for point in points)
    return ClaimedGradient(name, arrays, parameters, 2 * l2, tolerance, scales)


__all__ = ["targets_of"]
