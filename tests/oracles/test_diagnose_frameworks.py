"""Mistakes in torch Functions are named; scikit-learn's loss that its gradient does not belong to is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalkgrad._errors import InputError
from chalkgrad.diagnose import Diagnosis, diagnose
from chalkgrad.network import Network

GUIDE = Path(__file__).parents[2] / "docs" / "diagnose.md"
FUNCTIONS = Path(__file__).with_name("torch_functions.py")
RELU, SOFTMAX = "4-3:relu-2", "4-3:relu-3:softmax"


def found(name: str, spec: str) -> Diagnosis:
    from tests.oracles import torch_functions

    return diagnose(getattr(torch_functions, name), Network(spec))


@pytest.mark.oracle("torch")
@pytest.mark.parametrize(
    ("name", "spec"),
    [
        ("ReLU", RELU),
        ("ReLU", "4-5:relu-3:relu-2"),
        ("ReLUInPlace", RELU),
        ("Tanh", "4-3:tanh-2:tanh"),
        ("Sigmoid", "4-3:relu-1:sigmoid"),
        ("LeakyReLU", "4-3:leaky_relu(0.2)-2"),
        ("Linear", "4-3:relu:nobias-3:tanh-1:sigmoid"),
        ("LinearInOut", SOFTMAX),
        ("ReLULayer", "4-5:relu-3:relu-2"),
        ("CrossEntropy", SOFTMAX),
        ("HalfSquares", "4-3:tanh-1"),
        ("TwoLayers", RELU),
        ("Net", RELU),
    ],
)
def test_a_right_function_is_not_accused(name: str, spec: str) -> None:
    assert found(name, spec).outcome == "right"


@pytest.mark.oracle("torch")
@pytest.mark.parametrize(
    ("name", "spec", "rule", "fix"),
    [
        ("ReLUWithoutMask", RELU, "derivative-missing", "return grad_output * (Z1 > 0)"),
        ("ReLUWithoutMask", "4-5:relu-3:relu-2", "derivative-missing", "return grad_output * (Z2 > 0)"),
        ("ReLUWrongMask", RELU, "derivative-wrong-branch", "return grad_output * (input > 0)"),
        ("ReLUForgetsGradOutput", RELU, "error-omitted", "return grad_output * (input > 0)"),
        ("SigmoidAtActivation", "4-3:sigmoid-2", "derivative-at-activation", "g * ctx.a * (1 - ctx.a)"),
        ("LinearTransposed", RELU, "transpose-product", "dW2 = grad_output.T @ input"),
        ("LinearMeanOfBias", RELU, "batch-mean-twice", "grad_output.sum(axis=0)"),
        ("CrossEntropyWithoutMean", SOFTMAX, "batch-mean-missing", "(p - y)"),
        ("SquaredLossWithTwo", RELU, "two-extra", "(y_hat - y)"),
        ("NetWithoutMask", RELU, "derivative-missing", "(Z1 > 0)"),
        ("LinearOneTooFew", RELU, "exception", ""),
        ("LinearNone", RELU, "no-answer", ""),
        ("Tanh", RELU, "forward-differs", ""),
    ],
)
def test_a_mistake_is_named(name: str, spec: str, rule: str, fix: str) -> None:
    told = found(name, spec)
    assert told.rules == (rule,)
    assert fix in told.mistakes[0].fix


@pytest.mark.oracle("torch")
def test_a_fix_in_a_file_is_tried() -> None:
    told = diagnose(f"{FUNCTIONS}:ReLUWrongMask", Network(RELU), time_limit=30)
    [mistake] = told.mistakes
    assert mistake.source == "return grad_output * (input < 0)"
    assert mistake.verified


@pytest.mark.oracle("torch")
def test_what_was_seen_stands_beside() -> None:
    told = {remark.kind: remark.text for remark in found("ReLUInPlace", RELU).remarks}
    assert "is the activation of layer 1" in told["framework"]
    assert "clone it first" in told["inputs-changed"]


@pytest.mark.oracle("sklearn")
@pytest.mark.parametrize("network", [None, Network("4-3:relu-3", "mean_squared_error", factor=0.5, l2=0.1)])
def test_the_regressors_gradient_is_not_of_its_loss(network: Any) -> None:
    from sklearn.neural_network import MLPRegressor

    told = diagnose(MLPRegressor(hidden_layer_sizes=3), network)
    assert told.rules == ("output-mean-missing",)
    sentence = (
        "its loss is averaged over the outputs, its gradient is not, "
        "so every gradient is n_out times too large for that loss (scikit-learn issue #8349"
    )
    assert any(sentence in remark.text for remark in told.remarks)
    assert sentence in GUIDE.read_text(encoding="utf-8")


@pytest.mark.oracle("sklearn")
@pytest.mark.parametrize("spec", ["4-3:relu-1", "4-3:relu-2", "4-3:tanh-1"])
def test_the_regressor_is_right_for_the_sum_over_outputs(spec: str) -> None:
    from sklearn.neural_network import MLPRegressor

    assert diagnose(MLPRegressor, Network(spec)).ok


@pytest.mark.oracle("sklearn")
@pytest.mark.parametrize("spec", [SOFTMAX, "4-3:tanh-1:sigmoid", "4-3:relu-3:sigmoid"])
def test_the_classifier_is_right(spec: str) -> None:
    from sklearn.neural_network import MLPClassifier

    assert diagnose(MLPClassifier, Network(spec)).ok


@pytest.mark.oracle("sklearn")
def test_another_network_than_the_estimators_is_refused() -> None:
    from sklearn.neural_network import MLPRegressor

    with pytest.raises(InputError, match="must be a piece of 4-3:tanh-2; got MLPRegressor"):
        diagnose(MLPRegressor(), Network("4-3:tanh-2"))


def test_a_function_needs_a_network() -> None:
    with pytest.raises(InputError, match="network: must be given"):
        diagnose(lambda X, y, W1: X)


def test_anybodys_loss_is_held_against_the_gradient() -> None:
    """The same as scikit-learn's, in a function of one's own."""

    def backward(X: Any, y: Any, W1: Any, b1: Any) -> Any:
        d = X @ W1.T + b1 - y
        return {"loss": (d**2).mean() / 2, "dW1": d.T @ X / len(X), "db1": d.sum(axis=0) / len(X)}

    sentence = "Your loss is averaged over the outputs, your gradient is not"
    right = diagnose(backward, Network("4-3", "half_squared_error"))
    assert right.ok
    assert any(sentence in remark.text for remark in right.remarks)
    wrong = diagnose(backward, Network("4-3", "mean_squared_error", factor=0.5))
    assert wrong.rules == ("output-mean-missing",)
    assert any(sentence in remark.text for remark in wrong.remarks)
