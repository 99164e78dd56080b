"""Submissions that mean harm, or do it: the others have the same grades with and without them."""

from __future__ import annotations

import contextlib
import csv
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

PROBLEM = """
title = "Week 3"
seed = 3

[network]
layers = "3-2:tanh-1:sigmoid"
loss = "binary_cross_entropy"

[grading]
function = "backward"
"""
RIGHT = """
import numpy as np

def backward(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1.T + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2.T + b2)))
    dZ2 = (A2 - Y) / len(X)
    dZ1 = (dZ2 @ W2) * (1 - A1**2)
    return {"dW1": dZ1.T @ X, "db1": dZ1.sum(0), "dW2": dZ2.T @ A1, "db2": dZ2.sum(0)}
"""
HEAD = "import os, shutil, sys, ctypes\nimport numpy as np\n"
BODY = "\n\ndef backward(X, Y, W1, b1, W2, b2):\n"
HOSTILE = {
    "loop": f"{HEAD}{BODY}    while True: pass\n",
    "loops_at_import": "while True: pass\n",
    "memory": f"{HEAD}{BODY}    return [np.ones(10**9) for _ in range(100)]\n",
    "exits": f"{HEAD}{BODY}    os._exit(0)\n",
    "leaves": f"{HEAD}{BODY}    sys.exit('done')\n",
    "deletes": f"{HEAD}for place in (os.environ['CHALKGRAD_PREY'], os.path.dirname(__file__)):\n"
    f"    shutil.rmtree(place, ignore_errors=True)\n{RIGHT}",
    "kills": f"{HEAD}ctypes.CDLL(None).kill(os.getppid(), 9)\n{RIGHT}",
    "forks": f"{HEAD}libc = ctypes.CDLL(None)\n"
    f"if libc.fork() == 0:\n    libc.setsid()\n    libc.sleep(300)\n{RIGHT}",
    "shouts": f"{HEAD}for _ in range(1000): print('x' * 10**6)\n{RIGHT}",
    "recurses": f"{HEAD}{BODY}    return backward(X, Y, W1, b1, W2, b2)\n",
    "deep": "x = " + "(" * 5000 + ")" * 5000 + RIGHT,
    "no_function": "x = 1\n",
    "no_python": "def backward(:\n",
}

HARMLESS = ("kills", "forks", "shouts", "deletes")
"""Their harm is refused, and the rest of their code is right."""


@pytest.fixture(scope="module")
def mark() -> str:
    """A word in the environment of every process that this file starts."""
    return uuid.uuid4().hex


