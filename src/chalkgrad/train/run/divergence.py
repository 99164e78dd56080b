"""A loss that is not finite: go back to the last good parameters, name what broke first, say what to try."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import InputError
from chalkgrad.evaluate import TraceStep
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.norms import are_finite
from chalkgrad.train.record.resume_point import Arrays, Position
from chalkgrad.train.rows.columns import place_of
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.learning_rate import Pace
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Block, steps_of
from chalkgrad.train.steps.explain import captured
from chalkgrad.train.steps.replayed_step import StepInputs, opened
from chalkgrad.train.steps.slices import batch_at, replay
from chalkgrad.train.steps.snapshot import Snapshot

_LARGE_INPUT = 10.0
LOOKED_AT = 10_000
_LARGE_TARGET = 1000.0
_TOLD = 3
_INPUT = "x["


class DivergedError(Exception):
    """The loss of step ``step`` is not finite, so its parameters are not good."""

    def __init__(self, step: int, loss: float) -> None:
        super().__init__(step, loss)
        self.step, self.loss = step, loss


@dataclass(frozen=True)
class Retreat:
    """Where a diverged training ends: the last good parameters, and what is to be said."""

    parameters: Arrays
    state: Arrays | None
    at: Position
    step: int
    """The step that broke."""
    advice: str


def retreat(
    executor: Executor,
    rows: Rows,
    settings: Settings,
    pace: Pace,
    snapshot: Snapshot,
    found: DivergedError,
    names: tuple[str, ...] = (),
) -> Retreat:
    """Go back to the parameters before the last step whose loss was finite; tell why they are the last."""
    parameters, state, at = snapshot.parameters, snapshot.state, snapshot.at
    if state is not None:
        at = _last_finite(executor, rows, settings, pace, snapshot, found)
        parameters, state = executor.parameters(), executor.state()
    try:
        if state is None:
            step, cause = found.step, _named(executor, rows, settings, pace, found)
            block = rows.block(rows.source.sample(LOOKED_AT))
        else:
            step, cause, block = _cause(executor, rows, settings, pace, at, found)
        tries = "; ".join(advice(settings, pace.rates(found.step, 1)[0], block, names))
    except Exception as error:  # what was learned is worth more than why it ended
        step = found.step
        cause = f"the loss became {found.loss} (where it began could not be found: {error!r})"
        tries = _smaller(pace.rates(found.step, 1)[0])
    if cause.startswith(_INPUT):
        tries = "other numbers there, or leave that row out"
    text = (
        f"diverged at step {step} (steps are counted from 0): {cause}; "
        f"the parameters before step {at.step} are kept. Try {tries}."
    )
    return Retreat(parameters, state, at, step, text)


def _last_finite(
    executor: Executor, rows: Rows, settings: Settings, pace: Pace, snapshot: Snapshot, found: DivergedError
) -> Position:
    """Take the good steps after the snapshot again; where the rows cannot be read any more, none of them."""
    executor.load(snapshot.parameters, snapshot.state)
    try:
        last = max(found.step - 1, snapshot.at.step)
        return replay(executor, rows, settings, pace, snapshot.at, last)
    except InputError:
        executor.load(snapshot.parameters, snapshot.state)
        return snapshot.at


def _named(executor: Executor, rows: Rows, settings: Settings, pace: Pace, found: DivergedError) -> str:
    """Look for what left the range in the step at which the executor stopped."""
    broken = [name for name, value in executor.parameters().items() if not np.isfinite(value).all()]
    if broken:
        return f"{', '.join(broken)} not finite"
    epoch, steps = divmod(found.step, steps_of(rows.source.rows, settings.setup.batch_size))
    at = Position(found.step, epoch, steps * settings.setup.batch_size)
    return first_beyond(captured(executor, settings, rows, pace, at)) or f"the loss became {found.loss}"


def _cause(
    executor: Executor, rows: Rows, settings: Settings, pace: Pace, at: Position, found: DivergedError
) -> tuple[int, str, Block]:
    """Look for the first quantity that left the range: in this step, in its update, in the next step."""
    block, order, _ = batch_at(rows, settings, at)
    first = first_beyond(captured(executor, settings, rows, pace, at))
    if first or found.step == at.step:
        return at.step, first or f"the loss became {found.loss}", block
    executor.run(block, order, at.step, pace.rates(at.step, 1))
    if not are_finite(executor.parameters()):
        return at.step, f"its update left the range of {settings.setup.dtype}", block
    after = at.moved(1, len(order), 0.0, 0.0, 0.0, {})
    first = first_beyond(captured(executor, settings, rows, pace, after))
    return after.step, first or f"the loss became {found.loss}", block


def first_beyond(inputs: StepInputs) -> str:
    """Name the first quantity of a step that its type cannot hold, evaluated in float64; empty if none."""
    if not np.isfinite(inputs.x).all():
        row, column = np.argwhere(~np.isfinite(inputs.x))[0]
        return f"{_INPUT}{inputs.rows[row]}, {column}] is {inputs.x[row, column]}"
    dtype = inputs.setup.dtype
    limit = float(np.finfo(dtype).max)
    with np.errstate(all="ignore"):
        for name, value in _quantities(opened(inputs).steps[0]):
            largest = float(np.max(np.abs(value)))
            if np.isnan(largest):
                return f"{name} is not a number any more in {dtype}"
            if not largest <= limit:
                return f"{name} reached {largest:.3g}, beyond {dtype}'s {limit:.2g}"
    return ""


def _quantities(step: TraceStep) -> Iterator[tuple[str, Array]]:
    """Every quantity of a step, in the order in which it is computed."""
    yield from step.values.items()
    yield "the loss", np.asarray(step.loss)
    for symbol, value in step.symbols.items():
        if symbol.kind == "grad" and symbol.of and (symbol.of.is_parameter or symbol.of.kind == "pre"):
            yield f"∂L/∂{symbol.of}", value
    yield from step.updated_state.items()
    yield from ((f"the update of {name}", value) for name, value in step.updated.items())


def advice(settings: Settings, rate: float, block: Block, names: tuple[str, ...] = ()) -> list[str]:
    """List what may help, the likeliest first."""
    tries = [_smaller(rate)]
    largest = np.abs(block.x[:LOOKED_AT]).max(axis=0)
    order = np.argsort(-largest, kind="stable")[:_TOLD]
    large = [column for column in order.tolist() if largest[column] > _LARGE_INPUT]
    if large:
        places = [(place_of("x", column, names, len(largest)), largest[column]) for column in large]
        told = [f"{place} reaches {value:.3g}" for place, value in places]
        tries.insert(0, f"inputs standardised to mean 0 and deviation 1 ({', '.join(told)})")
    reached = 0.0 if block.t.ndim == 1 else float(np.abs(block.t[:LOOKED_AT]).max())
    if reached > _LARGE_TARGET:
        tries.insert(0, f"targets divided by their size (y reaches {reached:.3g})")
    if settings.setup.clip_norm is None:
        tries.append("clip_norm=1.0")
    return tries


def _smaller(rate: float) -> str:
    return f"a learning rate below {rate:g}, such as {rate / 10:g}"
