"""Data that comes with the package: handwritten digits, so that training has something real to learn.

The digits are the *Optical Recognition of Handwritten Digits* of E. Alpaydin and C. Kaynak (UCI Machine
Learning Repository, CC BY 4.0); see ``ATTRIBUTION.md`` beside this file.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray


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
    import gzip
    from importlib import resources

    packed = resources.files(__package__ or "chalkgrad.data").joinpath("optdigits.csv.gz").read_bytes()
    text = io.StringIO(gzip.decompress(packed).decode("ascii"))
    table = np.loadtxt(text, delimiter=",", skiprows=1, dtype=np.int64)
    return table[:, :-1] / 16.0, table[:, -1]
