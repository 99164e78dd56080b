"""Which gradients are the same up to rounding, in the precision that they were computed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.derive import Step

_SAME = 5e-7  # float64 in another order of operations, or an added 1e-8, stays below
_SAME_FLOAT32 = 1e-4
NOISE = 1e-13
"""What is zero to rounding, beside the terms of a sum."""


def is_float32(array: Array) -> bool:
    """Whether an array was computed in single precision, also if it was converted afterwards."""
    return array.dtype in (np.float32, np.float16) or (
        array.dtype == np.float64
        and bool(np.isfinite(array).all())
        and bool(array.any())
        and np.array_equal(array, array.astype(np.float32))
        and not np.array_equal(array, np.round(array, 4))
    )


def relative_error(array: Array, truth: Array) -> float:
    """The largest difference over the largest entry of the truth."""
    with np.errstate(all="ignore"):
        size = float(np.abs(truth).max(initial=0))
        gap = float(np.abs(array.astype(np.float64) - truth).max(initial=0))
    return gap / size if size else (0.0 if gap == 0 else float("inf"))


def size_of_terms(step: Step, values: Mapping[Any, Array]) -> float:
    """The size of what a gradient is a sum of: an error, times what it is multiplied by."""
    size = 1.0
    for premise in step.premises:
        largest = float(np.abs(values[premise]).max(initial=0))
        if not premise.is_parameter:
            size *= largest if premise.kind == "grad" else max(largest, 1.0)
    return size


def without_noise(array: Array, terms: float) -> Array:
    """Zeros for a sum of terms that cancel, as for a bias before a batch norm; else the array itself."""
    with np.errstate(all="ignore"):
        return np.zeros_like(array) if np.abs(array).max(initial=0) <= NOISE * terms else array


def agree(array: Array, truth: Array) -> bool:
    """Whether two gradients are the same up to rounding."""
    error = relative_error(array, truth)
    return error <= _SAME or (error <= _SAME_FLOAT32 and is_float32(array))
