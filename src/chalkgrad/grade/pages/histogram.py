"""A histogram of points, as SVG for pages and as characters for terminals."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad.notation.boxes.characters import width as cells
from chalkgrad.notation.writers.html.svg import DARK_STYLE, Paint, painted

HEIGHT, FOOT, HEAD, GAP = 150, 26, 22, 6
SIDE = 8
STEP, LETTER = 37, 8.0
"""From bar to bar at least, and about how wide a letter of a label is."""
BAR = 40
COLOUR, INK, QUIET = Paint("#0072B2", "#5ab0f0"), Paint("#1d1f21", "#e6e4df"), Paint("#5f6368", "#a3a6a9")


def histogram_svg(counts: Sequence[int], labels: Sequence[str]) -> str:
    """Draw a bar for each count, its label below it.

    Parameters
    ----------
    counts
        How many there are of each.
    labels
        Of what: one short label a count.
    """
    step = max(STEP, *(LETTER * cells(label) + GAP for label in labels))
    width, base = 2 * SIDE + step * len(counts), HEAD + HEIGHT
    highest = max([*counts, 1])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {base + FOOT}" width="{width:g}" '
        f'height="{base + FOOT}" font-size="13">{DARK_STYLE}'
    ]
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        x, height = SIDE + number * step, HEIGHT * count / highest
        middle = x + step / 2
        if count:
            parts.append(
                f'<rect x="{x + GAP / 2:.1f}" y="{base - height:.1f}" rx="3" width="{step - GAP:.1f}" '
                f'height="{height:.1f}"{painted(fill=COLOUR)}/>'
            )
            parts.append(_text(str(count), middle, base - height - 7, INK))
        parts.append(_text(label, middle, base + 19, QUIET))
    ends = f'x1="{SIDE}" x2="{width - SIDE:g}" y1="{base + 0.5}" y2="{base + 0.5}"'
    return "\n".join([*parts, f"<line {ends}{painted(stroke=QUIET)}/>", "</svg>"])


def _text(words: str, x: float, y: float, colour: Paint) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle"{painted(fill=colour)}>{words}</text>'


def histogram_text(counts: Sequence[int], labels: Sequence[str]) -> str:
    """Draw the same with bars of characters.

    >>> print(histogram_text([1, 0, 2], ["0", "1", "2"]))
    0  ████ 1
    1
    2  ████████ 2
    """
    wide = max(map(cells, labels))
    highest = max([*counts, 1])
    longest = BAR if highest > BAR else min(BAR, highest * 4)
    lines = []
    for count, label in zip(counts, labels, strict=True):
        bar = "█" * max(round(longest * count / highest), bool(count))
        lines.append(f"{label:>{wide}}  {bar} {count}" if count else f"{label:>{wide}}")
    return "\n".join(lines)
