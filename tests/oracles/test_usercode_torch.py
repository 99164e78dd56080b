"""A torch Function in its place of a network gives the derived gradients where its backward is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.evaluate import gradients, initialise
from chalkgrad.network import Network
from chalkgrad.usercode.frameworks.adapt import framework_callable
from chalkgrad.usercode.frameworks.base import Adapted

pytestmark = pytest.mark.oracle("torch")
Answer = tuple[dict[str, Any], dict[str, Any]]
RELU, SOFTMAX = "4-3:relu-2", "4-3:relu-3:softmax"
RIGHT = {
    "ReLU": (RELU, "4-5:relu-3:relu-2", "4-3:relu:nobias-1:sigmoid", SOFTMAX),
    "ReLUInPlace": (RELU,),
    "Tanh": ("4-3:tanh-2", "4-3:tanh-2:tanh", "4-3:relu-5:tanh-2"),
    "Sigmoid": ("4-3:sigmoid-1:sigmoid", "4-3:relu-2:sigmoid"),
    "LeakyReLU": ("4-3:leaky_relu(0.2)-2",),
    "Linear": (RELU, "4-3:relu:nobias-5:tanh-1:sigmoid", "3-3:tanh-3:softmax", "4-4:tanh-4:tanh:skip-2"),
    "LinearInOut": (RELU, "3-3:relu-3", SOFTMAX),
    "ReLULayer": (RELU, "4-5:relu-3:relu-2"),
    "CrossEntropy": (SOFTMAX, "4-2:softmax"),
    "HalfSquares": (RELU, "4-1", "4-3:tanh-1"),
    "TwoLayers": (RELU, "2-3:relu-1"),
    "Net": (RELU,),
}


def adapted(name: str, network: Network) -> Adapted:
    from tests.oracles import torch_functions

    found = framework_callable(getattr(torch_functions, name), network)
    assert found is not None
    return found[0]


def answers(function: Adapted, network: Network, seed: int = 0) -> Answer:
    random, outputs = np.random.default_rng(seed), network.widths[-1]
    x = random.normal(size=(6, network.widths[0]))
    t = random.normal(size=(6, outputs))
    if network.layers[-1].is_softmax:
        t = np.eye(outputs)[np.arange(6) % outputs]
    elif network.loss.loss_function.domain.is_probability:
        t = (t > 0).astype(float)
    table = {name: value + random.normal(0, 0.3, value.shape) for name, value in initialise(network).items()}
    loss, slopes = gradients(network, table, x, t)
    return function(X=x, y=t, **table), {"loss": loss} | {f"d{name}": slope for name, slope in slopes.items()}


def differing(answer: Answer) -> list[str]:
    ours, truth = answer
    return [
        name
        for name, value in truth.items()
        if name not in ours or np.shape(ours[name]) != np.shape(value) or not np.allclose(ours[name], value)
    ]


@pytest.mark.parametrize(("name", "spec"), [(name, spec) for name, specs in RIGHT.items() for spec in specs])
@pytest.mark.parametrize("l2", [0, 0.1])
def test_a_right_function_gives_the_derived_gradients(name: str, spec: str, l2: Any) -> None:
    network = Network(spec, l2=l2)
    function = adapted(name, network)
    assert differing(answers(function, network)) == []
    assert not [note for note in function.notes if note.kind == "forward-differs"]


@pytest.mark.parametrize(
    ("name", "spec", "wrong"),
    [
        ("ReLUWithoutMask", RELU, ["dW1", "db1"]),
        ("ReLUWrongMask", RELU, ["dW1", "db1"]),
        ("ReLUForgetsGradOutput", RELU, ["dW1", "db1"]),
        ("SigmoidAtActivation", "4-3:sigmoid-2", ["dW1", "db1"]),
        ("LinearTransposed", RELU, ["dW1", "dW2"]),
        ("LinearMeanOfBias", RELU, ["db1", "db2"]),
        ("LinearNone", RELU, ["db1", "db2"]),
        ("CrossEntropyWithoutMean", SOFTMAX, ["dW1", "db1", "dW2", "db2"]),
        ("SquaredLossWithTwo", RELU, ["dW1", "db1", "dW2", "db2"]),
        ("NetWithoutMask", RELU, ["dW1", "db1"]),
    ],
)
def test_a_mistake_shows_where_it_acts(name: str, spec: str, wrong: list[str]) -> None:
    network = Network(spec)
    assert differing(answers(adapted(name, network), network)) == wrong


def test_the_place_is_told() -> None:
    network = Network("4-5:relu-3:relu-2")
    assert adapted("ReLU", network).notes[0].text.startswith("ReLU is the activation of layers 1, 2")
    assert "the linear part of layers 1, 2, 3" in adapted("Linear", network).notes[0].text
    assert "the loss, taken of z2" in adapted("CrossEntropy", Network(SOFTMAX)).notes[0].text
    assert "the whole network" in adapted("TwoLayers", Network(RELU)).notes[0].text


def test_names_are_those_of_the_backward() -> None:
    function = adapted("Linear", Network(RELU))
    assert function.known_as["W2"] == "weight"
    assert function.known_as["A1"] == "input"
    assert function.known_as["dZ2"] == "grad_output"
    assert adapted("Sigmoid", Network("4-3:sigmoid-2")).known_as["A1"] == "ctx.a"


def test_apply_stands_for_its_function() -> None:
    from tests.oracles.torch_functions import ReLU

    found = framework_callable(ReLU.apply, Network(RELU))
    assert found is not None
    assert differing(answers(found[0], Network(RELU))) == []


def test_a_wrong_number_of_gradients_is_told_with_the_names() -> None:
    network = Network(RELU)
    with pytest.raises(TypeError, match=r"returned 2 gradients, but forward takes 3 .* input, weight, bias"):
        answers(adapted("LinearOneTooFew", network), network)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("LinearNone", "LinearNone.backward returned None for bias, whose gradient is needed"),
        ("LinearTransposed", "returned shape (3, 2) for weight, which has shape (2, 3)"),
        ("ReLUInPlace", "changes the gradient that it is given in place"),
        ("Tanh", "Tanh.forward is not the network's"),
    ],
)
def test_what_is_seen_is_noted(name: str, note: str) -> None:
    assert any(note in line.text for line in adapted(name, Network(RELU)).notes)


def test_a_misshapen_gradient_comes_as_it_was_returned() -> None:
    network = Network(RELU)
    ours, truth = answers(adapted("LinearTransposed", network), network)
    np.testing.assert_allclose(ours["dW1"], truth["dW1"].T)


def test_a_function_of_another_kind_is_refused_with_the_kinds() -> None:
    with pytest.raises(ValueError, match=r"CrossEntropy.forward\(logits, target\) fits no place"):
        adapted("CrossEntropy", Network("4-3:relu-1:sigmoid"))


def test_a_module_is_left_as_it_was() -> None:
    import torch

    from tests.oracles.torch_functions import Net

    net, network = Net(), Network(RELU)  # type: ignore[no-untyped-call]
    net.fc1.weight.register_hook(lambda slope: 2 * slope)
    before = net.fc1.weight.detach().clone()
    found = framework_callable(net, network)
    assert found is not None
    assert differing(answers(found[0], network)) == ["dW1"], "a hook of a tensor is a part of it"
    assert torch.equal(net.fc1.weight.detach(), before)
    assert net.training
    assert net.fc1.weight.grad is None


def test_a_module_of_other_shapes_is_refused() -> None:
    with pytest.raises(ValueError, match="3 × 5, 3, 2 × 3, 2; got 3 × 4"):
        adapted("Net", Network("5-3:relu-2"))


def test_logits_and_outputs_are_told_apart() -> None:
    from torch import nn

    network = Network("4-3:tanh-3:softmax")
    for last, word in ((nn.Identity(), "logits"), (nn.Softmax(dim=1), "outputs")):
        found = framework_callable(nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 3), last), network)
        assert found is not None
        assert f"gives the {word}" in found[1][0].text
        assert differing(answers(found[0], network)) == []
