"""Dropout masks: the same bits as train/executors/random.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.train.executors.random import dropout_key, dropout_mask
from tests.native.probe import Probe


@pytest.mark.parametrize(
    ("seed", "step", "layer"), [(0, 0, 1), (42, 3, 2), (-1, 10**6, 7), (2**70 + 5, 2**40, 1)]
)
def test_keys(probe: Probe, seed: int, step: int, layer: int) -> None:
    assert probe.key(seed, step, layer) == dropout_key(seed, step, layer)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 1 / 3, 0.999999, 1 - 1e-12])
@pytest.mark.parametrize("features", [1, 5, 64])
def test_masks_have_the_same_bits(probe: Probe, dtype: Any, rate: float, features: int) -> None:
    samples = 48
    expected = dropout_mask(dropout_key(9, 4, 2), samples, features, rate).astype(dtype)
    for first in range(0, samples, 16):
        got = probe.dropout(np.ones((features, 16), dtype), first, 9, 4, 2, rate)
        assert np.array_equal(got.T, expected[first : first + 16])


def test_what_stays_is_scaled(probe: Probe) -> None:
    source = np.random.default_rng(0).normal(size=(30, 16))
    got = probe.dropout(source, 32, 1, 2, 3, 0.25)
    mask = dropout_mask(dropout_key(1, 2, 3), 48, 30, 0.25)[32:].T
    assert np.array_equal(got, source * mask)
    assert 0.1 < (got == 0).mean() < 0.4
