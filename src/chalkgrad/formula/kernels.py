"""float64 kernels: one for each known function, and fused ones that activations and losses name as theirs.

Every fused kernel takes (arrays…, out) and never gives NaN for finite input where there is a value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.formula.special import erf, erfc, normal_parts

Array = NDArray[np.float64]
Kernel = Callable[..., Array]


# -- sigmoid and its family; slopes from e = exp(−|z|), which cannot overflow --
def sigmoid(z: Array, out: Array | None = None) -> Array:
    """σ(z) = 1/(1 + exp(−z)); an overflowing exp gives the right zero."""
    result: Array = np.negative(z, out=out)
    if not isinstance(result, np.ndarray):
        result = np.asarray(result)
    with np.errstate(over="ignore"):
        np.exp(result, out=result)
    result += 1.0
    return np.divide(1.0, result, out=result)


def _tail(z: Array, factor: float = -1.0) -> Array:
    """exp(−|z|)."""
    result: Array = np.asarray(np.abs(z))
    result *= factor
    return np.exp(result, out=result)


def sigmoid_slope(z: Array, out: Array | None = None) -> Array:
    """σ(z)·σ(−z) = e/(1 + e)²."""
    tail = _tail(z)
    below = tail + 1.0
    below *= below
    return np.divide(tail, below, out=tail if out is None else out)


def tanh_slope(z: Array, out: Array | None = None) -> Array:
    """1 − tanh²(z) = 4·e/(1 + e)² with e = exp(−2|z|)."""
    tail = _tail(z, -2.0)
    below = tail + 1.0
    below *= below
    tail *= 4.0
    return np.divide(tail, below, out=tail if out is None else out)


def softplus(z: Array, out: Array | None = None) -> Array:
    """log(1 + exp(z)) = max(z, 0) + log(1 + exp(−|z|))."""
    result = _tail(z)
    np.log1p(result, out=result)
    return np.add(result, np.maximum(z, 0.0), out=result if out is None else out)


def silu(z: Array, out: Array | None = None) -> Array:
    """z·σ(z)."""
    result = sigmoid(z)
    return np.multiply(z, result, out=result if out is None else out)


def silu_slope(z: Array, out: Array | None = None) -> Array:
    """σ(z)·(1 + z·σ(−z))."""
    tail = _tail(z)
    up = np.greater_equal(z, 0)
    whole = 1.0 + tail
    slope = np.where(up, tail, 1.0)
    slope *= z
    slope /= whole
    slope += 1.0
    slope *= np.where(up, 1.0, tail)
    return np.divide(slope, whole, out=out)


def gelu(z: Array, out: Array | None = None) -> Array:
    """z·Φ(z)."""
    return np.multiply(z, normal_parts(z)[0], out=out)


def gelu_slope(z: Array, out: Array | None = None) -> Array:
    """Φ(z) + z·φ(z)."""
    below, density = normal_parts(z)
    return np.add(below, np.clip(z, -40.0, 40.0) * density, out=out)


# -- differences from a target, without cancellation where the function saturates --
def _apart(u: Array, t: Array, near: float, middle: Array, tail: Array, lowest: float) -> Array:
    """Middle where |u| is at most ``near``, else (1 − t) − tail above and tail − (t − lowest) below."""
    far = np.where(u > 0, (1.0 - t) - tail, tail - (t - lowest))
    return np.where(np.abs(u) <= near, middle, far)


def sigmoid_minus(u: Array, t: Array) -> Array:
    """σ(u) − t; near 0 it is tanh(u/2)/2 + (1/2 − t)."""
    middle = 0.5 * np.tanh(0.5 * u) + (0.5 - t)
    return _apart(u, t, 1.0, middle, sigmoid(-np.abs(u)), 0.0)


def tanh_minus(u: Array, t: Array) -> Array:
    """tanh(u) − t, with the tail 1 − tanh|u| = 2·σ(−2|u|)."""
    return _apart(u, t, 0.5, np.tanh(u) - t, 2.0 * sigmoid(-2.0 * np.abs(u)), -1.0)


def erf_minus(u: Array, t: Array) -> Array:
    """erf(u) − t, with the tail 1 − erf|u| = erfc|u|."""
    return _apart(u, t, 0.5, erf(u) - t, erfc(np.abs(u)), -1.0)


def expm1_minus(u: Array, t: Array) -> Array:
    """(exp(u) − 1) − t; far below 0 it is exp(u) − (1 + t)."""
    return np.where(u > -0.5, np.expm1(u) - t, np.exp(np.minimum(u, 0.0)) - (1.0 + t))


# -- straight pieces --
def identity(z: Array, out: Array | None = None) -> Array:
    """Z."""
    return np.positive(z, out=out)


def identity_slope(z: Array, out: Array | None = None) -> Array:
    """1."""
    if out is None:
        return np.ones(np.shape(z))
    out[...] = 1.0
    return out


def relu(z: Array, out: Array | None = None) -> Array:
    """max(z, 0)."""
    return np.maximum(z, 0.0, out=out)


def relu_slope(z: Array, out: Array | None = None) -> Array:
    """1 where z > 0, else 0."""
    above = np.greater(z, 0.0)
    if out is None:
        return above.astype(np.float64)
    out[...] = above
    return out


def leaky_relu(z: Array, out: Array | None = None, *, slope: float) -> Array:
    """Z where z > 0, else slope·z."""
    return _into(np.where(z > 0, z, slope * z), out)


def leaky_relu_slope(z: Array, out: Array | None = None, *, slope: float) -> Array:
    """1 where z > 0, else slope."""
    return _into(np.where(z > 0, 1.0, slope), out)


def elu(z: Array, out: Array | None = None, *, alpha: float) -> Array:
    """Z where z > 0, else α(exp(z) − 1)."""
    return _into(np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0.0))), out)


def elu_slope(z: Array, out: Array | None = None, *, alpha: float) -> Array:
    """1 where z > 0, else α·exp(z)."""
    return _into(np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0.0))), out)


def _into(result: Array, out: Array | None) -> Array:
    if out is None:
        return result
    out[...] = result
    return out


# -- losses --
def difference(y: Array, t: Array, out: Array | None = None, *, factor: float) -> Array:
    """factor·(y − t)."""
    result: Array = np.subtract(y, t, out=out)
    return result if factor == 1 else np.multiply(result, factor, out=out)


def square(y: Array, t: Array, out: Array | None = None, *, factor: float) -> Array:
    """factor·(y − t)²."""
    apart = np.subtract(y, t)
    with np.errstate(over="ignore"):
        return np.multiply(apart * factor, apart, out=out)


def cross_entropy(y: Array, t: Array, out: Array | None = None) -> Array:
    """−t·log(y), and 0 where t = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.subtract(0.0, t * np.log(np.where(t == 0, 1.0, y)), out=out)


