"""A training that diverges ends with good parameters, the step that broke, and what to try."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.evaluate import initialise
from chalkgrad.network import Network
from chalkgrad.train import SGD, Adam, fit
from chalkgrad.train.steps import snapshot as snapshot_module

NETWORK = Network("3-8:relu-8:relu-1")
RANDOM = np.random.default_rng(1)
X = RANDOM.normal(size=(60, 3))
Y = X @ [1.0, -2.0, 0.5]
SETTINGS: dict[str, Any] = {"batch_size": 10, "epochs": 30}


def finite(parameters: dict[str, Any]) -> bool:
    return all(bool(np.isfinite(value).all()) for value in parameters.values())


def first_bad_step(rate: float, dtype: str) -> int:
    """The step whose loss is the first that is not finite, by plain NumPy on the derived gradients."""
    from chalkgrad.data.streams.order import epoch_order
    from chalkgrad.evaluate import gradients

    parameters = {name: value.astype(dtype) for name, value in initialise(NETWORK).items()}
    with np.errstate(all="ignore"):
        for step in range(180):
            rows = epoch_order(60, 0, step // 6)[step % 6 * 10 :][:10]
            t = Y[rows, None].astype(dtype).astype(float)
            given = {name: value.astype(float) for name, value in parameters.items()}
            loss, slopes = gradients(NETWORK, given, X[rows].astype(dtype).astype(float), t)
            if not np.isfinite(np.array(loss, dtype=dtype)):
                return step
            parameters = {
                name: (value - rate * slopes[name]).astype(dtype) for name, value in parameters.items()
            }
            if not finite(parameters):
                return step + 1
    raise AssertionError("it does not diverge")


@pytest.mark.parametrize("rate", [100.0, 1e3, 1e30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_names_the_step_and_keeps_what_was_good(rate: float, dtype: str) -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(rate), dtype=dtype, **SETTINGS)
    bad = first_bad_step(rate, dtype)
    assert run.outcome == "diverged"
    assert run.history.steps == max(bad - 1, 0)
    assert run.broken_at in (bad - 1, bad)
    assert f"step {run.broken_at} " in run.advice
    assert "learning rate below" in run.advice
    assert finite(run.parameters)
    assert finite(run.state)
    assert np.isfinite(run.predict(X)).all()


def test_the_parameters_are_those_of_the_step_that_is_told() -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(3.0), **SETTINGS)
    assert run.broken_at is not None
    steps = run.history.steps
    assert steps > 2
    before = run.explain(steps)
    for name, value in run.parameters.items():
        assert np.array_equal(value, before.parameters[name])
    opened = run.explain(run.broken_at)
    assert opened.x.shape == (10, 3)


def test_unequal_inputs_are_named() -> None:
    run = fit(NETWORK, X * [1, 1e6, 1], Y, optimiser=SGD(0.1), **SETTINGS)
    assert run.outcome == "diverged"
    assert "standardised" in run.advice
    assert "x[:, 1] reaches" in run.advice
    assert "x[:, 0]" not in run.advice


def test_clipping_is_not_advised_where_it_is_used() -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(1e38), clip_norm=1e30, **SETTINGS)
    assert run.outcome == "diverged"
    assert "clip_norm" not in run.advice


def test_an_update_that_breaks_the_last_step_is_found() -> None:
    run = fit(NETWORK, X, 10 * Y, optimiser=SGD(3e38), batch_size=60, epochs=1)
    assert (run.outcome, run.history.steps) == ("diverged", 0)
    assert "update" in run.advice
    start = initialise(NETWORK)
    for name, value in run.parameters.items():
        assert np.array_equal(value, start[name].astype(np.float32))


@pytest.mark.parametrize("optimiser", [SGD(3.0, momentum=0.9), Adam(1e36)])
def test_a_large_network_goes_back_to_its_snapshot(optimiser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_module, "SMALL", 0)
    run = fit(NETWORK, X, Y, optimiser=optimiser, **SETTINGS)
    assert run.outcome == "diverged"
    assert finite(run.parameters)
    assert "learning rate" in run.advice


def test_a_snapshot_in_the_middle_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = fit(NETWORK, X, Y, optimiser=SGD(3.0), **SETTINGS)
    monkeypatch.setattr(snapshot_module, "_SECONDS", 0.0)
    monkeypatch.setattr(snapshot_module, "_WORTH", 0)
    often = fit(NETWORK, X, Y, optimiser=SGD(3.0), **SETTINGS)
    assert often.outcome == plain.outcome
    assert finite(often.parameters)
    assert often.history.steps in (plain.history.steps, plain.history.steps + 1)


def test_a_fit_that_diverged_goes_on_with_a_smaller_rate() -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(1e30), **SETTINGS)
    on = fit(NETWORK, X, Y, optimiser=SGD(1e-3), resume=run, **SETTINGS)
    assert on.outcome == "finished"
    assert np.isfinite(on.history.losses).all()


def test_a_loss_that_ends_higher_than_it_began_is_said() -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(3.0), **SETTINGS | {"epochs": 4})
    assert run.outcome == "finished"
    assert "higher" in run.advice
    assert fit(NETWORK, X, Y, optimiser=SGD(0.01), **SETTINGS | {"epochs": 4}).advice == ""


def test_a_network_whose_state_was_not_kept_names_the_quantity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_module, "SMALL", 0)
    run = fit(NETWORK, X, Y, optimiser=SGD(1e6), **SETTINGS)
    assert run.outcome == "diverged"
    assert "reached" in run.advice
    assert "beyond float32" in run.advice
    assert finite(run.parameters)


def test_an_input_that_is_broken_on_the_way_is_what_to_repair() -> None:
    x = X.astype("float32")

    def spoil(report: Any) -> None:
        x[7, 1] = np.nan

    run = fit(NETWORK, x, Y, callbacks=spoil, **SETTINGS)
    assert run.outcome == "diverged"
    assert "x[7, 1] is nan" in run.advice
    assert "leave that row out" in run.advice
    assert "learning rate" not in run.advice


def test_large_targets_are_named() -> None:
    run = fit(NETWORK, X, Y * 1e30, **SETTINGS)
    assert run.outcome == "diverged"
    assert "targets divided by their size (y reaches" in run.advice


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["relu", "gelu", "silu", "softplus", "elu"])
def test_a_binary_network_diverges_in_words(activation: str, dtype: str) -> None:
    """Whatever the rate and the scale of the inputs: the end is told, and what is kept is finite."""
    network = Network(f"5-16:{activation}-1:sigmoid")
    outcomes = set()
    for rate in (0.1, 10.0, 1e8):
        for scale in (1.0, 100.0, 1e8, 1e20):
            x = np.random.default_rng(0).normal(size=(60, 5)) * scale
            run = fit(network, x, (x.sum(axis=1) > 0).astype(int), optimiser=SGD(rate), epochs=5, dtype=dtype)
            outcomes.add(run.outcome)
            assert finite(run.parameters)
            assert np.isfinite(run.predict(x)).all()
            assert (run.outcome == "diverged") == (run.broken_at is not None)
            assert run.outcome == "finished" or "Try " in run.advice
            assert "could not be found" not in run.advice
    assert outcomes == {"finished", "diverged"}


@pytest.mark.parametrize("small", [True, False], ids=["with a state", "without a state"])
def test_an_explanation_that_fails_loses_nothing(small: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> str:
        raise KeyError("sigmoid_minus")

    if not small:
        monkeypatch.setattr(snapshot_module, "SMALL", 0)
    monkeypatch.setattr("chalkgrad.train.run.divergence.advice", breaks)
    run = fit(NETWORK, X, Y, optimiser=SGD(1e3), **SETTINGS)
    assert run.outcome == "diverged"
    assert "where it began could not be found: KeyError('sigmoid_minus')" in run.advice
    assert "learning rate below 1000, such as 100" in run.advice
    assert finite(run.parameters)
