"""Every number of backpropagation: the derived equations with values put in, step after step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import exact as exact_number
from chalkgrad._numbers import exact_text, shown, whole
from chalkgrad._reading import read_whole
from chalkgrad.derive import UpdateRule
from chalkgrad.derive.training import read_clip_norm
from chalkgrad.evaluate.data import validate_data
from chalkgrad.evaluate.program import FLOAT64, gradient_program
from chalkgrad.evaluate.run import equations, inputs, run_steps
from chalkgrad.evaluate.settings import read_frozen
from chalkgrad.evaluate.state import fit_state
from chalkgrad.evaluate.traced import Trace
from chalkgrad.formula import Arithmetic, Exact, Precise
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

MAX_DIGITS = 10_000


def trace(
    network: Network,
    parameters: Mapping[str, Any],
    x: Any,
    t: Any,
    *,
    learning_rate: Any = "0.1",
    steps: int = 1,
    frozen: Sequence[str] = (),
    exact: bool = False,
    digits: int | None = None,
    sample_weight: Any = None,
    masks: Mapping[int, Any] | None = None,
    rule: UpdateRule | None = None,
    state: Mapping[str, Any] | None = None,
    step: int = 0,
    clip_norm: Any = None,
) -> Trace:
    """Evaluate the derived equations: forward pass, loss, backward pass, update, repeated.

    Parameters
    ----------
    network
        The description.
    parameters
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``.
    x, t
        Inputs (m, n₀) and targets (m, n_L), samples as rows; a single sample may be one list.
    learning_rate
        η; a decimal in a string is read exactly.
    steps
        How many updates.
    frozen
        Names of parameters that keep their values.
    exact
        Rational arithmetic without any error, for piecewise-linear networks and polynomial losses.
    digits
        Arithmetic with that many digits instead of float64.
    sample_weight
        s, what each sample counts in the loss, m numbers; all count the same if left out.
    masks
        Dropout masks by hidden layer, ``{1: (m, n₁)}``, the same in every step: A_l = f_l(Z_l) ⊙ M_l.
    rule
        An optimiser's formulas, ``optimiser.rule()``; plain descent if left out.
    state
        What the optimiser remembers, ``{"W1.m": (n₁, n₀), …}``; zeros if left out.
    step
        How many updates there were before; the next is number t = step + 1.
    clip_norm
        The length to which all gradients together are scaled down before the update.

    Returns
    -------
    Trace

    Raises
    ------
    InputError
        With every fault of the data.
    UnsupportedError
        In exact arithmetic, for a function that has no exact values.

    Examples
    --------
    >>> from chalkgrad import Network, trace
    >>> net = Network("1-1:relu:nobias-1", loss="half_squared_error")
    >>> first = trace(net, {"W1": [[2]], "W2": [[1]], "b2": [0]}, [3], [7], exact=True).steps[0]
    >>> str(first.loss), str(first.gradients["W1"][0, 0])
    ('1/2', '-3')
    """
    expect_network(network)
    faults: list[Fault] = []
    rate = _rate(learning_rate, faults)
    count = read_whole("steps", steps, 1, faults)
    kept = read_frozen(network, frozen, faults)
    before = read_whole("step", step, 0, faults)
    remembered = fit_state(network, rule, state, faults)
    longest = read_clip_norm(clip_norm, faults)
    arithmetic, name = _arithmetic(exact, digits, faults)
    try:
        data = validate_data(
            network, x, t, parameters, arithmetic=arithmetic, sample_weight=sample_weight, masks=masks
        )
    except InputError as error:
        raise InputError([*error.faults, *faults]) from None
    if faults:
        raise InputError(faults)
    derivation = equations(network, data, rule, longest)
    eta = arithmetic.array([float(rate) if arithmetic is FLOAT64 else rate])[0]
    memory = {key: arithmetic.array(value) for key, value in remembered.items()}
    memory |= {each.name: data.extras[each.name] for each in network.statistics}
    numbers = range(before + 1, before + count + 1)
    done = run_steps(derivation, data, arithmetic, eta, numbers, memory, kept)
    return Trace(network, derivation, done, eta, name, kept)


def _arithmetic(exact: bool, digits: Any, faults: list[Fault]) -> tuple[Arithmetic, str]:
    if exact:
        if digits is not None:
            fix = "Exact numbers have no rounding."
            faults.append(Fault("digits", "be left out with exact=True", shown(digits), fix))
        return Exact(), "exact"
    if digits is None:
        return FLOAT64, "float64"
    count = whole(digits)
    if count is None or not 1 <= count <= MAX_DIGITS:
        condition = f"be a whole number from 1 to {MAX_DIGITS:,}"
        faults.append(Fault("digits", condition, shown(digits), "Write digits=50."))
        return FLOAT64, "float64"
    return Precise(count), f"{count} digits"


def _rate(value: Any, faults: list[Fault]) -> Fraction:
    rate = exact_text(value) if isinstance(value, str) else exact_number(value)
    if rate is None:
        fix = "Write learning_rate=0.1, say."
        faults.append(Fault("learning_rate", "be a finite number", shown(value), fix))
    return rate or Fraction(0)


def gradients(
    network: Network,
    parameters: Mapping[str, Any],
    x: Any,
    t: Any,
    *,
    sample_weight: Any = None,
    masks: Mapping[int, Any] | None = None,
) -> tuple[float, dict[str, NDArray[np.float64]]]:
    """The loss and every parameter's gradient in float64, as fast as NumPy goes.

    Evaluates the derived equations and computes nothing that is not asked for.

    Parameters
    ----------
    network
        The description.
    parameters
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``.
    x, t
        Inputs (m, n₀) and targets (m, n_L), samples as rows.
    sample_weight
        What each sample counts in the loss, m numbers; all count the same if left out.
    masks
        Dropout masks by hidden layer, ``{1: (m, n₁)}``.

    Returns
    -------
    loss : float
    gradients : dict
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``, the derivatives of the loss.

    Raises
    ------
    InputError
        With every fault of the data.
    """
    data = validate_data(network, x, t, parameters, sample_weight=sample_weight, masks=masks)
    derivation = equations(network, data)
    program = gradient_program(derivation)
    values = inputs(derivation, data, data.parameters)
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        program.run(values)
    found = {
        step.symbol.of.name: values[step.symbol]
        for step in derivation.gradients
        if step.symbol.of is not None
    }
    result = {name: found[name].reshape(array.shape) for name, array in data.parameters.items()}
    return float(values[derivation.loss.symbol][0, 0]), result
