"""Sessions call a framework's objects, in this process and in a file, and tell what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad.evaluate import gradients, initialise
from chalkgrad.evaluate.data import Data
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.layouts.reading import Reading
from chalkgrad.usercode.session import Session

FUNCTIONS = Path(__file__).with_name("torch_functions.py")
NETWORK = Network("4-3:relu-2")
HEAD = "import torch\nclass F(torch.autograd.Function):\n    @staticmethod\n"


def data_of(network: Network) -> Data:
    random, width = np.random.default_rng(0), network.widths[-1]
    table = {name: value + random.normal(0, 0.2, value.shape) for name, value in initialise(network).items()}
    t = random.normal(size=(5, width))
    if network.layers[-1].is_softmax:
        t = np.eye(width)[np.arange(5) % width]
    return Data(table, random.normal(size=(5, network.widths[0])), t)


def seen(target: Any, network: Network = NETWORK) -> Observation:
    session = Session(target, network)
    [best] = session.choose(data_of(network))
    assert best.reading == Reading()
    return best.observations[0]


def right(observation: Observation) -> list[str]:
    data = observation.data
    _, truth = gradients(observation.network, data.parameters, data.x, data.t)
    return [name for name, slope in truth.items() if np.allclose(observation.gradients[f"d{name}"], slope)]


def written(folder: Path, text: str) -> str:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    return f"{file}:F"


@pytest.mark.oracle("torch")
def test_a_function_in_a_file_is_traced_in_its_own_names() -> None:
    found = seen(f"{FUNCTIONS}:ReLUWrongMask")
    assert right(found) == ["W2", "b2"]
    assert found.known_as["Z1"] == "input"
    assert found.known_as["dA1"] == "grad_output"
    source = FUNCTIONS.read_text(encoding="utf-8").splitlines()
    assert "grad_output * (input < 0)" in source[found.assigned[-1].line - 1]
    assert found.notes[0].text.startswith("ReLUWrongMask is the activation of layer 1")


@pytest.mark.oracle("torch")
def test_a_class_and_its_apply_are_called_in_this_process() -> None:
    from tests.oracles.torch_functions import Net, ReLU

    for target in (ReLU, ReLU.apply, Net()):  # type: ignore[no-untyped-call]
        assert right(seen(target)) == ["W1", "b1", "W2", "b2"]


@pytest.mark.oracle("torch")
def test_a_module_says_that_its_widths_are_fixed() -> None:
    from tests.oracles.torch_functions import Net, ReLU

    for target, fixed in ((Net(), True), (ReLU, False)):  # type: ignore[no-untyped-call]
        session = Session(target, NETWORK)
        session.choose(data_of(NETWORK))
        assert session.fixed_widths is fixed


@pytest.mark.oracle("torch")
def test_other_widths_are_no_obstacle() -> None:
    other = Network("5-6:relu-2")
    session = Session(f"{FUNCTIONS}:Linear", NETWORK)
    observed = session.observe([(NETWORK, data_of(NETWORK)), (other, data_of(other))], Reading(), again=1)
    for observation in observed.observations:
        assert len(right(observation)) == 4
        assert len(observation.again) == 1


@pytest.mark.oracle("torch")
def test_an_exception_of_the_backward_has_its_line(tmp_path: Path) -> None:
    body = "    def forward(ctx, x): ctx.save_for_backward(x); return x.relu()\n    @staticmethod\n"
    found = seen(written(tmp_path, f"{HEAD}{body}    def backward(ctx, g):\n        return g @ g\n"))
    assert found.error is not None
    assert (found.error["type"], found.error["line"]) == ("RuntimeError", 7)


@pytest.mark.oracle("torch")
def test_a_shape_that_fits_nothing_is_an_error_with_the_name(tmp_path: Path) -> None:
    body = "    def forward(ctx, x): return x.relu()\n    @staticmethod\n"
    found = seen(written(tmp_path, f"{HEAD}{body}    def backward(ctx, g):\n        return g.T\n"))
    assert found.error is not None
    assert "F.backward returned shape (3, 5) for x, which has shape (5, 3)" in found.error["message"]


@pytest.mark.oracle("torch")
def test_an_endless_backward_is_ended_at_its_line(tmp_path: Path) -> None:
    body = "    def forward(ctx, x): return x.relu()\n    @staticmethod\n"
    text = f"{HEAD}{body}    def backward(ctx, g):\n        while True:\n            pass\n"
    session = Session(written(tmp_path, text), NETWORK, time_limit=2)
    error = session.choose(data_of(NETWORK))[0].observations[0].error
    assert error is not None
    assert error["line"] in (7, 8)


@pytest.mark.oracle("sklearn")
def test_an_estimator_in_a_file(tmp_path: Path) -> None:
    network = Network("4-3:relu-2", "mean_squared_error", factor=0.5)
    head = "from sklearn.neural_network import MLPRegressor\n"
    found = seen(written(tmp_path, f"{head}F = MLPRegressor(hidden_layer_sizes=3)\n"), network)
    _, truth = gradients(network, found.data.parameters, found.data.x, found.data.t)
    for name, slope in truth.items():
        np.testing.assert_allclose(found.gradients[f"d{name}"], 2 * slope)
    assert any("averaged over the outputs" in note.text for note in found.notes)


@pytest.mark.oracle("sklearn")
def test_an_estimator_of_this_process() -> None:
    from sklearn.neural_network import MLPRegressor

    assert right(seen(MLPRegressor(activation="tanh"), Network("4-3:tanh-1"))) == ["W1", "b1", "W2", "b2"]
