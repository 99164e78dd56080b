"""What a check says, from findings made by hand: the verdict over all, its words, the digits of its page."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalkgrad.check.page import check_page
from chalkgrad.check.report import INTERMEDIATE, PARAMETER, Finding, Report
from chalkgrad.check.taylor import ConvergenceRow
from chalkgrad.network import Network
from chalkgrad.notation import render

NETWORK = Network("2-2:tanh-1")
BACKWARD = ("dY", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")
NONE = (
    "nothing was tested: all gradients are zero on both sides. "
    "Use other parameters or inputs (dead ReLUs? saturated units? x = 0?), or leave them out."
)
ASIDE = "; nothing was tested for db1, zero on both sides"
MODERATE = "Use data of moderate size, away from kinks and saturation."


def report(verdicts: str, inner: str = "") -> Report:
    """One letter a verdict: of dW1, db1 and dW2, and of dZ1 and dZ2."""
    words = {"r": "right", "w": "wrong", "k": "at-a-kink", "v": "vacuous", "i": "inconclusive"}
    found = [Finding(name, PARAMETER, words[v]) for name, v in zip(("dW1", "db1", "dW2"), verdicts)]  # type: ignore[arg-type]  # noqa: B905
    found += [Finding(name, INTERMEDIATE, words[v]) for name, v in zip(("dZ1", "dZ2"), inner)]  # type: ignore[arg-type]  # noqa: B905
    return Report(NETWORK, tuple(found), backward=BACKWARD)


@pytest.mark.parametrize(
    ("verdicts", "inner", "verdict", "summary"),
    [
        ("rrr", "rr", "right", "right: 3 of 3 parameters' gradients"),
        ("rvr", "", "right", f"right: 2 of 3 parameters' gradients{ASIDE}"),
        ("rkr", "", "right", "right: 3 of 3 parameters' gradients"),
        ("kvk", "", "at-a-kink", f"right: 2 of 3 parameters' gradients{ASIDE}"),
        ("rwr", "", "wrong", "wrong: db1"),
        ("wrw", "", "wrong", "wrong: dW1, dW2; along the backward pass dW2 is the first"),
        ("wrr", "ww", "wrong", "wrong: dW1, dZ1, dZ2; along the backward pass dZ2 is the first"),
        ("wii", "", "wrong", "wrong: dW1"),
        ("rir", "", "inconclusive", f"not decided: db1. {MODERATE}"),
        ("vii", "", "inconclusive", f"not decided: db1, dW2. {MODERATE}"),
        ("rrr", "ii", "right", "right: 3 of 3 parameters' gradients"),
        ("vvv", "rr", "vacuous", NONE),
        ("", "rr", "vacuous", NONE),
    ],
)  # fmt: skip
def test_the_verdict_over_all(verdicts: str, inner: str, verdict: str, summary: str) -> None:
    found = report(verdicts, inner)
    assert (found.verdict, found.summary) == (verdict, summary)
    assert found.ok == (verdict in ("right", "at-a-kink"))
    assert found.to_dict()["ok"] == found.ok
    assert str(found).splitlines()[0] == f"the derivation on {NETWORK}: {summary}"
    assert summary in repr(found)


def rows(*findings: Finding, **more: Any) -> list[list[str]]:
    """The words of every line of the page."""
    text = render(check_page(Report(NETWORK, findings, backward=BACKWARD, **more)), "text")
    return [line.split() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("error", "resolution", "shown"),
    [
        (0.123456789, 1e-9, ["0.12"]),
        (0.0, 1.23456789e-10, ["<", "1.2e−10"]),
        (0.0, None, ["0"]),
        (0.0, math.inf, ["0"]),
        (math.inf, 1e-9, []),
        (None, 1e-9, []),
    ],
)
def test_an_error_has_two_digits_or_a_bound(
    error: float | None, resolution: float | None, shown: list[str]
) -> None:
    finding = Finding("dW1", PARAMETER, "right", "EVIDENCE", relative_error=error, resolution=resolution)
    assert rows(finding).count(["✓", "dW1", "∂L/∂W₁", "right", *shown, "EVIDENCE"]) == 1


def test_a_convergence_table_has_a_row_a_decade() -> None:
    points = [
        ConvergenceRow(
            10.0 ** (-k / 2), 0.23456712345678 + k, 0.000123456 * 10 ** (-k), 1.98765 if k else None, k != 5
        )
        for k in range(8)
    ]
    without = Finding("dW2", PARAMETER, "right", points=tuple(points))
    shown = rows(without, Finding("dW1", PARAMETER, "right", rate=2.0, points=tuple(points)))
    assert any("h⟨∂L/∂W₁," in row for row in shown)
    start = next(place for place, row in enumerate(shown) if row[:2] == ["step", "h"])
    assert shown[start + 2 : start + 6] == [
        ["0.32", "1.234567123", "1.23e−5", "1.99"],
        ["0.032", "3.234567123", "1.23e−7", "1.99"],
        ["0.0032", "5.234567123", "1.23e−9", "a", "unit", "changes", "its", "branch"],
        ["0.00032", "7.234567123", "1.23e−11", "1.99"],
    ]


def test_the_first_wrong_gradient_gives_the_table() -> None:
    points = (ConvergenceRow(1.0, 1.0, 1.0, None, True), ConvergenceRow(0.1, 1.0, 1.0, None, True))
    made = [Finding(name, PARAMETER, "wrong", rate=1.0, points=points) for name in ("dW1", "dW2")]
    shown = rows(Finding("db1", PARAMETER, "right", rate=2.0, points=points), *made)
    assert any("h⟨∂L/∂W₂," in row for row in shown)
    assert ["0.1", "1", "1", "–"] in shown


def test_only_what_is_there_has_a_place_on_the_page() -> None:
    wrong = Finding("dW1", PARAMETER, "wrong")
    words = [" ".join(row) for row in rows(wrong, output="one\ntwo\n", notes=("NOTE",))]
    for there in ("Parameters", "What the function printed", "• NOTE"):
        assert there in words
    for missing in ("The call", "Intermediates", "The remainder"):
        assert missing not in words
    assert not any("✓" in line for line in words)
    assert ["What", "the", "function", "printed"] not in rows(wrong)
