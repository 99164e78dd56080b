"""Train a network: gradient descent on the equations that were derived for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.evaluate import gradients
from chalkgrad.network import Network
from chalkgrad.train.descent import Array, History, Parameters, Progress, descend


def train(
    network: Network,
    parameters: Mapping[str, Array],
    x: Array,
    t: NDArray[Any],
    *,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 0.1,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
) -> tuple[Parameters, History]:
    """Train by plain mini-batch gradient descent.

    θ ← θ − η ∂L/∂θ, with ∂L/∂θ from the network's derivation (`gradients`).

    Parameters
    ----------
    network
        With its loss.
    parameters
        To start from, {"W1": n₁ × n₀, "b1": n₁, …}; they are not changed.
    x
        Inputs, m × n₀, one row a sample.
    t
        Targets, m × n_L, or m class numbers for a cross-entropy.
    epochs
        Passes over all rows.
    batch_size
        Rows an update; the last mini-batch of an epoch may be smaller.
    learning_rate
        η > 0.
    seed
        Of the order of the rows; the same seed gives the same run.
    progress
        Called after every update.

    Returns
    -------
    parameters, history
        Those of the last good step, and what happened: a run that is interrupted by Ctrl-C or diverges
        returns as well, with the reason in ``history.outcome`` and ``history.advice``.

    Raises
    ------
    InputError
        If a setting is not usable, or the data does not fit the network.
    """
    faults = list(setting_faults(epochs, batch_size, learning_rate))
    x, t = np.asarray(x, dtype=np.float64), np.asarray(t)
    if x.ndim != 2 or not len(x):
        faults.append(Fault("x", "be a table with at least one row", f"shape {x.shape}"))
    elif len(t) != len(x):
        faults.append(Fault("t", f"have one row for each of the {len(x)} rows of x", f"{len(t)} rows"))
    if faults:
        raise InputError(faults)
    return descend(
        lambda reached, rows, targets: gradients(network, reached, rows, targets),
        parameters,
        x,
        t,
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=float(learning_rate),
        seed=seed,
        progress=progress,
    )


def setting_faults(epochs: Any, batch_size: Any, learning_rate: Any) -> list[Fault]:
    """List what is wrong with the settings of a run."""
    faults = []
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
            faults.append(Fault(name, "be a whole number from 1 up", repr(value)))
    number = isinstance(learning_rate, int | float | Fraction | np.number)
    number = number and not isinstance(learning_rate, bool)
    if not number or not 0 < learning_rate < float("inf"):
        faults.append(Fault("learning_rate", "be a number above 0", repr(learning_rate), "Try 0.1."))
    return faults


def accuracy(y: Array, t: NDArray[Any]) -> float:
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
    decided = (y[:, 0] > 0.5).astype(np.int64) if y.shape[1] == 1 else y.argmax(axis=1)
    one_hot = t.ndim == 2 and t.shape[1] > 1
    return float(np.mean(decided == (t.argmax(axis=1) if one_hot else t.reshape(len(t)))))
