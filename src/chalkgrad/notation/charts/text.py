"""A chart for a terminal: curves in braille, eight dots a character, with their names at the end."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from chalkgrad.notation.charts import chart as c
from chalkgrad.notation.charts.chart import Axis, Chart, Panel

HEIGHT = 12
"""Lines of a panel."""
NARROWEST = 16
MOST_CURVES = 6
"""More would cover each other; of more, some are left out."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_PATTERNS = ((1, 0), (2, 2), (4, 2), (1, 2))
"""Dots drawn and dots left out, in turn: how one curve is told from the next where they cross."""


def chart_text(chart: Chart, width: int = 100, height: int = HEIGHT) -> str:
    """Draw a chart in at most ``width`` columns, ``height`` lines a panel."""
    steps = c.horizontal(chart.steps)
    return "\n\n".join("\n".join(_panel(panel, steps, chart.step, width, height)) for panel in chart.panels)


def _panel(panel: Panel, steps: Axis, step: str, width: int, height: int) -> Iterator[str]:
    panel = replace(panel, series=tuple(c.some(panel.series, MOST_CURVES)))
    axis = c.vertical(panel)
    numbers = {_row(axis, tick, height): c.label(tick) for tick in reversed(axis.ticks)}
    left = max(map(len, numbers.values()))
    names = _names(panel, axis, height)
    columns = max(NARROWEST, width - left - 3 - max(map(len, names.values()), default=0) - 1)
    canvas = _Canvas(columns, height)
    for number, series in enumerate(panel.series):
        canvas.curve(list(_points(series.values, steps, axis, canvas)), _pattern(panel, number))
    yield ": ".join(filter(None, (panel.title, c.unit(panel, axis))))
    for row, drawn in enumerate(canvas.lines()):
        mark = "┤" if row in numbers else "│"
        yield f"{numbers.get(row, ''):>{left}} {mark}{drawn} {names.get(row, '')}".rstrip()
    yield from _foot(steps, step, columns, left)
    if panel.mark is not None:
        yield f"{'':{left}}  {panel.mark[1]}"


def _foot(steps: Axis, step: str, columns: int, left: int) -> Iterator[str]:
    """The line below a panel and the numbers of the steps, those left out that would touch another."""
    line, words = ["─"] * columns, [" "] * (columns + 8)
    free = 0
    for tick in steps.ticks:
        at = round(steps.place(tick) * (columns - 1))
        text = f"{tick:,.0f}"
        start = max(0, at - len(text) // 2)
        if start >= free:
            line[at], words[start : start + len(text)] = "┬", list(text)
            free = start + len(text) + 2
    yield f"{'':{left}} └{''.join(line)}"
    yield f"{'':{left}}  {''.join(words).rstrip()}  {step.lower()}"


def _names(panel: Panel, axis: Axis, height: int) -> dict[int, str]:
    """The lines where curves end, with names and last numbers."""
    found = c.ends(panel, axis, height)
    rows = c.apart([_row(axis, end.value, height) for end in found], 1, 0, height - 1)
    taken: dict[int, str] = {}
    for end, row in sorted(zip(found, rows, strict=True), key=lambda pair: pair[1]):
        place = max(round(row), max(taken, default=-1) + 1)
        taken[place] = end.words
    return taken


def _row(axis: Axis, value: float, height: int) -> int:
    return round((1 - axis.place(value)) * (4 * height - 1)) // 4


def _pattern(panel: Panel, number: int) -> tuple[int, int]:
    if panel.ordered:
        return _PATTERNS[0]
    return (1, 0) if number == 0 else _PATTERNS[number % len(_PATTERNS)]


def _points(
    values: tuple[float, ...], steps: Axis, axis: Axis, canvas: _Canvas
) -> Iterator[tuple[int, int] | None]:
    """The dots of a curve; more numbers than there are columns of dots are averaged in groups."""
    shown = grouped(values, canvas.wide)
    for k, value in enumerate(shown):
        place = k * (len(values) - 1) / (len(shown) - 1) + 1 if len(shown) > 1 else 1.0
        if axis.holds(value):
            x = round(steps.place(place) * (canvas.wide - 1))
            yield x, round((1 - axis.place(value)) * (canvas.tall - 1))
        else:
            yield None


class _Canvas:
    """Dots on a grid, two by four a character."""

    def __init__(self, columns: int, lines: int) -> None:
        self.wide, self.tall = 2 * columns, 4 * lines
        self.cells = [[0] * columns for _ in range(lines)]

    def curve(self, points: list[tuple[int, int] | None], pattern: tuple[int, int]) -> None:
        """Join the points by lines of dots in a pattern; a missing point leaves a gap."""
        drawn, left_out = pattern
        before: tuple[int, int] | None = None
        count = 0
        for point in points:
            if point is not None:
                for x, y in _line(before or point, point):
                    if count % (drawn + left_out) < drawn:
                        self.cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
                    count += 1
            before = point

    def lines(self) -> list[str]:
        """Return the characters, line by line."""
        return ["".join(chr(0x2800 + cell) if cell else " " for cell in row) for row in self.cells]


def _line(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots from one point to another, the first left out unless it is the only one."""
    (x0, y0), (x1, y1) = start, end
    length = max(abs(x1 - x0), abs(y1 - y0))
    if not length:
        yield end
    for k in range(1, length + 1):
        yield x0 + round((x1 - x0) * k / length), y0 + round((y1 - y0) * k / length)


def grouped(values: Sequence[float], width: int) -> list[float]:
    """Return at most ``width`` numbers: the means of consecutive groups of nearly equal size."""
    m = len(values)
    if m <= width:
        return list(values)
    cuts = [round(k * m / width) for k in range(width + 1)]
    return [sum(values[i:j]) / (j - i) for i, j in itertools.pairwise(cuts)]
