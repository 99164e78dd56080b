"""A role that no layer has today, a stretch for each neuron, goes everywhere where parameters go.

Its record, and the equation that uses it, are all that is added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from chalkgrad import (
    Adam,
    Checkpoint,
    InputError,
    Network,
    Problem,
    check,
    derive,
    fit,
    gradients,
    initialise,
    trace,
)
from chalkgrad._errors import ChalkgradWarning, Fault
from chalkgrad._roles import BIAS, ROLES, WEIGHT, Role
from chalkgrad.derive import deriving, forward
from chalkgrad.derive.algebra import hadamard, matmul, transpose
from chalkgrad.derive.paths import paths
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.diagnose.probes.probes import batch_sizes, mild
from chalkgrad.diagnose.search.search import Search
from chalkgrad.expr import ONE, Expr, Ones
from chalkgrad.model import load_model
from chalkgrad.network import Layer, Parameter
from chalkgrad.notation.graph.page import graph_page
from chalkgrad.problem import draw_problem, dump_problem, load_problem

STRETCH = Role("stretch", "kappa", initial=1.0)
SPEC = "3-4:tanh-2:sigmoid"
NOTATIONS = ("matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch")
SHAPES = {"W1": (4, 3), "b1": (4,), "kappa1": (4,), "W2": (2, 4), "b2": (2,), "kappa2": (2,)}
RANDOM = np.random.default_rng(3)
X, T = RANDOM.normal(size=(20, 3)), RANDOM.uniform(size=(20, 2))


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    """Z_l = (A_{l−1} W_lᵀ + 1 b_lᵀ) ⊙ 1 g_lᵀ in every layer."""
    its_own, linear = Layer.parameters, forward._linear

    def parameters(self: Layer, number: int, inputs: int) -> tuple[Parameter, ...]:
        return (*its_own(self, number, inputs), Parameter(STRETCH, number, (self.width,)))

    def scaled(names: forward.Alphabet, number: int) -> Expr:
        stretch, ones = names.parameter(STRETCH, number), Ones((names.m, ONE))
        rows = names.convention.samples == "rows"
        spread = matmul(ones, transpose(stretch)) if rows else matmul(stretch, transpose(ones))
        return hadamard([linear(names, number), spread])

    monkeypatch.setitem(ROLES, "stretch", STRETCH)
    monkeypatch.setattr(Layer, "parameters", parameters)
    monkeypatch.setattr(forward, "_linear", scaled)
    deriving._derive.cache_clear()
    yield Network(SPEC, l2=0.25)
    deriving._derive.cache_clear()


@pytest.fixture
def values(network: Network) -> dict[str, Any]:
    return {
        name: value + RANDOM.normal(0, 0.3, value.shape) for name, value in initialise(network, 1).items()
    }


def by_hand(p: dict[str, Any]) -> dict[str, Any]:
    """The gradients of (1/m) Σ −t log y − (1 − t) log(1 − y) + ΣW²/4, written down by hand."""
    linear = X @ p["W1"].T + p["b1"]
    a = np.tanh(linear * p["kappa1"])
    above = a @ p["W2"].T + p["b2"]
    delta = (1 / (1 + np.exp(-above * p["kappa2"])) - T) / len(X)
    before = (delta * p["kappa2"]) @ p["W2"] * (1 - a * a)
    return {
        "W1": (before * p["kappa1"]).T @ X + p["W1"] / 2,
        "b1": (before * p["kappa1"]).sum(axis=0),
        "kappa1": (before * linear).sum(axis=0),
        "W2": (delta * p["kappa2"]).T @ a + p["W2"] / 2,
        "b2": (delta * p["kappa2"]).sum(axis=0),
        "kappa2": (delta * above).sum(axis=0),
    }


def test_the_records_of_a_network() -> None:
    """Without the role: the layers' own parameters, in their order."""
    found = Network("3-4:relu:nobias-2").parameters()
    assert [(each.name, each.role, each.layer, each.shape) for each in found] == [
        ("W1", WEIGHT, 1, (4, 3)),
        ("W2", WEIGHT, 2, (2, 4)),
        ("b2", BIAS, 2, (2,)),
    ]


def test_it_has_a_shape_and_a_beginning(network: Network) -> None:
    assert network.parameter_shapes() == SHAPES
    assert [each.name for each in network.penalised()] == ["W1", "W2"]
    begun = initialise(network, 1)
    assert begun["kappa1"].tolist() == [1] * 4
    assert begun["b1"].tolist() == [0] * 4
    assert begun["W1"].any()


def test_its_gradient_is_right(network: Network, values: dict[str, Any]) -> None:
    _, found = gradients(network, values, X, T)
    expected = by_hand(values)
    assert list(found) == list(SHAPES)
    assert all(np.allclose(found[name], expected[name], rtol=1e-12, atol=1e-13) for name in SHAPES)
    assert check(network, values, X, T).finding("dkappa1").verdict == "right"


