"""A chart as SVG: self-contained, on light paper, and on dark paper where the reader's screen is dark."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from chalkgrad.notation.chart import Axis, Chart, Panel, apart, end_label, ends, horizontal, label, vertical
from chalkgrad.notation.colours import DARK, LIGHT, PAPERS, Paper

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
    paper = PAPERS.get(theme, LIGHT)
    height = HEAD + len(chart.panels) * (TOP + HEIGHT + BOTTOM) + FOOT
    right = max((_room(panel) for panel in chart.panels), default=0.0)
    width = WIDTH + right
    style = _dark_style(chart) if theme == "auto" else ""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" font-family="{escape(FONT)}" font-size="{SIZE:g}">',
        f"<title>{escape(chart.title)}</title>{style}",
        f'<rect class="ground" width="100%" height="100%" rx="8" fill="{paper.ground}"/>',
        _text(chart.title, MARGIN, 34, "ink", paper.ink, size=17, weight=600),
    ]
    steps = horizontal(chart.steps)
    top = float(HEAD)
    for panel in chart.panels:
        parts += _panel(panel, steps, paper, top)
        top += TOP + HEIGHT + BOTTOM
    parts.append(_text(chart.step, (LEFT + WIDTH) / 2, top + 12, "quiet", paper.quiet, anchor="middle"))
    return "\n".join(parts) + "\n</svg>\n"


def _panel(panel: Panel, steps: Axis, paper: Paper, top: float) -> Iterator[str]:
    y0, y1 = top + TOP + HEIGHT, top + TOP
    axis = vertical(panel)
    unit = panel.unit + (", logarithmic" if axis.log else "")
    beside = f'<tspan class="quiet" dx="10" font-size="{SMALL:g}" font-weight="400" fill="{paper.quiet}">'
    title = _text(panel.title, LEFT, top + 26, "ink", paper.ink, size=14, weight=600)
    yield title.replace("</text>", f"{beside}{escape(unit)}</tspan></text>")
    for tick in axis.ticks:
        y = _y(axis, tick, top)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH}" stroke="{paper.grid}"/>'
        yield _text(label(tick), LEFT - 10, y + 4.3, "quiet", paper.quiet, size=SMALL, anchor="end")
    for tick in steps.ticks:
        x = _x(steps, tick - 1)
        yield f'<path class="tick" d="M{x:.1f} {y0:.1f}v5" stroke="{paper.quiet}"/>'
        yield _text(f"{tick:,.0f}", x, y0 + 20, "quiet", paper.quiet, size=SMALL, anchor="middle")
    yield from _mark(panel, steps, paper, y0, y1)
    colours = paper.curves(len(panel.series), ordered=panel.ordered)
    for number, (series, colour) in enumerate(zip(panel.series, colours, strict=True)):
        yield from _curve(series.values, steps, axis, top, f"{_group(panel)}{number}", colour)
    yield from _labels(panel, steps, axis, top, colours)


def _mark(panel: Panel, steps: Axis, paper: Paper, y0: float, y1: float) -> Iterator[str]:
    """A step that is pointed out: a broken line, and its words on the side with more room."""
    if panel.mark is None:
        return
    place, words = panel.mark
    x = _x(steps, place)
    yield (
        f'<path class="tick" d="M{x:.1f} {y0:.1f}V{y1 - 12:.1f}" stroke="{paper.quiet}" '
        'stroke-dasharray="2 4" fill="none"/>'
    )
    on_left = x > (LEFT + WIDTH) / 2
    side, anchor = (x - 6, "end") if on_left else (x + 6, "start")
    yield _text(words, side, y1 - 7, "quiet", paper.quiet, size=SMALL, anchor=anchor)


def _curve(
    values: tuple[float, ...], steps: Axis, axis: Axis, top: float, name: str, colour: str
) -> Iterator[str]:
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
            f'<path class="{name}" d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="2" '
            'stroke-linejoin="round" stroke-linecap="round"/>'
        )
    for point in points if len(points) <= FEW else ():
        if point is not None:
            yield f'<circle class="f{name}" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2.6" fill="{colour}"/>'


def _labels(panel: Panel, steps: Axis, axis: Axis, top: float, colours: list[str]) -> Iterator[str]:
    """Names and last values at the ends of the curves, apart from each other."""
    found = ends(panel, axis)
    wanted = [_y(axis, value, top) for _, _, value in found]
    places = apart(wanted, 17, top + TOP, top + TOP + HEIGHT)
    for (number, step, value), there, y in zip(found, wanted, places, strict=True):
        name, start = f"{_group(panel)}{number}", _x(steps, step)
        if abs(y - there) > 3 or WIDTH - start > 3:
            path = f"M{start + 5:.1f} {there:.1f}L{WIDTH + 10} {y:.1f}"
            yield f'<path class="{name}" d="{path}" stroke="{colours[number]}" opacity="0.45"/>'
        words = f"{panel.series[number].name} {end_label(value)}"
        yield _text(words, WIDTH + 14, y + 4.5, f"f{name}", colours[number], weight=600)


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


def _group(panel: Panel) -> str:
    """The name of a family of curves, which the style for dark paper colours anew."""
    return f"ramp{len(panel.series)}-" if panel.ordered or len(panel.series) > len(LIGHT.pair) else "pair"


def _dark_style(chart: Chart) -> str:
    rules = [
        f".ground{{fill:{DARK.ground}}}.ink{{fill:{DARK.ink}}}.quiet{{fill:{DARK.quiet}}}",
        f".grid{{stroke:{DARK.grid}}}.tick{{stroke:{DARK.quiet}}}",
    ]
    for group, panel in {_group(panel): panel for panel in chart.panels}.items():
        colours = DARK.curves(len(panel.series), ordered=panel.ordered)
        for number, colour in enumerate(colours):
            rules.append(f".{group}{number}{{stroke:{colour}}}.f{group}{number}{{fill:{colour}}}")
    return f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"


def _text(
    words: str, x: float, y: float, kind: str, colour: str, *, size: float = SIZE, weight: int = 400,
    anchor: str = "start",
) -> str:  # fmt: skip
    heavy = f' font-weight="{weight}"' if weight != 400 else ""
    side = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{heavy}{side}>'
        f"{escape(words)}</text>"
    )
