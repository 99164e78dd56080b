"""A histogram of points, as SVG for pages and as characters for terminals."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, FOOT, HEAD, GAP = 640, 150, 26, 22, 6
SIDE = 8
BAR = 40


def histogram_svg(counts: Sequence[int], edges: Sequence[str]) -> str:
    """Draw how many there are in each of equally wide steps between the edges."""
    step = (WIDTH - 2 * SIDE) / len(counts)
    highest = max([*counts, 1])
    base = HEAD + HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {base + FOOT}" width="{WIDTH}" '
        f'height="{base + FOOT}" font-size="13" fill="currentColor">'
    ]
    for number, count in enumerate(counts):
        x, height = SIDE + number * step, HEIGHT * count / highest
        if count:
            parts.append(
                f'<rect class="cg-bar" x="{x + GAP / 2:.1f}" y="{base - height:.1f}" rx="3" fill="#0072B2" '
                f'width="{step - GAP:.1f}" height="{height:.1f}"/>'
            )
            middle = x + step / 2
            parts.append(
                f'<text x="{middle:.1f}" y="{base - height - 7:.1f}" text-anchor="middle">{count}</text>'
            )
    parts.append(
        f'<line x1="{SIDE}" x2="{WIDTH - SIDE}" y1="{base + 0.5}" y2="{base + 0.5}" stroke="currentColor" '
        'stroke-opacity="0.45"/>'
    )
    for number in range(len(counts) + 1):
        x = SIDE + number * step
        anchor = "start" if number == 0 else "end" if number == len(counts) else "middle"
        place = x + (-SIDE if number == 0 else SIDE if number == len(counts) else 0)
        parts.append(
            f'<text x="{place:.1f}" y="{base + 19}" text-anchor="{anchor}" fill-opacity="0.65">'
            f"{edges[number]}</text>"
        )
    return "\n".join([*parts, "</svg>"])


def histogram_text(counts: Sequence[int], edges: Sequence[str]) -> str:
    """Draw the same with bars of characters.

    >>> print(histogram_text([1, 0, 2], ["0", "3", "6", "9"]))
    0 – 3  ████ 1
    3 – 6
    6 – 9  ████████ 2
    """
    wide = max(map(len, edges))
    highest = max([*counts, 1])
    longest = BAR if highest > BAR else min(BAR, highest * 4)
    lines = []
    for number, count in enumerate(counts):
        bar = "█" * max(round(longest * count / highest), bool(count))
        label = f"{edges[number]:>{wide}} – {edges[number + 1]:>{wide}}"
        lines.append(f"{label}  {bar} {count}" if count else label)
    return "\n".join(lines)
