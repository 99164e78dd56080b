"""An activation, a loss, an optimiser and a format: each is added in one place, and works from end to end."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network, check, derive, diagnose, fit, load_model, trace
from chalkgrad._errors import ChalkgradWarning, InputError
from chalkgrad.app.cli import main
from chalkgrad.derive.optimisers import OPTIMISERS, Optimiser, above_0, under_1
from chalkgrad.derive.update_rules import assign
from chalkgrad.evaluate import gradients, initialise
from chalkgrad.formula import ACTIVATIONS, LOSSES, activations, losses
from chalkgrad.notation import builtin_names
from chalkgrad.train.record.history_chart import loss_words

FORMATS = ("text", "latex", "html", "markdown", "typst")
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(12, 3))
COUNTS = RANDOM.poisson(2.0, (12, 2)).astype(float)


@pytest.fixture
def softsign(monkeypatch: pytest.MonkeyPatch) -> str:
    toy = activations.described(
        "softsign", "z/(c + abs(z))", parameters={"c": "1"}, bounds=(-1, 1), also=("elliot",), symbol="SSgn"
    )
    monkeypatch.setitem(ACTIVATIONS, toy.name, toy)
    return toy.name


@pytest.fixture
def poisson(monkeypatch: pytest.MonkeyPatch) -> str:
    counts = losses.Domain("counts", low=0.0)
    toy = losses.described(
        "poisson", "y - t*log(y)", domain=counts, predictions=(0.0, np.inf), title="Poisson’s loss"
    )
    monkeypatch.setitem(LOSSES, toy.name, toy)
    return toy.name


@dataclass(frozen=True)
class SignedMean(Optimiser):
    """m is remembered; θ moves by the sign of what it tends to."""

    learning_rate: float = above_0(0.01)
    beta1: float = under_1(0.9)
    beta2: float = under_1(0.99)

    steps = (
        assign("theta", "theta - eta*sign(b1*m + (1 - b1)*g)", "update"),
        assign("mean", "b2*m + (1 - b2)*g", "running-mean"),
    )
    title = "signed means"


@pytest.fixture
def signed_mean(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(OPTIMISERS, "signedmean", SignedMean)
    return "signedmean"


def written_everywhere(found: Any) -> list[str]:
    return [
        *(getattr(found, form)(notation) for form in FORMATS for notation in builtin_names()),
    ]


def trained(network: Network, t: Any) -> Any:
    """A training in float64 that must say nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ChalkgradWarning)
        return fit(
            network, X, t, optimiser="sgd", epochs=3, batch_size=len(X), shuffle=False, dtype="float64"
        )


def same(found: Any, expected: Any) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(np.asarray(found[name]), value, rtol=1e-10, atol=1e-13)


