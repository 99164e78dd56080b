"""A training that ends worse than the constant answer says so, and one that does not never does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad import SGD, Adam, EarlyStopping, Network, fit, predict
from chalkgrad.train import Fit
from chalkgrad.train.run.constant_answer import constant_loss

SAID = "It ended worse than a constant answer"
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 3))
NUMBERS = np.column_stack([X[:, 0] * X[:, 1], X[:, 2] + RANDOM.normal(size=60)])
NETWORKS: dict[str, tuple[Network, Any]] = {
    "half": (Network("3-4:tanh-2"), NUMBERS),
    "mean": (Network("3-4:relu-2", loss="mean_squared_error", factor=3), NUMBERS),
    "sum": (Network("3-4:tanh-1", reduction="sum"), NUMBERS[:, 0]),
    "penalty": (Network("3-4:tanh-1", l2=0.3), NUMBERS[:, 0]),
    "own": (Network("3-4:tanh-1", loss="formula:(y-t)^4"), NUMBERS[:, 0]),
    "binary": (Network("3-4:tanh-1:sigmoid"), (X[:, 0] > 1).astype(int)),
    "soft": (Network("3-1:sigmoid"), RANDOM.random(60)),
    "classes": (Network("3-4:relu-4:softmax"), RANDOM.integers(0, 3, 60)),
    "rows": (Network("3-3:softmax"), np.eye(3)[RANDOM.integers(0, 3, 60)]),
}


@np.errstate(all="ignore")
def by_hand(network: Network, y: Any, t: Any, weight: Any) -> float:
    """(1/m) Σ s ℓ from the formulas on the blackboard; 0 log 0 = 0."""
    y, t = np.asarray(y, np.float64), np.asarray(t)
    name = network.loss.name
    if name == "cross_entropy" and t.ndim == 1:
        t = np.eye(network.widths[-1])[t]
    t = t.reshape(len(y), -1)
    if name == "half_squared_error":
        each = ((y - t) ** 2).sum(axis=1) / 2
    elif name == "mean_squared_error":
        each = ((y - t) ** 2).mean(axis=1)
    elif "cross_entropy" in name:
        each = -np.where(t > 0, t * np.log(y), 0).sum(axis=1)
        if name == "binary_cross_entropy":
            each -= np.where(t < 1, (1 - t) * np.log(1 - y), 0).sum(axis=1)
    else:
        each = ((y - t) ** 4).sum(axis=1)
    return float(network.loss.factor) * float(np.mean(weight * each))


def constant(network: Network, t: Any, weight: Any) -> Any:
    t = np.asarray(t)
    if network.loss.name == "cross_entropy" and t.ndim == 1:
        t = np.eye(network.widths[-1])[t]
    t = t.reshape(len(weight), -1)
    return np.tile(np.average(t, axis=0, weights=weight), (len(weight), 1))


@settings(max_examples=60)
@given(
    st.sampled_from(list(NETWORKS)), st.floats(1e-4, 30), st.integers(1, 6), st.sampled_from([1, 30, 1000]),
    st.booleans(), st.booleans(), st.integers(0, 9),
)  # fmt: skip
def test_it_is_said_of_the_worse_and_never_of_the_better(
    name: str, rate: float, epochs: int, scale: int, weighted: bool, best: bool, seed: int
) -> None:
    network, t = NETWORKS[name]
    weight = np.random.default_rng(seed).random(60) * 2 if weighted else np.ones(60)
    rule = EarlyStopping(patience=9, on="loss") if best else None
    done = fit(
        network, X * scale, t, optimiser=SGD(rate), epochs=epochs, batch_size=7, seed=seed, dtype="float64",
        sample_weight=weight, dropout=0.2 if network.depth > 1 else 0, early_stopping=rule,
    )  # fmt: skip
    if done.outcome != "finished":
        assert SAID not in done.advice
        return
    assert done.rows is not None
    wanted = by_hand(network, constant(network, t, weight), t, weight)
    assert constant_loss(network, done.rows) == pytest.approx(wanted, rel=1e-9)
    reached = by_hand(network, predict(network, done.parameters, X * scale), t, weight)
    if SAID in done.advice:
        assert reached > wanted
        told = float(done.advice.partition("training rows is ")[2].split()[0])
        assert told == pytest.approx(reached, rel=1e-3) or not np.isfinite(reached)
    elif np.isfinite(reached):
        kept = min(done.history.losses) if best else done.history.losses[-1]
        share = kept / (7 if name == "sum" else 1) / wanted
        assert reached <= 1.011 * wanted or share < 0.5


def test_class_weights_count_and_rows_set_aside_do_not() -> None:
    network, t = NETWORKS["classes"]
    done = fit(network, X, t, epochs=1, validation=0.4, class_weight={0: 5.0, 2: 0.5})
    assert done.rows is not None
    learned = t[done.rows.source.chosen]  # type: ignore[attr-defined]
    weight = np.array([5.0, 1.0, 0.5])[learned]
    wanted = by_hand(network, constant(network, learned, weight), learned, weight)
    assert constant_loss(network, done.rows) == pytest.approx(wanted, rel=1e-6)


def unscaled() -> Fit:
    x = np.arange(1, 501.0)[:, None]
    network = Network("1-32:relu-1", loss="mean_squared_error")
    return fit(network, x, x + 1, optimiser=SGD(0.01), epochs=20)


def test_inputs_that_are_not_standardised_are_named_with_their_size() -> None:
    pandas = pytest.importorskip("pandas")
    assert f"{SAID}: its loss on the training rows is " in unscaled().advice
    assert "always answering the mean of y 2.083e+04. Try " in unscaled().advice
    assert "inputs standardised to mean 0 and deviation 1 (x reaches 500)" in unscaled().advice
    table = pandas.DataFrame({"wage": [82283.0, 4e4, 2e4, 9e4] * 2, "cold": [-10.0, 3, 4, -2] * 2})
    done = fit(Network("2-8:relu-1"), table, [1.0, 2.0, 3.0, 1.5] * 2, optimiser=Adam(0.01), epochs=2)
    assert SAID in done.advice
    assert "(x['wage'] reaches 9e+04)" in done.advice


def test_few_steps_are_told_to_be_few() -> None:
    network, t = NETWORKS["half"]
    done = fit(network, X, 5 + t, optimiser=SGD(1e-4), epochs=3)
    assert SAID in done.advice
    assert "Try more epochs (the loss was still falling); a learning rate above 0.0001" in done.advice


@pytest.mark.parametrize("ended", ["stopped", "interrupted"])
def test_of_a_training_that_was_broken_off_it_is_not_said(ended: str) -> None:
    def look(report: Any) -> str | None:
        if ended == "stopped":
            return "stop"
        raise KeyboardInterrupt

    network, t = NETWORKS["half"]
    done = fit(network, X, 5 + t, optimiser=SGD(1e-4), epochs=3, callbacks=look)
    assert done.outcome == ended
    assert (SAID in done.advice) == (ended == "stopped")


@pytest.mark.parametrize(("slope", "l2", "said"), [(0.05, 0, False), (-0.05, 0, True), (3.0, 9, False)])
def test_a_little_better_is_better_without_the_penalty(slope: float, l2: float, said: bool) -> None:
    x = X[:, :1] - X[:, :1].mean()
    start = {"W1": np.array([[slope]]), "b1": np.zeros(1)}
    done = fit(Network("1-1", l2=l2), x, 3 * x, parameters=start, optimiser=SGD(1e-12), epochs=1)
    assert (SAID in done.advice) == said
