"""scikit-learn's perceptrons: gradients by one step, and which loss they are the gradients of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.evaluate import gradients, initialise
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.loss_value import loss_readings
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.frameworks.adapt import framework_callable, framework_network
from chalkgrad.usercode.note import Note

pytestmark = pytest.mark.oracle("sklearn")


def observe(estimator: Any, network: Network, seed: int = 0) -> tuple[Observation, tuple[Note, ...]]:
    found = framework_callable(estimator, network)
    assert found is not None
    function, notes = found
    random, outputs = np.random.default_rng(seed), network.widths[-1]
    x, t = random.normal(size=(7, network.widths[0])), random.normal(size=(7, outputs))
    if network.layers[-1].is_softmax:
        t = np.eye(outputs)[np.arange(7) % outputs]
    elif network.loss.loss_function.domain.is_probability:
        t = (t > 0).astype(float)
    table = {name: value + random.normal(0, 0.3, value.shape) for name, value in initialise(network).items()}
    answer = function(X=x, y=t, **table)
    return Observation(network, Data(table, x, t), loss=answer.pop("loss"), gradients=answer), notes


def ratios(seen: Observation) -> list[float]:
    _, truth = gradients(seen.network, seen.data.parameters, seen.data.x, seen.data.t)
    return [
        float((seen.gradients[f"d{name}"] * slope).sum() / (slope * slope).sum())
        for name, slope in truth.items()
    ]


@pytest.mark.parametrize("spec", ["4-5:relu-1", "4-5:tanh-3:tanh-1", "4-5:sigmoid-1", "4-1"])
@pytest.mark.parametrize("l2", [0, 0.05])
def test_a_regressor_with_one_output_is_right(spec: str, l2: Any) -> None:
    from sklearn.neural_network import MLPRegressor

    network = Network(spec, l2=l2)
    seen, notes = observe(MLPRegressor, network)
    loss, truth = gradients(network, seen.data.parameters, seen.data.x, seen.data.t)
    assert seen.loss == pytest.approx(loss)
    for name, slope in truth.items():
        np.testing.assert_allclose(seen.gradients[f"d{name}"], slope, rtol=1e-10, atol=1e-14)
    assert not any("averaged" in note.text for note in notes)


@pytest.mark.parametrize("spec", ["4-5:relu-2", "4-5:tanh-3"])
def test_a_regressor_with_more_outputs_has_the_gradient_of_another_loss(spec: str) -> None:
    """scikit-learn's issue #8349: squared_error takes the mean over outputs, backpropagation does not."""
    from sklearn.neural_network import MLPRegressor

    network = Network(spec, "mean_squared_error", factor=0.5)
    seen, notes = observe(MLPRegressor(), network) if "relu" in spec else observe(MLPRegressor, network)
    np.testing.assert_allclose(ratios(seen), network.widths[-1])
    assert loss_readings([seen])[0].mean_over_outputs
    sentence = (
        "its loss is averaged over the outputs, its gradient is not, "
        "so every gradient is n_out times too large for that loss (scikit-learn issue #8349"
    )
    assert any(sentence in note.text for note in notes)
    seen, _ = observe(MLPRegressor, Network(spec, "half_squared_error"))
    np.testing.assert_allclose(ratios(seen), 1)


@pytest.mark.parametrize("spec", ["4-5:relu-3:softmax", "4-5:tanh-1:sigmoid", "4-5:relu-3:sigmoid"])
@pytest.mark.parametrize("l2", [0, 0.05])
def test_a_classifier_is_right(spec: str, l2: Any) -> None:
    from sklearn.neural_network import MLPClassifier

    network = Network(spec, l2=l2)
    seen, notes = observe(MLPClassifier, network)
    loss, _ = gradients(network, seen.data.parameters, seen.data.x, seen.data.t)
    assert seen.loss == pytest.approx(loss)
    np.testing.assert_allclose(ratios(seen), 1)
    assert not any("averaged" in note.text for note in notes)


def test_an_estimator_says_its_own_network() -> None:
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    network = framework_network(MLPRegressor(hidden_layer_sizes=(6, 3), activation="logistic", alpha=0.4))
    assert network is not None
    assert str(network) == "4-6:sigmoid-3:sigmoid-2"
    assert (network.loss.name, float(network.l2)) == ("mean_squared_error", 0.001)
    random = np.random.default_rng(0)
    fitted = MLPClassifier(hidden_layer_sizes=5, max_iter=1, alpha=0)
    fitted.partial_fit(random.normal(size=(9, 2)), np.arange(9) % 4, classes=np.arange(4))
    assert str(framework_network(fitted)) == "2-5:relu-4:softmax"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("4-3:relu-2:tanh-1", "one hidden activation"),
        ("4-3:relu-1:sigmoid", "its last activation is identity"),
        ("4-3:relu:nobias-1", "a bias in every layer"),
        ("4-3:tanh-1", "must have the network's hidden activation tanh"),
    ],
)
def test_another_network_is_refused(spec: str, message: str) -> None:
    from sklearn.neural_network import MLPRegressor

    with pytest.raises(ValueError, match=message):
        framework_callable(MLPRegressor(), Network(spec))
