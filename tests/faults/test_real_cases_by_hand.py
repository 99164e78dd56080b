"""The real cases are what their table says: called by hand and held against the derivation, undiagnosed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.diagnose.mistakes.rules import KINDS
from tests.faults import (
    real_calls_classes,
    real_calls_found,
    real_calls_functions,
    real_calls_right,
    real_calls_slopes,
)
from tests.faults.real_problem import CALLS, CASES, FOLDER, Problem

MISTAKES = [pytest.param(case, id=case["file"].removesuffix(".py")) for case in CASES["mistake"]]
RIGHT = [pytest.param(case, id=case["file"].removesuffix(".py")) for case in CASES["right"]]
MODULES = (
    real_calls_classes,
    real_calls_found,
    real_calls_functions,
    real_calls_right,
    real_calls_slopes,
)


def wrong_gradients(case: dict[str, Any], seed: int) -> set[str]:
    """The parameters whose gradients differ from the derived ones."""
    p = Problem(case, seed)
    expected = p.expected()
    answer = CALLS[case["file"].removesuffix(".py")](p)
    wrong = set()
    for (name, right), found in zip(expected.items(), answer, strict=True):
        value = np.asarray(found, float)
        same_size = value.size == right.size and (value.shape == right.shape or name[0] == "b")
        if not same_size or not np.allclose(value.reshape(right.shape), right, rtol=1e-5, atol=1e-9):
            wrong.add(name)
    return wrong


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one(case: dict[str, Any]) -> None:
    if case["rules"] == ["exception"]:
        with pytest.raises((TypeError, NameError, ValueError)):
            wrong_gradients(case, 0)
        return
    wrong = set[str]().union(*(wrong_gradients(case, seed) for seed in range(3)))
    assert wrong == set(case["wrong"].split())


@pytest.mark.parametrize("case", RIGHT)
def test_an_innocent_is_one(case: dict[str, Any]) -> None:
    for seed in range(3):
        assert wrong_gradients(case, seed) == set()


def test_what_gathers_is_wrong_the_second_time() -> None:
    for case in (case for case in CASES["mistake"] if case.get("again")):
        p = Problem(case)
        function = CALLS[case["file"].removesuffix(".py")]
        first = np.array(function(p)[0])
        if "." not in case["target"]:
            assert not np.allclose(function(p)[0], first)


def test_the_table_is_complete() -> None:
    files = {case["file"] for kind in CASES.values() for case in kind}
    assert files == {path.name for path in FOLDER.glob("*.py")}
    assert {file.removesuffix(".py") for file in files} == set(CALLS)
    assert len(CASES["mistake"]) >= 40
    assert len(CASES["right"]) >= 12


def test_every_rule_is_one_of_the_table() -> None:
    for case in CASES["mistake"]:
        assert {
            rule for rules in ([case["rules"]], case.get("also", [])) for each in rules for rule in each
        } <= set(KINDS)
