"""Data that comes with the package: handwritten digits, so that training has something real to learn.

The digits are the *Optical Recognition of Handwritten Digits* of E. Alpaydin and C. Kaynak (UCI Machine
Learning Repository, CC BY 4.0); see ``ATTRIBUTION.md`` beside this file.
"""

from __future__ import annotations

import gzip
import io
from importlib import resources
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError

__all__ = ["load_digits", "split"]

X = TypeVar("X", bound=np.generic)
T = TypeVar("T", bound=np.generic)


def load_digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read the 5,620 handwritten digits.

    Returns
    -------
    x
        Images, 5620 × 64: one row an image, its 8 × 8 pixels row by row, scaled from 0…16 to 0…1.
    labels
        The digit of each image, 5620 numbers from 0 to 9.

    Examples
    --------
    >>> x, labels = load_digits()
    >>> x.shape, labels[:5].tolist()
    ((5620, 64), [0, 0, 7, 4, 6])
    """
    packed = resources.files(__name__).joinpath("optdigits.csv.gz").read_bytes()
    text = io.StringIO(gzip.decompress(packed).decode("ascii"))
    table = np.loadtxt(text, delimiter=",", skiprows=1, dtype=np.int64)
    return table[:, :-1] / 16.0, table[:, -1]


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
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = np.split(order, [round(held_out * len(x))])
    return x[train], t[train], x[test], t[test]
