"""Loss and error of a panel against formulas with 50 digits, saturated logits, padding, class numbers."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

from tests.native.probe import Array, Probe

DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]
ERROR = {np.dtype(np.float32): 5e-7, np.dtype(np.float64): 1e-15}
FUNCTIONS = ("identity", "sigmoid", "tanh", "relu")


def panel(
    rows: int, features: int, lanes: int, dtype: Any, scale: float, seed: int = 0
) -> tuple[Array, Array]:
    """Logits and positive coefficients, features × lanes, with NaN in the padding."""
    random = np.random.default_rng(seed)
    z = random.normal(0, scale, (features, lanes)).astype(dtype)
    c = (random.random(lanes) + 0.5).astype(dtype)
    z[:, rows:] = np.nan
    c[rows:] = np.nan
    return z, c


def precise_cross_entropy(z: Array, t: Array, c: float) -> tuple[Any, list[Any]]:
    """One sample's loss and error with 50 digits."""
    e = [mpmath.exp(mpmath.mpf(float(each))) for each in z]
    total = mpmath.fsum(e)
    p = [each / total for each in e]
    loss = -mpmath.fsum(float(tj) * mpmath.log(pj) for tj, pj in zip(t, p, strict=True) if tj)
    return c * loss, [c * (pj - float(tj)) for pj, tj in zip(p, t, strict=True)]


def precise_elementwise(kind: str, function: str, z: float, t: float, c: float) -> tuple[Any, Any]:
    """One entry's loss and error with 50 digits."""
    u, sigma = mpmath.mpf(z), 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
    if kind == "binary_cross_entropy":
        loss = t * mpmath.log1p(mpmath.exp(-u)) + (1 - t) * mpmath.log1p(mpmath.exp(u))
        return c * loss, c * (sigma - t)
    y, slope = {
        "identity": (u, mpmath.mpf(1)),
        "sigmoid": (sigma, sigma * (1 - sigma)),
        "tanh": (mpmath.tanh(u), 1 - mpmath.tanh(u) ** 2),
        "relu": (max(u, 0), mpmath.mpf(u > 0)),
    }[function]
    return c * (y - t) ** 2, c * 2 * (y - t) * slope


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("rows", "lanes"), [(1, 8), (8, 8), (5, 16), (16, 16)])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_cross_entropy(probe: Probe, dtype: Any, rows: int, lanes: int, scale: float) -> None:
    features, random = 7, np.random.default_rng(8)
    z, c = panel(rows, features, lanes, dtype, scale)
    classes = random.integers(0, features, lanes)
    classes[:rows:2] = z[:, :rows:2].argmax(axis=0)  # half of them saturated where they should be
    classes[rows:] = -1
    one_hot = np.full_like(z, np.nan)
    one_hot[:, :rows] = np.eye(features)[:, classes[:rows]]
    soft = np.full_like(z, np.nan)
    soft[:, :rows] = random.dirichlet(np.ones(features), rows).T
    with mpmath.workdps(50):
        for target, known in ((classes.astype(np.int64), one_hot), (one_hot, one_hot), (soft, soft)):
            got, error = probe.loss("cross_entropy", z, target, c, rows)
            samples = [precise_cross_entropy(z[:, i], known[:, i], float(c[i])) for i in range(rows)]
            assert got == pytest.approx(float(mpmath.fsum(loss for loss, _ in samples)), rel=ERROR[dtype])
            expected = np.array([[float(each) for each in errors] for _, errors in samples]).T
            # z_j − max z is rounded: at 100 apart that is 30 units of exp's last place
            relative, absolute = (4 + scale) * ERROR[dtype], 2 * ERROR[dtype] if known is soft else 1e-38
            assert error[:, :rows] == pytest.approx(expected, rel=relative, abs=absolute)
            assert (error[:, rows:] == 0).all()


