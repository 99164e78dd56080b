"""Everything that went into one step of a training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._pages import Page, Written
from chalkgrad.evaluate import Trace
from chalkgrad.evaluate.parameters import draws
from chalkgrad.train.executor import Array, Executor, Setup
from chalkgrad.train.pace import Pace
from chalkgrad.train.random import dropout_key
from chalkgrad.train.rows import Rows
from chalkgrad.train.settings import Settings
from chalkgrad.train.slices import batch_at, replay
from chalkgrad.train.standing import Arrays, Position, Start


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
        from chalkgrad.train.opened import opened

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


def captured(executor: Executor, settings: Settings, rows: Rows, pace: Pace, at: Position) -> StepInputs:
    """Return what goes into the next step of an executor that stands at ``at``."""
    setup = settings.setup
    block, order, epoch = batch_at(rows, settings, at)
    keys = (dropout_key(setup.seed, at.step, layer) for layer in range(1, len(setup.dropout) + 1))
    return StepInputs(
        setup,
        at.step,
        epoch,
        order.copy(),
        block.x[order],
        block.t[order],
        None if block.weight is None else block.weight[order],
        executor.parameters(),
        executor.state(),
        float(pace.rates(at.step, 1)[0]),
        tuple(keys),
    )


def drawn(setup: Setup) -> Arrays:
    """Return the parameters that ``initialise`` draws, in the run's type."""
    return {name: value.astype(setup.dtype) for name, value in draws(setup.network, setup.seed)}


def replayed(settings: Settings, rows: Rows, pace: Pace, start: Start, step: int) -> StepInputs:
    """Return what went into a step, by taking the steps from the start up to it again."""
    from chalkgrad.train.choose import create_executor

    setup = settings.setup
    executor = create_executor(setup)
    if start.parameters is None:
        executor.load(drawn(setup))
    else:
        executor.load(start.parameters, start.state)
    return captured(executor, settings, rows, pace, replay(executor, rows, settings, pace, start.at, step))
