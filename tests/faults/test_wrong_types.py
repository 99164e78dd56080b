"""Things of the wrong kind given to the functions that people call: told by name, never a stray exception."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad import InputError, Network, derive, gradients, initialise, predict, trace
from chalkgrad.check import check, check_against
from chalkgrad.problem import Problem
from tests.faults.told import assert_told

NETWORK = Network("2-3:tanh-1:sigmoid")
PARAMETERS = initialise(NETWORK)


def nothing(x: Any) -> None:
    """Return nothing, as a function that is not finished does."""


@pytest.mark.parametrize(
    "call",
    [
        lambda network: derive(network),
        lambda network: initialise(network),
        lambda network: predict(network, PARAMETERS, [1, 2]),
        lambda network: gradients(network, PARAMETERS, [1, 2], 1),
        lambda network: trace(network, PARAMETERS, [1, 2], 1),
        lambda network: check(network),
        lambda network: check(network, PARAMETERS, [1, 2], 1),
        lambda network: check_against(nothing, network),
    ],
)
def test_a_specification_in_place_of_a_network(call: Callable[[Any], object]) -> None:
    with pytest.raises(InputError) as caught:
        call("2-3:tanh-1:sigmoid")
    told = "network: must be a Network; got '2-3:tanh-1:sigmoid'. Write Network('2-3:tanh-1:sigmoid')."
    assert str(caught.value) == told
    with pytest.raises(InputError, match="network: must be a Network; got None"):
        call(None)


@pytest.mark.parametrize("seed", ["a", -1, 1.5, None])
@pytest.mark.parametrize("call", [initialise, lambda network, seed: check(network, seed=seed)])
def test_a_seed_that_is_none(call: Callable[[Any, Any], object], seed: Any) -> None:
    with pytest.raises(InputError, match="seed: must be a whole number of at least 0; got"):
        call(NETWORK, seed)


SETTINGS: list[tuple[dict[str, Any], list[str]]] = [
    ({"steps": "many"}, ["steps: must be a whole number of at least 1; got 'many'."]),
    ({"steps": 0}, ["steps: must be a whole number of at least 1; got 0."]),
    ({"steps": True}, ["steps: must be a whole number of at least 1; got True."]),
    ({"learning_rate": "fast"}, ["learning_rate: must be a finite number; got 'fast'."]),
    ({"learning_rate": None}, ["learning_rate: must be a finite number; got None."]),
    ({"frozen": "b1"}, ["frozen: must be a list of parameter names; got 'b1'. Write ['b1']."]),
    ({"frozen": None}, ["frozen: must be a list of parameter names; got None."]),
    ({"frozen": ["B1", 3]}, ["frozen[0]: must be a parameter of the network; got 'B1'. Did you mean 'b1'?",
                             "frozen[1]: must be a parameter's name; got 3."]),
    ({"digits": "fifty"}, ["digits: must be a whole number from 1 to 10,000; got 'fifty'."]),
    ({"digits": 2.5}, ["digits: must be a whole number from 1 to 10,000; got 2.5."]),
    ({"digits": 5, "exact": True}, ["digits: must be left out with exact=True; got 5."]),
    (
        {"learning_rate": "fast", "steps": 0, "frozen": 3, "digits": 0},
        ["learning_rate: ", "steps: ", "frozen: ", "digits: "],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "told"), SETTINGS, ids=[str(settings) for settings, _ in SETTINGS])
def test_wrong_settings_of_a_trace(settings: dict[str, Any], told: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        trace(NETWORK, PARAMETERS, [1, 2], 1, **settings)
    assert_told(caught.value, told)


def test_data_and_settings_are_told_together() -> None:
    with pytest.raises(InputError) as caught:
        trace(NETWORK, PARAMETERS, "hello", 1, learning_rate="fast")
    assert_told(caught.value, ["x: must be a finite number; got 'hello'.", "learning_rate: must be a finite"])


def test_numbers_of_numpy_are_numbers() -> None:
    run = trace(NETWORK, PARAMETERS, [1, 2], 1, steps=np.int64(2), digits=np.int64(20), frozen={"b1"})  # type: ignore[arg-type]
    assert (len(run.steps), run.arithmetic, run.frozen) == (2, "20 digits", ("b1",))


@pytest.mark.parametrize("table", [[1], "2-1", None, 3])
def test_tables_that_are_none(table: Any) -> None:
    with pytest.raises(InputError, match="network: must be a table; got"):
        Network.from_dict(table)
    with pytest.raises(InputError, match="problem: must be a table; got"):
        Problem.from_dict(table)
