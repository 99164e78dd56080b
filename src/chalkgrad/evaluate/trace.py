"""Every number of backpropagation: the derived equations with values put in, step after step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import exact as exact_number
from chalkgrad._numbers import exact_text, shown, whole
from chalkgrad.derive import ETA, UPDATE_NUMBER, Derivation, UpdateRule, derive
from chalkgrad.derive.training import read_clip_norm
from chalkgrad.derive.update_rules import SLOTS
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.evaluate.interpret import Values
from chalkgrad.evaluate.program import FLOAT64, Program, batch_size, compile_derivation, gradient_program
from chalkgrad.evaluate.settings import read_frozen, read_whole
from chalkgrad.evaluate.state import fit_state
from chalkgrad.expr import Symbol
from chalkgrad.formula import Arithmetic, Exact, Precise
from chalkgrad.formula.precise import decimal_text
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

Array = NDArray[Any]
MAX_DIGITS = 10_000

READERS: dict[str, Callable[[Trace], str]] = {}
"""How a trace shows itself in a notebook; put in from above, since numbers know no notation."""


@dataclass(frozen=True, eq=False)
class TraceStep:
    """One pass forward, backward and update.  Steps are equal if all their numbers are.

    Attributes
    ----------
    loss
        L before the update.
    values
        X, T, Z1, A1, …, Y: samples as rows; with sample weights s, with dropout the masks M1, ….
    deltas
        ∂L/∂Z_l by layer number, ``{"1": …}``, shaped like Z_l.
    errors
        ∂L/∂A_l and ∂L/∂Y, by the names dA1, dY.
    gradients
        ∂L/∂W_l and ∂L/∂b_l, by the parameters' names.
    parameters, updated
        The parameters before and after the update.
    state, updated_state
        What the optimiser remembers before and after it, ``{"W1.m": …}``; empty for plain descent.
    followed
        What moves a parameter in the place of its gradient, where gradients are clipped or weights decay.
    clipping
        ``norm``, the length of all gradients together, and ``factor``, how much of it is kept.
    number
        t, the number of the update, from 1.
    """

    loss: Any
    values: dict[str, Array]
    deltas: dict[str, Array]
    errors: dict[str, Array]
    gradients: dict[str, Array]
    parameters: dict[str, Array]
    updated: dict[str, Array]
    state: dict[str, Array] = field(default_factory=dict)
    updated_state: dict[str, Array] = field(default_factory=dict)
    followed: dict[str, Array] = field(default_factory=dict)
    clipping: dict[str, Any] = field(default_factory=dict)
    number: int = 1

    def __eq__(self, other: object) -> bool:
        return _everything(self) == _everything(other) if isinstance(other, TraceStep) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class Trace:
    """The numbers of a few steps of training.  Traces are equal if all their numbers are.

    Attributes
    ----------
    derivation
        The equations that were evaluated.
    steps
        One ``TraceStep`` for each update.
    learning_rate
        η.
    arithmetic
        ``float64``, ``exact`` or the number of digits.
    """

    network: Network
    derivation: Derivation
    steps: tuple[TraceStep, ...]
    learning_rate: Any
    arithmetic: str
    frozen: tuple[str, ...] = field(default=())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Trace):
            return NotImplemented
        return _settings(self) == _settings(other) and self.steps == other.steps

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        losses = [str(plain(step.loss)) for step in self.steps[:4]]
        shown_losses = ", ".join(losses[:3]) + (", …" if losses[3:] else "")
        return f"<Trace of {self.network!r} in {self.arithmetic}: loss {shown_losses}>"

    def _repr_html_(self) -> str | None:
        return READERS["html"](self) if "html" in READERS else None

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, ready for JSON; exact and many-digit numbers become text (``"3/7"``)."""
        return {"steps": [_step_dict(step) for step in self.steps]}


def _settings(found: Trace) -> tuple[Any, ...]:
    return found.network, found.derivation.training, found.arithmetic, found.learning_rate, found.frozen


def _everything(step: TraceStep) -> dict[str, Any]:
    more = {"parameters": {name: plain(value) for name, value in step.parameters.items()}}
    return _step_dict(step) | more | {"number": step.number}


def _step_dict(step: TraceStep) -> dict[str, Any]:
    def table(values: Mapping[str, Array]) -> dict[str, Any]:
        return {name: plain(value) for name, value in values.items()}

    found = {
        "loss": plain(step.loss),
        "values": table(step.values),
        "errors": table(step.errors),
        "deltas": table(step.deltas),
        "gradients": table(step.gradients),
        "updated": table(step.updated),
    }
    names = ("clipping", "followed", "state", "updated_state")
    return found | {name: table(getattr(step, name)) for name in names if getattr(step, name)}


