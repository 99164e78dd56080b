"""A chart as data: panels of curves over the same steps, and where the marks of their axes stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

T = TypeVar("T")
SPREAD = 30
"""A panel of positive numbers is logarithmic where its largest is so many times its smallest."""


@dataclass(frozen=True)
class Series:
    """One curve: a name and one number for every step; NaN leaves a gap."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Panel:
    """Curves that share their axes.

    Parameters
    ----------
    title
        What is shown.
    unit
        What the numbers are, said beside the title.
    series
        The curves.
    ordered
        Whether the curves are a sequence (the layers of a network) and take their colours from a ramp.
    mark
        The place, from 0, of a step that is pointed out, and in which words; None for none.
    linear
        Whether the axis stays linear however many decades there are.
    """

    title: str
    unit: str
    series: tuple[Series, ...]
    ordered: bool = False
    mark: tuple[int, str] | None = None
    linear: bool = False

    @property
    def steps(self) -> int:
        """How many steps the longest curve has."""
        return max((len(series.values) for series in self.series), default=0)


@dataclass(frozen=True)
class Chart:
    """Panels below each other over one horizontal axis that counts from 1."""

    title: str
    step: str
    panels: tuple[Panel, ...]

    @property
    def steps(self) -> int:
        """How many steps the longest panel has."""
        return max((panel.steps for panel in self.panels), default=0)


@dataclass(frozen=True)
class Axis:
    """A range of numbers with its marks, linear or logarithmic."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def holds(self, value: float) -> bool:
        """Whether a number can stand on the axis."""
        return math.isfinite(value) and (value > 0 or not self.log)

    def place(self, value: float) -> float:
        """Return where a number stands: 0 at the lower end, 1 at the upper."""
        if self.log:
            return (math.log(value) - math.log(self.low)) / (math.log(self.high) - math.log(self.low))
        return (value - self.low) / (self.high - self.low)


class End(NamedTuple):
    """Where a curve ends: its number, its last step from 0, the value there, and both as words."""

    number: int
    step: int
    value: float
    words: str


def ends(panel: Panel, axis: Axis, most: int = 12) -> list[End]:
    """Return where curves end.

    Of more than ``most`` curves, some between the first and the last are left out.
    """
    found = []
    for number, series in enumerate(panel.series):
        steps = [step for step, value in enumerate(series.values) if axis.holds(value)]
        if steps:
            last = series.values[steps[-1]]
            found.append(End(number, steps[-1], last, f"{series.name} {end_label(last)}"))
    return some(found, most)


def some(items: Sequence[T], most: int) -> list[T]:
    """Return at most so many items, from the first to the last evenly.

    >>> some(range(9), 3)
    [0, 4, 8]
    """
    if len(items) <= most:
        return list(items)
    return [items[round(k * (len(items) - 1) / (most - 1))] for k in range(most)]


def unit(panel: Panel, axis: Axis) -> str:
    """Return what the numbers are, and that they stand on a logarithmic axis if they do."""
    return ", ".join(filter(None, (panel.unit, "logarithmic" if axis.log else "")))


def drawn(panel: Panel) -> list[float]:
    """Return all numbers of a panel that can be drawn."""
    return [value for series in panel.series for value in series.values if math.isfinite(value)]


TINY = 1e-300
"""Of two numbers that are not further apart an axis cannot tell one from the other."""


def vertical(panel: Panel) -> Axis:
    """Return the vertical axis of a panel; numbers over several decades get a logarithmic one.

    >>> vertical(Panel("", "", (Series("", (0.31, 0.58)),))).ticks
    (0.3, 0.4, 0.5, 0.6)
    >>> vertical(Panel("", "", (Series("", (0.004, 3.0)),))).ticks
    (0.001, 0.01, 0.1, 1.0, 10.0)
    """
    values = drawn(panel) or [0.0]
    low, high = min(values), max(values)
    if low > 0 and high / low > SPREAD and not panel.linear:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        stride = -(-(last - first) // 6)
        decades = range(first, last + stride, stride)
        return Axis(10.0**first, 10.0 ** decades[-1], tuple(10.0**k for k in decades), log=True)
    if high - low < TINY:
        margin = (abs(low) if abs(low) > TINY else 1) / 10
        low, high = low - margin, high + margin
    step = round_step((high - low) / 4)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Axis(first * step, last * step, tuple(tidy(k * step, step) for k in range(first, last + 1)))


def horizontal(steps: int) -> Axis:
    """Return the axis of the steps 1 … n, whole numbers marked.

    >>> horizontal(20).ticks, horizontal(3).ticks
    ((1, 5, 10, 15, 20), (1, 2, 3))
    """
    step = max(1, round(round_step(max(steps - 1, 1) / 5)))
    inner = [k for k in range(step, steps + 1, step) if step == 1 or k - 1 >= step / 2]
    ticks = tuple(dict.fromkeys([1, *inner]))
    return Axis(1.0, float(max(steps, 2)), ticks)


def round_step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least about ``rough``.

    >>> round_step(0.07), round_step(3), round_step(60)
    (0.1, 5.0, 100.0)
    """
    power = 10.0 ** math.floor(math.log10(rough))
    return next(tidy(n * power, power) for n in (1, 2, 5, 10) if n * power >= rough * 0.95)


def tidy(value: float, step: float) -> float:
    """Round away what adding in binary has left: 0.30000000000000004 is 0.3."""
    return round(value, max(0, 2 - math.floor(math.log10(abs(step)))))


def label(value: float) -> str:
    """Return a number for an axis.

    >>> label(0.3), label(1200.0), label(0.00001), label(0.0)
    ('0.3', '1,200', '1e−5', '0')
    """
    if value and not 1e-3 <= abs(value) < 1e6:
        digits, _, power = f"{value:.2e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}e{int(power)}".replace("-", "−")
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def end_label(value: float) -> str:
    """Return a number for the end of a curve, four digits of it.

    >>> end_label(0.303), end_label(85.979), end_label(20640)
    ('0.3030', '85.98', '20,640')
    """
    if 1e-3 <= abs(value) < 1000:
        return f"{value:#.4g}".rstrip(".").replace("-", "−")
    return label(value)


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move places as little as needed, so that neighbours have a distance of ``gap`` between two bounds.

    >>> apart([5, 5.5, 9], gap=2, low=0, high=10)
    [4.25, 6.25, 9.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    groups: list[tuple[float, list[int]]] = []  # the middle of neighbours that touch, and who they are
    for i in order:
        middle, members = float(wanted[i]), [i]
        while groups:
            before, others = groups[-1]
            if middle - before >= gap * (len(others) + len(members)) / 2:
                break
            groups.pop()
            members = others + members
            middle = sum(wanted[k] for k in members) / len(members)
        half = gap * (len(members) - 1) / 2
        groups.append((min(max(middle, low + half), max(high - half, low + half)), members))
    places = list(wanted)
    for middle, members in groups:
        for k, i in enumerate(members):
            places[i] = middle + gap * (k - (len(members) - 1) / 2) if len(members) > 1 else middle
    return places
