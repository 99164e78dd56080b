"""The command line's answers: numbers of the quiz, formats and files, notes, colours only for terminals."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import chalkgrad
from chalkgrad.app.cli import COMMANDS
from tests.golden.answers import EXAMPLES, HOMEWORK, QUIZ, answer, first_step, table

# ---- trace: the quiz, recomputed by hand ----------------------------------------------------------


def test_the_quiz_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    step = first_step(capsys, QUIZ)
    assert step["loss"] == pytest.approx(0.288428, abs=5e-7)
    gradients = step["gradients"]
    assert gradients["W1"] == [[pytest.approx(2.080917, abs=5e-7)]]
    assert gradients["W2"] == [[pytest.approx(-0.004162, abs=5e-7)]]
    assert gradients["b2"] == [pytest.approx(-0.138728, abs=5e-7)]
    assert set(step) >= {"loss", "values", "deltas", "gradients", "updated"}
    assert step["values"]["Z1"] == [[0.03]]
    assert step["deltas"]["2"] == gradients["b2"] or step["deltas"]["2"] == [gradients["b2"]]
    assert step["updated"]["b2"] == [pytest.approx(-1 + 0.1 * 0.138728, abs=1e-6)]


def test_full_digits_and_exact_fractions(capsys: pytest.CaptureFixture[str]) -> None:
    step = first_step(capsys, QUIZ)
    assert step["loss"] == 0.28842841648243966
    exact = first_step(capsys, HOMEWORK, "--exact")
    assert re.fullmatch(r"-?\d+(/\d+)?", str(exact["loss"]))
    many = first_step(capsys, QUIZ, "--digits", "30")
    assert str(many["loss"]).startswith("0.28842841648243")
    assert len(str(many["loss"])) >= 30


def test_steps_and_rate_stand_in_place_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    found = table(capsys, "trace", QUIZ, "--steps", "3", "--learning-rate", "1/3", "--digits", "40")
    steps = found["steps"]
    assert isinstance(steps, list)
    assert len(steps) == 3
    before, after = -1, float(steps[0]["updated"]["b2"][0])
    assert after == pytest.approx(before + 0.138728 / 3, abs=1e-6)
    assert float(steps[2]["loss"]) < float(steps[0]["loss"])


def test_many_samples_are_rows(capsys: pytest.CaptureFixture[str]) -> None:
    step = first_step(capsys, str(EXAMPLES / "xor.toml"))
    values = step["values"]
    assert [len(values["Z1"]), len(values["Z1"][0])] == [4, 4]
    assert [len(values["Y"]), len(values["Y"][0])] == [4, 1]


# ---- derive ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (["4-3:relu-1"], "it is mean_squared_error, as the notation matrix has it"),
        (["4-3:relu-1", "--notation", "nielsen"], "it is half_squared_error, as the notation nielsen has it"),
        (["4-3:relu-1", "--notation", "chain"], "it is squared_error, as the notation chain has it"),
        (
            ["4-3:relu-1", "--notation", "transposed"],
            "half_squared_error, as the notation transposed has it, summed",
        ),
        (["4-3:relu-1:sigmoid"], "it is binary_cross_entropy, the partner of sigmoid"),
        (["4-3:softmax"], "it is cross_entropy, the partner of softmax"),
        (["4-3:relu-1", "--loss", "squared_error"], ""),
        ([QUIZ], ""),
    ],
)
def test_a_loss_that_is_left_out_is_named(
    arguments: list[str], note: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output, errors = answer(capsys, "derive", *arguments)
    assert "Backward pass" in output
    assert errors.count("\n") == (1 if note else 0)
    assert note in errors


def test_a_function_alone_is_derived(capsys: pytest.CaptureFixture[str]) -> None:
    """σ′ = σ(1 − σ) by rules, its maximum, in a notation's letters, and as JSON."""
    output, errors = answer(capsys, "derive", "sigmoid", "--notation", "bishop")
    assert errors == ""
    assert "σ′(a) = d(1/(1 + e⁻ᵃ))/da" in output
    assert "the maximum of σ′(a) is 1/4, at a = 0" in output
    found = json.loads(answer(capsys, "derive", "softmax", "--format", "json")[0])
    assert [entry["lines"][-1]["text"] for entry in found["entries"]] == ["ŷⱼ(1 − ŷⱼ)", "−ŷᵢŷⱼ"]
    assert found["derivative"][-1]["text"] == "ŷᵢ(δᵢⱼ − ŷⱼ)"


def test_options_stand_in_place_of_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    own, _ = answer(capsys, "derive", HOMEWORK)
    other, _ = answer(capsys, "derive", HOMEWORK, "--loss", "half_squared_error", "--l2", "0.01")
    assert "½" not in own
    assert "½" in other
    assert "λ" in other


def test_a_file_decides_its_notation(capsys: pytest.CaptureFixture[str]) -> None:
    assert "“nielsen”" in answer(capsys, "derive", QUIZ)[0]
    assert "“bishop”" in answer(capsys, "derive", QUIZ, "--notation", "bishop")[0]


