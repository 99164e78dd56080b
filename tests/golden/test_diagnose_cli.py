"""``chalkgrad diagnose`` from end to end: real code in, the whole answer out, in several formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalkgrad.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
MINE = str(EXAMPLES / "mine.py")
NETWORK = ("--network", "4-3:relu-1:sigmoid", "--loss", "binary_cross_entropy")
FIXED = "dZ1 = (W2.T @ dZ2) * (Z1 > 0)"


def answer(capsys: pytest.CaptureFixture[str], target: str, *options: str, status: int = 1) -> str:
    """What the command prints."""
    assert main(["diagnose", target, *NETWORK, *options]) == status
    return capsys.readouterr().out


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> str:
    """The example with some of its text replaced, as a target."""
    text = Path(MINE).read_text(encoding="utf-8")
    for old, new in (("dZ1 = W2.T @ dZ2", FIXED), *pairs):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "other.py").write_text(text, encoding="utf-8")
    return f"{tmp_path / 'other.py'}:backward"


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    page = answer(capsys, f"{MINE}:backward", "--format", "markdown", "--notation", "deeplearning")
    assert "One mistake found: the activation's derivative is missing (2 of 4 gradients right)." in page
    assert "```diff\n- dZ1 = W2.T @ dZ2\n+ dZ1 = (W2.T @ dZ2) * (Z1 > 0)\n```" in page
    assert "In line 19 of mine.py:" in page


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(answer(capsys, f"{MINE}:backward", "--format", "json"))
    assert (found["outcome"], found["ok"], found["first_wrong"]) == ("explained", False, "dZ1")
    assert found["reading"] == "samples as columns, W as n_out × n_in, b as a column"
    verdicts = {each["name"]: (each["verdict"], each["follows"]) for each in found["gradients"]}
    assert verdicts == {
        "dW1": ("wrong", True),
        "db1": ("wrong", True),
        "dW2": ("right", False),
        "db2": ("right", False),
    }
    [mistake] = found["mistakes"]
    assert mistake["text"] == "dW1, db1 wrong: δ₁ was formed without ⊙ relu′(z₁)."
    assert (mistake["rule"], mistake["line"], mistake["verified"]) == ("derivative-missing", 19, True)
    assert (mistake["source"], mistake["fix"]) == ("dZ1 = W2.T @ dZ2", FIXED)


def test_the_line_that_is_told_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = answer(capsys, changed(tmp_path), status=0)
    assert "Right: 4 of 4 parameters' gradients." in page
    assert "mistake" not in page


def test_two_mistakes_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = changed(tmp_path, (FIXED, "dZ1 = W2.T @ dZ2"), ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ Z1.T / m"))
    page = answer(capsys, target)
    assert "∂L/∂W₂ was formed with Z₍₁₎ instead of A₍₁₎." in page
    assert "+ dW2 = (dZ2 @ A1.T) / m\n" in page
    assert "∂L/∂W₁, ∂L/∂b₁ wrong: ∂L/∂Z₍₁₎ was formed without ⊙ ReLU′(Z₍₁₎)." in page
    assert "Tried: with these lines all 4 gradients are right." in page


def test_an_exception(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = answer(capsys, changed(tmp_path, ("dW1 = dZ1 @ X.T / m", "dW1 = dZ1 @ X / m")))
    assert "∂L/∂W₁ is the product the wrong way round." in page
    assert "  - dW1 = dZ1 @ X / m\n  + dW1 = (dZ1 @ X.T) / m\n" in page
    assert "ValueError in line 20" in page
