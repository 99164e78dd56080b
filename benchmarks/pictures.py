"""Two pictures: how many times longer every peer takes, and how a step's time grows."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks import svg
from benchmarks.scaling import NETWORKS, Curves
from benchmarks.sides import FIT, KINDS, OURS, PEERS
from benchmarks.steps import Line
from benchmarks.tables import figure

# Okabe and Ito's colours, which the colour-blind tell apart, and two greys.
COLOURS = dict(
    zip(
        [FIT.key, OURS.key, *(kind.key for kind in PEERS)],
        [
            "#000000",
            "#8a5a2b",
            "#bbbbbb",
            "#d55e00",
            "#777777",
            "#e69f00",
            "#0072b2",
            "#56b4e9",
            "#009e73",
            "#cc79a7",
            "#f0c808",
        ],
        strict=True,
    )
)


def steps_picture(lines: Sequence[Line]) -> str:
    """A row a workload, a dot a peer, at how many times as long as ours its step takes; best threads each."""
    compared = [line for line in lines if line.best([FIT.key])]
    found = [(line, key, times) for line in compared for key, times in _times_ours(line)]
    if not found:
        return svg.picture(10, 10, [], "nothing was compared")
    low = min(1.0, *(times for _, _, times in found)) / 1.3
    high = max(times for _, _, times in found) * 1.3
    top, row, left, right = 30, 34, 60, 620
    bottom = top + row * len(compared)
    x = svg.LogScale(low, high, left, right)
    parts = [svg.line(x(tick), top, x(tick), bottom) for tick in x.ticks()]
    parts += [svg.text(x(tick), bottom + 18, f"{tick:g} ×", anchor="middle") for tick in x.ticks()]
    parts.append(svg.line(x(1), top, x(1), bottom, svg.INK, 2))
    middle = (left + right) / 2
    parts.append(svg.text(middle, bottom + 38, "times as long a step as chalkgrad's fit", anchor="middle"))
    for k, line in enumerate(compared):
        y = top + row * (k + 0.5)
        parts += [svg.line(left, y, right, y), svg.text(left - 10, y + 4, line.workload.name, anchor="end")]
        for owner, key, times in found:
            if owner is line:
                parts.append(svg.dot(x(times), y, COLOURS[key], f"{KINDS[key].label}: {figure(times)} ×"))
    parts += _legend([key for key in COLOURS if any(key == k for _, k, _ in found)], right + 30, top + 10)
    return svg.picture(right + 290, bottom + 55, parts, "A step's time against ours, by workload and peer")


def _times_ours(line: Line) -> list[tuple[str, float]]:
    ours = line.best([FIT.key])
    assert ours is not None
    timed = [(kind.key, line.best([kind.key])) for kind in PEERS]
    return [(key, timing.median / ours.median) for key, timing in timed if timing]


def scaling_picture(curves: Curves) -> str:
    """A panel a sweep, both axes logarithmic; dashed with one thread, whole with two."""
    parts: list[str] = []
    size, gap, top = 250, 75, 30
    for k, (sweep, sides) in enumerate(curves.items()):
        timed = {
            who: [(value, timing.median * 1e6) for value, timing in points if timing.seconds]
            for who, points in sides.items()
        }
        parts += _panel(NETWORKS[sweep], sweep, timed, 65 + k * (size + gap), top, size)
    keys = list(dict.fromkeys(side for sides in curves.values() for side, _ in sides))
    left = 65 + len(curves) * (size + gap) - 45
    parts += _legend(keys, left, top + 10)
    parts.append(svg.text(left, top + 30 + 20 * len(keys), "dashed: one thread"))
    return svg.picture(left + 190, top + size + 60, parts, "A step's time by batch, width and depth")


def _panel(
    title: str,
    name: str,
    timed: dict[tuple[str, int], list[tuple[int, float]]],
    left: float,
    top: float,
    size: float,
) -> list[str]:
    values = [value for points in timed.values() for value, _ in points]
    heights = [us for points in timed.values() for _, us in points]
    if not values:
        return []
    x = svg.LogScale(min(values), max(values), left, left + size, base=4 if name != "depth" else 2)
    low, high = (10 ** f(math.log10(g(heights))) for f, g in ((math.floor, min), (math.ceil, max)))
    y = svg.LogScale(low, high, top + size, top)
    parts = [svg.text(left, top - 12, title)]
    for tick in x.ticks():
        parts += [svg.line(x(tick), top, x(tick), top + size)]
        parts += [svg.text(x(tick), top + size + 16, f"{tick:g}", anchor="middle")]
    for tick in y.ticks():
        parts += [svg.line(left, y(tick), left + size, y(tick))]
        parts += [svg.text(left - 6, y(tick) + 4, f"{tick:g}", anchor="end")]
    parts.append(svg.text(left + size / 2, top + size + 36, name, anchor="middle"))
    parts.append(svg.text(left - 48, top + size / 2, "µs a step", anchor="middle", turn=-90))
    for (side, threads), points in timed.items():
        parts.append(svg.path([(x(v), y(us)) for v, us in points], COLOURS[side], dashed=threads == 1))
    return parts


def _legend(keys: Sequence[str], left: float, top: float) -> list[str]:
    parts = []
    for k, key in enumerate(keys):
        parts.append(svg.dot(left, top + 20 * k, COLOURS[key]))
        parts.append(svg.text(left + 12, top + 20 * k + 4, KINDS[key].label))
    return parts
