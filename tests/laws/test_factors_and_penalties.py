"""A gradient that is a V + c θ at every probe is told so: the factor by name, the penalty by its size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chalkgrad import Network
from chalkgrad.derive import derive
from chalkgrad.diagnose.probes.factors import NEAR, also, identify, named
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.probes.probes import mild
from chalkgrad.diagnose.search.fit import TOLERANCE, ClaimedGradient, FactorFit, fit, quick

Array = NDArray[Any]
MEAN = Network("3-2:tanh-4", loss="mean_squared_error", l2=0.1)
SIZES = (7, 4, 1)


@cache
def points(network: Network = MEAN) -> tuple[Point, ...]:
    """Probes of several sizes."""
    derivation = derive(network)
    return tuple(Point(derivation, mild(network, m, 3 + m), {}, {}) for m in SIZES)


def arrays(shape: tuple[int, int], seed: int) -> tuple[Array, ...]:
    """One a probe."""
    random = np.random.default_rng(seed)
    return tuple(random.normal(size=shape) for _ in points())


def target(
    shape: tuple[int, int] = (3, 4),
    factor: Callable[[Point], float] = lambda _: 1.0,
    c: float = 0.0,
    name: str = "dW1",
    penalty: float = 0.0,
) -> tuple[ClaimedGradient, tuple[Array, ...]]:
    """U = a V + c θ, and V."""
    right, parameters = arrays(shape, 1), arrays(shape, 2)
    found = tuple(
        factor(point) * v + c * theta for point, v, theta in zip(points(), right, parameters, strict=True)
    )
    return ClaimedGradient(name, found, parameters, penalty), right


def told(found: FactorFit | None) -> list[tuple[str, str]] | None:
    """The deviations as rules with their details."""
    return None if found is None else [(each.rule, each.detail) for each in found.all]


FACTORS: dict[str, tuple[Callable[[Point], float], list[tuple[str, str]]]] = {
    "1": (lambda _: 1.0, []),
    "−1": (lambda _: -1.0, [("sign", "")]),
    "2": (lambda _: 2.0, [("two-extra", "")]),
    "½": (lambda _: 0.5, [("two-missing", "")]),
    "m": (lambda p: p.m, [("batch-mean-missing", "")]),
    "1/m": (lambda p: 1 / p.m, [("batch-mean-twice", "")]),
    "n": (lambda _: 4.0, [("output-mean-missing", "")]),
    "−m": (lambda p: -p.m, [("sign", ""), ("batch-mean-missing", "")]),
    "3": (lambda _: 3.0, [("factor-other", "3")]),
    "3 m": (lambda p: 3.0 * p.m, [("factor-other", "3 m")]),
    "3/m": (lambda p: 3 / p.m, [("factor-other", "3/m")]),
    "m²/7": (lambda p: p.m**2 / 7, [("factor-other", "1/7 m²")]),
    "1/(7m²)": (lambda p: 1 / 7 / p.m**2, [("factor-other", "1/(7m²)")]),
}


def scaled(
    made: ClaimedGradient, right: tuple[Array, ...], by: float
) -> tuple[ClaimedGradient, tuple[Array, ...]]:
    """Both sides in other units, and the parameters with them."""
    u, theta = (tuple(by * each for each in arrays) for arrays in (made.arrays, made.parameters))
    return replace(made, arrays=u, parameters=theta), tuple(by * v for v in right)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("shape", [(3, 4), (2, 2)])
@pytest.mark.parametrize("units", [1e-4, 1.0, 1e4])
def test_a_factor_is_told_by_its_name(factor: str, shape: tuple[int, int], units: float) -> None:
    value, rules = FACTORS[factor]
    made, right = scaled(*target(shape, value), units)
    assert quick(made, right[0])
    found = fit(made, right, points())
    assert sorted(told(found) or []) == sorted(rules)
    assert found is not None
    np.testing.assert_allclose(found.ratios, [value(point) for point in points()])


@pytest.mark.parametrize(
    ("c", "penalty", "name", "rules"),
    [
        (0.2, 0.2, "dW1", []),
        (0.0, 0.2, "dW1", [("penalty-missing", "")]),
        (0.4, 0.2, "dW1", [("penalty-doubled", "")]),
        (-0.2, 0.2, "dW1", [("penalty-sign", "")]),
        (0.1, 0.2, "dW1", [("penalty-factor", "1/2")]),
        (0.2, 0.0, "db1", [("penalty-on-bias", "1/5")]),
        (0.2, 0.0, "dW1", [("penalty-extra", "1/5")]),
    ],
)
@pytest.mark.parametrize("factor", ["1", "−1", "m"])
def test_a_penalty_beside_a_factor_is_told(
    c: float, penalty: float, name: str, rules: list[tuple[str, str]], factor: str
) -> None:
    value, of_factor = FACTORS[factor]
    made, right = target((3, 4), value, c, name, penalty)
    assert quick(made, right[0])
    assert told(fit(made, right, points())) == [*of_factor, *rules]


def test_a_penalty_is_on_a_bias_only_where_the_network_has_one() -> None:
    network = Network("3-2:tanh-4")
    made, right = target(c=0.2, name="db1")
    there = tuple(Point(derive(network), point.data, {}, {}) for point in points())
    assert told(fit(made, right, there)) == [("penalty-extra", "1/5")]


@pytest.mark.parametrize(
    ("c", "power", "shown"),
    [
        (0.2, 1, "1/5 m"),
        (0.2, -1, "1/(5m)"),
        (1.0, 1, "m"),
        (1.0, -1, "1/m"),
        (3.0, 1, "3 m"),
        (1e3, -1, "1000/m"),
        (1e-3, 0, "0.001"),
    ],
)
def test_a_penalty_may_go_with_the_samples(c: float, power: int, shown: str) -> None:
    right, parameters = arrays((3, 4), 1), arrays((3, 4), 2)
    each = zip(points(), right, parameters, strict=True)
    made = ClaimedGradient(
        "dW1", tuple(v + c * float(point.m) ** power * w for point, v, w in each), parameters, 0.0
    )
    assert told(fit(made, right, points())) == [("penalty-extra", shown)]


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (3, 1)])
@pytest.mark.parametrize("units", [1e-4, 1.0, 1e4])
def test_few_entries_are_not_taken_apart(shape: tuple[int, int], units: float) -> None:
    """With fewer than four entries any gradient would be a V + c θ for some a and c."""
    made, right = scaled(*target(shape), units)
    assert made.is_small
    assert told(fit(made, right, points())) == []
    other = tuple(units * v for v in arrays(shape, 7))
    if shape != (1, 1):
        assert not quick(made, other[0])
        assert fit(made, other, points()) is None
    beside, right = scaled(*target(shape, c=0.2), units)
    assert quick(beside, right[0])
    assert told(fit(beside, right, points())) == [("penalty-extra", "1/5")]
    doubled, right = scaled(*target(shape, lambda _: 2.0, c=0.2), units)
    if shape != (1, 1):
        assert fit(doubled, right, points()) is None
        found = told(fit(doubled, right, points(), derived=True))
        assert found == [("two-extra", ""), ("penalty-extra", "1/5")]
    assert not target((2, 2))[0].is_small


def test_no_constant_fits_what_is_something_else() -> None:
    made, right = target()
    assert not quick(made, arrays((3, 4), 5)[0])
    assert not quick(made, right[0].T)
    assert not quick(made, right[0] * np.nan)
    assert fit(made, arrays((3, 4), 5), points()) is None
    varying = target((3, 4), lambda point: 1 + point.m**0.5)[0]
    assert quick(varying, right[0])
    assert fit(varying, right, points()) is None
    off = [v.copy() for v in right]
    off[-1][0, 0] += 1e-3
    assert fit(made, off, points()) is None


def test_the_tolerance_is_what_is_said() -> None:
    for share, fits in ((0.5, True), (2.0, False)):
        made, right = scaled(*target(), 100.0)
        off = [v.copy() for v in right]
        off[0][0, 0] += share * TOLERANCE * float(np.abs(right[0]).max())
        assert (fit(made, off, points()) is not None) == fits, share


def test_zero_says_nothing_but_zero() -> None:
    zeros = tuple(np.zeros((3, 4)) for _ in points())
    nothing = ClaimedGradient("dW1", zeros, arrays((3, 4), 2), 0.0)
    assert nothing.is_zero
    assert nothing.is_exactly_zero
    assert told(fit(nothing, zeros, points())) == []
    assert not quick(nothing, arrays((3, 4), 1)[0])
    assert fit(target()[0], zeros, points()) is None
    small = ClaimedGradient(
        "dW1", tuple(z + 1.5e-13 for z in zeros), arrays((3, 4), 2), 0.0, scales=(2.0, 2.0, 2.0)
    )
    assert small.is_zero
    assert not small.is_exactly_zero
    assert not ClaimedGradient("dW1", small.arrays, small.parameters, 0.0).is_zero
    last = (*zeros[:-1], np.eye(3, 4))
    assert not ClaimedGradient("dW1", last, small.parameters, 0.0).is_zero
    assert not ClaimedGradient("dW1", last, small.parameters, 0.0).is_exactly_zero
    where = fit(ClaimedGradient("dW1", last, small.parameters, 0.0), last, points())
    assert where is not None
    assert (told(where), where.ratios) == ([], ())


def test_names_that_mean_nothing_are_not_told() -> None:
    """No mean over one output, none over a single sample; nor two that undo each other."""
    one = points(Network("3-2:tanh-1", loss="mean_squared_error"))
    assert not any("output" in each.factor.rule for each in named(one))
    assert not any("batch" in each.factor.rule for each in named(one[-1:]))
    assert identify([1.0] * 3, points()) == ()
    assert identify([0.0, 1.0, 1.0], points()) is None
    assert identify([np.inf, 1.0, 1.0], points()) is None
    assert identify([1 + NEAR / 2] * 3, points()) == ()
    assert identify([1 + 3 * NEAR] * 3, points()) != ()
    for power, rule in ((1, "batch-mean-missing"), (-1, "batch-mean-twice")):
        ratios = np.array([float(point.m) ** power for point in points()])
        near, far = (identify(list(ratios * (1 + share * NEAR)), points()) for share in (0.5, 3))
        assert [each.rule for each in near or ()] == [rule]
        assert [each.rule for each in far or ()] == ["factor-other"]


def test_another_name_of_the_same_number_is_known() -> None:
    two = points(Network("3-2:tanh-2", loss="mean_squared_error"))
    [extra] = identify([2.0] * 3, two) or ()
    assert [each.rule for each in also(extra, two)] != []
    [of_four] = identify([2.0] * 3, points()) or ()
    assert also(of_four, points()) == ()
