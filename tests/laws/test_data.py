"""The digits that come with the package, and rows set aside."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import load_digits, split
from chalkgrad.data.held_out import stratified_rows


def test_digits_are_what_they_say() -> None:
    x, labels = load_digits()
    assert x.shape == (5620, 64)
    assert (x.min(), x.max()) == (0, 1)
    assert np.array_equal(x * 16, np.round(x * 16))
    # The class counts of the published training and test files, added.
    assert np.bincount(labels).tolist() == [554, 571, 557, 572, 568, 558, 558, 566, 554, 562]


def test_split_is_a_partition_and_repeats() -> None:
    x, t = np.arange(10.0)[:, None], np.arange(10)
    x_train, t_train, x_test, t_test = split(x, t, held_out=0.3, seed=5)
    assert (len(x_train), len(x_test)) == (7, 3)
    assert sorted([*t_train, *t_test]) == list(range(10))
    assert np.array_equal(x_train[:, 0], t_train)
    assert np.array_equal(x_test[:, 0], t_test)
    assert np.array_equal(split(x, t, held_out=0.3, seed=5)[3], t_test)


def test_split_refuses_what_does_not_fit() -> None:
    with pytest.raises(InputError) as told:
        split(np.ones((3, 1)), np.ones(2), held_out=1.5)
    assert len(told.value.faults) == 2


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=12), st.floats(0, 1), st.integers(0, 99),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_class_has_its_share_on_both_sides(
    counts: list[int], part: float, seed: int, random: object
) -> None:
    classes = np.repeat(np.arange(len(counts)), counts)
    random.shuffle(classes)  # type: ignore[attr-defined]
    train, aside = stratified_rows(classes, held_out=part, seed=seed)
    assert sorted([*train, *aside]) == list(range(len(classes)))
    again = stratified_rows(classes, held_out=part, seed=seed)
    assert np.array_equal(again[1], aside)
    wanted = round(part * len(classes))
    if max(counts) == 1:
        assert len(aside) == wanted
        return
    assert len(aside) == min(wanted, len(classes) - len(counts))
    there = np.bincount(classes[aside], minlength=len(counts))
    several = [count for count in counts if count > 1]
    for count, held in zip(counts, there.tolist(), strict=True):
        assert held < count
        assert held or count == 1 or len(aside) < len(several)
    bent = len(several) if len(aside) >= len(several) else 0  # by rows that must be on their side
    exact = len(aside) * np.array(counts) / len(classes)
    assert np.abs(there - exact).max() <= 1 + bent + np.clip(exact - np.array(counts) + 1, 0, None).sum()


@pytest.mark.parametrize("part", [0.1, 0.25, 0.5])
def test_shares_are_nearest_where_classes_are_large(part: float) -> None:
    classes = np.random.default_rng(3).integers(0, 7, 5000)
    counts = np.bincount(classes)
    for seed in range(5):
        _, aside = stratified_rows(classes, held_out=part, seed=seed)
        assert np.abs(np.bincount(classes[aside]) - part * counts).max() < 1
