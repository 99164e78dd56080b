"""A chart as SVG: self-contained, on light paper, and on dark paper where the reader's screen is dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chalkgrad.notation.charts.chart import (
    Axis,
    Chart,
    Panel,
    apart,
    end_label,
    ends,
    horizontal,
    label,
    vertical,
)
from chalkgrad.notation.charts.colours import INKS, Inks
from chalkgrad.notation.writers.html.svg import DARK_STYLE, Paint, painted

WIDTH, HEIGHT = 760, 250
LEFT, TOP, BOTTOM = 62, 56, 30
"""The room beside and above a panel: numbers, its title; and below it: the numbers of the steps."""
HEAD, FOOT, MARGIN = 46, 22, 24
SIZE, SMALL = 13.0, 12.0
LETTER = 0.59
"""About how wide a bold letter is, in parts of its size."""
FEW = 40
"""Up to so many steps every one of them gets its dot."""
FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def chart_svg(chart: Chart, theme: str = "auto") -> str:
    """Draw a chart.

    Parameters
    ----------
    chart
        What to draw.
    theme
        ``light``, ``dark``, or ``auto``: as the reader's screen is set.
    """
    inks = INKS[theme]
    height = HEAD + len(chart.panels) * (TOP + HEIGHT + BOTTOM) + FOOT
    right = max((_room(panel) for panel in chart.panels), default=0.0)
    width = WIDTH + right
    style = DARK_STYLE if theme == "auto" else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{escape(FONT)}" font-size="{SIZE:g}">',
        f"<title>{escape(chart.title)}</title>{style}",
        f'<rect width="100%" height="100%" rx="8"{painted(fill=inks("ground"))}/>',
        _text(chart.title, MARGIN, 34, inks("ink"), size=17, weight=600),
    ]
    steps = horizontal(chart.steps)
    top = float(HEAD)
    for panel in chart.panels:
        parts += _panel(panel, steps, inks, top)
        top += TOP + HEIGHT + BOTTOM
    parts.append(_text(chart.step, (LEFT + WIDTH) / 2, top + 12, inks("quiet"), anchor="middle"))
    return "\n".join(parts) + "\n</svg>\n"


def _panel(panel: Panel, steps: Axis, inks: Inks, top: float) -> Iterator[str]:
    y0, y1 = top + TOP + HEIGHT, top + TOP
    axis = vertical(panel)
    unit = panel.unit + (", logarithmic" if axis.log else "")
    beside = f'<tspan dx="10" font-size="{SMALL:g}" font-weight="400"{painted(fill=inks("quiet"))}>'
    title = _text(panel.title, LEFT, top + 26, inks("ink"), size=14, weight=600)
    yield title.replace("</text>", f"{beside}{escape(unit)}</tspan></text>")
    for tick in axis.ticks:
        y = _y(axis, tick, top)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH}"{painted(stroke=inks("grid"))}/>'
        yield _text(label(tick), LEFT - 10, y + 4.3, inks("quiet"), size=SMALL, anchor="end")
    for tick in steps.ticks:
        x = _x(steps, tick - 1)
        yield f'<path d="M{x:.1f} {y0:.1f}v5"{painted(stroke=inks("quiet"))}/>'
        yield _text(f"{tick:,.0f}", x, y0 + 20, inks("quiet"), size=SMALL, anchor="middle")
    yield from _mark(panel, steps, inks, y0, y1)
    colours = inks.curves(len(panel.series), ordered=panel.ordered)
    for series, colour in zip(panel.series, colours, strict=True):
        yield from _curve(series.values, steps, axis, top, colour)
    yield from _labels(panel, steps, axis, top, inks, colours)


def _mark(panel: Panel, steps: Axis, inks: Inks, y0: float, y1: float) -> Iterator[str]:
    """A step that is pointed out: a broken line, and its words on the side with more room."""
    if panel.mark is None:
        return
    place, words = panel.mark
    x = _x(steps, place)
    yield (
        f'<path d="M{x:.1f} {y0:.1f}V{y1 - 12:.1f}"{painted(stroke=inks("quiet"))} '
        'stroke-dasharray="2 4" fill="none"/>'
    )
    on_left = x > (LEFT + WIDTH) / 2
    side, anchor = (x - 6, "end") if on_left else (x + 6, "start")
    yield _text(words, side, y1 - 7, inks("quiet"), size=SMALL, anchor=anchor)


def _curve(values: tuple[float, ...], steps: Axis, axis: Axis, top: float, colour: Paint) -> Iterator[str]:
    points = [
        (_x(steps, k), _y(axis, value, top)) if axis.holds(value) else None for k, value in enumerate(values)
    ]
    path, pen = [], "M"
    for point in points:
        if point is not None:
            path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "M" if point is None else "L"
    if path:
        yield (
            f'<path d="{"".join(path)}" fill="none"{painted(stroke=colour)} stroke-width="2" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
    for point in points if len(points) <= FEW else ():
        if point is not None:
            yield f'<circle cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2.6"{painted(fill=colour)}/>'


def _labels(
    panel: Panel, steps: Axis, axis: Axis, top: float, inks: Inks, colours: list[Paint]
) -> Iterator[str]:
    """Names and last values at the ends of the curves, apart from each other."""
    found = ends(panel, axis)
    wanted = [_y(axis, value, top) for _, _, value in found]
    places = apart(wanted, 17, top + TOP, top + TOP + HEIGHT)
    for (number, step, value), there, y in zip(found, wanted, places, strict=True):
        path = f"M{_x(steps, step) + 5:.1f} {there:.1f}L{WIDTH + 10} {y:.1f}"
        yield f'<path d="{path}"{painted(stroke=colours[number])} stroke-width="1.5" opacity="0.7"/>'
        words = f"{panel.series[number].name} {end_label(value)}"
        yield _text(words, WIDTH + 14, y + 4.5, inks("ink"), weight=600)


def _x(steps: Axis, place: int | float) -> float:
    return LEFT + 8 + (WIDTH - LEFT - 12) * steps.place(place + 1)


def _y(axis: Axis, value: float, top: float) -> float:
    return top + TOP + HEIGHT * (1 - axis.place(value))


def _room(panel: Panel) -> float:
    """How much the names at the right take."""
    found = ends(panel, vertical(panel))
    words = (f"{panel.series[number].name} {end_label(value)}" for number, _, value in found)
    longest = max(map(len, words), default=0)
    return longest * SIZE * LETTER + 14 + MARGIN


def _text(
    words: str, x: float, y: float, colour: Paint, *, size: float = SIZE, weight: int = 400,
    anchor: str = "start",
) -> str:  # fmt: skip
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}"{painted(fill=colour)}{heavy}{side}>'
        f"{escape(words)}</text>"
    )
