"""Numbers with a decimal comma, such as 1,5, in files whose cells are not divided by commas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"[-+]?\d+(?:,\d+)?(?:[eE][-+]?\d+)?")
_THOUSANDS = re.compile(r"[-+]?\d{1,3},\d{3}")


def read_commas(values: Mapping[int, NDArray[Any]]) -> tuple[dict[int, NDArray[Any]], list[int]]:
    """Return the columns of a file, those with decimal commas as numbers, and the places of these.

    A file in which 1,234 could mean 1234 everywhere is left as text.

    >>> found, places = read_commas({0: np.array(["1,5", None, "2"], object), 1: np.array(["a,b"], object)})
    >>> found[0].tolist(), places
    ([1.5, nan, 2.0], [0])
    """
    written = {place: _written(column) for place, column in values.items() if column.dtype == object}
    decimal = [place for place, texts in written.items() if texts]
    if not any(not _THOUSANDS.fullmatch(text) for place in decimal for text in written[place] if "," in text):
        return dict(values), []
    return {
        place: _numbers(column) if place in decimal else column for place, column in values.items()
    }, decimal


def _written(column: NDArray[Any]) -> set[str]:
    """Return the different texts of a column if all are numbers, one of them with a comma; else nothing."""
    texts: set[str] = set()
    for text in column:
        if text is not None and text not in texts:
            if not _NUMBER.fullmatch(text):
                return set()
            texts.add(text)
    return texts if any("," in text for text in texts) else set()


def _numbers(column: NDArray[Any]) -> NDArray[np.float64]:
    cells = (np.nan if text is None else float(text.replace(",", ".")) for text in column)
    return np.fromiter(cells, np.float64, len(column))
