"""The command line's reports: checks, keys, paths, costs and graphs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.golden.answers import EXAMPLES, QUIZ, answer, first_step, table

# ---- check and verify-key ------------------------------------------------------------------------

RIGHT = """
import numpy as np
def gradients(x, t, W1, W2, b2):
    z1 = x @ W1.T
    a1 = np.maximum(0, z1)
    y = 1 / (1 + np.exp(-(a1 @ W2.T + b2)))
    d2 = (y - t) * y * (1 - y)
    return {"W1": ((d2 @ W2) * (z1 > 0)).T @ x, "W2": d2.T @ a1, "b2": d2.sum(0)}
"""


def test_the_derivation_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    report: Any = table(capsys, "check", QUIZ)
    assert report["ok"] is True
    assert {finding["name"] for finding in report["findings"]} >= {"dW1", "dW2", "db2"}
    output, errors = answer(capsys, "check", "3-2:relu-1:sigmoid", "--seed", "4")
    assert re.search(r"✓ +dW1 +∂L/∂W₁ +right", output)
    assert "drawn at random (seed 4)" in output
    assert "binary_cross_entropy" in errors


@pytest.mark.parametrize(
    ("planted", "status", "wrong"),
    [
        (("", ""), 0, set()),
        (("* y * (1 - y)", ""), 1, {"dW1", "dW2", "db2"}),
        (("d2.sum(0)", "d2.sum(0) + 1"), 1, {"db2"}),
    ],
    ids=["right", "forgotten derivative", "wrong bias"],
)
def test_a_function_of_the_user(
    planted: tuple[str, str], status: int, wrong: set[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(RIGHT.replace(*planted) if planted[0] else RIGHT, encoding="utf-8")
    report: Any = table(capsys, "check", QUIZ, "--against", f"{file}:gradients", status=status)
    assert {finding["name"] for finding in report["findings"] if finding["verdict"] == "wrong"} == wrong
    output, _ = answer(capsys, "check", QUIZ, "--against", f"{file}:gradients", status=status)
    assert bool(wrong) == ("✗" in output)


def test_only_the_wrong_derivative_of_the_key_is_accused(capsys: pytest.CaptureFixture[str]) -> None:
    report: Any = table(capsys, "verify-key", QUIZ, status=1)
    assert [finding["name"] for finding in report["findings"] if finding["verdict"] == "wrong"] == [
        "sigmoid_prime"
    ]
    output, _ = answer(capsys, "verify-key", QUIZ, status=1)
    assert output.count("✗") == 1
    assert "at z = 0 the key gives 0.5, it is 0.25" in " ".join(output.split())


def test_a_right_key_passes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = Path(QUIZ).read_text(encoding="utf-8")
    file = tmp_path / "quiz.toml"
    wrong = next(line for line in text.splitlines() if line.startswith("sigmoid_prime"))
    file.write_text(text.replace(wrong, 'sigmoid_prime = "e^(-z)/(1+e^(-z))^2"'), encoding="utf-8")
    assert "0 wrong" in answer(capsys, "verify-key", str(file))[0]


# ---- paths and cost ------------------------------------------------------------------------------


def test_the_paths_of_the_slides_with_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    slides = str(EXAMPLES / "slides_3layer.toml")
    output, _ = answer(capsys, "derive", slides, "--path", "W1[2,2]")
    assert "w₂₂⁽¹⁾ reaches the loss by 2 paths" in output
    gradient = first_step(capsys, slides)["gradients"]["W1"][1][1]
    assert f"= {gradient:.4g}." in output


def test_a_path_names_the_same_weight_in_both_notations(capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = answer(capsys, "derive", "2-3:tanh-1", "--path", "W1[3,1]", "--beside", "transposed")
    assert "W1[3,1]" in output
    assert "W1[1,3]" in output


def test_the_cost_is_a_section_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = answer(capsys, "derive", "4-3:relu-1", "--cost")
    assert "\nCost\n" in output
    assert re.search(r"forward pass and loss +15 ", output)  # 4·3 + 3·1 multiply-adds


# ---- graph ---------------------------------------------------------------------------------------------


def test_the_tutorials_graph_carries_its_numbers(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    tutorial = str(EXAMPLES / "tutorial.toml")
    output, errors = answer(capsys, "graph", tutorial)
    assert errors == ""
    step = first_step(capsys, tutorial)
    for value in (step["loss"], step["values"]["A1"][0][0], abs(step["gradients"]["W1"][0][0])):
        assert f"{value:.4g}" in output
    file = tmp_path / "graph.svg"
    assert answer(capsys, "graph", tutorial, "-o", str(file)) == ("", f"written: {file}\n")
    assert ElementTree.fromstring(file.read_text(encoding="utf-8")).tag.endswith("svg")


def test_a_graph_without_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    output, errors = answer(capsys, "graph", "2-2:tanh-1", "--notation", "bishop")
    assert "tanh" in output or "h(" in output
    assert "half_squared_error, as the notation bishop has it" in errors
