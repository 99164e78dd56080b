"""The digits that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.data import load_digits, split


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
