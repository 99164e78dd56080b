"""The example of the documentation from end to end: eight students, and what is wrong with their code."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from chalkgrad.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
FOUND = {  # student: points of 8, rule, first wrong
    "ada": ("8", "", ""),
    "blaise": ("8", "", ""),
    "carl": ("6", "derivative-missing", "dZ1"),
    "emmy": ("6", "batch-mean-missing", "dZ2"),
    "kurt": ("6", "head-derivative-on-top", "dZ2"),
    "leonhard": ("7", "bias-from-weights", "db1"),
    "pierre": ("0", "no-answer", ""),
    "sofia": ("7", "pre-activation-for-activation", "dW2"),
}


def run(folder: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, dict[str, str]], str]:
    arguments = ["grade", str(folder), "--problem", str(EXAMPLES / "assignment.toml"), "-o", str(out)]
    assert main([*arguments, "--time-limit", "2", "--jobs", "2"]) == 0
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    return rows, capsys.readouterr().out


def test_the_class_of_the_examples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "submissions", tmp_path / "out"
    shutil.copytree(EXAMPLES / "submissions", folder, ignore=shutil.ignore_patterns("__pycache__"))
    rows, page = run(folder, out, capsys)
    assert {name: (r["points"], r["mistakes"], r["first_wrong"]) for name, r in rows.items()} == FOUND
    assert "8 submissions for 4–3–2" in page
    students = out / "students"
    assert "dZ1 = (dZ2 @ W2) * (Z1 &gt; 0)" in (students / "carl.html").read_text(encoding="utf-8")
    for name in FOUND:
        for other in FOUND.keys() - {name}:
            assert other not in (students / f"{name}.md").read_text(encoding="utf-8")

    before = {path: path.stat().st_mtime_ns for path in (out / "records").iterdir()}
    shutil.copy(folder / "ada.py", folder / "zeno.py")
    (folder / "carl.py").write_bytes((folder / "ada.py").read_bytes() + b"# mended\n")
    rows, page = run(folder, out, capsys)
    assert rows["carl"]["points"] == "8"
    assert rows["zeno"]["same_code_as"] == "ada.py; carl.py"
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(list((out / "records").iterdir())) == len(before) + 2
    assert "ada, carl, zeno have the same code" in page
