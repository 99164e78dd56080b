"""A chart as PNG, drawn by matplotlib, which is the extra ``plot``; its twin is ``chart_svg``."""

from __future__ import annotations

import importlib.util
import io
import math
from typing import TYPE_CHECKING, Any

from chalkgrad._errors import Fault, InputError
from chalkgrad.notation.charts import chart as c
from chalkgrad.notation.charts.chart import Axis, Chart, Panel
from chalkgrad.notation.charts.colours import LIGHT, PAPERS, Paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, TALL, HEAD, FOOT = 9.6, 3.3, 0.55, 0.55
"""Inches: of the picture, of a panel, and of what is above and below the panels."""
DPI, SCREEN = 150, 90
"""Dots an inch of a file, and on the screen."""
FEW = 40


def missing() -> Fault | None:
    """Return what to do where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is not None:
        return None
    fix = "Run pip install 'chalkgrad[plot]', or write -o history.svg."
    return Fault("-o", "be .svg where matplotlib is not installed", "a .png", fix)


def chart_png(chart: Chart, theme: str = "light") -> bytes:
    """Draw a chart on light or dark paper."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    draw(chart, figure, PAPERS.get(theme, LIGHT))
    written = io.BytesIO()
    FigureCanvasAgg(figure).print_png(written, metadata={"Software": None, "Title": chart.title})
    return written.getvalue()


def plotted(chart: Chart) -> Figure:
    """Draw a chart with pyplot, whose figures notebooks show; raises ``InputError`` without matplotlib."""
    if importlib.util.find_spec("matplotlib") is None:
        fix = "Run pip install 'chalkgrad[plot]'; a notebook shows the history without it."
        raise InputError(Fault("matplotlib", "be installed to plot", "nothing there", fix))
    from matplotlib import pyplot

    figure: Figure = pyplot.figure()
    draw(chart, figure, LIGHT, dpi=SCREEN)
    return figure


def draw(chart: Chart, figure: Figure, paper: Paper, dpi: float = DPI) -> None:
    """Draw a chart into an empty figure, which takes the size that the chart needs."""
    height = HEAD + TALL * len(chart.panels) + FOOT
    figure.set(figwidth=WIDE, figheight=height, dpi=dpi, facecolor=paper.ground)
    figure.text(0.03, 1 - 0.38 / height, chart.title, color=paper.ink, fontsize=13, fontweight="bold")
    for number, panel in enumerate(chart.panels):
        low = 1 - (HEAD + TALL * (number + 1)) / height
        axes = figure.add_axes((0.085, low + 0.3 / height, 0.7, (TALL - 0.85) / height))
        _panel(panel, axes, c.horizontal(chart.steps), paper)
    figure.text(0.435, 0.36 / height, chart.step, color=paper.quiet, fontsize=9.5, ha="center")


def _panel(panel: Panel, axes: Axes, steps: Axis, paper: Paper) -> None:
    axis = c.vertical(panel)
    _frame(panel, axes, axis, steps, paper)
    colours = paper.curves(len(panel.series), ordered=panel.ordered)
    for series, colour in zip(panel.series, colours, strict=True):
        shown = [value if axis.holds(value) else math.nan for value in series.values]
        dots = "o-" if len(shown) <= FEW else "-"
        axes.plot(range(1, len(shown) + 1), shown, dots, c=colour, lw=1.8, ms=3.4, clip_on=False)
    ends = c.ends(panel, axis)
    wanted = [axis.place(end.value) for end in ends]
    for end, there, place in zip(ends, wanted, c.apart(wanted, 0.075, 0, 1), strict=True):
        way: dict[str, Any] = {"color": colours[end.number], "transform": axes.transAxes}
        x = steps.place(end.step + 1), 1.02
        axes.plot(x, [there, place], alpha=0.45, linewidth=0.8, clip_on=False, **way)
        axes.text(1.028, place, end.words, fontsize=9.5, fontweight="bold", va="center", **way)


def _frame(panel: Panel, axes: Axes, axis: Axis, steps: Axis, paper: Paper) -> None:
    """The title, the axes and their marks."""
    title = axes.annotate(
        panel.title, (0, 1.13), xycoords="axes fraction", color=paper.ink, fontsize=11, fontweight="bold"
    )
    axes.annotate(c.unit(panel, axis), (1, 0), xytext=(7, 0), xycoords=title, textcoords="offset points",
                  color=paper.quiet, fontsize=9.5, va="bottom")  # fmt: skip
    axes.set(facecolor=paper.ground, xlim=(steps.low, steps.high), yscale="log" if axis.log else "linear")
    axes.set_ylim(axis.low, axis.high)
    axes.set_yticks(axis.ticks, [c.label(tick) for tick in axis.ticks])
    axes.set_xticks(steps.ticks, [f"{tick:,.0f}" for tick in steps.ticks])
    axes.minorticks_off()
    axes.tick_params(colors=paper.quiet, labelsize=9.5, length=0)
    axes.tick_params(axis="x", length=4)
    axes.grid(axis="y", color=paper.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if panel.mark is not None:
        place, words = panel.mark
        axes.axvline(place + 1, color=paper.quiet, linewidth=0.9, linestyle=(0, (1.5, 3)))
        on_left = steps.place(place + 1) > 0.5
        shift, side = (-5, "right") if on_left else (5, "left")
        axes.annotate(words, (place + 1, 1.02), xycoords=("data", "axes fraction"), xytext=(shift, 0),
                      textcoords="offset points", ha=side, color=paper.quiet, fontsize=9)  # fmt: skip