ELEMENTWISE = [("binary_cross_entropy", "identity"), *(("squared_error", name) for name in FUNCTIONS)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("rows", "lanes"), [(3, 8), (16, 16)])
@pytest.mark.parametrize(("kind", "function"), ELEMENTWISE)
def test_elementwise_losses(
    probe: Probe, dtype: Any, rows: int, lanes: int, kind: str, function: str
) -> None:
    z, c = panel(rows, 6, lanes, dtype, 12.0)
    random = np.random.default_rng(2)
    hard = (random.random(z.shape) < 0.5).astype(dtype)
    soft = random.random(z.shape).astype(dtype)
    with mpmath.workdps(50):
        for t in (hard, soft):
            t[:, rows:] = np.nan
            got, error = probe.loss(kind, z, t, c, rows, function=function)
            loss, expected = mpmath.mpf(0), np.zeros((6, rows))
            for j, i in np.ndindex(6, rows):
                part, each = precise_elementwise(kind, function, float(z[j, i]), float(t[j, i]), float(c[i]))
                loss, expected[j, i] = loss + part, float(each)
            assert got == pytest.approx(float(loss), rel=ERROR[dtype])
            absolute = 1e-37 if t is hard else 40 * ERROR[dtype]
            assert error[:, :rows] == pytest.approx(expected, rel=4 * ERROR[dtype], abs=absolute)
            assert (error[:, rows:] == 0).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_saturated_logits_keep_their_error(probe: Probe, dtype: Any) -> None:
    """At z = 60 and t = 1 the error is −σ(−60), and the loss its size, not 0."""
    z = np.full((1, 8), 60, dtype)
    tiny = float(mpmath.exp(-60))
    loss, error = probe.loss("binary_cross_entropy", z, np.ones_like(z), np.ones(8, dtype), 8)
    assert loss == pytest.approx(8 * tiny, rel=1e-6)
    assert error == pytest.approx(np.full((1, 8), -tiny), rel=1e-6)
    z = np.repeat(np.array([[60], [0]], dtype), 8, axis=1)
    loss, error = probe.loss("cross_entropy", z, np.zeros(8, np.int64), np.ones(8, dtype), 8)
    assert loss == pytest.approx(8 * tiny, rel=1e-6)
    assert error[0] == pytest.approx(np.full(8, -tiny), rel=1e-6)
    loss, error = probe.loss("cross_entropy", z * 1000, np.ones(8, np.int64), np.ones(8, dtype), 8)
    assert loss == pytest.approx(480_000)
    assert np.array_equal(error[:, 0], np.array([1, -1], dtype))


@pytest.mark.parametrize("kind", ["cross_entropy", "binary_cross_entropy", "squared_error"])
def test_nan_of_a_sample_reaches_the_loss(probe: Probe, kind: str) -> None:
    z, t = np.zeros((3, 16), np.float32), np.zeros((3, 16), np.float32)
    z[1, 4] = np.nan
    loss, error = probe.loss(kind, z, t, np.ones(16, np.float32), 16)
    assert np.isnan(loss)
    assert np.isfinite(np.delete(error, 4, axis=1)).all()


@pytest.mark.parametrize("kind", ["cross_entropy", "binary_cross_entropy", "squared_error"])
def test_loss_alone_is_the_same_loss(probe: Probe, kind: str) -> None:
    z, c = panel(11, 5, 16, np.float32, 3.0)
    t = np.random.default_rng(0).random(z.shape).astype(np.float32)
    loss, _ = probe.loss(kind, z, t, c, 11)
    alone, error = probe.loss(kind, z, t, c, 11, with_error=False)
    assert loss == alone
    assert (error == 7).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("features", [1, 2, 10, 300])
def test_softmax_and_its_gradient(probe: Probe, dtype: Any, features: int) -> None:
    random = np.random.default_rng(1)
    z, g = random.normal(0, 20, (2, features, 16)).astype(dtype)
    e = np.exp(z.astype(np.float64) - z.max(axis=0))
    y = e / e.sum(axis=0)
    got = probe.panel("softmax", z)
    assert got == pytest.approx(y, rel=10 * ERROR[dtype], abs=1e-38)
    wide = got.astype(np.float64)
    expected = wide * (g - (wide * g).sum(axis=0))
    assert probe.panel("softmax_gradient", got, g) == pytest.approx(
        expected, rel=1e-4, abs=200 * ERROR[dtype]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_and_scaling_leave_the_padding_out(probe: Probe, dtype: Any) -> None:
    v, c = panel(10, 9, 16, dtype, 1.0)
    expected = (v[:, :10].astype(np.float64) * c[:10]).sum()
    assert probe.weighted_sum(v, c, 10) == pytest.approx(expected, rel=1e-14)
    scaled = probe.scale_samples(v, c, 10)
    assert np.array_equal(scaled[:, :10], v[:, :10] * c[:10])
    assert (scaled[:, 10:] == 0).all()
