"""Functions that couple the entries of one sample: the softmax and its relatives, in any arithmetic.

All use the largest entry c of each sample as pivot, so that nothing overflows and nothing cancels:
with e_j = exp(z_j − z_c) and s = Σ_{j≠c} e_j,  p_j = e_j/(1 + s),  1 − p_c = s/(1 + s),  log p_c = −log(1 + s).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalkgrad.formula import Arithmetic

Array = NDArray[Any]


class _Pivoted(NamedTuple):
    shifted: Array  # z − z_c
    powers: Array  # exp(z − z_c), with 0 at the pivot
    others: Array  # s, the sum of the powers, kept as a column (or row)
    pivot: Array  # the place of the largest entry


def _pivoted(axis: int, arithmetic: Arithmetic, z: Array) -> _Pivoted:
    pivot = np.expand_dims(z.argmax(axis=axis), axis)
    shifted = z - np.take_along_axis(z, pivot, axis)
    powers = arithmetic.call("exp", shifted)
    np.put_along_axis(powers, pivot, arithmetic.number(0), axis)
    return _Pivoted(shifted, powers, powers.sum(axis=axis, keepdims=True), pivot)


def _probabilities(axis: int, arithmetic: Arithmetic, p: _Pivoted) -> Array:
    powers = p.powers.copy()
    np.put_along_axis(powers, p.pivot, arithmetic.number(1), axis)
    return powers / (arithmetic.number(1) + p.others)


def softmax(axis: int, arithmetic: Arithmetic, z: Array) -> Array:
    """``p_j = exp(z_j) / Σ_k exp(z_k)``."""
    return _probabilities(axis, arithmetic, _pivoted(axis, arithmetic, z))


def logsumexp(axis: int, arithmetic: Arithmetic, z: Array) -> Array:
    """``log Σ_k exp(z_k)``."""
    p = _pivoted(axis, arithmetic, z)
    return np.take_along_axis(z, p.pivot, axis) + arithmetic.call("log1p", p.others)


def log_softmax(axis: int, arithmetic: Arithmetic, z: Array) -> Array:
    """``log p_j``."""
    p = _pivoted(axis, arithmetic, z)
    return p.shifted - arithmetic.call("log1p", p.others)


def softmax_complement(axis: int, arithmetic: Arithmetic, z: Array) -> Array:
    """``1 − p_j``."""
    p = _pivoted(axis, arithmetic, z)
    one = arithmetic.number(1)
    result = one - _probabilities(axis, arithmetic, p)
    np.put_along_axis(result, p.pivot, p.others / (one + p.others), axis)
    return result


def softmax_minus(axis: int, arithmetic: Arithmetic, z: Array, t: Array) -> Array:
    """``p_j − t_j``; at the pivot (1 − t_c) − (1 − p_c)."""
    p = _pivoted(axis, arithmetic, z)
    one = arithmetic.number(1)
    result = _probabilities(axis, arithmetic, p) - t
    at_pivot = (one - np.take_along_axis(t, p.pivot, axis)) - p.others / (one + p.others)
    np.put_along_axis(result, p.pivot, at_pivot, axis)
    return result


def softmax_pull(axis: int, arithmetic: Arithmetic, z: Array, g: Array) -> Array:
    """``p_j (g_j − Σ_k p_k g_k)``, with g measured from its value at the pivot, which changes nothing."""
    p = _pivoted(axis, arithmetic, z)
    probabilities = _probabilities(axis, arithmetic, p)
    relative = g - np.take_along_axis(g, p.pivot, axis)
    return probabilities * (relative - (probabilities * relative).sum(axis=axis, keepdims=True))


SAMPLE_FUNCTIONS: dict[str, Callable[..., Array]] = {
    "softmax": softmax,
    "logsumexp": logsumexp,
    "log_softmax": log_softmax,
    "softmax_complement": softmax_complement,
    "softmax_minus": softmax_minus,
    "softmax_pull": softmax_pull,
}
