"""``evaluate`` says when it is shown rows that a model was trained with; code is found without its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.app.cli import main
from chalkgrad.app.tables.seen_rows import KEPT, row_hashes, seen_note, sketch


def rows(count: int, first: int = 0) -> str:
    return "a,b,c\n" + "".join(f"{k},{k * k % 97},{3 * k % 11}\n" for k in range(first, first + count))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "learnt.csv").write_text(rows(60), encoding="utf-8")
    (tmp_path / "new.csv").write_text(rows(40, first=200), encoding="utf-8")
    (tmp_path / "half.csv").write_text(rows(40, first=40), encoding="utf-8")
    return tmp_path


def test_learnt_rows_are_told_and_new_ones_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "learnt.csv", "--target", "c", "--epochs", "1", "-o", "m.cg"]) == 0
    told = {}
    for name in ("learnt", "new", "half"):
        capsys.readouterr()
        assert main(["evaluate", "m.cg", f"{name}.csv"]) == 0
        told[name] = capsys.readouterr().err
    assert "note: 60 of these 60 rows are among those" in told["learnt"]
    assert "note: 20 of these 40 rows are among those" in told["half"]
    assert told["new"] == ""
    assert main(["train", "new.csv", "--continue", "m.cg", "--epochs", "1", "-o", "m.cg"]) == 0
    for name in ("learnt", "new"):
        capsys.readouterr()
        assert main(["evaluate", "m.cg", f"{name}.csv"]) == 0
        assert "are among those" in capsys.readouterr().err


def test_digits_are_divided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "digits", "--network", "none", "--epochs", "1", "-o", "m.cg"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "m.cg", "digits"]) == 0
    assert "are among those" not in capsys.readouterr().err


@given(st.integers(1, 4 * KEPT), st.floats(0, 1), st.integers(0, 99))
def test_the_number_is_right(count: int, share: float, seed: int) -> None:
    """Of few rows it is exact; of many no more than is known, or near the truth."""
    draw = np.random.default_rng(seed)
    x, t = draw.normal(size=(count, 3)).astype(np.float32), draw.normal(size=(count, 1))
    seen = round(share * count)
    other = draw.normal(size=(count - seen, 3)).astype(np.float32)
    asked = np.concatenate([x[:seen], other]), np.concatenate([t[:seen], t[seen:] + 1])
    note = seen_note(sketch((x, t)), *asked)
    if not note:
        assert seen / count < (0.05 if count <= KEPT else 0.1)
        return
    told = int(note.removeprefix("at least ").removeprefix("about ").split()[0].replace(",", ""))
    if count <= KEPT:
        assert told == seen
    elif note.startswith("at least"):
        assert told <= seen
    else:
        assert abs(told - seen) < 0.15 * count


def test_a_row_is_its_values_and_their_places() -> None:
    x, t = np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [0.0, 2.0], [-0.0, 2.0]]), np.ones(5)
    found = row_hashes(x, t).tolist()
    assert found[0] == found[2] != found[1]
    assert found[3] == found[4]
    assert row_hashes(x, 2 * t).tolist()[0] != found[0]


@pytest.mark.parametrize("kept", [None, "", 7, "no base64!", "AAAA", ["x"]])
def test_a_sketch_that_is_none_says_nothing(kept: object) -> None:
    assert seen_note(kept, np.ones((3, 2)), np.ones(3)) == ""


ONE = "def step(x, t, W1, b1):\n    return {'W1': W1, 'b1': b1}\n"
THREE = "def f(z):\n    return z\ndef _inner(z):\n    return z\n" + ONE.replace("step", "my_backward")
TWO = ONE + ONE.replace("step", "other")


@pytest.mark.parametrize("command", ["diagnose", "check"])
@pytest.mark.parametrize(("code", "name"), [(ONE, "step"), (THREE, "my_backward")])
def test_a_file_with_one_candidate(command: str, code: str, name: str, here: Path,
                                   capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    (here / "code.py").write_text(code, encoding="utf-8")
    answers = []
    for target in ("code.py", f"code.py:{name}"):
        if command == "diagnose":
            status = main(["diagnose", target, "--network", "2-1"])
        else:
            status = main(["check", "2-1", "--against", target])
        answers.append((status, capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0][0] == 1


@pytest.mark.parametrize(("code", "words"), [(TWO, "it has step, other"), ("x = 1\n", "Define backward")])
def test_a_file_with_none_or_several(
    code: str, words: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "code.py").write_text(code, encoding="utf-8")
    assert main(["diagnose", "code.py", "--network", "2-1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("FILE.py:FUNCTION: must name a function or a class of the file; got 'code.py'.")
    assert words in error


def test_a_file_that_is_no_python_is_told_with_its_line(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "code.py").write_text("x = 1\ndef backward(:\n", encoding="utf-8")
    assert main(["diagnose", "code.py", "--network", "2-1"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("FILE.py:FUNCTION: must be a Python file; got ")
    assert error.endswith(" in line 2 of code.py. Correct line 2.\n")
