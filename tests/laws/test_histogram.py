"""A histogram: bars as high as their counts, everything within the picture and apart."""

from __future__ import annotations

import itertools
from fractions import Fraction
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.grade.pages.histogram import histogram_svg, histogram_text
from chalkgrad.grade.result import bars

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = st.lists(st.integers(0, 500), min_size=1, max_size=21)
LETTER = 7.5
"""A digit of 13 px is about so wide in the widest of the usual fonts."""


def labels(counts: list[int]) -> list[str]:
    return [f"≤ {10 * number}" for number in range(len(counts))]


def numbers(element: ElementTree.Element, *names: str) -> tuple[float, ...]:
    return tuple(float(element.attrib[name]) for name in names)


@given(COUNTS)
def test_everything_lies_within_the_picture(counts: list[int]) -> None:
    root = ElementTree.fromstring(histogram_svg(counts, labels(counts)))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert numbers(root, "width", "height") == (width, height)
    for bar in root.iter(f"{SVG}rect"):
        x, y, wide, high = numbers(bar, "x", "y", "width", "height")
        assert x >= 0
        assert x + wide <= width
        assert y >= 13  # its count stands above it
        assert y + high <= height - 13  # and its label below
    for words in root.iter(f"{SVG}text"):
        x, y = numbers(words, "x", "y")
        half = LETTER * len(words.text or "") / 2
        assert half <= x <= width - half
        assert 10 <= y <= height - 3
    for line in root.iter(f"{SVG}line"):
        x1, x2, y1 = numbers(line, "x1", "x2", "y1")
        assert 0 <= x1 < x2 <= width
        assert y1 < height - 13


@given(COUNTS)
def test_bars_stand_on_one_line_as_high_as_their_counts_and_apart(counts: list[int]) -> None:
    root = ElementTree.fromstring(histogram_svg(counts, labels(counts)))
    drawn = [numbers(bar, "x", "y", "width", "height") for bar in root.iter(f"{SVG}rect")]
    some = [count for count in counts if count]
    assert len(drawn) == len(some)
    for (_, _, _, high), count in zip(drawn, some, strict=True):
        assert abs(high / 150 - count / max(counts)) < 0.001
    assert len({round(y + high) for _, y, _, high in drawn}) <= 1
    assert all(b[0] - (a[0] + a[2]) >= 2 for a, b in itertools.pairwise(drawn))


@given(COUNTS)
def test_words_of_one_height_keep_apart(counts: list[int]) -> None:
    root = ElementTree.fromstring(histogram_svg(counts, labels(counts)))
    below = [(numbers(t, "x")[0], t.text or "") for t in root.iter(f"{SVG}text") if (t.text or "")[0] == "≤"]
    assert [words for _, words in below] == labels(counts)
    for (x1, first), (x2, second) in itertools.pairwise(below):
        assert x2 - x1 >= LETTER * (len(first) + len(second)) / 2


@given(COUNTS)
def test_in_text_a_line_a_bar_and_longer_for_more(counts: list[int]) -> None:
    lines = histogram_text(counts, labels(counts)).split("\n")
    assert len(lines) == len(counts)
    lengths = [line.count("█") for line in lines]
    for (a, first), (b, second) in itertools.combinations(zip(counts, lengths, strict=True), 2):
        assert (first <= second) if a <= b else (first >= second)
    assert all((length > 0) == (count > 0) for length, count in zip(lengths, counts, strict=True))
    assert all(line.endswith(f" {count}") for line, count in zip(lines, counts, strict=True) if count)


@given(st.integers(1, 20), st.data())
def test_whole_points_have_a_bar_a_value(most: int, data: st.DataObject) -> None:
    points = data.draw(st.lists(st.integers(0, most).map(Fraction), max_size=30))
    counts, names = bars(Fraction(most), points)
    assert names == [str(value) for value in range(most + 1)]
    assert counts == [points.count(Fraction(value)) for value in range(most + 1)]


@given(st.fractions(Fraction(1, 10), 1000, max_denominator=12), st.data())
def test_every_student_is_in_the_bar_of_his_points(most: Fraction, data: st.DataObject) -> None:
    points = data.draw(st.lists(st.fractions(0, most, max_denominator=12), min_size=1, max_size=30))
    counts, names = bars(most, points)
    assert sum(counts) == len(points)
    assert len(counts) == len(names) <= 21
    if names[0].startswith("≤"):
        edges = [Fraction(name.removeprefix("≤ ")) for name in names]
        places = [sum(p <= edge for p in points) for edge in edges]
        assert list(itertools.accumulate(counts)) == places
