"""Which gradients count as the same: as exactly as the precision that they were computed in lets them be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.usercode.answer.rounding import agree, is_float32

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))


def drawn(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape) + 0.123456789


@given(SEEDS, SHAPES, st.floats(2e-6, 3e-5), st.sampled_from(["float32", "float64"]))
def test_single_precision_may_be_off_by_its_own_rounding(
    seed: int, shape: tuple[int, int], off: float, handed_over_as: str
) -> None:
    """It shows in the numbers, also after they were converted."""
    truth = drawn(seed, shape)
    computed = (truth * (1 + off)).astype(np.float32).astype(handed_over_as)
    assert is_float32(computed)
    assert agree(computed, truth)


@given(SEEDS, SHAPES, st.floats(2e-6, 3e-5))
def test_double_precision_may_not(seed: int, shape: tuple[int, int], off: float) -> None:
    truth = drawn(seed, shape)
    assert not is_float32(truth)
    assert not agree(truth * (1 + off), truth)
    assert agree(truth * (1 + 1e-9), truth)


@given(SEEDS, SHAPES)
def test_numbers_of_few_digits_were_typed_in(seed: int, shape: tuple[int, int]) -> None:
    """Quarters are single precision's too, and tell nothing."""
    assert not is_float32(np.round(4 * drawn(seed, shape)) / 4)


@pytest.mark.parametrize("number", [0.0, np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3)])
def test_what_says_nothing_is_not_taken_for_single_precision(number: float, shape: tuple[int, int]) -> None:
    assert not is_float32(np.full(shape, number))
    assert not is_float32(np.arange(6))
    assert is_float32(np.full(shape, number, dtype=np.float32))
