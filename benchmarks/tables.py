"""Figures and tables as Markdown has them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def figure(value: float) -> str:
    """Write a number with three digits, or all of those before the point: 0.0312, 4.56, 123, 264,000.

    Examples
    --------
    >>> figure(0.03117), figure(4.556), figure(263_961.6)
    ('0.0312', '4.56', '263,962')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}"


def times(middle: float, low: float, high: float) -> str:
    """A ratio with the least and largest of its rounds: ``3.1 (2.9–3.4)``.

    Examples
    --------
    >>> times(3.123, 2.91, 3.4), times(812.3, 790, 850)
    ('3.12 (2.91–3.40)', '812 (790–850)')
    """
    return f"{figure(middle)} ({figure(low)}–{figure(high)})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, align: str) -> str:
    """A Markdown table; ``align`` has l or r for every column."""
    rule = ["--:" if side == "r" else "---" for side in align]
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rows))
