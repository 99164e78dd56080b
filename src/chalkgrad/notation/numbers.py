"""Numbers as boxes: rounded for the reader, matrices written out, large ones shortened in the middle."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.notation.boxes import Box, Fence, Grid, Num, Sym

MOST = 8
"""A matrix with more rows or columns than this is shortened in the middle."""


def number_text(value: Any, digits: int = 6) -> str:
    """A number for reading: ``0.288428``, ``3/7``, ``−1.5e-9``."""
    if isinstance(value, Fraction):
        return str(value).replace("-", "−")
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return {"inf": "∞", "-inf": "−∞"}.get(str(float(value)), "NaN")
        text = f"{float(value):.{digits}g}"
    else:
        text = _many_digits(value)
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    return text.replace("-", "−")


def _many_digits(value: Any) -> str:
    context = getattr(value, "context", None)
    if context is None:
        return str(value)
    shown = max(context.dps - 15, 6) if context.dps > 25 else context.dps
    return str(context.nstr(value, shown))


def number_box(value: Any, digits: int = 6) -> Box:
    """A number by itself."""
    return Num(number_text(value, digits))


def value_box(values: NDArray[Any], digits: int = 6, *, plugged: bool = False) -> Box:
    """A matrix of numbers; a 1 × 1 matrix is its number, in brackets where a sign would stand in a product."""
    if values.size == 1:
        box = number_box(values.flat[0], digits)
        text = box.text if isinstance(box, Num) else ""
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
