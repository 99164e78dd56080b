"""Charts: axes hold their curves, labels keep apart, every drawing is whole."""

from __future__ import annotations

import importlib.util
import itertools
import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.notation.charts.chart import Chart, Panel, Series, apart, horizontal, label, some, vertical
from chalkgrad.notation.charts.colours import DARK, LIGHT, Paper, viridis
from chalkgrad.notation.charts.png import chart_png
from chalkgrad.notation.charts.svg import chart_svg
from chalkgrad.notation.charts.text import chart_text
from chalkgrad.notation.writers.html.svg import safe_svg

VALUES = st.lists(st.floats(-1e9, 1e9) | st.just(math.nan), min_size=1, max_size=60)
SPREAD = st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=60)


def chart(*curves: list[float], ordered: bool = False, mark: tuple[int, str] | None = None) -> Chart:
    series = tuple(Series(f"layer {k}", tuple(values)) for k, values in enumerate(curves, 1))
    return Chart("A <title>", "Epoch", (Panel("Loss", "nats & more", series, ordered, mark),))


@given(VALUES | SPREAD)
def test_an_axis_holds_every_number_between_its_marks(values: list[float]) -> None:
    axis = vertical(chart(values).panels[0])
    assert 2 <= len(axis.ticks) <= 9
    places = [axis.place(tick) for tick in axis.ticks]
    assert places == sorted(set(places))
    for value in filter(math.isfinite, values):
        assert axis.holds(value)
        assert -1e-9 <= axis.place(value) <= 1 + 1e-9
    assert len({label(tick) for tick in axis.ticks}) == len(axis.ticks) or max(map(abs, axis.ticks)) > 1e5


@given(st.integers(1, 10**6))
def test_steps_are_marked_by_whole_numbers_from_one(steps: int) -> None:
    ticks = horizontal(steps).ticks
    assert ticks[0] == 1
    assert 1 <= len(ticks) <= 8
    assert all(tick == int(tick) and 1 <= tick <= steps for tick in ticks)
    assert list(ticks) == sorted(set(ticks))


@given(st.lists(st.floats(0, 100), max_size=20), st.floats(0.1, 5))
def test_labels_keep_their_distance_and_order(wanted: list[float], gap: float) -> None:
    places = apart(wanted, gap, 0, 100)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True), key=lambda pair: pair[0])]
    assert all(b - a >= gap - 1e-9 for a, b in itertools.pairwise(sorted(places)))
    assert ordered == sorted(ordered)
    assert all(-1e-6 <= place <= 100 + 1e-6 for place in places)
    if all(b - a >= gap for a, b in itertools.pairwise(sorted(wanted))):
        assert places == wanted


@given(VALUES | SPREAD, SPREAD, st.sampled_from(["auto", "light", "dark"]), st.booleans())
def test_a_drawing_is_sound_svg_within_its_frame(
    first: list[float], second: list[float], theme: str, ordered: bool
) -> None:
    drawn = chart_svg(chart(first, second, ordered=ordered, mark=(0, "best")), theme)
    root = ElementTree.fromstring(drawn)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter():
        if "cx" in element.attrib:
            assert 0 <= float(element.attrib["cx"]) <= width
            assert 0 <= float(element.attrib["cy"]) <= height
    assert "A &lt;title&gt;" in drawn
    assert "nan" not in drawn
    assert ("<style>" in drawn) == (theme == "auto")
    assert safe_svg(drawn) is not None


@given(VALUES | SPREAD, SPREAD, st.integers(40, 200), st.integers(6, 20))
def test_a_drawing_in_text_keeps_its_columns(
    first: list[float], second: list[float], width: int, height: int
) -> None:
    lines = chart_text(chart(first, second, mark=(0, "best")), width, height).splitlines()
    assert len(lines) == height + 4
    # steps and what they are may stand a little further right than the last dot
    assert all(len(line) <= width + 12 for line in lines)
    assert lines[0].startswith("Loss: nats & more")
    assert sum("layer 2" in line for line in lines) == 1


def test_a_falling_curve_falls() -> None:
    drawn = chart_text(chart([4.0, 3.0, 2.0, 1.0]), 60, 6).splitlines()[1:7]
    first_dots = [re.search(r"[⠁-⣿]", line) for line in drawn]
    columns = [found.start() for found in first_dots if found]
    assert columns == sorted(columns)
    assert len(columns) == 6


def test_many_curves_are_thinned_out_and_gaps_stay_gaps() -> None:
    many = chart(*([10.0**-k, 10.0**-k] for k in range(40)), ordered=True)
    names = re.findall(r"layer \d+", chart_text(many, 100))
    assert names == [f"layer {1 + k}" for k in some(range(40), 6)]
    assert len(re.findall(r">layer \d+", chart_svg(many))) == 12
    assert chart_svg(chart([1.0, 2.0, math.nan, 2.0, 1.0])).count("M") >= 2
    assert "layer" not in chart_svg(chart([math.nan]))
    assert "layer" not in chart_text(chart([math.nan, math.inf]))
    assert chart_svg(Chart("", "Epoch", ())).startswith("<svg")


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    """WCAG 2.2: 1 for the same lightness, 21 for black on white."""
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("paper", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_can_be_seen_on_their_paper(paper: Paper) -> None:
    assert contrast(paper.ink, paper.ground) >= 7
    assert contrast(paper.quiet, paper.ground) >= 4.5
    for count in (1, 2, 3, 9, 40):
        for ordered in (False, True):
            curves = paper.curves(count, ordered=ordered)
            assert len(set(curves)) == count
            assert all(contrast(colour, paper.ground) >= 3 for colour in curves)


def test_the_ramp_grows_in_lightness() -> None:
    steps = [luminance(viridis(k / 40)) for k in range(41)]
    assert steps == sorted(steps)


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="the extra plot is not installed")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_in_png(theme: str) -> None:
    drawn = chart(*([1.0, 0.1**k, math.nan, 0.001] for k in range(5)), ordered=True, mark=(1, "best"))
    picture = chart_png(drawn, theme)
    assert picture.startswith(b"\x89PNG")
    assert picture == chart_png(drawn, theme)
