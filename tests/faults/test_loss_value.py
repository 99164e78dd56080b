"""A returned loss is told by its value, and gradients of another loss are told in a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from chalkgrad.evaluate import gradients, initialise
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.loss_value import loss_against_gradient, loss_readings
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.frameworks.adapt import framework_callable, framework_network

Named = tuple[str, float, str]


def draws(network: Network, of_loss: Network, of_gradient: Network) -> list[Observation]:
    """Two calls of a function whose loss is that of one network and whose gradient is another's."""
    found = []
    for seed in (0, 1):
        random, m = np.random.default_rng(seed), 5 + 2 * seed
        table = {k: v + random.normal(0, 0.3, v.shape) for k, v in initialise(network, seed).items()}
        x, t = random.normal(size=(m, network.widths[0])), random.normal(size=(m, network.widths[-1]))
        if network.loss.loss_function.domain.is_probability:
            t = (t > 0).astype(float)
        loss, _ = gradients(of_loss, table, x, t)
        _, slopes = gradients(of_gradient, table, x, t)
        given = {f"d{name}": slope for name, slope in slopes.items()}
        found.append(Observation(network, Data(table, x, t), loss=loss, gradients=given))
    return found


def told(spec: str, of_loss: Named, of_gradient: Named, l2: float = 0) -> str:
    networks = [
        Network(spec, name, factor=factor, reduction=reduction, l2=l2)
        for name, factor, reduction in (of_loss, of_gradient)
    ]
    found = loss_against_gradient(draws(networks[1], *networks))
    return found.text if found else ""


SUM, HALF = ("squared_error", 1, "mean"), ("squared_error", 0.5, "mean")
MEAN, HALF_MEAN = ("mean_squared_error", 1, "mean"), ("mean_squared_error", 0.5, "mean")
WHOLE = ("squared_error", 1, "sum")


@pytest.mark.parametrize("loss", [SUM, HALF, MEAN, HALF_MEAN, WHOLE])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("spec", ["4-3:tanh-1", "4-5:tanh-3", "2-2:tanh-2"])
def test_a_loss_with_its_own_gradient_is_not_accused(loss: Named, l2: float, spec: str) -> None:
    assert told(spec, loss, loss, l2) == ""


@pytest.mark.parametrize(
    ("of_loss", "of_gradient", "words"),
    [
        (MEAN, SUM, "your loss is averaged over the outputs, your gradient is not"),
        (HALF_MEAN, HALF, "so every gradient is n_out times too large for that loss"),
        (SUM, MEAN, "your gradient is averaged over the outputs, your loss is not"),
        (SUM, WHOLE, "your loss is averaged over the samples, your gradient is not"),
        (HALF, SUM, "your loss has the factor ½, your gradient has not"),
        (SUM, HALF, "your gradient lacks the 2"),
    ],
)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_gradient_of_another_loss_is_told(
    of_loss: Named, of_gradient: Named, words: str, l2: float
) -> None:
    assert words in told("4-5:tanh-3", of_loss, of_gradient, l2)


def test_a_reading_is_said_in_words() -> None:
    network = Network("4-5:tanh-3", l2=0.1)
    other = Network("4-5:tanh-3", "mean_squared_error", l2=0.1)
    assert str(loss_readings(draws(network, network, network))[0]) == (
        "½ · the mean over the samples and the sum over the outputs of (y − t)², with the penalty"
    )
    assert [str(r) for r in loss_readings(draws(network, other, other))] == [
        "the mean over the samples and the mean over the outputs of (y − t)², with the penalty"
    ]


def test_binary_cross_entropy_may_be_averaged_over_the_outputs() -> None:
    network = Network("4-3:relu-3:sigmoid")
    seen = draws(network, network, network)
    averaged = [Observation(d.network, d.data, loss=(d.loss or 0) / 3, gradients=d.gradients) for d in seen]
    found = loss_against_gradient(averaged)
    assert found is not None
    assert (found.over, found.is_averaged_loss) == ("outputs", True)
    assert "averaged over the outputs" in found.text


def test_two_outputs_leave_open_what_a_half_is() -> None:
    """½ of the sum over two outputs is their mean: no sentence that might be wrong."""
    network = Network("4-3:tanh-2", "half_squared_error")
    assert len(loss_readings(draws(network, network, network))) == 2
    assert loss_against_gradient(draws(network, network, network)) is None


def test_an_ordinary_function_needs_no_adapter() -> None:
    network = Network("2-1")
    for target in (draws, Network, "text", None, len):
        assert framework_callable(target, network) is None
        assert framework_network(target) is None
