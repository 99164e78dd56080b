"""Training: its steps are the gradient's steps, and everything around them holds what it says."""

from __future__ import annotations

import copy
import json
import math
import os
import pickle
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chalkgrad._errors import Fault, InputError
from chalkgrad.data import ArraySource, load_digits, split
from chalkgrad.evaluate import gradients, initialise, predict
from chalkgrad.network import Network
from chalkgrad.train import (
    SGD,
    Adam,
    Cosine,
    EarlyStopping,
    EpochReport,
    History,
    Progress,
    ReduceOnPlateau,
    accuracy,
    fit,
)
from chalkgrad.train.executors.choose import create_executor
from chalkgrad.train.setup.metrics import r_squared
from chalkgrad.train.steps import slices as slices_module

NETWORK = Network("3-4:tanh-2")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(23, 3))
Y = np.column_stack([X[:, 0] * X[:, 1], X[:, 2]])


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[k], second[k]) for k in first)


def test_one_full_batch_is_one_gradient_step() -> None:
    network = Network("3-4:tanh-2:softmax", l2=0.01)
    t = np.eye(2)[RANDOM.integers(0, 2, 23)]
    start = initialise(network, seed=3)
    _, slopes = gradients(network, start, X, t)
    run = fit(network, X, t, parameters=start, optimiser=SGD(0.5), epochs=1, batch_size=23, dtype="float64")
    assert run.history.steps == 1
    for name, value in run.parameters.items():
        np.testing.assert_allclose(value, start[name] - 0.5 * slopes[name], rtol=1e-12, atol=1e-15)


def test_another_penalty_takes_the_place_of_the_networks() -> None:
    settings: dict[str, Any] = {"epochs": 1, "dtype": "float64"}
    settings["batch_size"] = 8
    run = fit(Network("3-4:tanh-2", l2=0.5), X, Y, l2=0.01, **settings)
    assert run.network == Network("3-4:tanh-2", l2=0.01)
    assert same(run.parameters, fit(run.network, X, Y, **settings).parameters)


def test_digits_are_learned() -> None:
    x, labels = load_digits()
    x, labels, x_test, labels_test = split(x, labels)
    run = fit(Network("64-32:relu-10:softmax"), x, labels, optimiser=SGD(0.2), epochs=8, validation=0.1)
    assert accuracy(run.predict(x_test), labels_test) > 0.95
    measured = run.history.metric("accuracy")
    assert len(measured) == 8
    assert measured[-1] > 0.95
    one_hot = fit(Network("64-32:relu-10:softmax"), x, np.eye(10)[labels], epochs=1, batch_size=100)
    by_number = fit(one_hot.network, x, labels, epochs=1, batch_size=100)
    for name, value in one_hot.parameters.items():
        np.testing.assert_allclose(value, by_number.parameters[name], rtol=1e-4, atol=1e-6)


