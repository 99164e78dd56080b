"""Numbers as people write them, read without loss: 0.1 is one tenth.

Every number of a description or a problem file becomes a ``Fraction`` (a float through its shortest
decimal, so 0.1 is 1/10), which exact arithmetic uses as it is and float64 rounds once.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

Number = int | float | Decimal | Fraction | str
"""What a person may write for a number; a string only as a quotient such as ``"1/3"``."""

LARGEST = Fraction(sys.float_info.max)
_QUOTIENT = re.compile(r"\s*([+-]?\d{1,2000})\s*/\s*(\d{1,2000})\s*")
_DECIMAL = re.compile(r"\s*[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?\s*")


def exact(value: object) -> Fraction | None:
    """Return the exact value of a number, or ``None`` when it is not a finite number.

    >>> exact(0.1), exact(Decimal("2.50")), exact("1/3"), exact(True), exact("fast")
    (Fraction(1, 10), Fraction(5, 2), Fraction(1, 3), None, None)
    """
    number: Fraction | None = None
    if isinstance(value, (bool, np.bool_)):
        return None
    if isinstance(value, (int, np.integer)):
        number = Fraction(int(value)) if int(value).bit_length() <= 1025 else None
    elif isinstance(value, Fraction):
        number = value
    elif isinstance(value, (float, np.floating)):
        number = Fraction(repr(float(value))) if np.isfinite(value) else None
    elif isinstance(value, Decimal):
        if value.is_finite() and abs(value.adjusted()) <= 400 and len(value.as_tuple().digits) <= 1000:
            number = Fraction(value)
    elif isinstance(value, str):
        number = _quotient(value)
    return number if number is not None and abs(number) <= LARGEST else None


def exact_text(text: str) -> Fraction | None:
    """Return the value of a number typed inside a specification, such as ``0.1``, ``2`` or ``1/3``.

    >>> exact_text("0.1"), exact_text("1/3"), exact_text("1e9999")
    (Fraction(1, 10), Fraction(1, 3), None)
    """
    if _DECIMAL.fullmatch(text):
        return exact(Decimal(text.strip()))
    return _quotient(text)


def _quotient(text: str) -> Fraction | None:
    match = _QUOTIENT.fullmatch(text)
    if match is None or int(match[2]) == 0:
        return None
    return Fraction(int(match[1]), int(match[2]))


def whole(value: object) -> int | None:
    """Return a whole number, or ``None``: 3 and 3.0 are whole, True and "3" are not."""
    number = exact(value) if not isinstance(value, str) else None
    return int(number) if number is not None and number.denominator == 1 else None


def number_text(number: Fraction) -> str:
    """Write a number so that ``exact_text`` gives it back: a decimal if it ends, else a quotient.

    >>> number_text(Fraction(1, 10)), number_text(Fraction(-7)), number_text(Fraction(1, 3))
    ('0.1', '-7', '1/3')
    """
    plain = plain_number(number)
    return plain if isinstance(plain, str) else repr(plain)


def plain_number(number: Fraction) -> int | float | str:
    """Return the simplest value of TOML or JSON that reads back as exactly this number."""
    if number.denominator == 1 and abs(number) < 2**53:
        return int(number)
    try:
        rounded = float(number)
    except OverflowError:
        return f"{number.numerator}/{number.denominator}"
    return rounded if exact(rounded) == number else f"{number.numerator}/{number.denominator}"


def plain_value(value: Any) -> Any:
    """Return what TOML or JSON can hold, every number in it exactly: arrays and tuples as lists.

    >>> plain_value({"x": (Fraction(1, 3), np.array([0.5, 2.0]))})
    {'x': ['1/3', [0.5, 2]]}
    """
    if isinstance(value, Mapping):
        return {str(name): plain_value(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain_value(item) for item in value]
    number = None if isinstance(value, str) else exact(value)
    return value if number is None else plain_number(number)


def as_json(value: Any) -> Any:
    """Return what JSON can hold, every float in it as it is: tuples as lists, infinity and NaN as text.

    >>> as_json({"loss": (0.5, math.inf)})
    {'loss': [0.5, 'inf']}
    """
    if isinstance(value, Mapping):
        return {name: as_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def shown(value: object, limit: int = 60) -> str:
    """Return a short text of any value for an error message."""
    if isinstance(value, (Decimal, Fraction, np.generic)):
        text = str(value)
    elif isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 400:
        text = f"a whole number of {value.bit_length()} bits"
    elif isinstance(value, str):
        text = repr(value[: limit + 1])
    elif isinstance(value, (list, tuple)):
        text = f"a list of {len(value)}" if len(value) > 8 else repr_list(value)
    elif isinstance(value, dict):
        text = f"a table with {', '.join(map(repr, list(value)[:4]))}" if value else "an empty table"
    else:
        text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def repr_list(values: list[object] | tuple[object, ...]) -> str:
    """Return a list as it is written in a file."""
    return "[" + ", ".join("[…]" if isinstance(v, (list, tuple)) else shown(v, 20) for v in values) + "]"
