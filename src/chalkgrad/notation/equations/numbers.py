"""Numbers as boxes: rounded for the reader, matrices written out, large ones shortened in the middle."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.formula.precise import decimal_text
from chalkgrad.notation.boxes import Box, Fence, Grid, Numeral, Sym

MOST = 8
"""A matrix with more rows or columns than this is shortened in the middle."""


def number_text(value: Any, digits: int = 6) -> str:
    """A number for reading: ``0.288428``, ``3/7``, ``−1.5e-9``."""
    if isinstance(value, Fraction):
        return str(value).replace("-", "−")
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return {"inf": "∞", "-inf": "−∞"}.get(str(float(value)), "NaN")
        text = f"{float(value) + 0.0:.{digits}g}"  # there is no −0 for a reader
    else:
        text = decimal_text(value) if hasattr(value, "_mpf_") else str(value)
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return text.replace("-", "−")


def number_box(value: Any, digits: int = 6) -> Box:
    """A number by itself."""
    return Numeral(number_text(value, digits))


def brief(value: Any, digits: int = 4) -> Numeral:
    """A number with few digits, for drawings and tables; exact fractions stay as they are.

    >>> brief(-0.0041623), brief(Fraction(3, 7)), brief(2.0)
    (Numeral(text='−0.004162'), Numeral(text='3/7'), Numeral(text='2'))
    """
    rounded = value if isinstance(value, Fraction | int) else (float(value) or 0.0)
    return Numeral(number_text(rounded, digits))


def value_box(values: NDArray[Any], digits: int = 6, *, plugged: bool = False) -> Box:
    """A matrix of numbers; a 1 × 1 matrix is its number, in brackets where its sign would disturb."""
    if values.size == 1:
        box = number_box(values.flat[0], digits)
        text = box.text if isinstance(box, Numeral) else ""
        return Fence(box) if plugged and text.startswith("−") else box
    rows = [_shortened([number_box(v, digits) for v in row]) for row in _rows(values)]
    dots = tuple(Sym("⋮", "upright") for _ in rows[0])
    if values.shape[0] > MOST:
        rows = [*rows[: MOST // 2], dots, *rows[-(MOST // 2) :]]
    return Grid(tuple(rows))


def _rows(values: NDArray[Any]) -> list[NDArray[Any]]:
    if values.shape[0] > MOST:
        half = MOST // 2
        return [*values[:half], *values[-half:]]
    return list(values)


def _shortened(cells: list[Box]) -> tuple[Box, ...]:
    if len(cells) <= MOST:
        return tuple(cells)
    half = MOST // 2
    return (*cells[:half], Sym("⋯", "upright"), *cells[-half:])


def spaced(count: int) -> str:
    """A count with its digits in groups; of very many digits, the power of ten.

    >>> spaced(1234567), spaced(4 * 10**30)
    ('1,234,567', 'about 4·10^30')
    """
    if count < 10**15:
        return f"{count:,}"
    text = str(count)
    lead = f"{text[0]}.{text[1:3]}".rstrip("0").rstrip(".")
    return f"about {lead}·10^{len(text) - 1}"
