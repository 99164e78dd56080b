"""The few SVG elements that the pictures need, and a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

INK, FAINT = "#222222", "#d9d9d9"
FONT = "font-family='system-ui, sans-serif' font-size='12'"


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
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width:g} {height:g}' {FONT} role='img'>"
    body = "\n".join(elements)
    paper = "<rect width='100%' height='100%' fill='white'/>"
    return f"{head}\n<title>{escape(title)}</title>\n{paper}\n{body}\n</svg>\n"


def text(x: float, y: float, what: str, *, anchor: str = "start", colour: str = INK, turn: int = 0) -> str:
    """Words with their baseline at y, turned about that point."""
    turned = f" transform='rotate({turn} {x:.1f} {y:.1f})'" if turn else ""
    return (
        f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}'{turned}>{escape(what)}</text>"
    )


def line(x1: float, y1: float, x2: float, y2: float, colour: str = FAINT, width: float = 1) -> str:
    """A straight line."""
    return (
        f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' "
        f"stroke='{colour}' stroke-width='{width:g}'/>"
    )


def path(points: Sequence[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    """A line through points."""
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = " stroke-dasharray='5 3'" if dashed else ""
    return f"<polyline points='{joined}' fill='none' stroke='{colour}' stroke-width='1.8'{dash}/>"


def dot(x: float, y: float, colour: str, hint: str = "") -> str:
    """A point that names itself under the pointer."""
    return (
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4.5' fill='{colour}' stroke='white'>"
        f"<title>{escape(hint)}</title></circle>"
    )
