"""A chart as SVG: self-contained, on light paper, and on dark paper where the reader's screen is dark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from html import escape

from chalkgrad.notation.charts import chart as c
from chalkgrad.notation.charts.chart import Axis, Chart, Panel
from chalkgrad.notation.charts.colours import INKS, Inks
from chalkgrad.notation.writers.html.svg import DARK_STYLE, Paint, drawing, element
from chalkgrad.notation.writers.html.svg import words as text

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
    width = WIDTH + max((_room(panel) for panel in chart.panels), default=0.0)
    steps, top = c.horizontal(chart.steps), float(HEAD)
    parts = [
        DARK_STYLE if theme == "auto" else "",
        element("rect", width="100%", height="100%", rx=8, fill=inks("ground")),
        text(chart.title, MARGIN, 34, inks("ink"), font_size=17, font_weight=600),
    ]
    for panel in chart.panels:
        parts += _panel(panel, steps, inks, top)
        top += TOP + HEIGHT + BOTTOM
    parts.append(text(chart.step, (LEFT + WIDTH) / 2, top + 12, inks("quiet"), text_anchor="middle"))
    return drawing(width, height, *parts, title=chart.title, font_family=FONT, font_size=SIZE)


def _panel(panel: Panel, steps: Axis, inks: Inks, top: float) -> Iterator[str]:
    y0, y1 = top + TOP + HEIGHT, top + TOP
    axis = c.vertical(panel)
    small = partial(text, colour=inks("quiet"), font_size=SMALL)
    way = {"dx": 10, "font_size": SMALL, "font_weight": 400, "fill": inks("quiet")}
    unit = element("tspan", escape(c.unit(panel, axis)), **way)
    title = text(panel.title, LEFT, top + 26, inks("ink"), font_size=14, font_weight=600)
    yield title.replace("</text>", f"{unit}</text>")
    for tick in axis.ticks:
        y = _y(axis, tick, top)
        yield element("path", d=f"M{LEFT} {y:.1f}H{WIDTH}", stroke=inks("grid"))
        yield small(c.label(tick), LEFT - 10, y + 4.3, text_anchor="end")
    for tick in steps.ticks:
        x = _x(steps, tick - 1)
        yield element("path", d=f"M{x:.1f} {y0:.1f}v5", stroke=inks("quiet"))
        yield small(f"{tick:,.0f}", x, y0 + 20, text_anchor="middle")
    if panel.mark is not None:
        place, words = panel.mark
        x = _x(steps, place)
        way = {"stroke": inks("quiet"), "stroke_dasharray": "2 4", "fill": "none"}
        yield element("path", d=f"M{x:.1f} {y0:.1f}V{y1 - 12:.1f}", **way)
        on_left = x > (LEFT + WIDTH) / 2  # where there is more room
        yield small(words, x - 6 if on_left else x + 6, y1 - 7, text_anchor="end" if on_left else "start")
    colours = inks.curves(len(panel.series), ordered=panel.ordered)
    for series, colour in zip(panel.series, colours, strict=True):
        yield from _curve(series.values, steps, axis, top, colour)
    yield from _labels(panel, steps, axis, top, inks, colours)


def _curve(values: tuple[float, ...], steps: Axis, axis: Axis, top: float, colour: Paint) -> Iterator[str]:
    points = [(_x(steps, k), _y(axis, v, top)) if axis.holds(v) else None for k, v in enumerate(values)]
    path, pen = [], "M"
    for point in points:
        if point is not None:
            path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "M" if point is None else "L"
    if path:
        ends = {"stroke_width": 2, "stroke_linejoin": "round", "stroke_linecap": "round"}
        yield element("path", d="".join(path), fill="none", stroke=colour, **ends)
    for point in filter(None, points if len(points) <= FEW else ()):
        yield element("circle", cx=point[0], cy=point[1], r=2.6, fill=colour)


def _labels(
    panel: Panel, steps: Axis, axis: Axis, top: float, inks: Inks, colours: list[Paint]
) -> Iterator[str]:
    """Names and last values at the ends of the curves, apart from each other."""
    found = c.ends(panel, axis)
    wanted = [_y(axis, end.value, top) for end in found]
    places = c.apart(wanted, 17, top + TOP, top + TOP + HEIGHT)
    for end, there, y in zip(found, wanted, places, strict=True):
        path = f"M{_x(steps, end.step) + 5:.1f} {there:.1f}L{WIDTH + 10} {y:.1f}"
        yield element("path", d=path, stroke=colours[end.number], stroke_width=1.5, opacity=0.7)
        yield text(end.words, WIDTH + 14, y + 4.5, inks("ink"), font_weight=600)


def _x(steps: Axis, place: int | float) -> float:
    return LEFT + 8 + (WIDTH - LEFT - 12) * steps.place(place + 1)


def _y(axis: Axis, value: float, top: float) -> float:
    return top + TOP + HEIGHT * (1 - axis.place(value))


def _room(panel: Panel) -> float:
    """How much the names at the right take."""
    longest = max((len(end.words) for end in c.ends(panel, c.vertical(panel))), default=0)
    return longest * SIZE * LETTER + 14 + MARGIN
