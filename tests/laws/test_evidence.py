"""The pattern of an error that no mistake explains: told where it holds at every probe, and only there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chalkgrad import Network
from chalkgrad.derive import derive
from chalkgrad.diagnose.mistakes.statement import plain
from chalkgrad.diagnose.probes.points import Point, columns
from chalkgrad.diagnose.probes.probes import mild
from chalkgrad.diagnose.telling.evidence import pattern, values_of
from chalkgrad.diagnose.telling.remarks import _digits

Array = NDArray[Any]
DERIVATION = derive(Network("4-3:tanh-2"))
SYMBOL = DERIVATION.step("dW1").symbol
RIGHT = [np.random.default_rng(seed).normal(size=(3, 4)) for seed in (1, 2)]
PLACES = np.arange(12).reshape(3, 4)


def entry(place: tuple[int, ...], factor: float) -> Callable[[Array], Array]:
    """One entry times a factor."""

    def change(v: Array) -> Array:
        found = v.copy()
        found[place] *= factor
        return found

    return change


def told(change: Callable[[Array], Array], right: list[Array] = RIGHT) -> str:
    return plain(pattern(SYMBOL, [change(v) for v in right], right))


PATTERNS: dict[str, tuple[Callable[[Array], Array], str]] = {
    "rounded": (lambda v: np.round(v, 2), "is rounded to 2 decimals."),
    "rounded to one": (lambda v: np.round(v, 1), "is rounded to 1 decimals."),
    "rounded to five": (lambda v: np.round(v, 5), "is rounded to 5 decimals."),
    "clipped": (lambda v: np.clip(v, -0.3, 0.25), "is clipped to between −3/10 and 1/4."),
    "one": (entry((1, 2), 3.0), "is wrong only at [2, 3], where it is 3 times what it should be."),
    "one with a sign": (entry((2, 3), -0.5), "only at [3, 4], where it is −1/2 times what it should be."),
    "added": (lambda v: v + 0.25, "has 1/4 added to every entry."),
    "by units": (lambda v: v * np.array([[2.0], [3], [4]]), "is off by a factor for each unit: 2, 3, 4."),
    "by inputs": (lambda v: v * np.arange(2.0, 6), "is off by a factor for each input: 2, 3, 4, 5."),
    "signs": (lambda v: v * np.where(PLACES % 3, 1, -1), "has the right sizes, but wrong signs."),
}  # fmt: skip


@pytest.mark.parametrize("name", PATTERNS)
@pytest.mark.parametrize("units", [1.0, 100.0])
def test_a_pattern_is_told(name: str, units: float) -> None:
    change, sentence = PATTERNS[name]
    right = RIGHT if name in ("added", "clipped") or "rounded" in name else [units * v for v in RIGHT]
    assert told(change, right).endswith(sentence)
    mixed = plain(pattern(SYMBOL, [change(right[0]), right[1] ** 3], right))
    assert not mixed.endswith(sentence)


def test_what_is_right_at_a_probe_says_nothing_of_the_rest() -> None:
    change, sentence = PATTERNS["one"]
    zero = np.zeros((3, 4))
    found = [RIGHT[0].copy(), change(RIGHT[1]), zero + 1, np.full((3, 4), np.nan)]
    assert plain(pattern(SYMBOL, found, [*RIGHT, zero, RIGHT[0]])).endswith(sentence)


def test_few_wrong_entries_are_a_quarter_at_most() -> None:
    def first(count: int) -> str:
        return told(lambda v: np.where(PLACES < count, v + PLACES + 1, v))

    assert "is wrong only at [1, 1], [1, 2], [1, 3], where" in first(3)
    assert "of its entries" in first(4)
    small = [v[:2, :2] for v in RIGHT]
    assert "is wrong only at [1, 2]" in told(entry((0, 1), 3.0), small)
    tiny = [v[:1, :3] for v in RIGHT]
    assert "is wrong only" not in told(entry((0, 1), 3.0), tiny)


def test_a_zero_has_no_ratio() -> None:
    right = [v.copy() for v in RIGHT]
    for v in right:
        v[0, 1] = 0
    changed = [v + (PLACES == 1) for v in right]
    assert plain(pattern(SYMBOL, changed, right)).endswith("is wrong only at [1, 2], where it should be 0.")
    assert "for each unit" not in told(lambda v: v * np.array([[2.0], [3], [4]]), right)


def test_more_than_four_factors_are_cut_short() -> None:
    wide = [np.random.default_rng(seed).normal(size=(2, 5)) for seed in (1, 2)]
    assert told(lambda v: v * np.arange(2.0, 7), wide).endswith("for each input: 2, 3, 4, 5 ….")
    flat = [v[0] for v in wide]
    assert "for each" not in told(lambda v: v * np.arange(2.0, 7), flat)


def test_what_has_no_pattern_is_measured() -> None:
    u, v = np.array([[3.0, 1.0], [1.0, 5.0]]), np.array([[1.0, 1.0], [2.0, -2.0]])
    share, cosine = 75, -4 / np.sqrt(36 * 10)
    assert plain(pattern(SYMBOL, [u], [v])).endswith(
        f"is wrong in {share}% of its entries; the cosine between it and the right one is {cosine:.2f}, "
        "so no constant factor explains it."
    )


def test_values_are_those_of_finite_gradients() -> None:
    data = mild(DERIVATION.network, 5, 1)
    right = Point(DERIVATION, data, {}, {})
    of = {step.name: right.right(step.symbol) for step in DERIVATION.gradients}
    there = Point(DERIVATION, data, columns(of), {})
    lost = Point(DERIVATION, data, {**of, "dW1": of["dW1"] * np.nan}, {})
    found, wanted = values_of("dW1", [right, there, lost])
    assert len(found) == len(wanted) == 1
    np.testing.assert_array_equal(found[0], wanted[0])


@pytest.mark.parametrize(
    ("lost", "left"), [(30.0, 0), (1.0, 0), (0.5, 0), (0.05, 1), (2e-3, 2), (1e-5, 4), (3e-9, 8)]
)
def test_the_digits_that_are_left_of_a_relative_error(lost: float, left: int) -> None:
    assert _digits(lost) == left
