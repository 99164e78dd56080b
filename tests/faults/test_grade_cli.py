"""``chalkgrad grade`` and bad input: every fault told at once, by the option's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
SUBMISSIONS, PROBLEM = str(EXAMPLES / "submissions"), str(EXAMPLES / "assignment.toml")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], ["SUBMISSIONS: must be given"]),
        ([SUBMISSIONS], ["--problem: must be given; got nothing. Write --problem assignment.toml, say."]),
        ([SUBMISSIONS, "--problem", "4-3:relu-1"], ["--problem: must be a problem file"]),
        (
            ["absent", "--problem", PROBLEM, "--jobs", "0", "--time-limit", "-1", "-o", "x.docx"],
            [
                "--jobs: must be a whole number from 1",
                "--time-limit: must be a positive number",
                "-o: must be a folder or end in .csv, .md, .html; got 'x.docx'",
                "SUBMISSIONS: must be an existing folder; got 'absent'",
            ],
        ),
        ([PROBLEM, "--problem", PROBLEM], ["SUBMISSIONS: must be a folder; got"]),
        ([SUBMISSIONS, "--problem", PROBLEM, "--notation", "x"], ["--notation: must be"]),
        ([SUBMISSIONS, "--problem", PROBLEM, "--function", "a b"], ["--function: must be the name of"]),
        (
            [SUBMISSIONS, "--problem", str(EXAMPLES / "xor.toml")],
            ["--function: must be given; got nothing. Write --function backward, or"],
        ),
    ],
)
def test_every_fault_is_told(
    arguments: list[str], told: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["grade", *arguments]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(told), lines
    for line, start in zip(lines, told, strict=True):
        assert line.startswith(start), line
    assert list(tmp_path.iterdir()) == []
