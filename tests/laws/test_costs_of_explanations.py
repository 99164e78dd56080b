"""The order of explanations: fewer mistakes, then fewer places, then the commoner; what is left open last."""

from __future__ import annotations

import itertools

from chalkgrad.diagnose.mistakes.equation_site import Deviation
from chalkgrad.diagnose.search.explanation import AGAIN, Explanation, Place, State

SIGN, TWO, RARE = Deviation("sign"), Deviation("two-extra"), Deviation("two-extra", rare=True)


def cost(*places: tuple[Deviation, str], unknown: tuple[str, ...] = ()) -> float:
    return State((), tuple(Place(key, step) for key, step in places), unknown).cost


def test_explanations_are_in_order() -> None:
    ordered = [
        cost(),
        cost((SIGN, "dW1")),
        cost((TWO, "dW1")),
        cost((RARE, "dW1")),
        cost((SIGN, "dW1"), (SIGN, "db1")),
        cost((SIGN, "dW1"), (SIGN, "db1"), (SIGN, "dW2")),
        cost((SIGN, "dW1"), (TWO, "db1")),
        cost((SIGN, "dW1"), (TWO, "db1"), (TWO, "dW2")),
        cost(unknown=("dW1",)),
        cost((SIGN, "db1"), unknown=("dW1",)),
        cost(unknown=("dW1", "dW2")),
    ]
    assert ordered[0] == 0
    assert all(a < b for a, b in itertools.pairwise(ordered)), ordered
    assert cost((SIGN, "dW1"), (SIGN, "dW1")) == cost((SIGN, "dW1"))
    assert 1 <= cost((SIGN, "dW1")) < 1 + AGAIN


def test_rules_are_named_once_in_their_order() -> None:
    places = tuple(Place(key, step) for key, step in ((TWO, "dZ2"), (SIGN, "dW2"), (TWO, "dZ1")))
    assert Explanation(places, 2.0).rules == ("two-extra", "sign")
    state = State(()).plus(places[:1]).plus(places[1:], ("dW1",))
    assert (state.places, state.unknown, state.keys) == (places, ("dW1",), {SIGN, TWO})
