"""One step after the other: values put into a derivation's equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import layer_of
from chalkgrad.derive import ETA, UPDATE_NUMBER, Derivation, UpdateRule, derive, derive_plainly
from chalkgrad.derive.update_rules import SLOTS
from chalkgrad.evaluate.data import Data
from chalkgrad.evaluate.interpret import Values
from chalkgrad.evaluate.program import CompiledSteps, batch_size, compile_derivation
from chalkgrad.evaluate.traced import TraceStep
from chalkgrad.expr import Symbol
from chalkgrad.formula import Arithmetic
from chalkgrad.network import Network


def run_steps(
    derivation: Derivation,
    data: Data,
    arithmetic: Arithmetic,
    rate: Any,
    numbers: range,
    state: Mapping[str, Array],
    frozen: Sequence[str] = (),
) -> tuple[TraceStep, ...]:
    """Forward, loss, backward, update, once for every number t of an update.

    Parameters
    ----------
    derivation
        The equations.
    data
        What they are given, in the arithmetic.
    rate
        η, in the arithmetic.
    numbers
        From 1: ``range(t, t + steps)``.
    state
        What the optimiser remembers, in the arithmetic.
    frozen
        Names of parameters that keep their values.
    """
    program = compile_derivation(derivation, arithmetic, frozenset(each.symbol for each in derivation.steps))
    current, memory, done = data.parameters, dict(state), list[TraceStep]()
    for number in numbers:
        scalars = {ETA: rate, UPDATE_NUMBER: arithmetic.number(number)}
        done.append(_run(derivation, program, data, current, memory, scalars, frozen, number))
        current, memory = done[-1].updated, done[-1].updated_state
    return tuple(done)


def inputs(derivation: Derivation, data: Data, parameters: Mapping[str, Array]) -> Values:
    """X, T, weights, masks and the parameters by symbol; biases and weights as columns."""
    values: Values = batch_size(len(data.x))
    learned, beside, rows = _sorted(derivation)
    for symbol in learned:
        values[symbol] = _column(parameters[symbol.name])
    for symbol in beside:
        values[symbol] = _column(data.extras[symbol.name])
    for symbol in rows:
        values[symbol] = data.x if symbol.kind == "input" else data.t
    return values


@lru_cache(maxsize=64)
def _sorted(derivation: Derivation) -> tuple[list[Symbol], list[Symbol], list[Symbol]]:
    """What is given: parameters, then weights, masks and statistics, then inputs and targets."""
    given = _given(derivation)
    learned = [symbol for symbol in given if symbol.is_parameter]
    rows = [symbol for symbol in given if symbol.kind in ("input", "target")]
    return learned, [symbol for symbol in given if symbol not in learned and symbol not in rows], rows


def equations(
    network: Network,
    data: Data,
    rule: UpdateRule | None = None,
    clip_norm: Fraction | None = None,
    *,
    inference: bool = False,
) -> Derivation:
    """The canonical derivation for what is given: with weights, masks, clipping where there are such."""
    if rule is None and clip_norm is None and not data.extras:
        return derive_plainly(network, inference=inference)
    dropout = {layer_of(name): None for name in data.extras if name[0] == "M"}
    return derive(
        network,
        weighted="s" in data.extras,
        dropout=dropout,
        rule=rule,
        clip_norm=clip_norm,
        inference=inference,
    )


@lru_cache(maxsize=64)
def _given(derivation: Derivation) -> tuple[Symbol, ...]:
    """What no equation defines: inputs, targets, parameters, sample weights, masks, what norms remember."""
    defined = {step.symbol for step in derivation.steps}
    used = [symbol for step in (*derivation.forward, derivation.loss) for symbol in step.premises]
    used += [symbol for step in derivation.updates for symbol in step.premises if symbol.is_statistic]
    return tuple(dict.fromkeys(symbol for symbol in used if symbol not in defined))


def _run(
    derivation: Derivation,
    program: CompiledSteps,
    data: Data,
    parameters: Mapping[str, Array],
    state: Mapping[str, Array],
    scalars: Mapping[Any, Any],
    frozen: Sequence[str],
    number: int,
) -> TraceStep:
    given = inputs(derivation, data, parameters)
    given.update((symbol, _column(state[symbol.name])) for symbol in _remembered(derivation))
    values = {**given, **scalars}
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        program.run(values)
    values.update(given)
    found: dict[Symbol, Array] = {}
    for symbol in _everything(derivation):
        is_kept = symbol.kind == "next" and symbol.root.name in frozen
        value = np.asarray(values[symbol.of if is_kept else symbol])
        is_list = symbol.root.is_vector or symbol.kind == "sample_weight"
        found[symbol] = value.reshape(-1) if is_list else value
    return TraceStep(found, number)


@lru_cache(maxsize=64)
def _everything(derivation: Derivation) -> tuple[Symbol, ...]:
    """X, what is computed in its order, and what else was given."""
    computed = (step.symbol for step in derivation.steps)
    return tuple(
        sorted((*computed, *_given(derivation), *_remembered(derivation)), key=lambda s: s.kind != "input")
    )


@lru_cache(maxsize=64)
def _remembered(derivation: Derivation) -> tuple[Symbol, ...]:
    """What the optimiser knows before the update."""
    used = (
        symbol
        for step in derivation.updates
        for symbol in step.premises
        if symbol.kind in SLOTS or symbol.is_statistic
    )
    return tuple(dict.fromkeys(used))


def _column(array: Array) -> Array:
    return array.reshape(-1, 1) if array.ndim == 1 else array
