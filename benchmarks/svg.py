"""The few SVG elements that the pictures need, by the package's own helper, and a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from chalkgrad.notation.writers.html.svg import drawing, element, words

INK, FAINT = "#222222", "#d9d9d9"


@dataclass(frozen=True)
class LogScale:
    """Maps low … high to start … end; ticks at the powers of the base in between."""

    low: float
    high: float
    start: float
    end: float
    base: int = 10

    def __call__(self, value: float) -> float:
        """Where a value lies."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of the base within the scale."""
        first = math.ceil(math.log(self.low, self.base) - 1e-9)
        last = math.floor(math.log(self.high, self.base) + 1e-9)
        return [float(self.base) ** k for k in range(first, last + 1)]


def picture(width: float, height: float, elements: Sequence[str], title: str) -> str:
    """The file: elements on white, with a title for those who cannot see them."""
    paper = element("rect", width="100%", height="100%", fill="white")
    font = {"font_family": "system-ui, sans-serif", "font_size": 12}
    return drawing(width, height, paper, *elements, title=title, role="img", **font)


def text(x: float, y: float, what: str, *, anchor: str = "start", colour: str = INK, turn: int = 0) -> str:
    """Words with their baseline at y, turned about that point."""
    turned = f"rotate({turn} {x:.1f} {y:.1f})" if turn else None
    return words(what, x, y, colour, text_anchor=anchor, transform=turned)


def line(x1: float, y1: float, x2: float, y2: float, colour: str = FAINT, width: float = 1) -> str:
    """A straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=width)


def path(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    """A line through points."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = "5 3" if dashed else None
    return element(
        "polyline", points=joined, fill="none", stroke=colour, stroke_width=1.8, stroke_dasharray=dash
    )


def dot(x: float, y: float, colour: str, hint: str = "") -> str:
    """A point that names itself under the pointer."""
    return element("circle", element("title", escape(hint)), cx=x, cy=y, r=4.5, fill=colour, stroke="white")
