"""What a page says of the training whose step it opens up."""

from __future__ import annotations

import math

from chalkgrad.evaluate import Trace
from chalkgrad.evaluate.traced import Taken
from chalkgrad.notation.boxes import Block, Bullets, Inline
from chalkgrad.notation.equations.numbers import number_text

SHOWN_ROWS = 12


def taken_blocks(trace: Trace) -> list[Block]:
    """Which step it was, and how near its numbers in the training's type come to those of the page."""
    taken = trace.taken
    if taken is None:
        return []
    return [Bullets((_which(taken), _optimiser(trace), *_nearness(taken, float(trace.steps[0].loss))))]


def taken_title(taken: Taken, network: str) -> str:
    """The title of the page."""
    return f"Step {taken.step:,} of training {network}"


def _which(taken: Taken) -> Inline:
    count = len(taken.rows)
    rows = ", ".join(f"{row:,}" for row in taken.rows[:SHOWN_ROWS]) + (", …" if count > SHOWN_ROWS else "")
    batch = f"a mini-batch of {count:,} rows" if count > 1 else "a mini-batch of one row"
    return (
        f"Step {taken.step:,}, counted from 0, in epoch {taken.epoch + 1:,}: {batch}, {rows} of the data.",
    )


def _optimiser(trace: Trace) -> Inline:
    training = trace.derivation.training
    name = training.rule.name if training.rule is not None else "gradient descent"
    parts = [f"The optimiser is {name}"]
    if training.clip_norm is not None:
        parts.append(f"the gradients are clipped to the length {float(training.clip_norm):g}")
    if training.dropout:
        rates = ", ".join(f"{float(rate or 0):g} after layer {layer}" for layer, rate in training.dropout)
        parts.append(f"dropout {rates}")
    return ("; ".join(parts) + ".",)


def _nearness(taken: Taken, loss: float) -> tuple[Inline, ...]:
    if not math.isfinite(taken.loss):
        return ((f"In training the loss became {taken.loss}, so that this update was not made.",),)
    digits = 9 if taken.dtype == "float32" else 17
    apart = abs(loss - taken.loss)
    relative = f", {_small(apart / abs(loss))} of it" if loss and apart else ""
    found = (
        f"The numbers are computed in float64 from the {taken.dtype} parameters of the training, whose own "
        f"loss in this step is {taken.loss:.{digits}g}; here it is {loss:.{digits}g}. "
        f"They are {_small(apart)} apart{relative}."
    )
    after = f"After the update no parameter is farther than {_small(taken.apart)} from the training’s."
    return ((found,), (after,)) if math.isfinite(taken.apart) else ((found,),)


def _small(difference: float) -> str:
    return number_text(difference, 2)
