"""What cells look like that are no plain numbers: dates, times, amounts, percentages."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from chalkgrad.data.tables.typed import is_number

FEW = 10
"""So many levels are no sign of anything, in however few rows."""
_MONTH = r"(?:Jan|Feb|Mar|Mär|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez)[a-zäé]*\.?"
_DAY = r"(?:[A-Z][a-z]{1,8}\.?,? )?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_CURRENCY = r"(?:[$€£¥₹]|USD|EUR|GBP|CHF|JPY|INR)"
_AMOUNT = r"[-+]?\d[\d.,'\u00a0\u202f ]*"
_UNIT = (
    r"(?:[kmcµμ]?[gml]|k?Wh?|[kmµμ]?[sVAN]|[kMGT]?i?B|[kMG]?Hz|[kh]?Pa|t|h|min|cm|ha|ft|lbs?|oz|mph|km/h|m/s|°[CF]?|K)"
    r"[²³]?"
)


class WrittenForm(NamedTuple):
    """A way of writing that is no plain number."""

    name: str
    pattern: re.Pattern[str]
    fix: str
    always: bool = False
    """Whether it is refused however few levels there are."""


def _form(name: str, pattern: str, fix: str, *, always: bool = False) -> WrittenForm:
    return WrittenForm(name, re.compile(pattern), fix, always)


FORMS = (
    _form(
        "dates",
        rf"(?:\d{{4}}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.](?:\d\d|\d{{4}})"
        rf"|{_DAY}\d\d?\.?[ -]{_MONTH},?[ -]\d{{2,4}}|{_DAY}{_MONTH} \d\d?,? \d{{4}}|{_MONTH}[ -]\d{{4}}"
        r"|(?:18|19|20)\d\d-(?:0[1-9]|1[0-2]))"
        r"(?:[ T].*)?",
        "Make numbers of it, such as days",
        always=True,
    ),
    _form("times of day", _CLOCK, "Make numbers of it, such as minutes", always=True),
    _form("percentages", rf"{_AMOUNT}%", "Write them without %"),
    _form(
        "amounts of money",
        rf"[-+(]?\s?{_CURRENCY}\s?{_AMOUNT}\)?|{_AMOUNT}{_CURRENCY}",
        "Write the numbers alone",
    ),
    _form(
        "numbers with commas or other marks",
        r"[-+]?\d{1,3}(?:[,.'\u00a0\u202f ]\d{3})*(?:[.,]\d+)?",
        "Write 1,234.5 as 1234.5",
    ),
    _form("numbers with units", rf"{_AMOUNT}{_UNIT}", "Write the numbers alone"),
    _form(
        "numbers with signs or in brackets",
        r"(?:[-+]?|[<>≤≥~≈±−–]=? ?)\d+(?:[.,]\d+)?|\(\d+(?:[.,]\d+)?\)",
        "Write −5 and (5) as -5, <5 as a number",
    ),
    _form("numbers with d for an exponent", r"[-+]?(?:\d+\.?\d*|\.\d+)[dD][-+]?\d+", "Write e for d"),
)


def written_form(levels: Collection[str]) -> WrittenForm | None:
    """Return what all different texts of a column look like, or None.

    >>> [written_form(levels).name for levels in (["5 Feb 2024"], ["12:04"], ["$53.60"], ["1,304,000", "53"])]
    ['dates', 'times of day', 'amounts of money', 'numbers with commas or other marks']
    >>> [written_form(levels).name for levels in (["2024-05"], ["5 kg", "12.5kg"], ["−5", "12"])]
    ['dates', 'numbers with units', 'numbers with signs or in brackets']
    >>> written_form(["red", "5 %"]) is None
    True
    """
    if all(map(is_number, levels)):
        return None
    return next((look for look in FORMS if all(map(look.pattern.fullmatch, levels))), None)


def are_many(levels: int, rows: int) -> bool:
    """Whether a column has more levels than half of its rows."""
    return levels > FEW and 2 * levels > rows


def spelt_alike(levels: Collection[str]) -> list[str]:
    """Return levels that differ from another only by the case of their letters.

    >>> spelt_alike(["no", "yes", "Yes"])
    ['Yes', 'yes']
    """
    folded: dict[str, list[str]] = {}
    for level in levels:
        folded.setdefault(level.casefold(), []).append(level)
    return [level for alike in folded.values() if len(alike) > 1 for level in sorted(alike)]
