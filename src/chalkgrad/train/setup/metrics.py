"""How good are the answers?  Numbers beside the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._numbers import shown
from chalkgrad.data.tables.labels import class_numbers
from chalkgrad.network import Network


@dataclass(frozen=True)
class Metric:
    """A named number of outputs and targets; ``higher`` says whether more is better (None: not known)."""

    name: str
    measure: Callable[[Array, Array], float]
    higher: bool | None = None


def accuracy(y: Array, t: Array) -> float:
    """Return the part of the rows that are classified right, from 0 to 1.

    Parameters
    ----------
    y
        Outputs of the network, m × n; with n = 1 a probability, decided at ½, else the largest wins.
    t
        Class numbers, m or m × 1; or for n > 1 one-hot rows, m × n.

    Raises
    ------
    InputError
        If y and t do not have the same rows.
    """
    y, t = np.asarray(y), np.asarray(t)
    if y.ndim != 2 or len(y) != len(t) or not len(y):
        got = f"shapes {y.shape} and {t.shape}"
        raise InputError(Fault("y, t", "be m × n outputs and m targets with m at least 1", got))
    one_hot = t.ndim == 2 and t.shape[1] > 1
    return float(np.mean(class_numbers(y) == (class_numbers(t) if one_hot else t.reshape(len(t)))))


def mean_absolute_error(y: Array, t: Array) -> float:
    """Return the mean of |y − t| over all entries."""
    return float(np.abs(y.astype(np.float64) - t.reshape(y.shape)).mean())


def r_squared(y: Array, t: Array) -> float:
    """Return R² = 1 − Σ(y − t)²/Σ(t − t̄)², the mean over the outputs whose targets vary; NaN if none does."""
    t = t.reshape(y.shape).astype(np.float64)
    residual, spread = ((y - t) ** 2).sum(axis=0), ((t - t.mean(axis=0)) ** 2).sum(axis=0)
    varies = spread > 0
    return float((1 - residual[varies] / spread[varies]).mean()) if varies.any() else math.nan


NAMED = {
    "accuracy": Metric("accuracy", accuracy, True),
    "mae": Metric("mae", mean_absolute_error, False),
    "r2": Metric("r2", r_squared, True),
}


def read_metrics(value: object, network: Network, faults: list[Fault]) -> tuple[Metric, ...]:
    """Return the metrics to measure: those asked for, after the accuracy of a classifier."""
    if value is None:
        return ()
    asked = [value] if isinstance(value, str) or callable(value) else value
    found = {"accuracy": NAMED["accuracy"]} if has_classes(network) else {}
    if not isinstance(asked, Sequence):
        faults.append(Fault("metrics", "be a list of metrics", shown(value), 'Write ["mae"], say.'))
        return ()
    for index, metric in enumerate(asked):
        read = _read_metric(metric, f"metrics[{index}]", faults)
        if read is not None:
            found[read.name] = read
    if "accuracy" in found and not has_classes(network):
        fix = 'Ask for "mae" or "r2", or end the network with sigmoid or softmax.'
        faults.append(Fault("metrics", "suit the network", "accuracy, but its outputs are numbers", fix))
    if not network.loss.loss_function.takes_classes(network.widths[-1]):
        return tuple(found.values())
    wrong = [name for name in ("mae", "r2") if name in found]
    if wrong:
        fix = "Leave it out: the accuracy is measured anyway."
        faults.append(Fault("metrics", "suit the network", f"{wrong[0]}, but its outputs are classes", fix))
    return tuple(found.values())


def _read_metric(metric: Any, path: str, faults: list[Fault]) -> Metric | None:
    if isinstance(metric, Metric):
        return metric
    if isinstance(metric, str) and metric in NAMED:
        return NAMED[metric]
    if callable(metric):
        return Metric(getattr(metric, "__name__", type(metric).__name__), metric)
    near = did_you_mean(metric, list(NAMED)) if isinstance(metric, str) else ""
    condition = f"be one of {', '.join(map(repr, NAMED))} or a function of outputs and targets"
    faults.append(Fault(path, condition, shown(metric), near))
    return None


def has_classes(network: Network) -> bool:
    """Whether the outputs are probabilities of classes."""
    return network.loss.loss_function.tells_classes(network.widths[-1])
