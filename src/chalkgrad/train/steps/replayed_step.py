"""One step of a training opened up: the same equations, the same numbers, in float64."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import ChalkgradWarning
from chalkgrad._pages import Page, Written
from chalkgrad.derive import derive
from chalkgrad.evaluate import Data, Trace, TraceStep
from chalkgrad.evaluate.program import FLOAT64
from chalkgrad.evaluate.run import run_steps
from chalkgrad.evaluate.traced import Taken
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.executors.instructions import one_hot
from chalkgrad.train.executors.random import dropout_masks
from chalkgrad.train.record.resume_point import Arrays
from chalkgrad.train.setup.work import Block, Setup


@dataclass(frozen=True, eq=False)
class StepInputs(Written):
    """One step before it is taken.

    Attributes
    ----------
    setup
        The network, the optimiser, the type, the clipping, the dropout rates.
    step, epoch
        Their numbers, from 0.
    rows
        The rows of the mini-batch, as numbers of the portion of the data they came in.
    x, t, weight
        The mini-batch: inputs, targets, and what each row counts (None: all 1).
    parameters, state
        Before the step.
    learning_rate
        η of the step.
    mask_keys
        The keys of the hidden layers' dropout masks (``train.random.dropout_mask``); empty without dropout.
    notation
        In which the step shows itself in a notebook.
    """

    setup: Setup
    step: int
    epoch: int
    rows: NDArray[np.int64]
    x: Array
    t: Array
    weight: Array | None
    parameters: Arrays
    state: Arrays
    learning_rate: float
    mask_keys: tuple[int, ...] = ()
    notation: Any = "matrix"

    @cached_property
    def trace(self) -> Trace:
        """The step with all its numbers: forward pass, loss, backward pass, update."""
        return opened(self)

    def __repr__(self) -> str:
        rows = f"{len(self.rows):,} {'row' if len(self.rows) == 1 else 'rows'}"
        told = f"{rows}, η {self.learning_rate:.4g}"
        return f"<StepInputs of step {self.step:,} of {self.setup.network!r}: {told}>"

    def __str__(self) -> str:
        return str(self.page())

    def page(self, notation: Any = None, *, digits: int = 6) -> Page:
        """Return the equations of the step with the numbers put in, as a page.

        Parameters
        ----------
        notation
            A built-in notation's name, or a TOML file; the one that ``explain`` was given if left out.
        digits
            Significant digits.
        """
        return self.trace.page(notation or self.notation, digits=digits)


def opened(inputs: StepInputs) -> Trace:
    """Trace a step: forward pass, loss, backward pass and update, from what went into it.

    The numbers are those of the equations in float64, from the parameters as the training had them; what the
    training itself computed in its own type is in ``Trace.taken``.

    Parameters
    ----------
    inputs
        From ``Fit.explain``.
    """
    setup = inputs.setup
    masks = dropout_masks(setup, inputs.step, len(inputs.x))
    derivation = derive(
        setup.network,
        weighted=inputs.weight is not None,
        dropout={layer: _exact(rate) for layer, rate in enumerate(setup.dropout, start=1) if rate},
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
    with warnings.catch_warnings():  # what it is that trains was told by the training
        warnings.simplefilter("ignore", ChalkgradWarning)
        executor = create_executor(inputs.setup, tells=False)
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
