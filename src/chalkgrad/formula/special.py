"""erf, erfc and the scaled erfc in float64, without SciPy.

Rational Chebyshev approximations of W. J. Cody, "Rational Chebyshev approximations for the error
function", Math. Comp. 23 (1969) 631–637; coefficients as in his CALERF (netlib, specfun).
"""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# |x| <= 0.46875: erf(x) = x·A(x²)/B(x²)
_A = (
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
)
_B = (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3)
# 0.46875 <= x <= 4: exp(x²)·erfc(x) = C(x)/D(x)
_C = (
    2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
    2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
    1.23033935479799725e3,
)  # fmt: skip
_D = (
    1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
    3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3,
)  # fmt: skip
# x >= 4: exp(x²)·erfc(x) = (1/√π − P(1/x²)/Q(1/x²)/x²)/x
_P = (
    1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
    1.60837851487422766e-2, 6.58749161529837803e-4,
)  # fmt: skip
_Q = (
    1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
    2.33520497626869185e-3,
)  # fmt: skip


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    result = coefficients[0] * x
    result += coefficients[1]
    for coefficient in coefficients[2:]:
        result *= x
        result += coefficient
    return result


def _central(x: Array) -> Array:
    square = x * x
    return x * _polynomial(_A, square) / _polynomial(_B, square)


def erfcx(x: Array) -> Array:
    """Return exp(x²)·erfc(x) for x ≥ 0."""
    result = np.empty_like(x)
    small, large = x <= 0.46875, x > 4.0
    middle = ~(small | large)
    if middle.any():
        inner = x[middle]
        result[middle] = _polynomial(_C, inner) / _polynomial(_D, inner)
    if small.any():
        inner = x[small]
        result[small] = np.exp(inner * inner) * (1.0 - _central(inner))
    if large.any():
        inner = x[large]
        y = 1.0 / inner
        y *= y
        result[large] = (1.0 / sqrt(pi) - y * _polynomial(_P, y) / _polynomial(_Q, y)) / inner
    return result


def exp_minus_square(x: Array) -> Array:
    """Return exp(−x²) without the error of rounding x²."""
    head = np.trunc(x * 16.0) / 16.0
    return np.exp(-head * head) * np.exp(-(x - head) * (x + head))


def erf(x: Any) -> Array:
    """Return the error function 2/√π·∫₀ˣ exp(−s²) ds, relative error about 1e-16."""
    x = np.asarray(x, dtype=np.float64)
    flat = np.clip(x, -6.0, 6.0).ravel()
    size = np.abs(flat)
    result = np.empty_like(flat)
    near = size <= 0.46875
    result[near] = _central(flat[near])
    far = ~near
    outer = size[far]
    result[far] = np.copysign(1.0 - erfcx(outer) * exp_minus_square(outer), flat[far])
    shaped: Array = result.reshape(x.shape)
    return shaped


def erfc(x: Any) -> Array:
    """Return 1 − erf(x), with relative error about 1e-15 down to the smallest normal number."""
    x = np.asarray(x, dtype=np.float64)
    flat = np.clip(x, -30.0, 30.0).ravel()
    result = np.empty_like(flat)
    near = np.abs(flat) <= 0.46875
    result[near] = 1.0 - _central(flat[near])
    far = ~near
    outer = flat[far]
    size = np.abs(outer)
    tail = erfcx(size) * exp_minus_square(size)
    result[far] = np.where(outer < 0, 2.0 - tail, tail)
    shaped: Array = result.reshape(x.shape)
    return shaped


def normal_parts(z: Array) -> tuple[Array, Array]:
    """Return Φ(z) and φ(z), the normal distribution and density, both accurate in the lower tail."""
    size = np.minimum(np.abs(z), 40.0).ravel()
    head = np.trunc(size * 16.0) / 16.0
    bell = np.exp(-0.5 * head * head) * np.exp(-0.5 * (size - head) * (size + head))
    tail = erfcx(size * sqrt(0.5))
    tail *= bell
    tail *= 0.5
    tail = tail.reshape(z.shape)
    return np.where(z > 0, 1.0 - tail, tail), (bell / sqrt(2 * pi)).reshape(z.shape)
