"""``chalkgrad train … --explain-step``: the page of a step, in every format, and what cannot be opened up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.golden.answers import answer

PLANTS = Path(__file__).parent / "plants.csv"
KIND = ("--target", "kind", "--ignore", "id", "--missing", "mean", "--network", "4:tanh", "--epochs", "2")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plants.csv").write_bytes(PLANTS.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def trained(capsys: Capture, *arguments: str, status: int = 0) -> tuple[str, str]:
    return answer(capsys, "train", "plants.csv", *KIND, *arguments, "-o", "a.cg", status=status)


def test_the_page_is_printed_between_the_set_up_and_the_results(capsys: Capture) -> None:
    out, _ = trained(capsys, "--explain-step", "3", "--notation", "bishop")
    words = " ".join(out.split())
    assert "Step 3 of training 10-4:tanh-3:softmax" in words
    assert "Step 3, counted from 0, in epoch 1: a mini-batch of 32 rows" in words
    assert "The optimiser is AdamW." in words
    assert "in the notation “bishop”" in words
    assert "τ = 4 number of the update" in words
    assert out[: out.index("Trained for 2")].endswith("\n\n")
    order = [
        out.index(text) for text in ("Training on plants.csv", "Step 3 of", "4  Update", "Trained for 2")
    ]
    assert order == sorted(order)
    assert max(map(len, out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("step.tex", "\\documentclass"),
        ("step.html", "<!DOCTYPE html>"),
        ("step.md", "# Step 3 of training"),
        ("step.typ", "#set"),
        ("step.txt", "Step 3 of training"),
        ("step.json", '{"schema": "chalkgrad.training-step/1"'),
    ],
)
def test_the_suffix_of_the_file_says_the_format(capsys: Capture, name: str, start: str) -> None:
    out, err = trained(capsys, "--explain-step", "3", "--explain-to", name)
    assert "Step 3 of training" not in out
    assert f"written: {name}" in err
    text = Path(name).read_text("utf-8")
    assert text.lstrip().lower().startswith(start.lower())


def test_a_report_in_json_has_the_step_in_it(capsys: Capture) -> None:
    out, _ = trained(capsys, "--explain-step", "0", "--format", "json", "--dropout", "0.5")
    found = json.loads(out)["explained"]
    assert found["update"]["dropout"] == {"1": 0.5}
    assert len(found["numbers"]["values"]["M1"]) == 32
    assert found["taken"]["loss"] == pytest.approx(found["numbers"]["loss"], rel=1e-6)


def test_a_step_beyond_the_last_is_told(capsys: Capture) -> None:
    _, err = trained(capsys, "--explain-step", "9999", status=2)
    assert "--explain-step: must be a step from 0 to 11; got 9999. Steps are counted from 0." in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--notation", "bishp"), "notation: must be one of"),
        (("--explain-to", "step.xyz"), "--explain-to: must end in one of"),
        (("--explain-to", "nowhere/step.html"), "--explain-to: must lie in an existing folder"),
        (("--explain-to", "plants.csv"), "--explain-to: must"),
    ],
)
def test_a_page_that_could_not_be_written_is_told_before_the_training(
    capsys: Capture, arguments: tuple[str, ...], told: str
) -> None:
    _, err = trained(capsys, "--explain-step", "0", *arguments, status=2)
    assert told in err
    assert not Path("a.cg").exists()
