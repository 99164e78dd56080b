"""Numbers as a reader wants them: a few digits, true minus signs, fractions kept."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from chalkgrad.notation.boxes import Num


def digits(value: Any, count: int = 4) -> Num:
    """A number with ``count`` significant digits; exact fractions stay as they are.

    >>> digits(-0.0041623), digits(Fraction(3, 7)), digits(2.0)
    (Num(text='−0.004162'), Num(text='3/7'), Num(text='2'))
    """
    if isinstance(value, Fraction | int):
        return Num(str(value).replace("-", "−"))
    text = f"{float(value) or 0.0:.{count}g}"
    if "e" in text:
        mantissa, power = text.split("e")
        text = f"{mantissa}e{int(power)}"
    return Num(text.replace("-", "−", 1) if text.startswith("-") else text)


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