@hypothesis_settings(max_examples=15)
@given(st.integers(1, 23), st.sampled_from([SGD(0.1, 0.9), Adam(0.01)]), st.booleans())
def test_slices_do_not_change_the_numbers(batch_size: int, optimiser: Any, shuffle: bool) -> None:
    settings: dict[str, Any] = {"optimiser": optimiser, "shuffle": shuffle, "epochs": 3, "dropout": 0.2}
    settings |= {"batch_size": batch_size, "schedule": Cosine(), "clip_norm": 0.5}
    runs = []
    for seconds in (0.0, 1e-3, 10.0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(slices_module, "SECONDS", seconds)
            runs.append(fit(NETWORK, X, Y, **settings))
    for run in runs[1:]:
        assert same(run.parameters, runs[0].parameters)
        assert same(run.state, runs[0].state)
        assert run.history.losses == runs[0].history.losses


def test_the_loss_of_an_epoch_is_the_mean_over_rows() -> None:
    """Nothing moves at a rate of almost 0, so that every mini-batch is of the same parameters."""
    run = fit(NETWORK, X, Y, optimiser=SGD(1e-30), epochs=1, batch_size=5, dtype="float64")
    whole, _ = gradients(NETWORK, initialise(NETWORK), X, Y)
    assert run.history.losses[0] == pytest.approx(whole, rel=1e-12)


def test_given_parameters_stay_and_the_seed_decides() -> None:
    start = initialise(NETWORK, seed=5)
    before = {name: value.copy() for name, value in start.items()}
    first = fit(NETWORK, X, Y, parameters=start, batch_size=4, epochs=2)
    assert same(start, before)
    assert same(first.parameters, fit(NETWORK, X, Y, parameters=start, batch_size=4, epochs=2).parameters)
    other = fit(NETWORK, X, Y, parameters=start, batch_size=4, epochs=2, seed=1)
    assert not same(first.parameters, other.parameters)


def test_sample_weights_count_rows() -> None:
    """A weight of 2 is a row that is there twice; a weight of 0 one that is not."""
    weight = np.ones(23)
    weight[:8], weight[20:] = 2, 0
    twice = np.r_[0:20, 0:8]
    settings: dict[str, Any] = {"optimiser": SGD(0.5), "epochs": 3, "shuffle": False, "dtype": "float64"}
    weighted = fit(NETWORK, X, Y, sample_weight=weight, batch_size=23, **settings)
    settings["optimiser"] = SGD(0.5 * 28 / 23)
    repeated = fit(NETWORK, X[twice], Y[twice], batch_size=28, **settings)
    for name, value in weighted.parameters.items():
        np.testing.assert_allclose(value, repeated.parameters[name], rtol=1e-10)


def test_balanced_classes_count_the_same() -> None:
    network, labels = Network("3-4:relu-3:softmax"), np.array([0] * 12 + [1] * 8 + [2] * 3)
    settings: dict[str, Any] = {"batch_size": 23, "epochs": 4}
    balanced = fit(network, X, labels, class_weight="balanced", **settings)
    weight = np.array([23 / 36, 23 / 24, 23 / 9])
    by_class = fit(network, X, labels, class_weight=dict(enumerate(weight)), **settings)
    by_row = fit(network, X, labels, sample_weight=weight[labels], **settings)
    half = fit(
        network, X, labels, sample_weight=weight[labels] / 2, class_weight={0: 2, 1: 2, 2: 2}, **settings
    )
    for other in (by_class, by_row, half):
        assert same(balanced.parameters, other.parameters)
    assert not same(balanced.parameters, fit(network, X, labels, **settings).parameters)


def test_rows_that_are_set_aside_are_not_learned_from() -> None:
    seen: list[EpochReport] = []
    run = fit(NETWORK, X, Y, validation=0.25, batch_size=17, epochs=2, callbacks=seen.append)
    assert run.rows is not None
    block = run.rows.validation
    assert block is not None
    assert len(block.x) == 6
    poisoned = Y.copy()
    aside = [int(np.flatnonzero((X.astype(np.float32) == row).all(axis=1))[0]) for row in block.x]
    poisoned[aside] = 1e6
    again = fit(NETWORK, X, poisoned, validation=0.25, batch_size=17, epochs=2)
    assert same(run.parameters, again.parameters)
    assert run.history.validation_losses[1] == pytest.approx(
        gradients(NETWORK, run.parameters, block.x.astype(float), block.t.astype(float))[0], rel=1e-5
    )
    assert [report.validation_loss for report in seen] == list(run.history.validation_losses)


@pytest.mark.parametrize("network", [Network("3-4:relu-1:sigmoid"), Network("3-4:relu-2:softmax")])
def test_classes_are_on_both_sides_whatever_the_seed(network: Network) -> None:
    x, y = np.random.default_rng(0).normal(size=(60, 3)), np.zeros(60, int)
    y[[5, 40]] = 1
    for seed in range(40):
        rows = fit(network, x, y, epochs=1, seed=seed, validation=0.1).rows
        assert rows is not None
        assert rows.validation is not None
        assert (len(rows.validation.t), rows.validation.t.sum(), rows.source.rows) == (6, 1, 54)


def test_one_row_of_a_class_is_learned() -> None:
    x, y = np.random.default_rng(0).normal(size=(60, 3)), np.zeros(60, int)
    y[5] = 1
    for seed in range(40):
        rows = fit(Network("3-1:sigmoid"), x, y, epochs=1, seed=seed, validation=0.5).rows
        assert rows is not None
        assert rows.validation is not None
        assert rows.validation.t.sum() == 0


def test_validation_rows_of_their_own() -> None:
    run = fit(NETWORK, X, Y, validation=(X[:5], Y[:5]), batch_size=8, epochs=3, metrics=["mae", "r2"])
    y = run.predict(X[:5])
    last = run.history.epochs[-1]
    assert last.validation_loss == pytest.approx(((y - Y[:5]) ** 2).sum(axis=1).mean() / 2, rel=1e-5)
    assert last.metrics["mae"] == pytest.approx(np.abs(y - Y[:5]).mean(), rel=1e-5)
    weighted = fit(NETWORK, X, Y, validation=(X[:5], Y[:5], [2, 0, 0, 0, 0]), batch_size=8, epochs=3)
    expected = 2 * ((y[0] - Y[0]) ** 2).sum() / 2 / 5
    assert weighted.history.epochs[-1].validation_loss == pytest.approx(expected, rel=1e-4)


def test_the_mean_of_r_squared_is_over_outputs_that_have_one() -> None:
    t = np.column_stack([X[:, 0], np.full(23, 3.0), X[:, 1]])
    y = t + 0.1 * RANDOM.normal(size=t.shape)
    each = [r_squared(y[:, [k]], t[:, [k]]) for k in range(3)]
    assert math.isnan(each[1])
    assert r_squared(y, t) == pytest.approx((each[0] + each[2]) / 2)
    run = fit(Network("3-1"), X, t[:, 1], epochs=1, metrics=["r2"])
    back = History.from_dict(json.loads(json.dumps(run.history.to_dict(), allow_nan=False)))
    assert math.isnan(back.metric("r2")[0])


def test_early_stopping_returns_the_best() -> None:
    settings: dict[str, Any] = {"optimiser": SGD(0.3), "batch_size": 4, "validation": (X[:6], -Y[:6])}
    rule = EarlyStopping(patience=3)
    run = fit(NETWORK, X, Y, epochs=200, early_stopping=rule, **settings)
    losses = run.history.validation_losses
    best = int(np.argmin(losses))
    assert run.outcome == "stopped"
    assert len(losses) == best + 1 + 3
    assert f"epoch {best + 1}" in run.advice
    assert same(run.parameters, fit(NETWORK, X, Y, epochs=best + 1, **settings).parameters)
    kept = EarlyStopping(patience=3, restore_best=False)
    last = fit(NETWORK, X, Y, epochs=200, early_stopping=kept, **settings)
    assert same(last.parameters, fit(NETWORK, X, Y, epochs=best + 4, **settings).parameters)


def test_early_stopping_on_a_metric() -> None:
    def fewer(y: Any, t: Any) -> float:
        return 1.0

    rule = EarlyStopping(patience=2, on="fewer", higher=True)
    run = fit(NETWORK, X, Y, metrics=[fewer], early_stopping=rule, batch_size=8, epochs=50)
    assert len(run.history.epochs) == 3


def test_the_rate_falls_on_a_plateau() -> None:
    schedule = ReduceOnPlateau(factor=0.5, patience=0)
    settings: dict[str, Any] = {"optimiser": SGD(0.4), "batch_size": 23, "epochs": 12, "schedule": schedule}
    run = fit(NETWORK, X, Y, validation=(X[:6], -Y[:6]), **settings)
    found = [epoch.learning_rate for epoch in run.history.epochs]
    worse = [0.4]
    best = np.inf
    for loss in run.history.validation_losses:
        worse.append(worse[-1] * (1 if loss < best * (1 - 1e-4) else 0.5))
        best = min(best, loss) if loss < best * (1 - 1e-4) else best
    assert found == pytest.approx(worse[:-1])
    assert len(set(found)) > 2


def test_a_callback_stops() -> None:
    class Stopper:
        def on_epoch(self, report: EpochReport) -> str | None:
            assert same(report.parameters(), report.parameters())
            assert (report.epochs, report.network, report.loss) == (9, NETWORK, report.record.loss)
            return "stop" if report.epoch == 4 else None

    run = fit(NETWORK, X, Y, batch_size=8, epochs=9, callbacks=[Stopper(), lambda report: None])
    assert (run.outcome, len(run.history.epochs)) == ("stopped", 4)
    assert "callback" in run.advice


@pytest.mark.parametrize("answer", [True, False, 1, "halt", "Stop", b"stop", [], np.array(["stop", "stop"])])
def test_what_a_callback_must_not_return_is_told(answer: Any) -> None:
    def look(report: EpochReport) -> Any:
        return answer if report.epoch >= first else None

    said, first = "callback look: must return None, or 'stop' to end the training; got", 3
    done = fit(NETWORK, X, Y, batch_size=8, epochs=5, callbacks=look)
    assert (done.outcome, len(done.history.epochs)) == ("stopped", 3)
    assert f"stopped after epoch 3: {said}" in done.advice
    first = 1
    with pytest.raises(InputError, match=f"^{said}"):
        fit(NETWORK, X, Y, batch_size=8, epochs=5, callbacks=look)


def test_control_c_keeps_the_parameters_reached() -> None:
    def press(report: EpochReport) -> None:
        if report.epoch == 3:
            os.kill(os.getpid(), signal.SIGINT)

    run = fit(NETWORK, X, Y, batch_size=8, epochs=9, callbacks=press)
    assert (run.outcome, run.history.steps) == ("interrupted", 9)
    assert "Ctrl-C" in run.advice
    assert same(run.parameters, fit(NETWORK, X, Y, batch_size=8, epochs=3).parameters)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_control_c_within_an_epoch_and_on_from_there() -> None:
    def press(at: Progress) -> None:
        if at.step == 12:
            os.kill(os.getpid(), signal.SIGINT)

    settings: dict[str, Any] = {"batch_size": 1, "optimiser": Adam(0.01), "dropout": 0.3, "seed": 4}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices_module.Slicer, "measured", lambda *_: None)
        run = fit(NETWORK, X, Y, epochs=3, progress=press, **settings)
    assert (run.outcome, run.history.steps, len(run.history.epochs)) == ("interrupted", 12, 0)
    on = fit(NETWORK, X, Y, epochs=3, resume=run, **settings)
    whole = fit(NETWORK, X, Y, epochs=3, **settings)
    assert same(on.parameters, whole.parameters)
    assert same(on.state, whole.state)
    assert on.history.losses == whole.history.losses


