"""What a training does where nothing is said: enough steps, a rate that falls, and the same at resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad import Adam, EarlyStopping, Fit, Network, fit
from chalkgrad.train.setup.defaults import usual_epochs

NETWORK = Network("2-3:tanh-1")
X = np.random.default_rng(0).normal(size=(200, 2))
Y = X[:, :1] * X[:, 1:]
LARGE: dict[str, Any] = {"batch_size": 1}
"""With 200 rows 30 epochs of 200 steps."""


def same(first: Fit, second: Fit) -> bool:
    return all(np.array_equal(first.parameters[k], second.parameters[k]) for k in first.parameters)


def stop_after(epochs: int) -> Any:
    return lambda report: "stop" if report.epoch == epochs else None


@given(st.integers(1, 10**7), st.integers(1, 512))
def test_epochs_are_the_fewest_that_make_6000_steps_within_their_limits(rows: int, batch: int) -> None:
    epochs, per_epoch = usual_epochs(rows, batch), -(-rows // batch)
    assert 20 <= epochs <= 200
    assert epochs == 200 or epochs * per_epoch >= 6_000
    assert epochs == 20 or (epochs - 1) * per_epoch < 6_000


def test_nothing_said_is_enough_epochs_and_a_rate_that_falls_to_0() -> None:
    run = fit(NETWORK, X, Y, **LARGE)
    rates = [epoch.learning_rate for epoch in run.history.epochs]
    assert len(rates) == 30
    assert run.history.steps == 6_000
    assert run.setup.optimiser.learning_rate == 0.003
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 1e-6


def test_epochs_that_are_given_have_a_rate_that_stays() -> None:
    rates = {epoch.learning_rate for epoch in fit(NETWORK, X, Y, epochs=3).history.epochs}
    assert rates == {0.003}


def test_a_validation_that_gets_no_better_ends_it_unless_epochs_are_given() -> None:
    noise = np.random.default_rng(1).normal(size=(200, 1))
    run = fit(NETWORK, X, noise, validation=0.5, optimiser=Adam(0.05), schedule="constant")
    losses = run.history.validation_losses
    best = int(np.argmin(losses))
    assert run.outcome == "stopped"
    assert len(losses) == best + 1 + 20
    assert len(fit(NETWORK, X, noise, validation=0.5, optimiser=Adam(0.05), epochs=99).history.epochs) == 99
    mine = EarlyStopping(2)
    short = fit(NETWORK, X, noise, validation=0.5, optimiser=Adam(0.05), early_stopping=mine)
    assert len(short.history.epochs) < len(losses)


@pytest.mark.parametrize("validation", [None, 0.2])
def test_a_training_of_which_nothing_was_said_goes_on_as_it_was_meant(
    tmp_path: Path, validation: float | None
) -> None:
    given: dict[str, Any] = {**LARGE, "validation": validation}
    whole = fit(NETWORK, X, Y, **given)
    file = tmp_path / "run.checkpoint"
    kept: list[bytes] = []

    def keep(report: Any) -> None:
        if report.epoch == 8:
            kept.append(file.read_bytes())

    fit(NETWORK, X, Y, **given, checkpoint=file, callbacks=keep)
    file.write_bytes(kept[0])
    again = fit(NETWORK, X, Y, **given, resume=file)
    assert len(again.history.epochs) == len(whole.history.epochs)
    assert same(whole, again)


def test_epochs_left_out_at_resume_are_those_that_were_meant(tmp_path: Path) -> None:
    file = tmp_path / "run.checkpoint"
    begun = fit(NETWORK, X, Y, epochs=12, callbacks=stop_after(4), checkpoint=file)
    straight = fit(NETWORK, X, Y, epochs=12)
    from_fit = fit(NETWORK, X, Y, resume=begun)
    assert len(from_fit.history.epochs) == 12
    assert same(from_fit, straight)
    kept: list[bytes] = []

    def keep(report: Any) -> None:
        if report.epoch == 4:
            kept.append(file.read_bytes())

    fit(NETWORK, X, Y, epochs=12, checkpoint=file, callbacks=keep)
    file.write_bytes(kept[0])
    from_file = fit(NETWORK, X, Y, resume=file)
    assert len(from_file.history.epochs) == 12
    assert same(from_file, straight)
