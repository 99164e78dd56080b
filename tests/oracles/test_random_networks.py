"""Gradients of random networks against two automatic differentiations that we did not write.

Depth 1 to 8, widths and batches 1 to 64, every activation and loss, both reductions, factors, penalties,
skips, missing biases.  The relative error of an array is its largest error over its largest entry.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType

import numpy as np
import pytest

import chalkgrad
from chalkgrad.formula.activations import ACTIVATIONS
from chalkgrad.formula.losses import LOSSES
from tests.conftest import FIGURE
from tests.oracles import cases
from tests.oracles.cases import Case, random_case, relative_errors

TOLERANCE = 1e-12
TORCH_NETWORKS, WEIGHTED_NETWORKS, NORMED_NETWORKS, JAX_NETWORKS, CHUNK = 600, 160, 200, 40, 20


def worst_of(case: Case, reference: ModuleType) -> tuple[float, str]:
    """Return the largest relative error of a case and where it is."""
    loss, slopes = chalkgrad.gradients(
        case.network(), case.parameters, case.x, case.t, sample_weight=case.weights, masks=case.masks or None
    )
    true_loss, true = reference.gradients(case)
    least = 1e-3 if case.network().has_norm else 0.0
    errors = relative_errors({"loss": np.array(loss), **slopes}, {"loss": np.array(true_loss), **true}, least)
    name = max(errors, key=lambda key: errors[key])
    return errors[name], name


def compare(
    numbers: range,
    library: str,
    reference: ModuleType,
    record: pytest.FixtureRequest | None = None,
    change: Callable[[Case], Case] = lambda case: case,
) -> None:
    worst, wrong = 0.0, []
    for number in numbers:
        case = change(random_case(number))
        try:
            error, name = worst_of(case, reference)
        except Exception as exception:  # one network that fails must not hide the others
            error, name = float("inf"), f"{type(exception).__name__}: {exception}"
        worst = max(worst, error)
        if not error <= TOLERANCE:
            wrong.append(f"{name} by {error:.2e} in {case}: {case.spec}")
    if record is not None:
        figure = {"oracle": f"{library} {version(library)}", "networks": len(numbers), "worst": worst}
        record.node.user_properties.append((FIGURE, figure))
    assert not wrong, "\n".join(wrong)


@pytest.mark.oracle("torch")
@pytest.mark.parametrize("start", range(0, TORCH_NETWORKS, CHUNK))
def test_against_pytorch(start: int, request: pytest.FixtureRequest) -> None:
    reference = importlib.import_module("tests.oracles.reference_torch")
    compare(range(start, start + CHUNK), "torch", reference, request)


@pytest.mark.oracle("torch")
@pytest.mark.parametrize("start", range(20_000, 20_000 + WEIGHTED_NETWORKS, CHUNK))
def test_weights_and_masks_against_pytorch(start: int, request: pytest.FixtureRequest) -> None:
    reference = importlib.import_module("tests.oracles.reference_torch")
    numbers = range(start, start + CHUNK)
    compare(numbers, "torch", reference, request, cases.with_weights_and_masks)


@pytest.mark.oracle("torch")
@pytest.mark.parametrize("start", range(30_000, 30_000 + NORMED_NETWORKS, CHUNK))
def test_norms_against_pytorch(start: int, request: pytest.FixtureRequest) -> None:
    reference = importlib.import_module("tests.oracles.reference_torch")
    compare(range(start, start + CHUNK), "torch", reference, request, cases.with_norms)


@pytest.mark.oracle("jax")
@pytest.mark.parametrize("start", range(10_000, 10_000 + JAX_NETWORKS, CHUNK))
def test_against_jax(start: int, request: pytest.FixtureRequest) -> None:
    reference = importlib.import_module("tests.oracles.reference_jax")
    compare(range(start, start + CHUNK), "jax", reference, request)


def test_the_random_networks_cover_everything() -> None:
    drawn = [random_case(number) for number in range(TORCH_NETWORKS)]
    layers = [layer for case in drawn for layer in case.layers]
    assert {layer.activation for layer in layers} >= {*ACTIVATIONS, "softmax", *cases.ACTIVATIONS}
    assert {case.loss for case in drawn} >= {*LOSSES, *cases.LOSSES}
    assert {(case.layers[-1].activation, case.loss) for case in drawn} == set(cases.ENDS)
    assert {case.reduction for case in drawn} == {"mean", "sum"}
    assert {len(case.layers) for case in drawn} == set(range(1, 9))
    for reached in ({c.input_width for c in drawn}, {l.width for l in layers}, {c.m for c in drawn}):
        assert {1, 64} <= reached <= set(range(1, 65))
    assert {layer.skip for layer in layers} >= {0, 1, 2, 3}
    assert {layer.bias for layer in layers} == {True, False}
    assert {case.l2 > 0 for case in drawn} == {case.factor != 1 for case in drawn} == {True, False}


def test_a_planted_error_is_found() -> None:
    true = {"W1": np.array([[1.0, -4.0]]), "b1": np.zeros(1)}
    assert relative_errors(true, true) == {"W1": 0, "b1": 0}
    assert relative_errors({"W1": np.array([[1.0, -4.0 + 1e-11]]), "b1": np.zeros(1)}, true)["W1"] > TOLERANCE
    assert relative_errors({"W1": true["W1"], "b1": np.full(1, 1e-300)}, true)["b1"] == np.inf
    assert not relative_errors({"W1": np.full((1, 2), np.nan), "b1": np.zeros(1)}, true)["W1"] <= TOLERANCE
