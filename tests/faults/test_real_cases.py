"""Real mistakes are named, and what was doubted and is right is not accused."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad.diagnose import diagnose
from tests.faults.real_problem import CASES, FOLDER, network_of


def parameters(kind: str) -> list[Any]:
    """The cases of a kind; one that is out of reach or still open may fail, and its reason is shown."""
    found = []
    for case in CASES[kind]:
        reason = case.get("shape") or case.get("open")
        marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
        found.append(pytest.param(case, id=case["file"].removesuffix(".py"), marks=marks))
    return found


def found(case: dict[str, Any]) -> Any:
    """Diagnose a case."""
    return diagnose(f"{FOLDER / case['file']}:{case['target']}", network_of(case))


@pytest.mark.parametrize("case", parameters("mistake"))
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
        assert d.first_wrong in case["first"].split("|"), d


@pytest.mark.parametrize("case", parameters("right"))
def test_an_innocent_is_not_accused(case: dict[str, Any]) -> None:
    d = found(case)
    assert d.outcome == "right", d
