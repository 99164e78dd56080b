"""What people keep, copy and compare: descriptions, derivations and traces."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from chalkgrad import Activation, Layer, Loss, Network, Residual, derive, initialise, trace

NETWORK = Network([2, Layer(3, Activation("swish", "z*sigmoid(z)")), Residual(3), 1], loss="squared_error")
DESCRIPTIONS = [NETWORK, *NETWORK.layers, NETWORK.loss, Loss("q", "(y-t)^4"), Residual(Layer(3, "tanh"), 3)]


@pytest.mark.parametrize("found", DESCRIPTIONS, ids=repr)
def test_a_description_survives_being_copied_and_pickled(found: object) -> None:
    for other in (pickle.loads(pickle.dumps(found)), copy.deepcopy(found), copy.copy(found)):  # noqa: S301
        assert other == found
        assert hash(other) == hash(found)
        assert repr(other) == repr(found)


def test_residual_blocks_are_compared_by_their_layers() -> None:
    assert Residual(3) != Residual(Layer(3, "relu"))
    assert Residual(3) != 3


@pytest.mark.parametrize("settings", [{}, {"digits": 30}, {"steps": 2}])
def test_traces_are_equal_if_their_numbers_are(settings: dict[str, int]) -> None:
    first = trace(NETWORK, initialise(NETWORK), [1, 2], 1, **settings)  # type: ignore[arg-type]
    again = trace(NETWORK, initialise(NETWORK), [1, 2], 1, **settings)  # type: ignore[arg-type]
    other = trace(NETWORK, initialise(NETWORK, 1), [1, 2], 1, **settings)  # type: ignore[arg-type]
    assert first == again == copy.deepcopy(first)
    if "digits" not in settings:  # numbers of mpmath belong to a context, which cannot be pickled
        assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301
    assert first.steps[0] == again.steps[0]
    assert first != other
    assert first.steps[0] != other.steps[0]
    assert first != replace(first, frozen=("b1",))
    assert first != 1
    assert first.steps[0] != 1


def test_a_pickled_derivation_has_the_same_steps() -> None:
    found = derive(NETWORK)
    assert pickle.loads(pickle.dumps(found)).steps == found.steps  # noqa: S301


def test_what_a_prompt_shows_is_one_line() -> None:
    assert repr(derive(Network("2-1"))) == (
        "<Derivation of Network('2-1', loss='half_squared_error'): dY, dZ1, dW1, db1>"
    )
    assert repr(derive(Network("2-2-2-1"))).endswith("dZ2, dW2, db2, …>")
    exact = trace(
        Network("1-1"), {"W1": [[1]], "b1": [0]}, 1, "1/3", learning_rate="1/4", steps=2, exact=True
    )
    assert repr(exact) == "<Trace of Network('1-1', loss='half_squared_error') in exact: loss 2/9, 1/18>"
    longer = trace(NETWORK, initialise(NETWORK), [1, 2], 1, steps=5)
    assert repr(longer).endswith(", …>")
