"""What each instruction does, in NumPy: as plain as it can be said.

What is elementwise, and the loss, is computed in float64 and rounded to the program's type; products of
matrices are in that type.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.evaluate.samples import Pivoted
from chalkgrad.formula import ACTIVATIONS, ActivationFunction, Float64, nodes, stabilise
from chalkgrad.formula.kernels import FLOAT_KERNELS, identity, identity_slope, sigmoid_minus, softplus
from chalkgrad.formula.tape import Tape, compile_tape
from chalkgrad.lower import program as lowered
from chalkgrad.lower.program import Function, Program
from chalkgrad.train.executors.random import dropout_key, dropout_mask

FLOAT64 = Float64()


@dataclass
class Pass:
    """One pass over some rows: what the instructions read and write."""

    program: Program
    parameters: dict[str, Array]
    x: Array
    t: Array | None
    c: Array
    """m × 1: what each sample counts in the loss."""
    seed: int = 0
    step: int = 0
    buffers: dict[str, Array] = field(default_factory=dict)
    gradients: dict[str, Array] = field(default_factory=dict)
    loss: float = 0.0

    def put(self, name: str, value: Array) -> None:
        """Keep a value in the program's type."""
        self.buffers[name] = np.asarray(value).astype(self.x.dtype, copy=False)

    def run(self, instruction: lowered.Instruction) -> None:
        """Carry out one instruction."""
        DO[type(instruction)](self, instruction)


def coefficients(program: Program, weight: Array | None, rows: int, count: int) -> Array:
    """c_i = factor · s_i, divided by ``count`` samples under the mean; a column of ``rows``."""
    ones = np.ones(rows) if weight is None else np.asarray(weight, dtype=np.float64)
    factor = program.loss_factor / (count if program.mean_over_samples else 1)
    return (factor * ones)[:, None]


def _wide(values: Array) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def one_hot(classes: Array, count: int) -> Array:
    """One row for each class number, 1 at its class."""
    return np.eye(count)[classes.astype(np.int64)]


# -- elementwise functions -----------------------------------------------------------------------------


def apply(function: Function | None, z: Array) -> Array:
    """f(z)."""
    if function is not None and function.is_softmax:
        return Pivoted(1, FLOAT64, _wide(z)).softmax()
    return _kernels(function)[0](_wide(z))


@lru_cache(maxsize=256)
def _kernels(function: Function | None) -> tuple[Callable[..., Array], Callable[..., Array]]:
    """F and f′, both as functions of z."""
    if function is None:
        return identity, identity_slope
    known = _known(function)
    return FLOAT64.kernel(known, None), FLOAT64.kernel(known, "z")


def _known(function: Function) -> ActivationFunction:
    known = ACTIVATIONS[function.name]
    names = [name for name, _ in known.parameters]
    return known.at(dict(zip(names, map(Fraction, function.numbers), strict=True)))


@lru_cache(maxsize=256)
def _value_slope(function: Function) -> Tape:
    """F′ as a formula in the value a, from the table of functions."""
    slope = _known(function).value_derivative
    assert slope is not None
    return compile_tape(stabilise(slope))


def run_tape(tape: Tape, inputs: list[Array]) -> Array:
    """The value of a tape, entry by entry, in the type of its inputs."""
    kind = np.result_type(*inputs).type if inputs else np.float64
    constants = [kind(c.value if isinstance(c, nodes.Num) else getattr(math, c.name)) for c in tape.constants]
    result: Array = tape.run(FLOAT_KERNELS, inputs, constants)[tape.result]
    return result


def _tape(run: Pass, tape: Tape, sources: tuple[str, ...]) -> Array:
    inputs = [_wide(run.buffers[name]) for name in sources]
    return np.broadcast_to(run_tape(tape, inputs), inputs[0].shape)


# -- forward -------------------------------------------------------------------------------------------


def gather_inputs(run: Pass, i: lowered.GatherInputs) -> None:
    run.put(i.out, run.x)


def gather_targets(run: Pass, i: lowered.GatherTargets) -> None:
    assert run.t is not None
    t = run.t
    if run.program.class_targets and t.ndim == 1:
        t = one_hot(t, next(b.features for b in run.program.buffers if b.name == i.out))
    run.put(i.out, t.reshape(len(run.x), -1))


def linear(run: Pass, i: lowered.Linear) -> None:
    z = run.buffers[i.source] @ run.parameters[WEIGHT.name(i.layer)].T
    bias = run.parameters.get(BIAS.name(i.layer))
    z = z if bias is None else z + bias
    run.put(i.out, z if i.function is None else apply(i.function, z))


def map_(run: Pass, i: lowered.Map) -> None:
    value = _tape(run, i.tape, i.sources)
    run.put(i.out, run.c * i.coefficient * value if i.scaled else value)


