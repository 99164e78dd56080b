"""Curves in the terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.app.plot import curve


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 9), st.integers(1, 80))
def test_a_curve_keeps_its_frame(values: list[float], height: int, width: int) -> None:
    lines = curve(values, height=height, width=width).splitlines()
    assert len(lines) == height
    assert all(len(line.split("│")[1]) <= width for line in lines)


def test_larger_values_stand_higher() -> None:
    assert curve([0, 1, 2, 3, 4, 5, 6, 7, 8], height=1) == "8 │▁▁▂▃▄▅▆▇█"


def test_what_is_not_finite_leaves_a_gap() -> None:
    assert curve([1, float("nan"), 1], height=1) == "1 │▁ ▁"
    assert curve([float("inf")]) == curve([]) == ""
