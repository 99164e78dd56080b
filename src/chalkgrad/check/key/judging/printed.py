"""Printed numbers: their digits say how far the true value may be away.

0.288 stands for every number that rounds to it, |v − 0.288| ≤ 0.0005, and, more generously, for every
number that is cut to it, 0.288 ≤ v < 0.289.  A fraction such as 3/7 stands for itself.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from chalkgrad.check.key.report import Verdict

MAX_EXPONENT = 400
COMPUTED = Fraction(1, 10**13)
"""How far, relatively, a float64 value may be from the true one."""
SAME = Fraction(1, 2**50)
"""How far a number printed with all float64 digits may be away."""

_SIGN = r"[-+−–]"
_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN}?)\s*(?P<digits>\d+[.,]?\d*|[.,]\d+)"
    rf"(?:[eE](?P<e>{_SIGN}?\d+)"
    rf"|\s*(?:[×x*·⋅]|\\times|\\cdot)\s*10\s*(?:\^|\*\*)\s*(?P<wrap>[({{]?)(?P<power>{_SIGN}?\d+)[)}}]?)?"
)
_QUOTIENT = re.compile(rf"({_SIGN}?)\s*(\d+)\s*/\s*(\d+)")
_LATEX_QUOTIENT = re.compile(rf"({_SIGN}?)\s*\\[dt]?frac\s*\{{\s*(\d+)\s*\}}\s*\{{\s*(\d+)\s*\}}")
_BEFORE = re.compile(r"^[\s$≈~=≃∼]+|^\\approx\s*")
_AFTER = re.compile(r"[\s$]+$|(?<=\d)\s*(?:…|\.\.\.)$")


@dataclass(frozen=True)
class Printed:
    """A number as it is printed.

    Attributes
    ----------
    value
        What the digits say.
    unit
        The value of one in the last printed place; 0 for a fraction, which is exact.
    decimals
        Places after the point, and the power of ten that was written behind.
    """

    value: Fraction
    unit: Fraction
    decimals: int = 0
    exponent: int | None = None
    negative: bool = False

    def judge(self, true: Fraction) -> Verdict:
        """Return RIGHT, CUT or WRONG for the true value.

        >>> [read_printed(text).judge(Fraction("2.080917")).name for text in ("2.080", "2.081", "2.079")]
        ['CUT', 'RIGHT', 'WRONG']
        """
        slack = abs(true) * COMPUTED
        if abs(self.value) * SAME > self.unit / 2:
            slack = abs(self.value) * SAME
        distance = abs(true - self.value)
        if distance <= self.unit / 2 + slack:
            return Verdict.RIGHT
        same_side = (true < 0) == self.negative or true == 0
        if same_side and abs(self.value) - slack <= abs(true) < abs(self.value) + self.unit:
            return Verdict.CUT
        return Verdict.WRONG

    def like(self, true: Fraction) -> str:
        """Write another value with the same digits, or in full where that is short.

        >>> read_printed("2.080").like(Fraction("2.080917")), read_printed("3/7").like(Fraction(1, 3))
        ('2.081', '1/3')
        """
        if not self.unit:
            short = true.denominator < 10**6
            return f"{true.numerator}/{true.denominator}" if short else written(true, ".6g")
        if self.exponent is None:
            if 1000 % true.denominator == 0 and (true / self.unit).denominator != 1:
                return str(Decimal(true.numerator) / Decimal(true.denominator))
            rounded = Decimal(round(true / self.unit)) * Decimal(1).scaleb(-self.decimals)
            enough = rounded or not true
            return format(rounded, f".{self.decimals}f") if enough else written(true, ".4g")
        digits = max(len(str(abs(int(self.value / self.unit)))) - 1, 0)
        return written(true, f".{digits}e")


def written(value: Fraction, form: str) -> str:
    """Return a value in a format such as ``.7g``, also where no float64 holds it.

    >>> written(Fraction(1, 3), ".4g"), written(Fraction(10) ** 600 / 3, ".4g")
    ('0.3333', '3.333e+599')
    """
    try:
        near = float(value)
    except OverflowError:
        near = math.inf
    if math.isfinite(near) and (near or not value):
        return format(near, form)
    return format(Decimal(value.numerator) / Decimal(value.denominator), form)


def read_printed(text: str) -> Printed | None:
    """Return the number that a text is, or ``None`` if it is something else.

    Signs may be typographic, ``≈`` or ``=`` may stand in front, dots behind; powers of ten may be
    written ``2.08e-3`` or ``2.08×10^-3``; a decimal comma is read as a point.

    >>> read_printed("−4.2×10^-3").value, read_printed("3/7").unit, read_printed("z + 1")
    (Fraction(-21, 5000), Fraction(0, 1), None)
    """
    text = _AFTER.sub("", _BEFORE.sub("", text.strip())).strip()
    text = text[:-1] if text.endswith(".") and "." in text[:-1] else text
    quotient = _QUOTIENT.fullmatch(text) or _LATEX_QUOTIENT.fullmatch(text)
    if quotient is not None and len(text) < 400 and int(quotient[3]):
        value = Fraction(int(quotient[2]), int(quotient[3])) * _sign(quotient[1])
        return Printed(value, Fraction(0), negative=value < 0)
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > 400:
        return None
    digits = match["digits"].replace(",", ".")
    typed = match["e"] or match["power"]
    exponent = int(typed.replace("−", "-").replace("–", "-")) if typed and len(typed) < 6 else 0
    if typed and (len(typed) >= 6 or abs(exponent) > MAX_EXPONENT):
        return None
    decimals = len(digits.partition(".")[2])
    sign = _sign(match["sign"])
    value = Fraction(digits if digits != "." else "0") * Fraction(10) ** exponent * sign
    unit = Fraction(10) ** (exponent - decimals)
    return Printed(value, unit, decimals, exponent if typed else None, sign < 0)


def _sign(text: str) -> int:
    return -1 if text in ("-", "−", "–") and text else 1


Rows = tuple["str | Rows", ...]


def split_list(text: str, depth: int = 2) -> Rows | None:
    """Return the parts of a list typed as one text, at most ``depth`` deep; ``None`` if it is not one.

    >>> split_list("[[1, 2], [3, 4]]"), split_list("[0.5; 1]"), split_list("(1 - z)*z")
    ((('1', '2'), ('3', '4')), ('0.5', '1'), None)
    """
    text = text.strip()
    if not depth or not text or text[0] + text[-1] not in ("[]", "()", "{}") or not _outermost(text):
        return None
    inner = text[1:-1].strip()
    parts = _parts(inner)
    if len(parts) == 1 and text[0] == "[" and split_list(inner, depth - 1) is None:
        parts = inner.split()
        if len(parts) > 1 and not all(read_printed(part) for part in parts):
            return None
    if len(parts) < 2 and text[0] != "[":
        return None
    return tuple(split_list(part, depth - 1) or part for part in parts) if all(parts) else None


def _depths(text: str) -> list[int]:
    """Return how many brackets are open behind each letter."""
    return list(accumulate((letter in "[({") - (letter in "])}") for letter in text))


def _outermost(text: str) -> bool:
    """Whether the first bracket closes only at the end."""
    *inside, last = _depths(text)
    return last == 0 and min(inside) > 0


def _parts(text: str) -> list[str]:
    cuts = [at for at, depth in enumerate(_depths(text)) if text[at] in ",;" and depth == 0]
    return [text[start + 1 : end].strip() for start, end in pairwise([-1, *cuts, len(text)])]
