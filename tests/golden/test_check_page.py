"""The page of a check, as it is read: verdicts in the notation's names, and the convergence table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad.check import check, check_against
from chalkgrad.check.page import check_page
from chalkgrad.network import Network
from chalkgrad.notation import WRITERS, render

QUIZ = Network("1-1:relu:nobias-1:sigmoid", loss="half_squared_error")
AT: dict[str, Any] = {"parameters": {"W1": [[0.01]], "W2": [[-5]], "b2": [-1]}, "x": [[3]], "t": [[1]]}


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_quiz_is_right() -> None:
    rows = lines(render(check_page(check(QUIZ, **AT)), "text"))
    assert "Right: 3 of 3 parameters' gradients." in [" ".join(row) for row in rows]
    verdicts = {row[2]: row[3] for row in rows if row and row[0] == "✓"}
    assert verdicts == dict.fromkeys(
        ["∂L/∂W₁", "∂L/∂W₂", "∂L/∂b₂", "∂L/∂ŷ", "∂L/∂z₍₂₎", "∂L/∂a₍₁₎", "∂L/∂z₍₁₎"], "right"
    )
    # By hand: ∂C/∂w₂ = (y − 1) y (1 − y) a₁ = −0.138728 · 0.03; the remainder falls by 100 a decade.
    table = {row[0]: row[-1] for row in rows if len(row) == 4 and row[0] in ("0.01", "0.001", "0.0001")}
    assert set(table.values()) == {"2"}


def test_a_wrong_gradient_shows_its_factor_and_a_rate_of_one() -> None:
    def doubled(X: Any, t: Any, W2: Any, A1: Any, y: Any) -> dict[str, Any]:
        delta = (y - t) * y * (1 - y)
        return {"W2": 2 * delta.T @ A1, "b2": delta.sum(0), "W1": (delta @ W2 * (A1 > 0)).T @ X}

    report = check_against(doubled, QUIZ, **AT)
    assert report.finding("dW2").worst is not None
    assert np.isclose(report.finding("dW2").worst.measured, -0.004162, atol=5e-7)  # type: ignore[union-attr]
    text = render(check_page(report), "text")
    assert "Wrong: dW2." in text
    assert "exactly 2 times too large" in text
    table = [row[-1] for row in lines(text) if len(row) == 4 and row[0] in ("0.01", "0.001", "0.0001")]
    assert table == ["1", "1", "1"]


@pytest.mark.parametrize("notation", ["matrix", "bishop", "transposed", "nielsen", "chain"])
@pytest.mark.parametrize("format", [form for form in WRITERS if form != "pdf"])
def test_every_format_and_notation_can_hold_it(format: str, notation: str) -> None:
    def broken(X: Any) -> None:
        raise ValueError("no idea")

    page = check_page(check(Network("3-2:relu-2:softmax")), notation)
    assert "right" in render(page, format)
    assert "no idea" in render(check_page(check_against(broken, QUIZ), notation), format)
