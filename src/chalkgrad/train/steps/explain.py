"""Everything that went into one step of a training, found by taking the steps before it again."""

from __future__ import annotations

from chalkgrad.evaluate.parameters import draws
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.random import dropout_key
from chalkgrad.train.record.resume_point import Arrays, Position, Start
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Setup
from chalkgrad.train.steps.replayed_step import StepInputs
from chalkgrad.train.steps.slices import batch_at, replay


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
    setup = settings.setup
    executor = create_executor(setup)
    if start.parameters is None:
        executor.load(drawn(setup))
    else:
        executor.load(start.parameters, start.state)
    return captured(executor, settings, rows, pace, replay(executor, rows, settings, pace, start.at, step))