def run(folder: Path, out: Path, mark: str, *options: str) -> dict[str, dict[str, str]]:
    """Grade a folder from the command line, and return the rows of its table by student."""
    problem = folder.parent / "problem.toml"
    problem.write_text(PROBLEM, encoding="utf-8")
    command = [sys.executable, "-m", "chalkgrad.app.cli", "grade", str(folder), "--problem", str(problem)]
    done = subprocess.run(
        [*command, "-o", str(out), "--time-limit", "2", "--jobs", "2", *options],
        capture_output=True, text=True, check=False, timeout=300,
        env=os.environ | {"CHALKGRAD_MARK": mark, "CHALKGRAD_PREY": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


def left_behind(mark: str) -> list[str]:
    """List the processes that are still there with the mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in path.read_bytes():
                found.append((path.parent / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.fixture(scope="module")
def graded(
    tmp_path_factory: pytest.TempPathFactory, mark: str
) -> tuple[dict[str, dict[str, str]], Path, Path]:
    folder = tmp_path_factory.mktemp("class") / "submissions"
    folder.mkdir()
    for name in ("anna", "zoe"):
        (folder / f"{name}.py").write_text(RIGHT, encoding="utf-8")
    for name, code in HOSTILE.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (folder / "windows.py").write_bytes(f"# Rückwärts\n{RIGHT}".encode("cp1252"))
    (folder / "link.py").symlink_to(folder / "anna.py")
    (folder / "folder.py").mkdir()
    os.mkfifo(folder / "pipe.py")
    with (folder / "large.py").open("wb") as file:
        file.truncate(100_000_000)
    (folder / "=cmd|'x'!A0.py").write_text("x = 1\n", encoding="utf-8")
    out = folder.parent / "out"
    return run(folder, out, mark), folder, out


Graded = tuple[dict[str, dict[str, str]], Path, Path]


def test_the_right_ones_are_right_beside_the_hostile_ones(graded: Graded, tmp_path: Path, mark: str) -> None:
    rows, folder, _ = graded
    alone = tmp_path / "alone" / "submissions"
    alone.mkdir(parents=True)
    for name in ("anna", "zoe"):
        (alone / f"{name}.py").write_bytes((folder / f"{name}.py").read_bytes())
    apart = run(alone, alone.parent / "out", mark)
    for name in ("anna", "zoe"):
        told = rows[name] | {"seconds": "", "same_code_as": ""}
        assert told == apart[name] | {"seconds": "", "same_code_as": ""}
        assert told["outcome"] == "right"
    assert rows["windows"]["outcome"] == "right"
    assert "Windows-1252" in rows["windows"]["notes"]


@pytest.mark.parametrize("name", [n for n in HOSTILE if n not in HARMLESS])
def test_what_gives_no_answer_is_told_so(graded: Graded, name: str) -> None:
    rows, _, out = graded
    assert rows[name]["outcome"] == "failed"
    assert rows[name]["points"] == "0"
    assert (out / "students" / f"{name}.html").is_file()


@pytest.mark.parametrize("name", ["link", "folder", "pipe", "large", "'=cmd|'x'!A0"])
def test_what_is_no_file_of_code_is_told_so(graded: Graded, name: str) -> None:
    assert graded[0][name]["outcome"] == "failed"


def test_nothing_is_deleted(graded: Graded) -> None:
    _, folder, out = graded
    assert len(list(folder.iterdir())) == len(HOSTILE) + 2 + 6
    assert (out / "summary.html").is_file()


def test_no_process_is_left_behind(graded: Graded, mark: str) -> None:
    for _ in range(20):
        if not left_behind(mark):
            break
        time.sleep(0.1)
    assert left_behind(mark) == []


@pytest.mark.skipif(sys.platform != "linux", reason="orphans are adopted on Linux only")
def test_orphans_are_ended(mark: str) -> None:
    """A process that left its session and lost its parent is ours, and ended."""
    code = (
        "import subprocess, time\n"
        "from chalkgrad.grade.processes.descendants import adopt_orphans, end_descendants\n"
        "adopt_orphans()\n"
        "subprocess.run(['sh', '-c', 'setsid sleep 300 & exit 0'], check=True)\n"
        "time.sleep(0.3)\n"
        "end_descendants()\n"
    )
    environment = os.environ | {"CHALKGRAD_MARK": mark}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)
    assert left_behind(mark) == []


def test_ctrl_c_keeps_what_is_done(tmp_path: Path, mark: str) -> None:
    import signal

    folder, out = tmp_path / "submissions", tmp_path / "out"
    folder.mkdir()
    (folder / "anna.py").write_text(RIGHT, encoding="utf-8")
    (folder / "loop.py").write_text(HOSTILE["loop"], encoding="utf-8")
    problem = tmp_path / "problem.toml"
    problem.write_text(PROBLEM, encoding="utf-8")
    command = [sys.executable, "-m", "chalkgrad.app.cli", "grade", str(folder), "--problem", str(problem)]
    process = subprocess.Popen(
        [*command, "-o", str(out), "--time-limit", "60", "--jobs", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"CHALKGRAD_MARK": mark},
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list(out.glob("records/*.json")) and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "interrupted after 1 of 2; the same command goes on from there" in told
    assert "anna" in (out / "summary.md").read_text(encoding="utf-8")
    assert left_behind(mark) == []