def softmax(run: Pass, i: lowered.Softmax) -> None:
    run.put(i.out, Pivoted(1, FLOAT64, _wide(run.buffers[i.source])).softmax())


def log_softmax(run: Pass, i: lowered.LogSoftmax) -> None:
    run.put(i.out, Pivoted(1, FLOAT64, _wide(run.buffers[i.source])).log_softmax())


def dropout(run: Pass, i: lowered.Dropout) -> None:
    source = run.buffers[i.source]
    mask = dropout_mask(dropout_key(run.seed, run.step, i.layer), len(source), source.shape[1], i.rate)
    run.put(i.out, source * mask.astype(source.dtype))


# -- the loss ------------------------------------------------------------------------------------------


def loss_and_error(run: Pass, i: lowered.LossAndError) -> None:
    z, t = _wide(run.buffers[i.z]), _wide(run.buffers[_targets(run.program)])
    loss, error = _PAIRS[i.kind](i.function, z, t)
    scale = run.c * i.coefficient
    run.loss += float(np.sum(scale * loss))
    run.put(i.out, scale * error)


def _squared_error(function: Function | None, z: Array, t: Array) -> tuple[Array, Array]:
    difference = _minus(function, z, t)
    return difference**2, 2.0 * difference * _kernels(function)[1](z)


def _binary_cross_entropy(function: Function | None, z: Array, t: Array) -> tuple[Array, Array]:
    return t * softplus(-z) + (1.0 - t) * softplus(z), sigmoid_minus(z, t)


def _cross_entropy(function: Function | None, z: Array, t: Array) -> tuple[Array, Array]:
    pivoted = Pivoted(1, FLOAT64, z)
    return -t * pivoted.log_softmax(), pivoted.softmax_minus(t)


_PAIRS: dict[str, Callable[[Function | None, Array, Array], tuple[Array, Array]]] = {
    "squared_error": _squared_error,
    "binary_cross_entropy": _binary_cross_entropy,
    "cross_entropy": _cross_entropy,
}
"""The twins of the core's losses: ℓ and its error, from z."""


def _minus(function: Function | None, z: Array, t: Array) -> Array:
    """f(z) − t, without cancellation where f saturates."""
    exact = None if function is None else FLOAT_KERNELS.get(f"{function.name}_minus")
    return apply(function, z) - t if exact is None else np.asarray(exact(z, t))


def _targets(program: Program) -> str:
    return next(i.out for i in program.instructions if isinstance(i, lowered.GatherTargets))


def loss_map(run: Pass, i: lowered.LossMap) -> None:
    run.loss += float(np.sum(run.c * i.coefficient * _tape(run, i.tape, i.sources)))


# -- backward ------------------------------------------------------------------------------------------


def softmax_gradient(run: Pass, i: lowered.SoftmaxGradient) -> None:
    y, error = _wide(run.buffers[i.y]), _wide(run.buffers[i.error])
    if i.weighted:
        run.put(i.out, error - y * error.sum(axis=1, keepdims=True))
        return
    largest = y.argmax(axis=1)[:, None]
    relative = error - np.take_along_axis(error, largest, axis=1)
    run.put(i.out, y * (relative - (y * relative).sum(axis=1, keepdims=True)))


def backpropagate(run: Pass, i: lowered.Backpropagate) -> None:
    error = run.buffers[i.error] @ run.parameters[WEIGHT.name(i.layer)]
    if i.add is not None:
        error = error + run.buffers[i.add]
    if i.function is not None and i.value is not None:
        slope = run_tape(_value_slope(i.function), [_wide(run.buffers[i.value])])
        error = _wide(error) * slope
    run.put(i.out, error)


def weight_gradient(run: Pass, i: lowered.WeightGradient) -> None:
    error, weight = run.buffers[i.error], run.parameters[WEIGHT.name(i.layer)]
    gradient = error.T @ run.buffers[i.source]
    l2 = float(run.program.parameters[i.layer - 1].l2)
    run.gradients[WEIGHT.name(i.layer)] = gradient + weight.dtype.type(2 * l2) * weight if l2 else gradient
    if BIAS.name(i.layer) in run.parameters:
        run.gradients[BIAS.name(i.layer)] = error.sum(axis=0)


DO: dict[type[lowered.Instruction], Callable[[Pass, Any], None]] = {
    lowered.GatherInputs: gather_inputs,
    lowered.GatherTargets: gather_targets,
    lowered.Linear: linear,
    lowered.Map: map_,
    lowered.Softmax: softmax,
    lowered.LogSoftmax: log_softmax,
    lowered.Dropout: dropout,
    lowered.LossAndError: loss_and_error,
    lowered.LossMap: loss_map,
    lowered.SoftmaxGradient: softmax_gradient,
    lowered.Backpropagate: backpropagate,
    lowered.WeightGradient: weight_gradient,
}