@pytest.mark.parametrize("within", [False, True])
def test_an_interrupt_that_is_raised_is_an_interruption(within: bool) -> None:
    """A callback or an executor may raise it; what was under way is taken back."""
    executor = type(create_executor(fit(NETWORK, X, Y, batch_size=8, epochs=1).setup))
    run_steps = executor.run

    def torn(self: Any, block: Any, order: Any, first: int, rates: Any) -> Any:
        found = run_steps(self, block, order, first, rates)
        if first >= 6 and not torn_already:
            torn_already.append(first)
            raise KeyboardInterrupt
        return found

    def raises(report: EpochReport) -> None:
        if report.epoch == 2:
            raise KeyboardInterrupt

    torn_already: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slices_module.Slicer, "measured", lambda *_: None)
        if within:
            patch.setattr(executor, "run", torn)
        run = fit(NETWORK, X, Y, batch_size=8, epochs=9, callbacks=() if within else raises)
    assert (run.outcome, run.history.steps) == ("interrupted", 6)
    assert same(run.parameters, fit(NETWORK, X, Y, batch_size=8, epochs=2).parameters)


def test_a_fit_goes_on_with_other_settings() -> None:
    first = fit(NETWORK, X, Y, batch_size=8, epochs=2, optimiser=SGD(0.1, 0.9))
    more = fit(NETWORK, X, Y, batch_size=5, epochs=4, optimiser=SGD(0.01, 0.9), resume=first)
    assert [epoch.epoch for epoch in more.history.epochs] == [1, 2, 3, 4]
    assert more.history.steps == 2 * 3 + 2 * 5
    assert [epoch.learning_rate for epoch in more.history.epochs] == [0.1, 0.1, 0.01, 0.01]
    same_again = fit(NETWORK, X, Y, batch_size=8, epochs=4, resume=first)
    assert same(
        same_again.parameters,
        fit(NETWORK, X, Y, batch_size=8, epochs=4, optimiser=SGD(0.1, 0.9)).parameters,
    )


