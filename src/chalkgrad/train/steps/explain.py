"""Everything that goes into one step of a training."""

from __future__ import annotations

from chalkgrad.evaluate.parameters import draws
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.random import dropout_key
from chalkgrad.train.record.resume_point import Arrays, Position
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Setup
from chalkgrad.train.steps.replayed_step import StepInputs
from chalkgrad.train.steps.slices import batch_at


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
