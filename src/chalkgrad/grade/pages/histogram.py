"""A histogram of points, as SVG for pages and as characters for terminals."""

from __future__ import annotations

from collections.abc import Sequence

from chalkgrad.notation.boxes.characters import width as cells
from chalkgrad.notation.writers.html.svg import DARK_STYLE, Paint, drawing, element, words

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
    parts = [DARK_STYLE]
    for number, (count, label) in enumerate(zip(counts, labels, strict=True)):
        x, height = SIDE + number * step, HEIGHT * count / max([*counts, 1])
        if count:
            place = {"x": x + GAP / 2, "y": base - height, "width": step - GAP, "height": height}
            parts.append(element("rect", rx=3, fill=COLOUR, **place))
            parts.append(words(f"{count}", x + step / 2, base - height - 7, INK, text_anchor="middle"))
        parts.append(words(label, x + step / 2, base + 19, QUIET, text_anchor="middle"))
    line = {"x1": SIDE, "x2": width - SIDE, "y1": base + 0.5, "y2": base + 0.5}
    return drawing(width, base + FOOT, *parts, element("line", stroke=QUIET, **line), font_size=13)


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