def test_it_is_updated_and_remembered(network: Network, values: dict[str, Any]) -> None:
    first = trace(network, values, X, T, rule=Adam().rule(), frozen=["kappa2"]).steps[0]
    assert list(first.parameters) == list(first.gradients) == list(SHAPES)
    assert {*first.state} >= {"kappa1.m", "kappa1.v"}
    assert (first.updated["kappa1"] != values["kappa1"]).all()
    assert (first.updated["kappa2"] == values["kappa2"]).all()


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_notation_has_a_letter_for_it(network: Network, notation: str) -> None:
    said = str(derive(network).page(notation))
    assert "κ" in said or "kappa" in said
    assert str(trace(network, initialise(network, 1), X[:2], T[:2]).page(notation))


def test_the_graph_and_the_paths_have_it(network: Network, values: dict[str, Any]) -> None:
    one = trace(network, values, X[:1], T[:1]).steps[0]
    assert str(graph_page(network, "matrix", step=one))
    assert paths(derive(network), "kappa1[2]").count == 2


def test_a_problem_has_it(network: Network, values: dict[str, Any], tmp_path: Path) -> None:
    assert set(draw_problem(network, 1).parameters) == set(SHAPES)
    dump_problem(Problem(network, parameters=values, x=X, t=T), tmp_path / "stretch.toml")
    assert np.array_equal(
        load_problem(tmp_path / "stretch.toml").all_parameters()["kappa1"], values["kappa1"]
    )
    with pytest.raises(InputError) as raised:
        Problem(network, parameters=values | {"kappa1": [[1, 2]]}, x=X, t=T)
    assert raised.value.faults == (
        Fault("parameters.kappa1", "have shape (4,)", "shape (1, 2)", "A stretch is one list of 4."),
    )


def points(network: Network, wrong: Callable[[dict[str, Any], int], dict[str, Any]]) -> list[Point]:
    """Probes at which some gradients are other than they should be."""
    derivation, found = derive(network), []
    for seed, rows in enumerate((*batch_sizes(network), 1)):
        right = Point(derivation, mild(network, rows, seed), {}, {})
        of = {step.name: np.asarray(right.right(step.symbol)) for step in derivation.gradients}
        found.append(Point(derivation, right.data, of | wrong(of, rows), {}))
    return found


@pytest.mark.parametrize(
    ("wrong", "rules", "steps"),
    [
        (lambda of, m: {}, (), []),
        (lambda of, m: {"dkappa1": 2 * of["dkappa1"]}, ("two-extra",), ["dkappa1"]),
        (lambda of, m: {n: m * of[n] for n in ("dW1", "db1", "dkappa1")}, ("batch-mean-missing",), ["dZ1"]),
    ],
)
def test_what_is_wrong_with_its_gradient_is_found(
    wrong: Callable[[dict[str, Any], int], dict[str, Any]],
    rules: tuple[str, ...],
    steps: list[str],
    network: Network,
) -> None:
    """In its place: of one gradient alone, or of the error that all three of a layer are made of."""
    found = Search(points(Network(SPEC), wrong)).explain(1)[0]
    assert found.rules == rules
    assert [place.step for place in found.places] == steps


def test_a_gradient_that_nothing_explains_is_told_apart(network: Network) -> None:
    there = points(Network(SPEC), lambda of, _: {"dkappa2": of["db2"]})
    assert not Search(there).explain(1)
    assert [each.unknown for each in Search(there).explain_in_part(1)] == [("dkappa2",)]


@pytest.mark.filterwarnings("ignore:training runs on the equations")
def test_it_is_trained_with_a_warning_and_kept(network: Network, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"batch_size": 7, "optimiser": Adam(0.02), "seed": 2}
    with pytest.warns(ChalkgradWarning, match="slow: no kernel for Z1"):
        whole = fit(network, X, T, epochs=4, **settings)
    fit(network, X, T, epochs=2, checkpoint=Checkpoint(tmp_path / "half"), **settings)
    rest = fit(network, X, T, epochs=4, resume=tmp_path / "half", **settings)
    assert (whole.parameters["kappa1"] != 1).all()
    assert all(np.array_equal(whole.parameters[name], rest.parameters[name]) for name in SHAPES)
    assert set(whole.history.epochs[-1].gradient_norms) == {"1", "2"}
    whole.save(tmp_path / "stretch.cg")
    kept = load_model(tmp_path / "stretch.cg")
    assert np.array_equal(kept.parameters["kappa1"], whole.parameters["kappa1"])
    assert np.allclose(kept.predict(X), whole.predict(X))
    assert "kappa1" in load_file(tmp_path / "stretch.cg")
