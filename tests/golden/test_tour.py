"""The tour: at most two screens a stop that break nothing off, and a last word that works as typed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chalkgrad.app.tour import MOST, closing, excerpt

ROOT = Path(__file__).parents[2]
STOP = re.compile(r"^\d+\. .* ─+$", re.MULTILINE)


@pytest.mark.parametrize("width", [80, 100])
def test_the_whole_tour(width: int, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    command = [sys.executable, "-m", "chalkgrad.app.tour"]
    environment = os.environ | {"COLUMNS": str(width), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    stops = STOP.split(done.stdout)[1:]
    assert len(stops) == 9
    for stop in stops[:-1]:
        lines = stop.strip("\n").splitlines()
        assert len(lines) <= MOST + 3
        assert max(map(len, lines)) <= width
        assert sum(line.count("⎡") for line in lines) == sum(line.count("⎣") for line in lines)
    assert "is not here" not in done.stdout


def test_what_comes_next_works_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in (tmp_path, Path(sys.prefix).parent):
        monkeypatch.chdir(folder)
        commands = [line.split("  ")[1] for line in closing().splitlines() if line.startswith("  ")]
        assert len(commands) == 3
        for command in commands:
            typed = command.replace("mine.toml", str(tmp_path / f"{folder.name}.toml"))
            done = subprocess.run(typed, shell=True, capture_output=True, text=True)
            assert done.returncode == 0, (command, done.stderr)


def test_an_excerpt_ends_where_an_equation_ends() -> None:
    lines = ["A", "─", "", "  x = 1", "", "    = ⎡ 1 ⎤", "      ⎣ 2 ⎦", "", "  y = 2", "", "    = 3"]
    assert excerpt(lines, most=11) == "\n".join(lines)
    for most in (9, 10):
        assert excerpt(lines, most=most).splitlines()[-2] == "      ⎣ 2 ⎦"
    assert "lines 1 to 7 of 11" in excerpt(lines, most=9)


def test_an_excerpt_leaves_no_heading_alone() -> None:
    lines = [*(["text"] * 8), "", "Heading", "───────", "", "more", "", "and more", ""]
    assert excerpt(lines, most=12).splitlines()[:-1] == ["text"] * 8