def cross_entropy_slope(y: Array, t: Array, out: Array | None = None) -> Array:
    """−t/y, and 0 where t = 0."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.divide(-t, np.where(t == 0, 1.0, y), out=out)


def binary_cross_entropy(y: Array, t: Array, out: Array | None = None) -> Array:
    """−t·log(y) − (1 − t)·log(1 − y), where 0·log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = t * np.log(np.where(t == 0, 1.0, y))
        second = (1.0 - t) * np.log1p(np.where(t == 1, 0.0, -y))
        return np.subtract(0.0, first + second, out=out)


def binary_cross_entropy_slope(y: Array, t: Array, out: Array | None = None) -> Array:
    """(y − t)/(y·(1 − y)), which is 1/(1 − y) for t = 0 and −1/y for t = 1."""
    above = np.where(t == 0, 1.0, np.where(t == 1, -1.0, y - t))
    below = np.where(t == 0, 1.0 - y, np.where(t == 1, y, y * (1.0 - y)))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return np.divide(above, below, out=out)


FLOAT_KERNELS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "negate": np.negative,
    "power": np.power,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "expm1": np.expm1,
    "log1p": np.log1p,
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softplus": softplus,
    "erf": erf,
    "erfc": erfc,
    "sigmoid_minus": sigmoid_minus,
    "tanh_minus": tanh_minus,
    "erf_minus": erf_minus,
    "expm1_minus": expm1_minus,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "relu": relu,
    "abs": np.abs,
    "sign": np.sign,
    "max": np.maximum,
    "min": np.minimum,
    "where >": lambda left, right, then, otherwise: np.where(np.greater(left, right), then, otherwise),
    "where >=": lambda left, right, then, otherwise: np.where(np.greater_equal(left, right), then, otherwise),
    "where <": lambda left, right, then, otherwise: np.where(np.less(left, right), then, otherwise),
    "where <=": lambda left, right, then, otherwise: np.where(np.less_equal(left, right), then, otherwise),
}
"""What a tape needs in float64."""
