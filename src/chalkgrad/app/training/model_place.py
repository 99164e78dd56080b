"""Where a model goes that nobody gave a name: beside the reader, called as its data, over no other file."""

from __future__ import annotations

import os
import re


def free_place(data: str, suffix: str = ".cg") -> str:
    """Return ``flats.cg`` for ``somewhere/flats.csv.gz``; ``flats-2.cg`` where that is taken.

    >>> free_place("no/such/folder/prices of 2024.csv.gz")
    'prices of 2024.cg'
    """
    name = os.path.basename(os.path.normpath(data))
    stem = re.sub(r"(\.[A-Za-z]\w{0,7}){1,2}$", "", name) or "model"
    places = (f"{stem}{number}{suffix}" for number in ("", *(f"-{k}" for k in range(2, 10_000))))
    return next(place for place in places if not os.path.lexists(place))
