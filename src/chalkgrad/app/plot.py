"""Curves in a terminal, drawn with block characters: ▁▂▃▄▅▆▇█."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

BLOCKS = " ▁▂▃▄▅▆▇█"


def curve(values: Sequence[float], *, width: int = 60, height: int = 6) -> str:
    """Draw values from left to right as columns of blocks, with the largest and smallest at the left.

    More values than ``width`` are averaged in groups.  Every column shows at least a thin line; values that
    are not finite leave a gap.

    Examples
    --------
    >>> print(curve([4, 2, 1, 0], height=2))
    4 │█
    0 │██▄▁
    """
    if not values:
        return ""
    columns = grouped(values, width)
    finite = [value for value in columns if math.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    span = high - low or 1.0
    eighths = [
        max(1, round((value - low) / span * 8 * height)) if math.isfinite(value) else 0 for value in columns
    ]
    labels = [f"{high:.3g}", *[""] * (height - 2), f"{low:.3g}"] if height > 1 else [f"{high:.3g}"]
    margin = max(map(len, labels))
    lines = []
    for row, label in enumerate(labels):
        below = 8 * (height - 1 - row)
        drawn = "".join(BLOCKS[min(8, max(0, filled - below))] for filled in eighths)
        lines.append(f"{label:>{margin}} │{drawn}".rstrip())
    return "\n".join(lines)


def grouped(values: Sequence[float], width: int) -> list[float]:
    """Return at most ``width`` numbers: the means of consecutive groups of nearly equal size."""
    m = len(values)
    if m <= width:
        return list(values)
    cuts = [round(k * m / width) for k in range(width + 1)]
    return [sum(values[i:j]) / (j - i) for i, j in itertools.pairwise(cuts)]
