"""Laws of the training loop, on a gradient that can be checked by hand: that of a squared distance."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.train.descent import Array, Parameters, Progress, descend, mini_batches

X = np.arange(12.0).reshape(6, 2)
T = np.zeros(6)
START = {"W1": np.array([[10.0, -3.0]])}
SETTINGS: dict[str, Any] = {"epochs": 3, "batch_size": 4, "learning_rate": 0.1, "seed": 1}


def distance(parameters: Parameters, x: Array, t: Array) -> tuple[float, Parameters]:
    """L = mean of ½‖W₁ − x‖², so ∂L/∂W₁ = W₁ − mean of x."""
    apart = parameters["W1"] - x
    return float((apart**2).sum(axis=1).mean() / 2), {"W1": apart.mean(axis=0, keepdims=True)}


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 50), st.integers(0, 2**32 - 1))
def test_every_epoch_sees_every_row_once(m: int, epochs: int, batch_size: int, seed: int) -> None:
    seen: dict[int, Counter[int]] = {epoch: Counter() for epoch in range(1, epochs + 1)}
    ends = []
    for epoch, rows in mini_batches(m, epochs, batch_size, seed):
        if rows is None:
            ends.append(epoch)
        else:
            assert 1 <= len(rows) <= batch_size
            seen[epoch].update(rows.tolist())
    assert ends == list(range(1, epochs + 1))
    assert all(counts == Counter(range(m)) for counts in seen.values())


def test_full_batches_follow_the_closed_form() -> None:
    """W − x̄ shrinks by the factor (1 − η) each step."""
    reached, history = descend(distance, START, X, T, epochs=7, batch_size=6, learning_rate=0.25, seed=0)
    middle = X.mean(axis=0, keepdims=True)
    np.testing.assert_allclose(reached["W1"], middle + 0.75**7 * (START["W1"] - middle), rtol=1e-14)
    assert (history.outcome, history.steps, len(history.losses)) == ("finished", 7, 7)
    assert all(later < earlier for earlier, later in zip(history.losses, history.losses[1:], strict=False))


def test_the_given_parameters_stay_and_the_seed_decides() -> None:
    before = START["W1"].copy()
    first, _ = descend(distance, START, X, T, **SETTINGS)
    again, _ = descend(distance, START, X, T, **SETTINGS)
    other, _ = descend(distance, START, X, T, **SETTINGS | {"seed": 2})
    assert np.array_equal(START["W1"], before)
    assert np.array_equal(first["W1"], again["W1"])
    assert not np.array_equal(first["W1"], other["W1"])


def test_progress_is_told_every_step() -> None:
    told: list[Progress] = []
    _, history = descend(distance, START, X, T, **SETTINGS, progress=told.append)
    assert [(p.epoch, p.step, p.steps) for p in told] == [
        (1, 1, 6),
        (1, 2, 6),
        (2, 3, 6),
        (2, 4, 6),
        (3, 5, 6),
        (3, 6, 6),
    ]
    weighted = (4 * told[0].loss + 2 * told[1].loss) / 6
    assert history.losses[0] == pytest.approx(weighted, rel=1e-15)


def test_divergence_names_its_step_and_keeps_what_was_good() -> None:
    reached, history = descend(distance, START, X, T, **SETTINGS | {"learning_rate": 1e200, "epochs": 9})
    assert history.outcome == "diverged"
    assert f"step {history.steps + 1} " in history.advice
    assert "smaller learning rate" in history.advice
    assert np.isfinite(reached["W1"]).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_is_named(broken: float) -> None:
    def gradient(parameters: Parameters, x: Array, t: Array) -> tuple[float, Parameters]:
        return 1.0, {"W1": np.array([[0.0, broken]])}

    reached, history = descend(gradient, START, X, T, **SETTINGS)
    assert "∂L/∂W1" in history.advice
    assert history.steps == 0
    assert history.losses == ()
    assert np.array_equal(reached["W1"], START["W1"])


def test_control_c_keeps_the_parameters_reached() -> None:
    kept: list[Array] = []

    def gradient(parameters: Parameters, x: Array, t: Array) -> tuple[float, Parameters]:
        if len(kept) == 3:
            raise KeyboardInterrupt
        loss, slopes = distance(parameters, x, t)
        kept.append(parameters["W1"] - 0.1 * slopes["W1"])
        return loss, slopes

    reached, history = descend(gradient, START, X, T, **SETTINGS)
    assert (history.outcome, history.steps, len(history.losses)) == ("interrupted", 3, 2)
    assert np.array_equal(reached["W1"], kept[-1])
    assert "step 3 of 6" in str(history)
