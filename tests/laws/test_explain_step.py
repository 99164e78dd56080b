"""A step of a training opened up: taken from its inputs by hand, it gives the next step's parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.evaluate import gradients, initialise
from chalkgrad.network import Network
from chalkgrad.train import SGD, Adam, Cosine, ReduceOnPlateau, fit
from chalkgrad.train.executors.random import dropout_key

NETWORK = Network("3-4:tanh-2")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(23, 3))
Y = np.column_stack([X[:, 0] * X[:, 1], X[:, 2]])
SETTINGS: dict[str, Any] = {"batch_size": 5, "epochs": 3, "dtype": "float64", "schedule": Cosine()}


@pytest.mark.parametrize("step", [0, 4, 5, 13])
def test_a_step_leads_to_the_next(step: int) -> None:
    run = fit(NETWORK, X, Y, optimiser=SGD(0.2), **SETTINGS)
    inputs, after = run.explain(step), run.explain(step + 1)
    assert (inputs.step, inputs.epoch) == (step, step // 5)
    assert len(inputs.x) == (3 if step % 5 == 4 else 5)
    assert np.array_equal(inputs.x, X[inputs.rows])
    _, slopes = gradients(NETWORK, inputs.parameters, inputs.x, inputs.t)
    for name, value in inputs.parameters.items():
        moved = value - inputs.learning_rate * slopes[name]
        np.testing.assert_allclose(after.parameters[name], moved, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("step", [0, 3, 11])
def test_captured_on_the_way_or_replayed_is_the_same(step: int) -> None:
    weight = np.linspace(0, 2, 23)
    settings = SETTINGS | {"optimiser": Adam(0.01), "dropout": 0.5, "sample_weight": weight, "seed": 3}
    settings["schedule"] = ReduceOnPlateau(0.5, 0, then=Cosine())
    start = initialise(NETWORK, seed=9)
    kept = fit(NETWORK, X, Y, parameters=start, explain=step, **settings).explain(step)
    plain = fit(NETWORK, X, Y, parameters=start, **settings)
    replayed = plain.explain(step)
    assert kept.learning_rate == replayed.learning_rate
    assert kept.mask_keys == replayed.mask_keys == (dropout_key(3, step, 1),)
    assert kept.weight is not None
    assert np.array_equal(kept.weight, weight[replayed.rows])
    for mine, other in ((kept.parameters, replayed.parameters), (kept.state, replayed.state)):
        assert mine.keys() == other.keys()
        assert all(np.array_equal(mine[name], other[name]) for name in mine)


def test_the_steps_after_a_resumption_are_explained_and_those_before_where_they_can_be() -> None:
    settings = SETTINGS | {"schedule": None}
    first = fit(NETWORK, X, Y, **settings | {"epochs": 1})
    second = fit(NETWORK, X, Y, resume=first, **settings)
    whole = fit(NETWORK, X, Y, **settings)
    for step in (2, 7):
        mine, other = second.explain(step).parameters, whole.explain(step).parameters
        assert all(np.array_equal(mine[name], other[name]) for name in other)
    given = fit(NETWORK, X, Y, parameters=initialise(NETWORK, 4), **settings | {"epochs": 1})
    on = fit(NETWORK, X, Y, resume=given, **settings)
    assert on.explain(6).step == 6
    with pytest.raises(InputError, match="step: must be from 5, where this training was taken up; got 2"):
        on.explain(2)


@pytest.mark.parametrize(
    ("step", "said"), [(15, "be from 0 to 14; got 15"), (-1, "at least 0"), ("x", "whole")]
)
def test_a_step_that_was_not_taken(step: Any, said: str) -> None:
    run = fit(NETWORK, X, Y, **SETTINGS)
    with pytest.raises(InputError, match=said):
        run.explain(step)
    if step == 15:
        with pytest.raises(InputError, match="explain: must be a step from 0 to 14; got 15"):
            fit(NETWORK, X, Y, explain=15, **SETTINGS)


@pytest.mark.parametrize("step", [0, 1, 7, 50, 99])
def test_a_step_on_the_way_is_the_one_after_so_many(step: int) -> None:
    """Of whole batches many steps are taken at once: none too many before the one that is kept."""
    settings: dict[str, Any] = {"batch_size": 23, "dtype": "float64", "optimiser": SGD(0.05)}
    kept = fit(NETWORK, X, Y, epochs=100, explain=step, **settings).explain(step)
    assert kept.step == step
    before = initialise(NETWORK) if not step else fit(NETWORK, X, Y, epochs=step, **settings)
    reached = before if isinstance(before, dict) else before.parameters
    for name, value in kept.parameters.items():
        np.testing.assert_array_equal(value, reached[name])
