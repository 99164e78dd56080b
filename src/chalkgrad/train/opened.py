"""One step of a training opened up: the same equations, the same numbers, in float64."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np

from chalkgrad._errors import ChalkgradWarning
from chalkgrad.derive import derive
from chalkgrad.evaluate import Data, Trace, TraceStep
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.evaluate.run import run_steps
from chalkgrad.evaluate.traced import Taken
from chalkgrad.train.executor import Array, Block
from chalkgrad.train.explain import StepInputs
from chalkgrad.train.instructions import one_hot
from chalkgrad.train.random import dropout_mask


def opened(inputs: StepInputs) -> Trace:
    """Trace a step: forward pass, loss, backward pass and update, from what went into it.

    The numbers are those of the equations in float64, from the parameters as the training had them; what the
    training itself computed in its own type is in ``Trace.taken``.

    Parameters
    ----------
    inputs
        From ``Fit.explain``.
    """
    setup, masks = inputs.setup, _masks(inputs)
    derivation = derive(
        setup.network,
        weighted=inputs.weight is not None,
        dropout={layer: _exact(rate) for layer, rate in _rates(inputs)},
        rule=setup.optimiser.rule(),
        clip_norm=None if setup.clip_norm is None else _exact(setup.clip_norm),
    )
    data = Data(_wide(inputs.parameters), _wide_array(inputs.x), _targets(inputs), masks)
    if inputs.weight is not None:
        data.extras["s"] = _wide_array(inputs.weight)
    number = inputs.step + 1
    steps = run_steps(
        derivation, data, FLOAT64, inputs.learning_rate, range(number, number + 1), _wide(inputs.state)
    )
    taken = _taken(inputs, steps[0])
    return Trace(setup.network, derivation, steps, inputs.learning_rate, "float64", taken=taken)


def _taken(inputs: StepInputs, step: TraceStep) -> Taken:
    """The step as the training takes it, in its own type and by its own executor."""
    from chalkgrad.train.choose import create_executor

    with warnings.catch_warnings():  # what it is that trains was told by the training
        warnings.simplefilter("ignore", ChalkgradWarning)
        executor = create_executor(inputs.setup)
    executor.load(inputs.parameters, inputs.state)
    order = np.arange(len(inputs.x), dtype=np.int64)
    block = Block(np.ascontiguousarray(inputs.x), np.ascontiguousarray(inputs.t), inputs.weight)
    losses = executor.run(block, order, inputs.step, np.array([inputs.learning_rate]))
    after = executor.parameters()
    with np.errstate(invalid="ignore"):
        apart = max(float(np.abs(step.updated[name] - value).max()) for name, value in after.items())
    return Taken(
        inputs.step,
        inputs.epoch,
        tuple(int(row) for row in inputs.rows),
        inputs.setup.dtype,
        float(losses[0]),
        apart,
    )


def _rates(inputs: StepInputs) -> list[tuple[int, float]]:
    return [(layer, rate) for layer, rate in enumerate(inputs.setup.dropout, start=1) if rate]


def _masks(inputs: StepInputs) -> dict[str, Array]:
    widths = inputs.setup.network.widths
    return {
        f"M{layer}": dropout_mask(inputs.mask_keys[layer - 1], len(inputs.x), widths[layer], rate)
        for layer, rate in _rates(inputs)
    }


def _targets(inputs: StepInputs) -> Array:
    """Targets as rows; class numbers become one-hot."""
    width = inputs.setup.network.widths[-1]
    return _wide_array(one_hot(inputs.t, width) if inputs.t.ndim == 1 else inputs.t)


def _wide(arrays: dict[str, Array]) -> dict[str, Array]:
    return {name: _wide_array(array) for name, array in arrays.items()}


def _wide_array(array: Array) -> Array:
    return np.asarray(array, dtype=np.float64)


def _exact(number: float) -> Fraction:
    return Fraction(repr(float(number)))
