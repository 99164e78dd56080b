"""One update of a parameter, by twins of the optimisers' formulas or by these; arrays change in place."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive.optimisers import SGD, Adam, AdamW, Optimiser, RMSprop
from chalkgrad.derive.update_rules import Assignment
from chalkgrad.expr import SLOT_NAMES
from chalkgrad.formula.kernels import FLOAT_KERNELS
from chalkgrad.formula.nodes import Num
from chalkgrad.formula.tape import Tape, compile_tape


def zero_state(optimiser: Optimiser, parameters: Mapping[str, Array]) -> dict[str, Array]:
    """What an optimiser remembers before the first update: {"W1.m": zeros, …}."""
    return {
        f"{name}.{slot}": np.zeros_like(value)
        for name, value in parameters.items()
        for slot in optimiser.slots
    }


def clip(gradients: dict[str, Array], norm: float | None) -> dict[str, Array]:
    """Scale all gradients by one factor, so that their Euclidean norm is at most ``norm``."""
    if norm is None:
        return gradients
    wide = [g.astype(np.float64) for g in gradients.values()]
    length = float(np.sqrt(sum(np.vdot(g, g) for g in wide)))
    if not length > norm:
        return gradients
    return {name: g * g.dtype.type(norm / length) for name, g in gradients.items()}


def update(
    optimiser: Optimiser, value: Array, gradient: Array, slots: Mapping[str, Array], rate: float, step: int
) -> None:
    """Move one parameter and what is remembered of it; ``step`` counts from 0 through the whole training."""
    match optimiser:
        case SGD():
            _sgd(optimiser, value, gradient, slots.get("v"), rate)
        case Adam():
            g = gradient + optimiser.weight_decay * value if optimiser.weight_decay else gradient
            _adam(optimiser, value, g, slots["m"], slots["v"], rate, step)
        case AdamW():
            value *= 1.0 - rate * optimiser.weight_decay
            _adam(optimiser, value, gradient, slots["m"], slots["v"], rate, step)
        case RMSprop():
            _rmsprop(optimiser, value, gradient, slots["v"], rate)
        case _:
            by_rule(optimiser, value, gradient, slots, rate, step)


def by_rule(
    optimiser: Optimiser, value: Array, gradient: Array, slots: Mapping[str, Array], rate: float, step: int
) -> None:
    """The same by the optimiser's formulas, one after the other."""
    rule = optimiser.rule()
    values: dict[Hashable, Any] = {name: float(number) for name, number in rule.numbers}
    values |= {"theta": value, "g": gradient, "eta": rate, "t": step + 1.0}
    values |= {kind: slots[SLOT_NAMES[kind]] for kind in rule.remembered}
    for assignment in rule.assignments:
        tape = _tape(assignment)
        constants = [float(c.value) if isinstance(c, Num) else getattr(math, c.name) for c in tape.constants]
        slots_of_tape = tape.run(FLOAT_KERNELS, [values[name] for name in tape.inputs], constants)
        found = np.broadcast_to(slots_of_tape[tape.result], value.shape)
        if assignment.target in values and assignment.target != "g":
            values[assignment.target][...] = found
        else:
            values[assignment.target] = found


@lru_cache(maxsize=64)
def _tape(assignment: Assignment) -> Tape:
    return compile_tape(assignment.formula)


def _sgd(optimiser: SGD, value: Array, g: Array, v: Array | None, rate: float) -> None:
    if optimiser.weight_decay:
        g = g + optimiser.weight_decay * value
    if v is not None:
        v *= optimiser.momentum
        v += g
        g = g + optimiser.momentum * v if optimiser.nesterov else v
    value -= rate * g


def _adam(
    optimiser: Adam | AdamW, value: Array, g: Array, m: Array, v: Array, rate: float, step: int
) -> None:
    m *= optimiser.beta1
    m += (1.0 - optimiser.beta1) * g
    v *= optimiser.beta2
    v += (1.0 - optimiser.beta2) * (g * g)
    first, second = 1.0 - optimiser.beta1 ** (step + 1), 1.0 - optimiser.beta2 ** (step + 1)
    value -= (rate / first) * m / (np.sqrt(v) / float(np.sqrt(second)) + optimiser.epsilon)


def _rmsprop(optimiser: RMSprop, value: Array, g: Array, v: Array, rate: float) -> None:
    if optimiser.weight_decay:
        g = g + optimiser.weight_decay * value
    v *= optimiser.alpha
    v += (1.0 - optimiser.alpha) * (g * g)
    value -= rate * g / (np.sqrt(v) + optimiser.epsilon)
