"""Right code of every usual shape is called, read and found right: by its own names, in its own layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.check import check_against
from chalkgrad.check.probe import complete
from chalkgrad.network import Network
from chalkgrad.usercode.answer.observation import Observation, Observed
from chalkgrad.usercode.answer.probe import Probe
from chalkgrad.usercode.answer.rounding import agree
from chalkgrad.usercode.session import Session
from tests.faults.usercode_shapes import SHAPES


def session(text: str, target: str, network: Network, folder: Path, **settings: float) -> Session:
    path = folder / "submission.py"
    path.write_text(text, encoding="utf-8")
    return Session(f"{path}:{target}", network, **settings)  # type: ignore[arg-type]


def chosen(text: str, target: str, network: Network, folder: Path) -> list[Observed]:
    data, _ = complete(network, None, None, None, labels=True)
    return session(text, target, network, folder).choose(data)


def wrong(seen: Observation) -> list[str]:
    expected = Probe.of(seen.network, seen.data).expected
    names = [f"d{name}" for name in seen.network.parameter_shapes()]
    return [
        name
        for name in names
        if name not in seen.gradients or not agree(seen.gradients[name], expected[name])
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_right_code_of_any_shape_is_right(name: str, tmp_path: Path) -> None:
    network, target, text = SHAPES[name]
    [best] = chosen(text, target, network, tmp_path)
    [seen] = best.observations
    assert seen.error is None, seen.error
    assert wrong(seen) == [], (best.reading, seen.kind, sorted(seen.gradients), seen.problems)
    assert not seen.problems


@pytest.mark.parametrize("name", list(SHAPES)[::5])
def test_a_check_calls_it_as_a_diagnosis_does(name: str, tmp_path: Path) -> None:
    network, target, text = SHAPES[name]
    path = tmp_path / "submission.py"
    path.write_text(text, encoding="utf-8")
    report = check_against(f"{path}:{target}", network)
    assert report.ok, str(report)
