"""Real mistakes are named, and what was doubted and is right is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.real_problem import CASES, FOLDER, network_of

MISTAKES = [pytest.param(case, id=case["file"].removesuffix(".py")) for case in CASES["mistake"]]
RIGHT = [pytest.param(case, id=case["file"].removesuffix(".py")) for case in CASES["right"]]


diagnosis = pytest.importorskip("chalkgrad.diagnose.diagnosis", reason="diagnose is not there yet")


def found(case: dict[str, Any]) -> Any:
    """Diagnose a case, or skip it where its way of being called is out of reach."""
    if "shape" in case:
        pytest.skip(case["shape"])
    return diagnosis.diagnose(f"{FOLDER / case['file']}:{case['target']}", network_of(case))


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_named(case: dict[str, Any]) -> None:
    d = found(case)
    named = [set(d.rules), *({mistake.rule for mistake in each} for each in d.alternatives)]
    answers = [set(rules) for rules in ([case["rules"]] if case["rules"] else []) + case.get("also", [])]
    if set() in answers and d.outcome == "right":  # right on paper: a remark is as good an answer
        assert set(case["rules"]) <= {remark.kind for remark in d.remarks}, d
        return
    assert d.outcome != "right", d
    if not case["rules"] and d.outcome == "unexplained":
        return
    assert any(rules in named for rules in answers), d
    if d.outcome == "explained" and set(d.rules) == set(case["rules"]) and case["first"]:
        assert d.first_wrong == case["first"], d


@pytest.mark.parametrize("case", RIGHT)
def test_an_innocent_is_not_accused(case: dict[str, Any]) -> None:
    d = found(case)
    assert d.outcome == "right", d
