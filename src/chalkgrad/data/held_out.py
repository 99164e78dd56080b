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
    train, test = _shuffled(len(x), held_out, seed)
    return x[train], t[train], x[test], t[test]


def set_aside(
    rows: int, part: float, seed: int, classes: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the rows to learn from and of those set aside, in order; by classes if given."""
    if classes is not None:
        return stratified_rows(classes, held_out=part, seed=seed)
    learned, aside = _shuffled(rows, part, seed)
    return np.sort(learned), np.sort(aside)


def drawn_rows(rows: int, count: int, seed: int) -> NDArray[np.int64]:
    """Return the numbers of ``count`` rows, in order, drawn with the seed; memory for these alone."""
    return np.sort(np.random.default_rng(seed).choice(rows, count, replace=False, shuffle=False))


def _shuffled(rows: int, held_out: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.random.default_rng(seed).permutation(rows)
    test, train = np.split(order, [round(held_out * rows)])
    return train, test


def stratified_rows(
    classes: NDArray[np.int64], *, held_out: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows to train on and those set aside, in order, with the classes' shares on both sides.

    Of every class one row stays to be learned; of those with more one is set aside, as far as the rows that
    are set aside reach.  Which rows of a class, and nothing else, follows from the seed.

    >>> train, aside = stratified_rows(np.array([0] * 16 + [1] * 4), held_out=0.5, seed=0)
    >>> len(train), (aside >= 16).sum().item()
    (10, 2)
    """
    _, numbers, counts = np.unique(classes, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(classes))
    aside = order[: round(held_out * len(classes))]
    if counts.max() > 1:
        by_class = order[np.argsort(numbers[order], kind="stable")]
        places = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
        aside = by_class[places < np.repeat(_shares(counts, len(aside)), counts)]
    stays = np.ones(len(order), dtype=bool)
    stays[aside] = False
    return np.flatnonzero(stays), np.sort(aside)


def _shares(counts: NDArray[np.int64], wanted: int) -> NDArray[np.int64]:
    """How many rows of each class are set aside: by largest remainders, within what each may give."""
    most = counts - 1
    several = np.count_nonzero(most)
    wanted = min(wanted, int(most.sum()))
    least = np.minimum(most, 1) if wanted >= several else np.zeros_like(most)
    exact = wanted * counts / counts.sum()
    shares: NDArray[np.int64] = np.clip(np.floor(exact).astype(np.int64), least, most)
    while left := wanted - int(shares.sum()):
        step = 1 if left > 0 else -1
        can = np.flatnonzero(shares < most if step > 0 else shares > least)
        nearest = can[np.argsort(-step * (exact - shares)[can], kind="stable")]
        shares[nearest[: abs(left)]] += step
    return shares
