"""Displays: where the left sides, relations, right sides and reasons of aligned lines go.

The relation signs stand in one column.  Reasons stand in one column right of the formulas; a line that
is too long for that has its reason right behind it, or below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BESIDE, BEHIND, BELOW = "beside", "behind", "below"


@dataclass(frozen=True)
class Placement:
    """Where the reasons' column begins, and for each line ``beside``, ``behind`` or ``below``."""

    column: float
    where: tuple[str, ...]


def place_reasons(edges: Sequence[float], reasons: Sequence[float], limit: float, gap: float) -> Placement:
    """Choose the column so that as many reasons as possible stand beside their formulas.

    ``edges`` are the right ends of the formulas, ``reasons`` the widths of the reasons (0 for none);
    nothing reaches beyond ``limit``.
    """
    fitting = [i for i, width in enumerate(reasons) if width and edges[i] + gap + width <= limit]
    chosen = list(fitting)
    column = 0.0
    while chosen:
        column = max(edges[i] for i in chosen) + gap
        if all(column + reasons[i] <= limit for i in chosen):
            break
        chosen.remove(max(chosen, key=lambda i: edges[i]))
    where = tuple(BESIDE if i in chosen else BEHIND if i in fitting else BELOW for i in range(len(edges)))
    return Placement(column, where)
