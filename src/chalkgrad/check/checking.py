"""Check a network's own derivation: every parameter and every intermediate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.check.exact import ExactCheck, affordable, is_exact
from chalkgrad.check.forward import Forward
from chalkgrad.check.judge import judge, setting
from chalkgrad.check.probe import complete
from chalkgrad.check.report import INTERMEDIATE, PARAMETER, Finding, Report
from chalkgrad.derive import derive
from chalkgrad.evaluate import gradients, trace
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network


def check(
    network: Network,
    parameters: Mapping[str, Any] | None = None,
    x: Any = None,
    t: Any = None,
    *,
    seed: int = 0,
) -> Report:
    """Check the derived gradients against the loss itself.

    ``R(h) = |L(θ + h v) − L(θ) − h ⟨g, v⟩|`` falls as h² if g is right and as h if it is wrong.

    Every parameter's and every intermediate's gradient is judged by that rate in random directions, and entry
    by entry with differences.  A piecewise-linear network is also checked with fractions, where equality
    needs no tolerance.  At a kink the set of one-sided derivatives is allowed.

    Parameters
    ----------
    network
        The description.
    parameters
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``; drawn if left out.
    x, t
        Inputs (m, n₀) and targets (m, n_L), samples as rows; drawn if left out.
    seed
        Of what is drawn and of the directions.

    Returns
    -------
    Report
        Its ``ok`` is true only if everything is right and something was tested.

    Raises
    ------
    InputError
        With every fault of the data.

    Examples
    --------
    >>> from chalkgrad.network import Network
    >>> report = check(Network("3-2:tanh-1:sigmoid"))
    >>> report.ok, report.finding("dW1").verdict
    (True, 'right')
    """
    data, notes = complete(network, parameters, x, t, seed)
    claimed = derived_gradients(network, data)
    return check_gradients(network, data, claimed, notes=notes, seed=seed, own=True)


def derived_gradients(network: Network, data: Data) -> dict[str, Array]:
    """The derived ∂L/∂quantity by the quantity's name: parameters first, then Y, Z_L, A_{L−1}, …, Z1."""
    _, found = gradients(network, data.parameters, data.x, data.t)
    step = trace(network, data.parameters, data.x, data.t).steps[0]
    backward = (each.symbol for each in derive(network).backward)
    inner = {s.of.name: step.symbols[s] for s in backward if s.of is not None and not s.of.is_parameter}
    return {**found, **inner}


def backward_order(network: Network) -> tuple[str, ...]:
    """The names of all gradients in the order of the backward pass: dY, dZ2, dW2, db2, dA1, …"""
    return tuple(step.name for step in derive(network).backward)


def check_gradients(
    network: Network,
    data: Data,
    claimed: Mapping[str, Array],
    *,
    notes: tuple[str, ...] = (),
    seed: int = 0,
    own: bool = False,
) -> Report:
    """Check gradients by name of their quantity, in the canonical layout, whoever computed them."""
    forward = Forward(network, data)
    place = setting(forward)
    findings: list[Finding] = []
    for name, array in claimed.items():
        kind = PARAMETER if name in data.parameters else INTERMEDIATE
        array = np.asarray(array, dtype=np.float64)
        if own and kind == INTERMEDIATE and not np.isfinite(array).all():
            message = f"{name} is at the border of the loss's domain to rounding; the infinity cancels later"
            findings.append(Finding(f"d{name}", kind, "inconclusive", message, claimed=array))
        else:
            findings.append(judge(place, name, kind, array, seed))
    if own and is_exact(network) and affordable(forward):
        fractions = ExactCheck(network, data)
        findings = [fractions.refine(f) if f.kind == PARAMETER else f for f in findings]
    kinked = forward.at_kinks()
    if kinked:
        counted = ", ".join(f"{count} of {name}" for name, count in kinked.items())
        notes = (*notes, f"exactly at a kink: {counted}; the convention there is relu′(0) = 0")
    return Report(network, tuple(findings), notes=notes, backward=backward_order(network))
