"""Run the command line in this process and take its answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalkgrad.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
QUIZ = str(EXAMPLES / "quiz.toml")
HOMEWORK = str(EXAMPLES / "homework_regression.toml")


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> tuple[str, str]:
    """Run a command; return what it printed on stdout and stderr."""
    assert main(list(arguments)) == status
    return tuple(capsys.readouterr())  # type: ignore[return-value]


def table(
    capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0, learnt: bool = False
) -> dict[str, object]:
    """Run a command; return its JSON; all it says besides is, if so, that it is shown rows it has learnt."""
    output, errors = answer(capsys, *arguments, "--format", "json", status=status)
    if learnt:
        assert errors.startswith("note: ")
        assert "that the model was trained" in errors
        assert errors.count("\n") == 1
    else:
        assert errors == ""
    assert output.count("\n") == 1
    found: dict[str, object] = json.loads(output)
    return found


def first_step(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    steps = table(capsys, "trace", *arguments)["steps"]
    assert isinstance(steps, list)
    found: dict[str, Any] = steps[0]
    return found
