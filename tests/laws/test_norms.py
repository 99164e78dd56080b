"""A norm stands between a layer's weighted sum and its activation: its laws, its training, its faults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad import (
    InputError,
    Layer,
    Network,
    check,
    derive,
    fit,
    gradients,
    initialise,
    load_model,
    predict,
    trace,
)
from chalkgrad._errors import ChalkgradWarning, UnsupportedError
from chalkgrad.app.cli import main
from chalkgrad.lower import lower
from chalkgrad.network.norms import NORMS, Norm
from chalkgrad.train import Cosine

NETWORK = Network("4-6:layer_norm:tanh-3:layer_norm(0.1):relu-2:softmax")


def drawn(network: Network, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    return {name: value + rng.normal(size=value.shape) for name, value in initialise(network, seed).items()}


def test_it_begins_with_the_gain_one_and_the_shift_zero() -> None:
    parameters = initialise(NETWORK)
    assert parameters["gamma1"].tolist() == [1.0] * 6
    assert parameters["beta2"].tolist() == [0.0] * 3
    assert list(parameters) == ["W1", "b1", "gamma1", "beta1", "W2", "b2", "gamma2", "beta2", "W3", "b3"]


@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(0.5, 20))
def test_neither_a_shift_nor_a_scale_of_the_weighted_sums_is_seen(seed: int, by: float, times: float) -> None:
    """b_l + c 1 changes nothing; with a small ε neither does a factor of W_l and b_l."""
    network = Network("3-5:layer_norm(0.000000000001):tanh-1")
    x = np.random.default_rng(seed).normal(size=(4, 3))
    parameters = drawn(network, seed)
    seen = predict(network, parameters, x)
    moved = {**parameters, "b1": parameters["b1"] + by}
    np.testing.assert_allclose(predict(network, moved, x), seen, atol=1e-9)
    scaled = {**parameters, "W1": times * parameters["W1"], "b1": times * parameters["b1"]}
    np.testing.assert_allclose(predict(network, scaled, x), seen, atol=1e-6)


@pytest.mark.parametrize("norm", NORMS)
def test_it_is_the_norm_of_its_definition(norm: str) -> None:
    rng = np.random.default_rng(1)
    network = Network(f"3-4:{norm}(0.01)")
    x, parameters = rng.normal(size=(6, 3)), drawn(network, 1)
    found = trace(network, parameters, x, np.zeros((6, 4))).steps[0].values
    u, axis = x @ parameters["W1"].T + parameters["b1"], 1 if norm == "layer_norm" else 0
    normalised = (u - u.mean(axis, keepdims=True)) / np.sqrt(u.var(axis, keepdims=True) + 0.01)
    expected = parameters["gamma1"] * normalised + parameters["beta1"]
    np.testing.assert_allclose(found["Y"], expected, rtol=1e-13, atol=1e-14)


def test_a_batch_norm_remembers_the_mean_and_the_unbiased_variance_for_inference() -> None:
    rng = np.random.default_rng(2)
    network = Network("3-4:batch_norm(0.01,0.25):tanh-1")
    x, t, parameters = rng.normal(size=(6, 3)), np.zeros((6, 1)), drawn(network, 2)
    parameters["running_var1"] = np.abs(parameters["running_var1"])
    after = trace(network, parameters, x, t).steps[0].updated_state
    u = x @ parameters["W1"].T + parameters["b1"]
    for name, seen in (("running_mean1", u.mean(0)), ("running_var1", u.var(0, ddof=1))):
        np.testing.assert_allclose(after[name], 0.75 * parameters[name] + 0.25 * seen, rtol=1e-13)
    known = {**parameters, **after}
    normalised = (u - after["running_mean1"]) / np.sqrt(after["running_var1"] + 0.01)
    a = np.tanh(parameters["gamma1"] * normalised + parameters["beta1"])
    expected = a @ parameters["W2"].T + parameters["b2"]
    np.testing.assert_allclose(predict(network, known, x), expected, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(predict(network, known, x[:1]), expected[:1], rtol=1e-13, atol=1e-14)


def test_in_inference_nothing_flows_through_what_is_remembered() -> None:
    derivation = derive(Network("3-4:batch_norm:tanh-1"), inference=True)
    names = {step.name for step in derivation.backward}
    assert {"dU1", "dgamma1", "dbeta1"} <= names
    assert not names & {"dmu1", "dvar1", "dr1", "drunning_mean1", "drunning_var1"}
    assert not any(step.symbol.root.is_statistic for step in derivation.updates)


@pytest.mark.parametrize("ask", [trace, gradients])
def test_one_row_has_no_variance(ask: Any) -> None:
    network = Network("3-4:batch_norm:tanh-1")
    with pytest.raises(InputError, match="x: must have at least 2 rows for a batch_norm; got 1 row"):
        ask(network, initialise(network), [[1, 2, 3]], [[1]])
    with pytest.raises(InputError, match="batch: must be true for a batch_norm; got a single sample"):
        derive(network, batch=False)
    assert derive(network, batch=False, inference=True).forward


def test_a_prediction_wants_what_the_norm_remembers() -> None:
    network = Network("3-4:batch_norm:tanh-1")
    learned = {name: value for name, value in initialise(network).items() if not name.startswith("running")}
    with pytest.raises(InputError, match="running_mean1: must be given, of shape"):
        predict(network, learned, np.ones((2, 3)))
    begun = trace(network, learned, np.eye(3), np.zeros((3, 1))).steps[0].state
    assert begun["running_mean1"].tolist() == [0.0] * 4
    assert begun["running_var1"].tolist() == [1.0] * 4


def test_a_batch_norm_is_trained_kept_and_gone_on_with(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(101, 4))  # the last batch of 20 has one row: it moves parameters, no statistics
    t = (x[:, 0] * x[:, 1] > 0).astype(int)
    network = Network("4-16:batch_norm:relu-2:softmax")
    given: dict[str, Any] = {"batch_size": 20, "seed": 1, "schedule": Cosine(), "dtype": "float64"}
    with pytest.warns(ChalkgradWarning, match="batch_norm of layer 1") as told:
        whole = fit(network, x, t, epochs=6, **given)
    assert len(told) == 1
    assert whole.history.losses[-1] < whole.history.losses[0]
    assert np.abs(whole.parameters["running_mean1"]).min() > 0
    path = tmp_path / "half.ckpt"

    def interrupts(report: Any) -> None:
        if report.epoch == 3:
            raise KeyboardInterrupt

    with pytest.warns(ChalkgradWarning):
        half = fit(network, x, t, epochs=6, checkpoint=path, callbacks=interrupts, **given)
    assert half.outcome == "interrupted"
    with pytest.warns(ChalkgradWarning):
        again = fit(network, x, t, epochs=6, resume=path, **given)
    for name, value in whole.parameters.items():
        np.testing.assert_array_equal(again.parameters[name], value)
    whole.save(tmp_path / "norm.cg")
    kept = load_model(tmp_path / "norm.cg")
    np.testing.assert_array_equal(kept.outputs(x[:1]), whole.predict(x[:1]))
    np.testing.assert_allclose(whole.predict(x), predict(network, whole.parameters, x), rtol=1e-12)


@given(st.integers(0, 1000))
def test_the_errors_before_a_norm_have_no_mean(seed: int) -> None:
    """Σ_j ∂L/∂u_j = 0, since a common shift of u is not seen."""
    rng = np.random.default_rng(seed)
    x, t = rng.normal(size=(5, 4)), np.eye(2)[rng.integers(0, 2, 5)]
    found = trace(NETWORK, drawn(NETWORK, seed), x, t).steps[0]
    for name in ("dU1", "dU2"):
        size = np.abs(found.errors[name]).max() + 1e-300
        assert np.abs(found.errors[name].sum(axis=1)).max() <= 1e-9 * max(size, 1)


def test_its_gradients_are_right_to_fifty_digits() -> None:
    rng = np.random.default_rng(3)
    x, t = rng.normal(size=(3, 4)), np.eye(2)[[0, 1, 1]]
    parameters = drawn(NETWORK, 3)
    assert check(NETWORK, parameters, x, t).verdict == "right"
    exact = trace(NETWORK, parameters, x, t, digits=50).steps[0].gradients
    _, found = gradients(NETWORK, parameters, x, t)
    for name, value in found.items():
        np.testing.assert_allclose(value, np.vectorize(float)(exact[name]), rtol=1e-9, atol=1e-13)


def test_it_is_trained_on_its_equations_with_one_warning_and_kept(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    t = (x[:, 0] * x[:, 1] > 0).astype(int)
    with pytest.raises(UnsupportedError, match="no kernel for the layer_norm of layer 1"):
        lower(NETWORK)
    with pytest.warns(ChalkgradWarning, match="on the equations themselves.*layer_norm of layer 1") as told:
        fitted = fit(NETWORK, x, t, epochs=20, seed=1)
    assert len(told) == 1
    assert fitted.history.losses[-1] < 0.8 * fitted.history.losses[0]
    fitted.save(tmp_path / "norm.cg")
    kept = load_model(tmp_path / "norm.cg")
    assert kept.network == NETWORK
    np.testing.assert_array_equal(kept.outputs(x), fitted.predict(x))


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("1:layer_norm", "norm: must be over at least 2 units; got layer_norm of 1 unit"),
        ("3:layer_norm(0)", "norm.epsilon: must be a number above 0; got 0"),
        ("3:layer_norm(a)", "norm.epsilon: must be a number above 0; got 'a'"),
        ("3:layer_norm(1,2,3)", "norm: must have ε and a momentum as its only numbers"),
        ("3:layer_norm(0.1,0.2)", "norm.momentum: must be left out; got"),
        ("3:batch_norm(0.1,2)", "norm.momentum: must be a number above 0 and at most 1; got"),
        ("3:batch_norm:layer_norm", "norm: must be one norm; got 'batch_norm' and 'layer_norm'"),
        ("3:layer_norm:layer_norm", "norm: must be one norm; got 'layer_norm' and 'layer_norm'"),
        ("3:layer_nrm", "Did you mean 'layer_norm'?"),
    ],
)
def test_what_is_wrong_is_told(layer: str, message: str) -> None:
    with pytest.raises(InputError) as told:
        Network(f"2-{layer}-1")
    assert message in str(told.value)


@pytest.mark.parametrize("norm", [5, "nonsense", ["layer_norm"]])
def test_a_norm_that_is_none_is_told(norm: Any) -> None:
    with pytest.raises(InputError, match="norm: must be one of"):
        Layer(3, norm=norm)


def test_a_norm_is_written_as_it_is_read() -> None:
    layer = Layer(3, "relu", norm="LayerNorm(1/8)", bias=False)
    assert str(layer) == "3:layer_norm(0.125):relu:nobias"
    assert Layer.parse(str(layer)) == layer
    assert layer.norm == Norm("layer_norm", 0.125)


def test_what_is_of_one_sample_is_the_batch_norm_of_inference(capsys: pytest.CaptureFixture[str]) -> None:
    spec = "2-3:batch_norm:tanh-1"
    for arguments in ([], ["--path", "W1[1,1]"], ["--format", "json"]):
        assert main(["derive", spec, *arguments]) == 0
        shown = capsys.readouterr().out
        assert ("v̄" in shown) == (arguments[:1] != ["--path"])
        assert "running_mean1_new" not in shown
    assert main(["graph", spec]) == 0
    assert main(["derive", spec, "--batch"]) == 0
    assert "what is remembered for inference" in capsys.readouterr().out
    assert main(["derive", spec, "--batch", "--inference"]) == 0
    shown = capsys.readouterr().out
    assert "these are the equations of inference" in " ".join(shown.split())
    assert "what is remembered" not in shown


def test_a_new_problem_with_a_batch_norm_has_rows_enough(tmp_path: Path) -> None:
    path = str(tmp_path / "mine.toml")
    assert main(["new", "2-3:batch_norm:tanh-1", "-o", path]) == 0
    assert main(["trace", path]) == 0
    assert main(["check", path]) == 0


def test_a_bias_that_a_batch_norm_takes_away_is_not_called_wrong() -> None:
    """Its gradient is 0, in float64 the noise of a sum: nothing was tested, whatever the noise is."""
    network = Network("3-4:batch_norm:tanh-3:batch_norm:relu-2:softmax")
    for seed in range(6):
        rng = np.random.default_rng(seed)
        x, t, parameters = rng.normal(size=(7, 3)), np.eye(2)[rng.integers(0, 2, 7)], drawn(network, seed)
        found = {each.name: each.verdict for each in check(network, parameters, x, t).findings}
        assert {found["db1"], found["db2"]} == {"vacuous"}
        assert found["dW1"] == found["dgamma1"] == found["dU1"] == "right"
