"""The verdict over all gradients is that of the worst of them, and right only where something was proven."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from chalkgrad import Network
from chalkgrad.check.report import Finding, Report
from chalkgrad.check.taylor import Verdict

NETWORK = Network("2-1:sigmoid")
VERDICTS = st.lists(st.sampled_from(get_args(Verdict)), max_size=5)


@given(VERDICTS, VERDICTS)
def test_the_verdict_is_that_of_the_worst(parameters: list[Verdict], between: list[Verdict]) -> None:
    findings = [Finding(f"dW{i}", "parameter", each) for i, each in enumerate(parameters)]
    findings += [Finding(f"dZ{i}", "intermediate", each) for i, each in enumerate(between)]
    report = Report(NETWORK, tuple(findings))
    seen = set(parameters)
    assert (report.verdict == "wrong") is ("wrong" in {*parameters, *between})
    assert report.ok is (report.verdict in ("right", "at-a-kink"))
    if "wrong" in between or "wrong" in seen:
        return
    assert (report.verdict == "vacuous") is (seen <= {"vacuous"})
    assert (report.verdict == "inconclusive") is ("inconclusive" in seen)
    assert (report.verdict == "right") is ("right" in seen and "inconclusive" not in seen)
    assert (report.verdict == "at-a-kink") is ("at-a-kink" in seen and not seen & {"inconclusive", "right"})