def test_a_notation_beside_the_problem_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('name = "mine"\nbased_on = "bishop"\n', encoding="utf-8")
    text = 'notation = "mine.toml"\n[network]\nlayers = "2-1"\n'
    (tmp_path / "problem.toml").write_text(text, encoding="utf-8")
    assert "“mine”" in answer(capsys, "derive", str(tmp_path / "problem.toml"))[0]


def test_two_notations_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["derive", "4-3:relu-1:sigmoid", "--beside", "transposed", "--width", "160"]
    output, _ = answer(capsys, *arguments)
    assert "“matrix”" in output
    assert "“transposed”" in output
    assert max(map(len, output.splitlines())) <= 160


def test_text_keeps_the_width(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, widest in (("", 100), ("60", 60), ("no number", 100)):
        monkeypatch.setenv("COLUMNS", columns)
        output, _ = answer(capsys, "derive", "4-3:relu-3:relu-2:gelu-1:sigmoid", "--notation", "bishop")
        assert max(map(len, output.splitlines())) <= widest


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        (".txt", "Backpropagation for"),
        (".tex", "\\documentclass"),
        (".html", "<!DOCTYPE html>"),
        (".md", "# Backpropagation"),
        (".typ", ""),
        ("", "Backpropagation for"),
    ],
)
def test_the_suffix_says_the_format(
    suffix: str, start: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / f"page{suffix}"
    arguments = ["derive", "4-3:relu-1:sigmoid", "--loss", "squared_error"]
    assert answer(capsys, *arguments, "-o", str(file)) == ("", f"written: {file}\n")
    written = file.read_text(encoding="utf-8")
    assert written.startswith(start)
    forms = {".txt": "text", ".tex": "latex", ".md": "markdown", ".typ": "typst", "": "text"}
    printed, _ = answer(capsys, *arguments, "--format", forms.get(suffix, suffix[1:]))
    assert printed == written
    assert list(tmp_path.iterdir()) == [file]


def test_a_named_format_wins_over_the_suffix(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "page.txt"
    answer(capsys, "derive", "2-1", "--format", "latex", "-o", str(file))
    assert file.read_text(encoding="utf-8").startswith("\\documentclass")


def test_a_device_is_written_in_place(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["derive", "2-1", "--loss", "squared_error"]
    assert answer(capsys, *arguments, "-o", os.devnull) == ("", "")
    assert answer(capsys, *arguments, "-o", "-") == answer(capsys, *arguments)


# ---- the rest ----------------------------------------------------------------------------------------------


def test_help_shows_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = answer(capsys, "--help")
    assert all(re.search(rf"^  {name}  +\w", output, re.MULTILINE) for name in COMMANDS)
    assert "examples:" in output
    assert answer(capsys, "help")[0] == output


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_has_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    output, _ = answer(capsys, command, "--help")
    assert f"usage: chalkgrad {command}" in output
    assert "examples:\n  chalkgrad " in output
    assert max(map(len, output.splitlines())) <= 110


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "--version") == (f"chalkgrad {chalkgrad.__version__}\n", "")


def test_notations_have_a_line_and_a_formula(capsys: pytest.CaptureFixture[str]) -> None:
    entries = table(capsys, "notations")["notations"]
    assert isinstance(entries, list)
    names = ["matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch"]
    assert [entry["name"] for entry in entries] == names
    assert all(entry["title"] and " = " in entry["error"] for entry in entries)
    assert len({entry["error"] for entry in entries}) == len(names)
    output, _ = answer(capsys, "notations")
    assert all(f"\n{name}: " in output for name in names)
    assert "δ⁽ˡ⁾ = (δ⁽ˡ⁺¹⁾ (w⁽ˡ⁺¹⁾)ᵀ) ⊙ 𝒜′" in output


def in_terminal(arguments: list[str], **environment: str) -> str:
    """Run the command line in a terminal of 120 columns and return all it shows."""
    pty = pytest.importorskip("pty", reason="this system has no terminals to test with")
    ours, theirs = pty.openpty()
    settings = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "TERM")}
    settings |= {"TERM": "xterm-256color", "COLUMNS": "120", **environment}
    command = [sys.executable, "-m", "chalkgrad.app.cli", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=settings) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the end of a terminal
                break
            if not part:
                break
            shown += part
        assert process.wait(timeout=60) == 0
    os.close(ours)
    return shown.decode("utf-8")


COLOUR = re.compile(r"\x1b\[[\d;]*3[1-9]")


def test_colours_for_a_terminal_and_for_nothing_else() -> None:
    arguments = ["derive", "2-1", "--loss", "squared_error"]
    assert COLOUR.search(in_terminal(arguments))
    assert not COLOUR.search(in_terminal(arguments, NO_COLOR="1"))
    piped = subprocess.run(
        [sys.executable, "-m", "chalkgrad.app.cli", *arguments], capture_output=True, text=True, check=True
    )
    assert "\x1b" not in piped.stdout


def test_a_pipe_gets_utf8_whatever_the_locale() -> None:
    command = [sys.executable, "-m", "chalkgrad.app.cli", "derive", "2-1", "--loss", "squared_error"]
    settings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=settings, check=True)
    assert "∂L/∂ŷ" in done.stdout.decode("utf-8")
