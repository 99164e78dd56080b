"""Right code for another network than the one described is told so; wrong code never is."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network, diagnose
from chalkgrad.diagnose.beyond.elsewhere import near

Function = Any
FORWARD: dict[str, Function] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}
SLOPES: dict[str, Function] = {
    "relu": lambda z, a: 1.0 * (z > 0),
    "tanh": lambda z, a: 1 - a * a,
    "sigmoid": lambda z, a: a * (1 - a),
}


def code(hidden: str, output: str, *, mean: bool = True, bias: bool = True, slope: str = "") -> Function:
    """A right backward pass of one hidden layer (or, with another slope, a wrong one)."""

    def backward(X: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> dict[str, Any]:
        Z1 = X @ W1 + b1
        A1 = FORWARD[hidden](Z1)
        Z2 = A1 @ W2 + b2
        delta = error(Z2, y) / (len(X) if mean else 1)
        back = (delta @ W2.T) * SLOPES[slope or hidden](Z1, A1)
        biases = {"db1": back.sum(axis=0), "db2": delta.sum(axis=0)} if bias else {}
        return {"dW1": X.T @ back, "dW2": A1.T @ delta} | biases

    def error(Z2: Any, y: Any) -> Any:
        if output == "softmax":
            powers = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True) - y
        if output == "half":
            return Z2 - y
        Y = FORWARD["sigmoid"](Z2)
        return Y - y if output == "logistic" else 2 * (Y - y) * Y * (1 - Y)

    def without(X: Any, y: Any, W1: Any, W2: Any) -> dict[str, Any]:
        return backward(X, y, W1, 0, W2, 0)

    return backward if bias else without


MEANT = {
    "logistic": ("sigmoid", "binary_cross_entropy"),
    "half": ("identity", "half_squared_error"),
    "squared": ("sigmoid", "squared_error"),
}


def described(hidden: str, output: str, mean: bool = True, width: int = 1) -> Network:
    activation, loss = MEANT[output] if output != "softmax" else ("softmax", "cross_entropy")
    return Network(f"4-3:{hidden}-{width}:{activation}", loss=loss, reduction="mean" if mean else "sum")


@pytest.mark.parametrize(("own", "other"), list(product(MEANT, MEANT)))
def test_another_output_and_loss_are_recognised(own: str, other: str) -> None:
    found = diagnose(code("tanh", own), described("tanh", other))
    if own == other:
        assert (found.outcome, found.fits) == ("right", None)
        return
    assert found.outcome in ("other network", "explained")
    fits = found.fits
    assert fits is not None
    assert diagnose(code("tanh", own), fits).outcome == "right"
    assert str(fits.layers[-1]) == str(described("tanh", own).layers[-1])
    assert fits.loss.name == MEANT[own][1]


TANH_BARE = "4-3:tanh:nobias-1:sigmoid:nobias"
LAYERS = {
    "tanh": (code("tanh", "logistic"), described("relu", "logistic"), "4-3:tanh-1:sigmoid"),
    "sigmoid": (code("sigmoid", "half"), described("relu", "half"), "4-3:sigmoid-1"),
    "softmax": (code("tanh", "softmax"), described("tanh", "half", width=3), "4-3:tanh-3:softmax"),
    "both": (code("tanh", "logistic"), described("relu", "half"), "4-3:tanh-1:sigmoid"),
    "nobias": (code("tanh", "logistic", bias=False), described("tanh", "logistic"), TANH_BARE),
    "nobias, loss": (code("tanh", "squared", bias=False), described("tanh", "half"), TANH_BARE),
}


@pytest.mark.parametrize("case", list(LAYERS))
def test_other_layers_are_recognised(case: str) -> None:
    function, network, meant = LAYERS[case]
    found = diagnose(function, network)
    assert str(found.fits) == meant
    assert not found.ok
    assert found.or_else in str(found)
    assert f"`--network {meant}" in found.or_else
    table = found.to_dict()
    assert table["fits"]["layers"] == meant
    if found.outcome == "explained":  # the forward pass alone is another
        assert found.rules == ("forward-differs",)
    else:
        assert (table["outcome"], table["ok"]) == ("other network", False)
        assert not found.mistakes
        assert not found.evidence
        assert f"right for {meant}" in found.summary


@pytest.mark.parametrize("mean", [True, False])
def test_a_sum_for_a_mean_is_a_mistake_or_another_loss(mean: bool) -> None:
    found = diagnose(code("relu", "logistic", mean=mean), described("relu", "logistic", not mean))
    assert found.outcome == "explained"
    assert len(found.rules) == 1
    assert found.fits is not None
    assert found.fits.loss.reduction == ("mean" if mean else "sum")
    assert f"--reduction {'mean' if mean else 'sum'}" in found.or_else
    assert "Or another loss" in found.text()


@pytest.mark.parametrize("output", list(MEANT))
def test_wrong_code_is_right_for_no_network(output: str) -> None:
    """The slope of another function: right for no network, however it is described."""
    for other in MEANT:
        found = diagnose(code("tanh", output, slope="sigmoid"), described("tanh", other))
        assert found.outcome not in ("right", "other network")
        assert found.fits is None


def test_what_is_right_in_part_is_not_of_another_network() -> None:
    found = diagnose(code("tanh", "logistic", slope="sigmoid"), described("tanh", "logistic"))
    assert found.outcome == "explained"
    assert found.fits is None


def test_near_networks_are_others_with_the_fewest_changes_first() -> None:
    network = described("relu", "half")
    listed = list(near(network))
    assert network not in listed
    assert len(set(listed)) == len(listed) > 40
    assert all(other.widths == network.widths for other in listed)
    single = [other for other in listed if str(other) == str(network)]
    assert {(other.loss.name, other.loss.reduction) for other in single} >= {
        ("half_squared_error", "sum"),
        ("squared_error", "mean"),
    }
    same = list(near(network, same_hidden=True))
    assert {str(other.layers[0]) for other in same} == {str(network.layers[0])}


def test_the_command_line_has_a_status_for_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n\ndef backward(X, y, W1, b1):\n"
        "    d = (1 / (1 + np.exp(-(X @ W1 + b1))) - y) / len(X)\n"
        "    return {'dW1': X.T @ d, 'db1': d.sum(axis=0)}\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "chalkgrad.app.cli", "diagnose", f"{file}:backward"]
    done = subprocess.run([*command, "--network", "4-1"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "Right for 4-1:sigmoid with the loss binary_cross_entropy, but 4-1 was described." in done.stdout
    as_json = [*command, "--network", "4-1", "--format", "json"]
    done = subprocess.run(as_json, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert json.loads(done.stdout)["fits"]["layers"] == "4-1:sigmoid"


def test_code_that_fails_on_targets_of_another_kind_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\n\ndef backward(X, y, W1, b1):\n"
        "    Z = X @ W1 + b1\n"
        "    P = np.exp(Z - Z.max(axis=1, keepdims=True))\n"
        "    P = P / P.sum(axis=1, keepdims=True)\n"
        "    P[np.arange(len(X)), y] -= 1\n"
        "    P = P / len(X)\n"
        "    return {'dW1': X.T @ P, 'db1': P.sum(axis=0)}\n",
        encoding="utf-8",
    )
    found = diagnose(f"{file}:backward", Network("4-3", loss="half_squared_error"))
    assert found.outcome == "other network"
    assert str(found.fits) == "4-3:softmax"
