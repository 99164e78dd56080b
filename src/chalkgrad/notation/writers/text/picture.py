"""Pictures: rectangles of characters with a baseline, and how boxes are drawn as them.

On one line a fraction is ``(y − t)/(y(1 − y))`` and a matrix ``[1 2; 3 4]``; a tall drawing gives a matrix
its own lines between ⎡ ⎤ and an underbrace its brace, everything aligned at the baseline.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from chalkgrad.notation.boxes.characters import width

Strip = tuple[tuple[str, str], ...]
"""One line of text as (text, style) pieces; a style is a colour of the palette, "dim", "bold" or ""."""

TALL: dict[str, tuple[str, str, str, str]] = {  # top, middle, bottom, the waist of a brace
    "(": ("⎛", "⎜", "⎝", "⎜"), ")": ("⎞", "⎟", "⎠", "⎟"), "[": ("⎡", "⎢", "⎣", "⎢"),
    "]": ("⎤", "⎥", "⎦", "⎥"),
    "{": ("⎧", "⎪", "⎩", "⎨"), "}": ("⎫", "⎪", "⎭", "⎬"),
}  # fmt: skip


def strip_width(strip: Strip) -> int:
    """Return the number of cells a strip takes."""
    return sum(width(text) for text, _ in strip)


def plain(strip: Strip) -> str:
    """Return the characters of a strip without its styles, precomposed and without trailing blanks."""
    return unicodedata.normalize("NFC", "".join(text for text, _ in strip)).rstrip()


def padded(strip: Strip, cells: int) -> Strip:
    """Return the strip filled with blanks on the right."""
    missing = cells - strip_width(strip)
    return (*strip, (" " * missing, "")) if missing > 0 else strip


def sliced(strip: Strip, cells: int) -> list[Strip]:
    """Cut a strip that nothing else can break into lines of at most ``cells``."""
    if strip_width(strip) <= cells:
        return [strip]
    lines: list[list[tuple[str, str]]] = [[]]
    used = 0
    for text, style in strip:
        for character in text:
            if used + width(character) > cells and used:
                lines.append([])
                used = 0
            lines[-1].append((character, style))
            used += width(character)
    return [tuple(line) for line in lines]


@dataclass(frozen=True)
class Picture:
    """Lines of equal width; ``base`` is the index of the line that carries the formula."""

    rows: tuple[Strip, ...]
    base: int = 0

    @classmethod
    def of(cls, text: str, style: str = "") -> Picture:
        return cls((((text, style),) if text else (),))

    @cached_property
    def width(self) -> int:
        return max((strip_width(row) for row in self.rows), default=0)

    @property
    def text(self) -> str:
        return "\n".join(plain(row) for row in self.rows)

    def styled(self, style: str) -> Picture:
        """Give the style to every piece that has none."""
        rows = tuple(tuple((text, own or style) for text, own in row) for row in self.rows)
        return Picture(rows, self.base)

    def centred(self, cells: int) -> Picture:
        left = max(0, cells - self.width) // 2
        return beside(Picture.of(" " * left), self)


def beside(*pictures: Picture) -> Picture:
    """Put pictures next to each other with their baselines on one line."""
    if all(len(picture.rows) == 1 for picture in pictures):
        return Picture((tuple(piece for picture in pictures for piece in picture.rows[0]),))
    parts = [picture for picture in pictures if picture.width]
    above = max((p.base for p in parts), default=0)
    below = max((len(p.rows) - p.base for p in parts), default=1)
    rows: list[Strip] = []
    for index in range(-above, below):
        row: Strip = ()
        for part in parts:
            at = part.base + index
            row += padded(part.rows[at] if 0 <= at < len(part.rows) else (), part.width)
        rows.append(row)
    return Picture(tuple(rows), above)


def stacked(pictures: Iterable[Picture], base: int = 0) -> Picture:
    """Put pictures below each other; ``base`` is the line of the baseline in the result."""
    return Picture(tuple(row for picture in pictures for row in picture.rows), base)


def fenced(body: Picture, left: str, right: str) -> Picture:
    """Put brackets that are as tall as the body around it."""
    return beside(_bracket(left, body), body, _bracket(right, body))


def _bracket(sign: str, body: Picture) -> Picture:
    height = len(body.rows)
    if height == 1 or not sign:
        return Picture.of(sign)
    if sign not in TALL:
        return Picture(tuple(((sign if sign in "|‖" else "│", ""),) for _ in range(height)), body.base)
    top, middle, bottom, waist = TALL[sign]
    lines = [top, *[middle] * (height - 2), bottom]
    if height > 2:
        lines[height // 2] = waist
    return Picture(tuple(((line, ""),) for line in lines), body.base)


def braced(body: Picture, label: Picture) -> Picture:
    """Draw a brace under the body and centre the label under it."""
    cells = max(body.width, label.width)
    centre = body.width // 2
    inner = ["─"] * max(0, body.width - 2)
    if inner:
        inner[min(centre, body.width - 2) - 1] = "┬"
    brace = "╰" + "".join(inner) + "╯" if body.width > 1 else "╵"
    top, middle, bottom = (p.centred(cells) for p in (body, Picture.of(brace), label))
    return Picture((*top.rows, *middle.rows, *bottom.rows), top.base)


def table(cells: list[list[Picture]], numeric: list[bool], gap: int = 2) -> Picture:
    """Set cells in columns: numbers aligned at their decimal points, everything else centred."""
    count = max((len(row) for row in cells), default=0)
    for c in range(count):
        column = [row for row in cells if c < len(row)]
        if numeric[c]:
            exact = any("/" in row[c].text for row in column)
            tails = [0 if exact else _after_point(row[c]) for row in column]
            for row, tail in zip(column, tails, strict=True):
                row[c] = beside(row[c], Picture.of(" " * (max(tails) - tail)))
        widest = max((row[c].width for row in column), default=0)
        for row in column:
            missing = widest - row[c].width
            left = missing if numeric[c] else missing // 2
            row[c] = beside(
                Picture.of(" " * (gap if c else 0) + " " * left), row[c], Picture.of(" " * (missing - left))
            )
    lines = [beside(*row) for row in cells]
    height = sum(len(line.rows) for line in lines)
    if len(lines) == 1:
        return lines[0]
    return stacked(lines, max(0, height - 1) // 2) if lines else Picture(((),))


def _after_point(picture: Picture) -> int:
    text = plain(picture.rows[picture.base])
    mark = next((i for i, character in enumerate(text) if character in ".e"), len(text))
    return len(text) - mark