def test_progress_is_told() -> None:
    told: list[Progress] = []
    run = fit(NETWORK, X, Y, batch_size=8, epochs=3, validation=(X, Y), progress=told.append)
    assert (told[-1].step, told[-1].steps) == (9, 9)
    assert [at.step for at in told] == sorted(at.step for at in told)
    assert told[0].validation_loss is None
    assert told[-1].validation_loss == run.history.validation_losses[-1]
    assert all(at.samples_per_second > 0 for at in told)


def test_the_bar_shows_the_figures(capfd: pytest.CaptureFixture[str]) -> None:
    fit(NETWORK, X, Y, batch_size=8, epochs=3, validation=0.2, progress=True)
    shown = capfd.readouterr()
    assert "epoch 3/3" in shown.err
    assert "validation" in shown.err
    assert "rows/s" in shown.err
    fit(NETWORK, X, Y, batch_size=8, epochs=3)
    assert capfd.readouterr() == ("", "")


def test_the_history_keeps_through_json() -> None:
    run = fit(NETWORK, X, Y, batch_size=8, epochs=3, validation=0.2, metrics=["mae"])
    table = json.loads(json.dumps(run.history.to_dict(), allow_nan=False))
    assert History.from_dict(table) == run.history
    assert set(run.history.epochs[0].gradient_norms) == {"1", "2"}
    assert "epoch 3: loss" in str(run.history)


