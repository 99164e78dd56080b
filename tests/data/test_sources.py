"""Orders and arrays as sources of rows: every row once an epoch, the same whenever it is asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data.streams.fingerprint import array_fingerprint
from chalkgrad.data.streams.order import epoch_order
from chalkgrad.data.streams.source import ArraySource


@given(st.integers(0, 300), st.integers(0, 2**63), st.integers(0, 10**6))
def test_an_order_is_a_permutation_and_repeats(rows: int, seed: int, epoch: int) -> None:
    order = epoch_order(rows, seed, epoch)
    assert order.dtype == np.int64
    assert sorted(order) == list(range(rows))
    assert np.array_equal(order, epoch_order(rows, seed, epoch))


def test_orders_differ_by_seed_and_epoch() -> None:
    orders = {tuple(epoch_order(50, seed, epoch)) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


def test_every_place_is_taken_equally_often() -> None:
    """χ² of where row 0 lands, 49 degrees of freedom: above 94.6 once in 10,000 times."""
    places = [int(np.argmin(epoch_order(50, 7, epoch))) for epoch in range(5000)]
    counts = np.bincount(places, minlength=50)
    assert ((counts - 100) ** 2 / 100).sum() < 94.6


@given(st.integers(1, 200), st.integers(1, 50), st.data())
def test_what_is_skipped_changes_nothing_of_the_rest(rows: int, batch: int, data: st.DataObject) -> None:
    skip = data.draw(st.integers(0, rows))
    source = ArraySource(np.zeros((rows, 2)), np.zeros(rows))
    orders = [
        np.concatenate(
            [[], *(p.order for p in source.portions(3, seed=1, shuffle=True, batch_size=batch, skip=s))]
        )
        for s in (0, skip)
    ]
    assert np.array_equal(orders[0][skip:], orders[1])


def test_a_sample_is_the_first_rows() -> None:
    source = ArraySource(np.arange(8.0).reshape(4, 2), np.arange(4), np.ones(4))
    x, t, weight, order = source.sample(10)
    assert (len(x), len(t), order.tolist()) == (4, 4, [0, 1, 2, 3])
    assert weight is not None
    assert (source.rows, source.features) == (4, 2)


@pytest.mark.parametrize(
    ("x", "t", "weight", "path"),
    [
        (np.zeros((0, 3)), np.zeros(0), None, "x"),
        (np.zeros((3, 0)), np.zeros(3), None, "x"),
        (np.zeros(3), np.zeros(3), None, "x"),
        (np.zeros((3, 2)), np.zeros(4), None, "t"),
        (np.zeros((3, 2)), np.array(1.0), None, "t"),
        (np.zeros((3, 2)), np.zeros(3), np.ones(2), "weight"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    x: np.ndarray, t: np.ndarray, weight: np.ndarray | None, path: str
) -> None:
    with pytest.raises(InputError) as told:
        ArraySource(x, t, weight)
    assert [fault.path for fault in told.value.faults] == [path]


def test_a_fingerprint_sees_values_shapes_types_and_order() -> None:
    x = np.arange(4000.0).reshape(1000, 4)
    changed = x.copy()
    changed[-1, 0] += 1
    versions = [x, changed, x[::-1], x[:-1], x.astype(np.float32), x.reshape(2000, 2), x[:, :3]]
    prints = {array_fingerprint(version, np.zeros(1)) for version in versions}
    prints |= {array_fingerprint(x, None), array_fingerprint(x)}
    assert len(prints) == len(versions) + 2
    assert array_fingerprint(x.copy(order="F")) == array_fingerprint(x)
