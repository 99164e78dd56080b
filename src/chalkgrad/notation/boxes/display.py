"""Displays: where the left sides, relations, right sides and reasons of aligned lines go.

The relation signs stand in one column.  Reasons stand in one column right of the formulas; a line that
is too long for that has its reason right behind it, or below it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chalkgrad.notation.boxes import Box, Inline, Line
from chalkgrad.notation.boxes.breaking import break_lines, ems
from chalkgrad.notation.boxes.grammar import is_code

BESIDE, BEHIND, BELOW = "beside", "behind", "below"


@dataclass(frozen=True)
class Placement:
    """Where the reasons' column begins, and for each line ``beside``, ``behind`` or ``below``."""

    column: float
    where: tuple[str, ...]


def place_reasons(edges: Sequence[float], reasons: Sequence[float], limit: float, gap: float) -> Placement:
    """Choose the column so that as many reasons as possible stand beside their formulas.

    ``edges`` are the right ends of the formulas, ``reasons`` the widths of the reasons (0 for none, which
    is beside unless its formula would reach into the column); nothing reaches beyond ``limit``.
    """
    fitting = [i for i, width in enumerate(reasons) if width and edges[i] + gap + width <= limit]
    chosen = list(fitting)
    column = 0.0
    while chosen:
        column = max(edges[i] for i in chosen) + gap
        if all(column + reasons[i] <= limit for i in chosen):
            break
        chosen.remove(max(chosen, key=lambda i: edges[i]))
    clear = [i for i, width in enumerate(reasons) if not width and (not chosen or edges[i] + gap <= column)]
    beside = {*chosen, *clear}
    where = tuple(BESIDE if i in beside else BEHIND if i in fitting else BELOW for i in range(len(edges)))
    return Placement(column, where)


@dataclass(frozen=True)
class Arranged:
    """A line of a display with its right side in as many parts as it needs, and the place of its reason."""

    line: Line
    parts: tuple[Box, ...]
    code: bool
    where: str

    @property
    def beside(self) -> bool:
        return self.where == BESIDE

    @property
    def noted(self) -> bool:
        return bool(self.line.reason or self.line.shape)


def arrange(lines: Sequence[Line], limit: float, longest: float = math.inf) -> list[Arranged]:
    """Break and place the lines for a proportional font on a page of ``limit`` ems.

    ``longest`` is the width that a reason needs at most, for formats in which it wraps.
    """
    start = left_ems(lines, limit)
    room = max(limit - start, 10)
    parts = [tuple(break_lines(line.right, ems, room, room - 2)) for line in lines]
    edges = [start + max(map(ems, part)) for part in parts]
    notes = [min(note_ems(line), longest) for line in lines]
    where = place_reasons(edges, notes, limit, 2.0).where
    codes = [is_code(line.right) for line in lines]
    return [Arranged(*each) for each in zip(lines, parts, codes, where, strict=True)]


def left_ems(lines: Sequence[Line], limit: float) -> float:
    """Return where the right sides begin."""
    return min(max((ems(line.left) for line in lines if line.left is not None), default=0.0), limit / 2) + 1.8


def note_ems(line: Line) -> float:
    """Estimate the width of a line's shape and reason."""
    return inline_ems(line.reason) + (0.42 * len(line.shape) + 1.3 if line.shape else 0)


def inline_ems(content: Inline) -> float:
    """Estimate the width of running text in a smaller font."""
    return sum(0.42 * len(part) if isinstance(part, str) else 0.92 * ems(part) for part in content)