@pytest.mark.parametrize("name", ["native", "reference", "evaluator"])
@pytest.mark.parametrize("optimiser", [SGD(0.1), SGD(0.1, weight_decay=0.1), Adam(0.01)], ids=str)
@pytest.mark.parametrize("clip_norm", [None, 1e-3])
@pytest.mark.parametrize("widths", ["3-4:tanh-2", "3-37:tanh-37:relu:skip-2"])
def test_gradient_norms_are_those_of_the_last_step(
    name: str, optimiser: Any, clip_norm: float | None, widths: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the gradient that it went by, the penalty in it, before clipping."""
    if name == "native":
        pytest.importorskip("chalkgrad._native", reason="the native core is not built")
    monkeypatch.setenv("CHALKGRAD_EXECUTOR", name)
    network = Network(widths, l2=0.0 if optimiser == Adam(0.01) else 0.05)
    settings: dict[str, Any] = {"optimiser": optimiser, "clip_norm": clip_norm, "shuffle": False}
    settings |= {"dtype": "float64", "batch_size": 8, "parameters": initialise(network, seed=2)}
    run = fit(network, X, Y, epochs=1, **settings)
    before = fit(network, X[:16], Y[:16], epochs=1, **settings)
    _, slopes = gradients(network, before.parameters, X[16:], Y[16:])
    assert run.history.epochs[0].gradient_norms.keys() == {name[1:] for name in slopes}
    for layer, norm in run.history.epochs[0].gradient_norms.items():
        square = (slopes[f"W{layer}"] ** 2).sum() + (slopes[f"b{layer}"] ** 2).sum()
        assert norm == pytest.approx(np.sqrt(square), rel=1e-12)


def test_a_fit_predicts_as_the_equations_do() -> None:
    run = fit(NETWORK, X, Y, batch_size=8, epochs=2)
    expected = predict(NETWORK, run.parameters, X)
    np.testing.assert_allclose(run.predict(X), expected, rtol=1e-5, atol=1e-6)


def test_arrays_of_the_runs_type_are_not_copied() -> None:
    x, y = X.astype(np.float32), Y.astype(np.float32)
    run = fit(NETWORK, x, y, batch_size=8, epochs=1, validation=0.2)
    assert run.rows is not None
    block = run.rows.block(next(run.rows.source.portions(0, seed=0, shuffle=True, batch_size=8)))
    assert np.shares_memory(block.x, x)
    assert np.shares_memory(block.t, y)


def test_a_file_that_changes_between_epochs_ends_the_training(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X.astype(np.float32))
    x = np.load(tmp_path / "x.npy", mmap_mode="r+")

    def change(report: EpochReport) -> None:
        if report.epoch == 2:
            x[:] += 1
            x.flush()
            os.utime(tmp_path / "x.npy", ns=(1, 1))

    run = fit(NETWORK, x, Y, batch_size=8, epochs=5, callbacks=change)
    assert (run.outcome, len(run.history.epochs)) == ("data changed", 2)
    assert "x.npy: must stay as it was while it is trained on" in run.advice
    assert same(run.parameters, fit(NETWORK, X, Y, batch_size=8, epochs=2).parameters)


def test_a_source_that_refuses_ends_the_training() -> None:
    class Torn(ArraySource):
        def portions(self, epoch: int, **settings: Any) -> Any:
            if epoch == 1:
                raise InputError(Fault("rows.parquet", "be the file it was", "another"))
            return super().portions(epoch, **settings)

    run = fit(NETWORK, Torn(X.astype(np.float32), Y.astype(np.float32)), batch_size=8, epochs=3)
    assert (run.outcome, len(run.history.epochs)) == ("data changed", 1)
    assert "rows.parquet" in run.advice


def pickled(run: Any) -> Any:
    return pickle.loads(pickle.dumps(run))  # noqa: S301


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, pickled])
def test_a_copy_of_a_fit_does_what_the_fit_does(copied: Any) -> None:
    network = Network("3-5:tanh-2")
    x = np.random.default_rng(0).normal(size=(30, 3))
    run = fit(network, x, x[:, :2], epochs=2, batch_size=7, dropout=0.1, callbacks=lambda report: None)
    other = copied(run)
    assert same(run.parameters, other.parameters)
    assert same(run.state, other.state)
    assert np.array_equal(run.predict(x), other.predict(x))
    assert np.array_equal(run.explain(3).x, other.explain(3).x)
    more = [
        fit(network, x, x[:, :2], epochs=4, batch_size=7, dropout=0.1, resume=one) for one in (run, other)
    ]
    assert same(more[0].parameters, more[1].parameters)


def test_threads_may_predict_with_one_fit() -> None:
    x = np.random.default_rng(0).normal(size=(20_000, 30)).astype("float32")
    run = fit(Network("30-64:relu-3"), x, x[:, :3], epochs=1, batch_size=500)
    expected = run.predict(x)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(y, expected) for y in pool.map(run.predict, [x] * 12))
