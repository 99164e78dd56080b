"""The example of the documentation from end to end: eight students, and what is wrong with their code."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from chalkgrad.app.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
GUIDE = Path(__file__).parents[2] / "docs" / "grade.md"
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


def test_the_class_of_the_examples(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    folder, out = tmp_path / "submissions", tmp_path / "out"
    shutil.copytree(EXAMPLES / "submissions", folder, ignore=shutil.ignore_patterns("__pycache__"))
    rows, page = run(folder, out, capsys)
    assert {name: (r["points"], r["mistakes"], r["first_wrong"]) for name, r in rows.items()} == FOUND
    assert "8 submissions for 4–3–2" in page
    [shown] = re.findall(r"^```text\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert shown in "".join(f"{line.rstrip()}\n" for line in page.splitlines())
    students = out / "students"
    assert "dZ1 = dA1 * (Z1 &gt; 0)" in (students / "carl.html").read_text(encoding="utf-8")
    for name in FOUND:
        for other in FOUND.keys() - {name}:
            assert other not in (students / f"{name}.md").read_text(encoding="utf-8")

    before = {path: path.stat().st_mtime_ns for path in (out / "records").glob("*.json")}
    shutil.copy(folder / "ada.py", folder / "zeno.py")
    (folder / "carl.py").write_bytes((folder / "ada.py").read_bytes() + b"# mended\n")
    rows, page = run(folder, out, capsys)
    assert rows["carl"]["points"] == "8"
    assert rows["zeno"]["same_code_as"] == "ada.py; carl.py"
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(list((out / "records").glob("*.json"))) == len(before) + 2
    assert "ada, carl, zeno have the same code" in page


HELPER = "import numpy as np\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-z))\n"


def test_folders_notebooks_and_files_of_the_teacher(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = (EXAMPLES / "submissions" / "ada.py").read_text(encoding="utf-8")
    own = code.replace(code[code.index("def sigmoid") : code.index("def backward")], "")
    folder = tmp_path / "submissions"
    moodle = folder / "Noether Emmy_12345_assignsubmission_file_" / "week 3"
    moodle.mkdir(parents=True)
    (moodle / "my backprop.py").write_text(f"from helping import sigmoid\n{own}", encoding="utf-8")
    (moodle / "helping.py").write_text(HELPER, encoding="utf-8")
    (folder / "turing.py").write_text(f"from given import sigmoid\n{own}", encoding="utf-8")
    cells = [
        "%matplotlib inline\nimport numpy as np\ndata = load('absent')",
        code,
        "plot(backward(data))\nwhile True: pass",
    ]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells], "nbformat": 4}
    (folder / "hopper.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (tmp_path / "given.py").write_text(HELPER, encoding="utf-8")
    problem = tmp_path / "problem.toml"
    text = (EXAMPLES / "assignment.toml").read_text(encoding="utf-8")
    problem.write_text(text + 'with = ["given.py"]\n', encoding="utf-8")
    out = tmp_path / "grades.csv"
    arguments = ["grade", str(folder), "--problem", str(problem), "-o", str(out), "--time-limit", "5"]
    assert main(arguments) == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = {row["student"]: row["outcome"] for row in csv.DictReader(stream)}
    assert rows == {"hopper": "right", "Noether Emmy": "right", "turing": "right"}, capsys.readouterr().out