def plain(value: Any) -> Any:
    """Arrays as nested lists; numbers that JSON lacks (3/7, 50 digits, infinity) as text."""
    if isinstance(value, np.ndarray):
        return [plain(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else str(float(value))
    return decimal_text(value) if hasattr(value, "_mpf_") else str(value)


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
    program = compile_derivation(derivation, arithmetic, frozenset(each.symbol for each in derivation.steps))
    eta = arithmetic.array([float(rate) if arithmetic is FLOAT64 else rate])[0]
    current, done = data.parameters, list[TraceStep]()
    memory = {key: arithmetic.array(value) for key, value in remembered.items()}
    for number in range(before + 1, before + count + 1):
        scalars = {ETA: eta, UPDATE_NUMBER: arithmetic.number(number)}
        done.append(_run(derivation, program, data, current, memory, scalars, kept, number))
        current, memory = done[-1].updated, done[-1].updated_state
    return Trace(network, derivation, tuple(done), eta, name, kept)


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


def inputs(derivation: Derivation, data: Data, parameters: Mapping[str, Array]) -> Values:
    """X, T, weights, masks and the parameters by symbol; biases and weights as columns."""
    values: Values = batch_size(len(data.x))
    for symbol in _given(derivation):
        if symbol.kind == "weight":
            values[symbol] = parameters[symbol.name]
        elif symbol.kind == "bias":
            values[symbol] = parameters[symbol.name].reshape(-1, 1)
        elif symbol.kind == "sample_weight":
            values[symbol] = data.extras["s"].reshape(-1, 1)
        elif symbol.kind == "mask":
            values[symbol] = data.extras[symbol.name]
        else:
            values[symbol] = data.x if symbol.kind == "input" else data.t
    return values


def equations(
    network: Network, data: Data, rule: UpdateRule | None = None, clip_norm: Fraction | None = None
) -> Derivation:
    """The canonical derivation for what is given: with weights, masks, clipping where there are such."""
    dropout = {int(name[1:]): None for name in data.extras if name[0] == "M"}
    return derive(network, weighted="s" in data.extras, dropout=dropout, rule=rule, clip_norm=clip_norm)


@lru_cache(maxsize=64)
def _given(derivation: Derivation) -> tuple[Symbol, ...]:
    """What no equation defines: inputs, targets, parameters, sample weights, masks."""
    defined = {step.symbol for step in derivation.steps}
    used = (symbol for step in (*derivation.forward, derivation.loss) for symbol in step.premises)
    return tuple(dict.fromkeys(symbol for symbol in used if symbol not in defined))


def _run(
    derivation: Derivation,
    program: Program,
    data: Data,
    parameters: Mapping[str, Array],
    state: Mapping[str, Array],
    scalars: Mapping[Any, Any],
    frozen: Sequence[str],
    number: int,
) -> TraceStep:
    values = {**inputs(derivation, data, parameters), **scalars}
    for symbol in _remembered(derivation):
        values[symbol] = _column(state[symbol.name])
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        program.run(values)
    tables = ("values", "deltas", "errors", "gradients", "updated", "updated_state", "followed", "clipping")
    named: dict[str, dict[str, Any]] = {key: {} for key in tables}
    named["values"] = {"X": data.x}
    for step in derivation.steps:
        symbol, value = step.symbol, np.asarray(values[step.symbol])
        if symbol.kind in ("pre", "act", "output"):
            named["values"][symbol.name] = value
            if symbol.kind == "output":
                named["values"][f"A{symbol.layer}"] = value
        elif symbol.kind in CLIPPING:
            named["clipping"][CLIPPING[symbol.kind]] = value.reshape(-1)[0]
        elif symbol.of is not None:
            of = symbol.of
            flat = value.reshape(-1) if symbol.root.kind == "bias" else value
            kept = symbol.root.name in frozen
            if symbol.kind == "next" and of.kind in SLOTS:
                named["updated_state"][of.name] = state[of.name] if kept else flat
            elif symbol.kind == "next":
                named["updated"][of.name] = parameters[of.name] if kept else flat
            elif symbol.kind == "pull":
                named["followed"][of.name] = flat
            elif of.kind == "pre":
                named["deltas"][str(of.layer)] = value
            elif of.kind in ("weight", "bias"):
                named["gradients"][of.name] = flat
            else:
                named["errors"][symbol.name] = value
    named["values"] |= {"T": data.t, **data.extras}
    named["gradients"] = {name: named["gradients"][name] for name in parameters}
    loss = np.asarray(values[derivation.loss.symbol]).reshape(-1)[0]
    return TraceStep(loss, **named, parameters=dict(parameters), state=dict(state), number=number)


CLIPPING = {"norm": "norm", "clip_factor": "factor"}


@lru_cache(maxsize=64)
def _remembered(derivation: Derivation) -> tuple[Symbol, ...]:
    """What the optimiser knows before the update."""
    used = (symbol for step in derivation.updates for symbol in step.premises if symbol.kind in SLOTS)
    return tuple(dict.fromkeys(used))


def _column(array: Array) -> Array:
    return array.reshape(-1, 1) if array.ndim == 1 else array


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
    result = {name: found[name].reshape(-1) if name[0] == "b" else found[name] for name in data.parameters}
    return float(values[derivation.loss.symbol][0, 0]), result
