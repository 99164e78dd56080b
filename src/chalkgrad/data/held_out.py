"""Rows set aside, so that what was learned is tested on what was not seen."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError

X = TypeVar("X", bound=np.generic)
T = TypeVar("T", bound=np.generic)


def split(
    x: NDArray[X], t: NDArray[T], *, held_out: float = 0.2, seed: int = 0
) -> tuple[NDArray[X], NDArray[T], NDArray[X], NDArray[T]]:
    """Set rows aside for testing, the same rows for the same seed.

    Parameters
    ----------
    x, t
        Inputs and targets, both with m rows.
    held_out
        The part that is set aside, between 0 and 1: round(held_out · m) rows.
    seed
        Of the shuffle that chooses them.

    Returns
    -------
    x_train, t_train, x_test, t_test
        The rows in shuffled order; every row is in exactly one part.

    Raises
    ------
    InputError
        If x and t differ in rows, or held_out is not between 0 and 1.
    """
    faults = []
    if len(x) != len(t):
        faults.append(Fault("t", f"have one row for each of the {len(x)} rows of x", f"{len(t)} rows"))
    if not 0 <= held_out <= 1:
        faults.append(Fault("held_out", "be between 0 and 1", f"{held_out}", "Try 0.2."))
    if faults:
        raise InputError(faults)
    train, test = split_rows(len(x), held_out=held_out, seed=seed)
    return x[train], t[train], x[test], t[test]


def split_rows(rows: int, *, held_out: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the rows to train on and of those that are set aside, both shuffled."""
    order = np.random.default_rng(seed).permutation(rows)
    test, train = np.split(order, [round(held_out * rows)])
    return train, test
