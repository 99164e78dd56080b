"""Whether a training ended worse than an answer that does not look at the inputs.

The constant answer is the mean of the targets, or the frequencies of the classes, c = Σ_i s_i t_i / Σ_i s_i;
its loss is that of the network on the same rows, (1/m) Σ_i s_i ℓ(c, t_i), without penalty.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.data import ArraySource, Portion
from chalkgrad.formula import Float64
from chalkgrad.network import Network
from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.executors.norms import norm
from chalkgrad.train.record.history import Epoch
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.run.divergence import advice
from chalkgrad.train.setup.metrics import has_classes
from chalkgrad.train.setup.settings import Settings
from chalkgrad.train.setup.work import Block

_ROWS = 4096
"""Rows that are looked at at a time."""
_FAR_BELOW = 0.5
"""An epoch whose loss is below this part of the constant's needs no further look."""
_WORSE = 1.01
"""Worse by less is told of nobody: whoever learns nothing ends about there."""
_FLOAT64 = Float64()


def constant_advice(
    settings: Settings,
    rows: Rows,
    executor: Callable[[], Executor],
    epoch: Epoch,
    rate: float,
    *,
    falling: bool,
) -> str:
    """Say that a training ended worse than the constant answer, and what to try; nothing if it did not.

    ``executor`` gives one that has the parameters that are returned, those of ``epoch``; ``falling`` is
    whether the loss was still getting less.  Rows that come by in portions are not read again for this.
    """
    setup, loss = settings.setup, settings.setup.network.loss
    if type(rows.source) is not ArraySource:
        return ""
    constant = constant_loss(setup.network, rows)
    batch = setup.batch_size if loss.reduction == "sum" else 1
    if not 0 < constant < np.inf or epoch.loss / batch < _FAR_BELOW * constant:
        return ""
    reached = reached_loss(setup.network, rows, executor())
    if reached <= _WORSE * constant:
        return ""
    tries = advice(settings, rate, rows.block(rows.source.sample(_ROWS)), rows.names.inputs)
    if falling and tries[0].startswith("a learning rate"):  # nothing is too large
        more = f"a learning rate above {rate:g}, such as {3 * rate:g}"
        tries = ["more epochs (the loss was still falling)", more]
    what = "the frequencies of the classes" if has_classes(setup.network) else "the mean of y"
    return (
        f"It ended worse than a constant answer: its loss on the training rows is {reached:.4g} a row, that "
        f"of always answering {what} {constant:.4g}. Try {'; '.join(tries)}."
    )


def constant_loss(network: Network, rows: Rows) -> float:
    """Return the loss of the constant answer, a row."""
    total, sums = 0.0, np.zeros(network.widths[-1])
    for block, weight in _targets(rows):
        total, sums = total + float(weight.sum()), sums + _weighted(block.t, weight, network)
    if not total:
        return float("nan")
    with np.errstate(all="ignore"):
        lost = [_loss(network, sums / total, block.t, weight) for block, weight in _targets(rows)]
    return sum(lost) / rows.source.rows


def _targets(rows: Rows) -> Iterator[tuple[Block, Array]]:
    for block in _blocks(rows, with_inputs=False):
        ones = np.ones(len(block.t))
        yield block, ones if block.weight is None else block.weight.astype(np.float64)


def _weighted(t: Array, weight: Array, network: Network) -> Array:
    """Σ_i s_i t_i; of class numbers, as if they were one-hot."""
    if t.ndim == 1:
        return np.bincount(t, weight, minlength=network.widths[-1])
    return np.asarray(weight @ t.astype(np.float64))


def _loss(network: Network, answer: Array, t: Array, weight: Array) -> float:
    """Σ_i s_i ℓ(c, t_i)."""
    loss, function = network.loss, network.loss.loss_function
    if t.ndim == 1:
        each = _FLOAT64.apply(function.function, None, answer[t], np.ones(len(t)))
    else:
        entries = _FLOAT64.apply(function.function, None, np.broadcast_to(answer, t.shape), t)
        each = entries.mean(axis=1) if function.mean_over_outputs else entries.sum(axis=1)
    return float(loss.factor) * float(np.sum(weight * each))


def reached_loss(network: Network, rows: Rows, executor: Executor) -> float:
    """Return the loss of what an executor has learned, a row, without penalty and dropout."""
    is_mean = network.loss.reduction == "mean"
    weights = executor.parameters() if network.l2 else {}
    penalty = float(network.l2) * sum(norm(weights[p.name]) ** 2 for p in network.penalised() if weights)
    total = 0.0
    for block in _blocks(rows):
        loss = executor.losses(block)[0] - penalty
        total += loss * len(block.t) if is_mean else loss
    return total / rows.source.rows


def _blocks(rows: Rows, *, with_inputs: bool = True) -> Iterator[Block]:
    """Yield the training rows in the run's type, some after the other."""
    source = rows.source
    assert isinstance(source, ArraySource)
    for start in range(0, source.rows, _ROWS):
        rows_here = slice(start, start + _ROWS)
        part = rows_here if source.chosen is None else source.chosen[rows_here]
        x = source.x[part] if with_inputs else source.x[:0]
        weight = None if source.weight is None else source.weight[part]
        yield rows.block(Portion(x, source.t[part], weight, np.arange(len(x))))
