"""The diagnosis on a sample of the corpus; all of it: ``python -m tests.faults.backward.measure``."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.backward.cases import Case, singles
from tests.faults.backward.controls import Control, controls
from tests.faults.backward.judged import judge
from tests.faults.backward.pairs import pairs
from tests.faults.backward.told import broken
from tests.thorough import THOROUGH

SEED = 4
PAIRS, SINGLES, RIGHT = (15, 70, 40) if THOROUGH else (6, 0, 20)


def sample() -> list[Case]:
    """One case a mistake, more up to so many, and pairs; an endless loop takes too long for here."""
    quick = [case for case in singles(each=1) if "endless" not in case.labels[0]]
    rules = {case.key: case for case in quick}
    rest = [case for case in quick if case not in rules.values()]
    more = random.Random(SEED).sample(rest, max(SINGLES - len(rules), 0))
    chosen = [*rules.values(), *more, *pairs(PAIRS)]
    return sorted(chosen, key=lambda case: case.name)


CASES = sample()
CONTROLS = random.Random(SEED).sample(controls(), RIGHT)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name} {case.key}")
def test_a_planted_mistake_is_named(case: Case, tmp_path: Path) -> None:
    judged = judge(case, tmp_path)
    assert judged.right, f"{case}\n\n{case.written.text}\n{judged.printed}\n\nexpected {case.accepted}"
    assert judged.found is not None
    assert broken(case, judged.found, tmp_path) == [], f"{case.written.text}\n{judged.printed}"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"{control.name} {control.what}")
def test_a_right_function_is_not_accused(control: Control, tmp_path: Path) -> None:
    judged = judge(control, tmp_path)
    assert judged.right, f"{control}\n\n{control.written.text}\n{judged.printed}"
