"""What a session tells besides gradients: the trace, the code's own names, steps, state, other widths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad.check.probe import complete
from chalkgrad.network import Network
from chalkgrad.usercode.layouts.reading import Reading, Wanted
from chalkgrad.usercode.session import Session
from tests.faults.test_usercode_shapes import chosen, session, wrong
from tests.faults.usercode_shapes import SHAPES, S

NETWORK = Network("4-3:relu-1:sigmoid")
CODE = """
import numpy as np
def backward(params, cache, X, Y):
    m = X.shape[1]
    W2 = params["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    grads = {}
    dZ2 = A2 - Y
    grads["dW2"] = np.dot(dZ2, A1.T) / m
    grads["db" + str(2)] = np.sum(
        dZ2, axis=1, keepdims=True
    ) / m
    dZ1 = np.dot(W2.T, dZ2)
    dZ1[A1 <= 0] = 0
    grads["dW1"] = np.dot(dZ1, X.T) / m; grads["db1"] = np.sum(dZ1, axis=1, keepdims=True) / m
    return grads
"""


def test_every_assignment_is_written_down(tmp_path: Path) -> None:
    [best] = chosen(CODE, "backward", NETWORK, tmp_path)
    [seen] = best.observations
    rows = [(row.line, row.name, row.key) for row in seen.assigned]
    assert rows == [
        (4, "m", "m"),
        (5, "W2", "W2"),
        (6, "A1", "A1"),
        (6, "A2", "A2"),
        (8, "dZ2", "dZ2"),
        (9, "grads['dW2']", "grads['dW2']"),
        (10, "grads['db' + str(2)]", "grads['db2']"),
        (13, "dZ1", "dZ1"),
        (14, "dZ1", "dZ1"),
        (15, "grads['dW1']", "grads['dW1']"),
        (15, "grads['db1']", "grads['db1']"),
        *((16, f"return[{key!r}]", f"return[{key!r}]") for key in ("dW2", "db2", "dW1", "db1")),
    ]
    before, after = (row.value for row in seen.assigned if row.name == "dZ1")
    assert np.all(after[before != after] == 0)


def test_the_codes_own_names(tmp_path: Path) -> None:
    [best] = chosen(CODE, "backward", NETWORK, tmp_path)
    names = best.observations[0].known_as
    assert (names["W2"], names["A1"], names["Y"], names["X"], names["T"]) == ("W2", "A1", "A2", "X", "Y")
    assert (names["W1"], names["Z1"]) == ('params["W1"]', 'cache["Z1"]')


def test_names_of_an_object(tmp_path: Path) -> None:
    network, target, text = SHAPES["gradients as attributes"]
    [best] = chosen(text, target, network, tmp_path)
    [seen] = best.observations
    assert seen.kind == "attributes"
    assert {key: seen.known_as[key] for key in ("W1", "A1", "X", "Y")} == {
        "W1": "self.W1",
        "A1": "self.a1",
        "X": "self.X",
        "Y": "self.a2",
    }


@pytest.mark.parametrize(
    ("name", "rate", "source"),
    [
        ("returned weights", 0.1, "argument"),
        ("in place, a constant rate", 0.5, "the code"),
        ("globals that are updated", 0.3, "learning_rate"),
        ("a step through train_step and self.learning_rate", 0.1, "self.learning_rate"),
        ("data in the constructor, nothing in the calls", None, ""),
    ],
)
def test_the_learning_rate_of_a_step(name: str, rate: float | None, source: str, tmp_path: Path) -> None:
    network, target, text = SHAPES[name]
    [best] = chosen(text, target, network, tmp_path)
    [seen] = best.observations
    assert (seen.kind, seen.learning_rate, seen.eta_from) == ("updated", rate, source)


def test_networks_of_other_widths_and_a_probe_that_raises(tmp_path: Path) -> None:
    text = CODE.replace("    m = X", "    if X.shape[0] == 7: raise ValueError('seven')\n    m = X")
    mine = session(text, "backward", NETWORK, tmp_path)
    probes = []
    for spec in ("4-3:relu-1:sigmoid", "7-3:relu-1:sigmoid", "5-6:relu-2:sigmoid"):
        network = Network(spec)
        probes.append((network, complete(network, None, None, None, labels=True)[0]))
    seen = mine.observe(probes, Reading("columns", "out_in", "matrix")).observations
    assert [wrong(each) == [] for each in seen] == [True, False, True]
    assert seen[1].error is not None
    assert seen[1].error["message"] == "seven"


STATE = """
import numpy as np
total = 0
def backward(X, y, W1, b1):
    global total
    d = (X @ W1.T + b1 - y) / len(y)
    total = total + d.T @ X
    X *= 1
    y -= 1
    return {"dW1": total, "db1": d.sum(axis=0)}
"""


def test_state_shows_in_later_calls_and_not_in_other_probes(tmp_path: Path) -> None:
    network = Network("3-2")
    data, _ = complete(network, None, None, None)
    seen = session(STATE, "backward", network, tmp_path).observe([(network, data)] * 2, Reading(), again=2)
    for each in seen.observations:
        assert wrong(each) == []
        assert [
            again["dW1"] / each.gradients["dW1"] == pytest.approx(k)
            for k, again in ((2, each.again[0]), (3, each.again[1]))
        ] == [True, True]
        assert each.changed == ("T",)


def test_python_callables_and_objects_run_here() -> None:
    def backward(X: Any, y: Any, W1: Any, b1: Any) -> Any:
        e = (X @ W1 + b1 - y) / len(y)
        return X.T @ e, e.sum(axis=0)

    class Model:
        def __init__(self, W1: Any, b1: Any) -> None:
            self.W1, self.b1 = W1, b1

        def gradients(self, X: Any, y: Any) -> Any:
            return backward(X, y, self.W1, self.b1)

    network = Network("3-2")
    data, _ = complete(network, None, None, None)
    model = Model(np.zeros((3, 2)), np.zeros(2))
    for target in (backward, model, model.gradients, Model):
        [best] = Session(target, network).choose(data)
        assert wrong(best.observations[0]) == []
        assert best.reading.weights == "in_out"
    assert not model.W1.any()


def test_wrong_code_that_fits_two_layouts_is_read_in_both(tmp_path: Path) -> None:
    text = "def backward(X, y, W1, b1):\n    return {'dW1': 0 * W1, 'db1': 0 * b1 + 1}\n"
    network = Network("3-3")
    data, _ = complete(network, None, None, None)
    mine = session(text, "backward", network, tmp_path)
    assert len(mine.choose(data)) >= 1
    mine.wanted = Wanted(samples="columns", weights="in_out")
    assert all(each.reading.samples == "columns" for each in mine.choose(data))


def test_a_batch_code_without_its_mean_is_not_read_as_code_for_samples(tmp_path: Path) -> None:
    text = CODE.replace(" / m", "")
    [best] = chosen(text, "backward", NETWORK, tmp_path)
    assert best.reading.mode == "batch"
    assert len(wrong(best.observations[0])) == 4


def test_a_step_in_the_wrong_direction_keeps_its_sign(tmp_path: Path) -> None:
    text = (
        S
        + "def step(X, y, W1, lr):\n    p = X @ W1.T\n    W1 += lr * (p - y).T @ X / len(X)\n    return W1\n"
    )
    network = Network("3-2:nobias".replace("2:nobias", "2:identity:nobias"))
    data, _ = complete(network, None, None, None)
    [best] = session(text, "step", network, tmp_path).choose(data)
    from chalkgrad.usercode.answer.probe import Probe

    right = Probe.of(network, data).expected["dW1"]
    assert np.allclose(best.observations[0].gradients["dW1"], -right)


@pytest.mark.parametrize("penalty", ["2c", "2cm"])
def test_other_meanings_of_lambda(penalty: str, tmp_path: Path) -> None:
    factor = {"2c": "lambd", "2cm": "lambd / m"}[penalty]
    text = f"""
import numpy as np
def backward(X, Y, W1, b1, lambd):
    m = X.shape[0]
    e = (X @ W1.T + b1 - Y) / m
    return e.T @ X + {factor} * W1, e.sum(axis=0)
"""
    network = Network("3-2", l2=0.05)
    data, _ = complete(network, None, None, None)
    [best] = session(text, "backward", network, tmp_path).choose(data)
    assert best.reading.penalty == penalty
    assert wrong(best.observations[0]) == []


@pytest.mark.parametrize("y", ["y", "y[:, 0]"])
def test_a_single_neuron_with_a_vector_of_weights(y: str, tmp_path: Path) -> None:
    text = f"""
import numpy as np
def gradient(X, y, w, b):
    y = {y}
    e = X.dot(w) + b - y
    return X.T.dot(e) / len(X), e.mean()
"""
    network = Network("3-1")
    data, _ = complete(network, None, None, None)
    [best] = session(text, "gradient", network, tmp_path).choose(data)
    assert best.reading.weights == "flat" or y == "y"
    assert wrong(best.observations[0]) == []
