"""docs/norms.md shows what the commands print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalkgrad.app.cli import main
from chalkgrad.network.norms import NORMS

PAGE = (Path(__file__).parents[2] / "docs" / "norms.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n(.*?)\n```", PAGE, re.DOTALL)
COMMANDS = ("derive", "graph")


@pytest.mark.parametrize(("command", "shown"), list(zip(COMMANDS, SHOWN, strict=True)))
def test_what_is_shown_is_printed(
    command: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main([command, "3-4:layer_norm:tanh-1", "--loss", "half_squared_error"]) == 0
    assert shown in capsys.readouterr().out


@pytest.mark.parametrize("spec", re.findall(r"^chalkgrad derive (\S+)$", PAGE, re.MULTILINE))
def test_what_is_written_is_read(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", spec]) == 0
    capsys.readouterr()


def test_every_norm_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(NORMS)