def test_an_activation(softsign: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    network = Network(f"3-4:{softsign}-2:Elliot(2)")
    assert str(network) == "3-4:softsign(1)-2:softsign(2)"
    pages = written_everywhere(derive(network))
    assert sum("SSgn" in page for page in pages) > len(FORMATS)
    assert all(len(page) > 500 for page in pages)
    assert main(["functions"]) == 0
    assert "softsign" in capsys.readouterr().out

    t, parameters = RANDOM.normal(size=(12, 2)), initialise(network)
    numbers = trace(network, parameters, X, t).steps[0]
    z1 = numbers.values["Z1"]
    np.testing.assert_allclose(numbers.values["A1"], z1 / (1 + np.abs(z1)), rtol=1e-14)
    assert check(network, parameters, X, t).ok
    assert check(Network("3-4:softsign-2"), parameters, X, t).ok

    steps = trace(network, parameters, X, t, steps=3).steps
    done = trained(network, t)
    same(done.parameters, steps[-1].updated)
    done.save(tmp_path / "toy.cg")
    assert load_model(tmp_path / "toy.cg").network == network

    def backward(X, y, W1, b1, W2, b2):  # type: ignore[no-untyped-def]
        z1 = X @ W1.T + b1
        a1 = z1 / (1 + np.abs(z1))
        d2 = (a1 @ W2.T + b2 - y) / len(X)
        d1 = d2 @ W2
        return {"dW1": d1.T @ X, "db1": d1.sum(axis=0), "dW2": d2.T @ a1, "db2": d2.sum(axis=0)}

    found = diagnose(backward, Network("3-4:softsign-2", "half_squared_error"))
    assert found.rules == ("derivative-missing",)
    assert "softsign′(z₁)" in found.mistakes[0].sentence


def test_a_loss(poisson: str, capsys: pytest.CaptureFixture[str]) -> None:
    network = Network("3-4:tanh-2:softplus", poisson)
    pages = written_everywhere(derive(network))
    assert all(len(page) > 500 for page in pages)
    assert main(["functions"]) == 0
    assert "counts" in capsys.readouterr().out
    assert loss_words(network).startswith("Poisson’s loss")

    parameters = initialise(network)
    numbers = trace(network, parameters, X, COUNTS).steps[0]
    y = numbers.values["Y"]
    assert numbers.loss == pytest.approx((y - COUNTS * np.log(y)).sum() / len(X), rel=1e-14)
    np.testing.assert_allclose(numbers.errors["dY"], (1 - COUNTS / y) / len(X), rtol=1e-12)
    assert check(network, parameters, X, COUNTS).ok
    assert check(network).ok
    same(
        trained(network, COUNTS).parameters, trace(network, parameters, X, COUNTS, steps=3).steps[-1].updated
    )
    with pytest.raises(InputError, match=r"t\[0\]\[1\]: must be of at least 0 for poisson; got -1"):
        gradients(network, parameters, X, np.where(np.arange(24).reshape(12, 2) == 1, -1, COUNTS))
    with pytest.raises(InputError, match="must be of at least 0 for poisson; got -1 in row 0"):
        fit(network, X, -np.ones((12, 2)))
    with pytest.raises(
        InputError, match=r"have predictions of at least 0 for poisson; got 'tanh' on layer 2"
    ):
        Network("3-4:tanh-2:tanh", poisson)

    def backward(X, y, W1, b1, W2, b2):  # type: ignore[no-untyped-def]
        a1 = np.tanh(X @ W1.T + b1)
        z2 = a1 @ W2.T + b2
        a2 = np.log1p(np.exp(z2))
        d2 = (1 - y / a2) / len(X) / (1 + np.exp(-z2))
        d1 = d2 @ W2 * (1 - a1**2)
        return {"dW1": d1.T @ X, "db1": d1.sum(axis=0), "dW2": d2.T @ a1, "db2": d2.sum(axis=0)}

    assert diagnose(backward, network).outcome == "right"
    found = diagnose(backward, Network("3-4:tanh-2:softplus", "half_squared_error"))
    assert found.rules == ("wrong-loss",)
    assert "poisson" in found.mistakes[0].sentence


def test_an_optimiser(signed_mean: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network, t, optimiser = Network("3-4:tanh-2"), RANDOM.normal(size=(12, 2)), SignedMean(0.05, 0.8)
    assert optimiser.slots == ("m",)
    pages = written_everywhere(derive(network, rule=optimiser.rule()))
    assert all("sign" in page for page in pages)
    settings: dict[str, Any] = {"batch_size": len(X), "shuffle": False, "dtype": "float64"}
    with pytest.warns(ChalkgradWarning, match="no kernel for the update of signed means") as told:
        done = fit(network, X, t, optimiser=optimiser, epochs=3, **settings)
    assert len(told) == 1
    rule, rate = optimiser.rule(), optimiser.learning_rate
    expected = trace(network, initialise(network), X, t, rule=rule, learning_rate=rate, steps=5).steps
    same(done.parameters, expected[2].updated)
    with pytest.warns(ChalkgradWarning):
        same(fit(network, X, t, resume=done, epochs=5, **settings).parameters, expected[4].updated)
    with pytest.warns(ChalkgradWarning):
        named = fit(network, X, t, optimiser=signed_mean, epochs=1, batch_size=5)
    assert named.setup.optimiser == SignedMean()
    with pytest.raises(InputError, match=r"optimiser.beta2: must be a number of at least 0 and below 1"):
        fit(network, X, t, optimiser=SignedMean(beta2=2.0))

    table = tmp_path / "table.csv"
    table.write_text("a,b\n" + "".join(f"{i % 7},{i % 5}\n" for i in range(40)), encoding="utf-8")
    words = ["--optimiser", signed_mean, "--epochs", "1", "-o", str(tmp_path / "m.cg")]
    assert main(["train", str(table), "--target", "b", "--task", "regression", *words]) == 0
    assert "no kernel for the update of signed means" in capsys.readouterr().err
    assert load_model(tmp_path / "m.cg").settings["optimiser"]["name"] == "SignedMean"


FORMAT = """
import sys
from chalkgrad.notation.writers.formats import WRITERS, Writer
def document(page):
    return f"TOY {page.title}"
WRITERS["toy"] = Writer("toy_format", (".toy",))
if __name__ == "__main__":
    from chalkgrad.app.cli import main
    sys.exit(main(sys.argv[1:]))
"""


def test_a_format(tmp_path: Path) -> None:
    (tmp_path / "toy_format.py").write_text(FORMAT, encoding="utf-8")

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "toy_format.py", *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
        )
        return done.stdout

    assert run("derive", "3-2:relu-1", "--format", "toy").startswith("TOY ")
    run("derive", "3-2:relu-1", "-o", "page.toy")
    assert (tmp_path / "page.toy").read_text(encoding="utf-8").startswith("TOY ")
    assert "toy" in run("derive", "--help")
    assert "toy" in run("completion", "bash")
    assert json.loads(run("derive", "3-2:relu-1", "--format", "json"))
