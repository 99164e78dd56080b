"""A step of a training opened up: its equations give the numbers that the training went on with."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network, Trace
from chalkgrad.derive.optimisers import Optimiser
from chalkgrad.notation.boxes.characters import width as cells
from chalkgrad.notation.pages.steps_json import training_step_json
from chalkgrad.notation.profiles.find import builtin_names
from chalkgrad.train import SGD, Adam, AdamW, Cosine, Fit, RMSprop, fit

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(23, 3))
WEIGHTS = RANDOM.uniform(0, 2, size=23)
OPTIMISERS = (
    SGD(0.2),
    SGD(0.2, 0.9),
    SGD(0.1, 0.9, nesterov=True, weight_decay=0.1),
    Adam(0.05),
    AdamW(0.05, weight_decay=0.1),
    RMSprop(0.05, weight_decay=0.1),
)
SETTINGS: dict[str, Any] = {"batch_size": 5, "epochs": 3, "schedule": Cosine(), "sample_weight": WEIGHTS}


def trained(optimiser: Optimiser, dtype: str = "float64", **settings: Any) -> Fit:
    network = Network("3-4:tanh-4:relu:skip-3:softmax", l2=0.01)
    classes = np.arange(23) % 3
    settings = SETTINGS | {"dropout": 0.3, "clip_norm": 0.4, "seed": 2} | settings
    return fit(network, X, classes, optimiser=optimiser, dtype=dtype, **settings)


@pytest.mark.parametrize("optimiser", OPTIMISERS, ids=repr)
def test_the_equations_lead_to_the_next_step_of_the_training(optimiser: Optimiser) -> None:
    """Weights, dropout, clipping, penalty, schedule and state all at once, also in a ragged mini-batch."""
    run = trained(optimiser)
    for number in (0, 4, 8):
        found, after = run.explain(number).trace.steps[0], run.explain(number + 1)
        for name, value in after.parameters.items():
            np.testing.assert_allclose(found.updated[name], value, rtol=1e-11, atol=1e-13)
        assert found.updated_state.keys() == after.state.keys()
        for name, value in after.state.items():
            np.testing.assert_allclose(found.updated_state[name], value, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("executor", ["native", "reference", "evaluator"])
def test_it_says_how_near_the_training_was(executor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if executor == "native":
        pytest.importorskip("chalkgrad._native")
    monkeypatch.setenv("CHALKGRAD_EXECUTOR", executor)
    run = trained(Adam(0.05), "float32")
    inputs = run.explain(7)
    found = inputs.trace
    taken = found.taken
    assert taken is not None
    assert (taken.step, taken.epoch, len(taken.rows), taken.dtype) == (7, 1, 5, "float32")
    assert taken.loss == pytest.approx(float(found.steps[0].loss), rel=1e-6)
    after = run.explain(8).parameters
    apart = max(float(np.abs(found.steps[0].updated[name] - after[name]).max()) for name in after)
    assert taken.apart == apart < 1e-6
    page = str(inputs)
    assert f"own loss in this step is {taken.loss:.9g}" in " ".join(page.split())
    assert "Step 7, counted from 0, in epoch 2: a mini-batch of 5 rows" in " ".join(page.split())


def test_in_float64_both_are_the_same() -> None:
    taken = trained(SGD(0.1)).explain(3).trace.taken
    assert taken is not None
    assert taken.apart < 1e-14


@pytest.mark.parametrize("form", ["text", "latex", "html", "markdown", "typst"])
@pytest.mark.parametrize("name", builtin_names())
def test_every_notation_and_format_writes_the_page(name: str, form: str) -> None:
    inputs = trained(AdamW(), epochs=1).explain(2, name)
    page = getattr(inputs, form)()
    assert page == getattr(inputs.trace, form)(name)
    assert "AdamW" in page
    assert len(page) > 3000


def test_a_notebook_shows_the_page_in_its_notation() -> None:
    inputs = trained(Adam(), epochs=1).explain(2, "bishop")
    html = inputs._repr_html_()
    assert "bishop" in html
    assert isinstance(inputs.trace, Trace)
    assert inputs.trace is inputs.trace


def test_json_has_every_number() -> None:
    run = fit(Network("30-20:relu-2:softmax"), RANDOM.normal(size=(40, 30)), np.arange(40) % 2, epochs=1)
    found = run.explain(0).trace
    table = json.loads(json.dumps(training_step_json(found, "bishop")))
    assert table["schema"] == "chalkgrad.training-step/1"
    assert table["update"]["beta1"] == 0.9
    assert table["update"]["rule"] == "AdamW"
    assert table["taken"]["step"] == 0
    step = found.steps[0]
    assert np.array_equal(table["parameters"]["W1"], step.parameters["W1"])
    for kind in ("values", "gradients", "updated", "updated_state"):
        for name, value in getattr(step, kind).items():
            assert np.array_equal(table["numbers"][kind][name], value), name
    names = [equation["name"] for equation in table["equations"]]
    assert names[:2] == ["Z1", "A1"]
    assert names[-3:] == ["b2.m_new", "b2.v_new", "b2_new"]


def test_a_large_matrix_is_shortened_with_its_shape() -> None:
    run = fit(Network("30-20:relu-2:softmax"), RANDOM.normal(size=(40, 30)), np.arange(40) % 2, epochs=1)
    page = run.explain(0).text()
    assert "⋮" in page
    assert re.search(r"m × 30$", page, re.MULTILINE)
    assert max(map(cells, page.splitlines())) <= 100  # m̄ is two characters in one column


def test_a_step_that_diverged_is_opened_up_too() -> None:
    run = fit(
        Network("2-3:relu-1"), np.full((8, 2), 1e3), np.ones(8), optimiser=SGD(1e3), batch_size=4, epochs=20
    )
    assert run.outcome == "diverged"
    assert run.broken_at is not None
    page = " ".join(run.explain(run.broken_at).text().split())
    assert "In training the loss became" in page or "apart" in page


def test_soft_targets_in_float32_are_what_they_are() -> None:
    """Their sums are 1 only as far as float32 goes, which is no reason to refuse the step."""
    soft = RANDOM.uniform(0.1, 1, size=(23, 3))
    soft /= soft.sum(axis=1, keepdims=True)
    network = Network("3-4:tanh-3:softmax")
    run = fit(network, X.astype(np.float32), soft.astype(np.float32), epochs=1, batch_size=5)
    taken = run.explain(3).trace.taken
    assert taken is not None
    assert taken.apart < 1e-6
