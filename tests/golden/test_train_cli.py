"""From a table to a model file and back to answers, on the command line; numbers are recomputed beside it."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import math
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad.data import Column, Table, read_table
from chalkgrad.data.training_rows import held_out_rows
from chalkgrad.model import load_model
from tests.golden.answers import answer, table

PLANTS = Path(__file__).parent / "plants.csv"
KIND = ("--target", "kind", "--ignore", "id", "--missing", "mean")
WEIGHT = ("--target", "weight", "--ignore", "id,kind", "--missing", "median", "--network", "8:tanh")
QUICK = ("--epochs", "4", "--learning-rate", "0.01")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plants.csv").write_bytes(PLANTS.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def trained(capsys: Capture, *arguments: str, status: int = 0) -> str:
    return answer(capsys, "train", "plants.csv", *arguments, "-o", "a.cg", status=status)[0]


def plants() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(PLANTS.read_text("utf-8"))))


# ---- what is said ------------------------------------------------------------------------------------------

SETUP = """\
Training on plants.csv
══════════════════════

what       as it was read
─────────  ───────────────────────────────────────────────────────────────────────
rows       162 to learn from, 18 to validate on
target     kind: one of 3 classes: aster (37.0 %), briar (37.0 %), clover (25.9 %)
inputs     10: 3 columns standardised, 2 columns one-hot encoded to 7
task       classification
network    10-64:relu-64:relu-3:softmax, 5,059 parameters in float32
loss       cross-entropy (natural logarithm), mean over the rows
optimiser  AdamW(learning_rate=0.01, weight_decay=0.1), 32 rows a step
epochs     4; rate constant

Trained for 4 epochs, 24 steps in 0.0 s
═══════════════════════════════════════

after training             training rows  validation rows
─────────────────────────  ─────────────  ───────────────
loss                            0.000000         0.000000
accuracy                         00.00 %         000.00 %
most frequent class alone        37.04 %          38.89 %

The model is in a.cg, 0 kB.
"""
COLUMNS = """\
column  inputs  how
──────  ──────  ───────────────────────────────────────────────────────
length       1  (value − 4.4741)/1.1306; missing: 4.4741
width        1  (value − 1.9371)/0.68746; missing: 1.9371
colour       4  one for each of blue, green, pink, white; missing: pink
region       3  one for each of east, north, south; missing: east
weight       1  (value − 18.341)/5.8049; missing: 18.341
"""


def form(line: str) -> str:
    """A line with its numbers and blanks made alike."""
    return re.sub(r" +", " ", re.sub(r"[\d.]+", "0", line))


def test_a_training_worse_than_the_constant_answer_says_so_on_its_page(capsys: Capture) -> None:
    slow = (*WEIGHT, "--epochs", "1", "--learning-rate", "0.000001")
    output, errors = answer(capsys, "train", "plants.csv", *slow, "-o", "a.cg")
    assert "worse" not in errors
    words = " ".join(output.split())
    assert "It ended worse than a constant answer: its loss on the training rows is" in words
    assert "Try more epochs (the loss was still falling); a learning rate above 1e-06" in words


def test_what_was_read_and_how_well_it_was_learned(capsys: Capture) -> None:
    output, errors = answer(capsys, "train", "plants.csv", *KIND, *QUICK, "-o", "a.cg")
    told, wanted = output.splitlines(), SETUP.splitlines()
    assert told[:12] == wanted[:12]
    assert told[16] == wanted[16]
    assert [form(line) for line in told] == [form(line) for line in wanted]
    assert errors == (
        "note: plants.csv, column 'batch': left out, it is 7 in every row\n"
        "note: plants.csv, column 'width': 2 of 162 values are missing, taken for 1.93712, the mean\n"
    )
    assert sorted(os.listdir()) == ["a.cg", "plants.csv"]


def test_a_target_of_numbers_and_one_of_two_values(capsys: Capture) -> None:
    output = trained(capsys, *WEIGHT, *QUICK)
    assert "network    9-8:tanh-1, 89 parameters in float32\n" in output
    assert "loss       mean squared error of the standardised target, mean over the rows\n" in output
    assert "target     weight: a number, 18.301 ± 5.8845\n" in output
    rows = ["half,size", *(f"{'yes' if k % 3 else 'no'},{k}" for k in range(30))]
    Path("plants.csv").write_text("\n".join(rows), "utf-8")
    output = trained(capsys, "--target", "half", "--network", "none", "--validation", "0", *QUICK)
    assert "target     half: one of 2 classes: no (33.3 %), yes (66.7 %)\n" in output
    assert "network    1-1:sigmoid, 2 parameters in float32\n" in output
    assert "rows       30 to learn from, none to validate on\n" in output
    assert "binary cross-entropy (natural logarithm)" in output
    assert "validation rows" not in output


def test_a_report_for_programs(capsys: Capture) -> None:
    arguments = ("train", "plants.csv", *KIND, *QUICK, "-o", "a.cg", "--format", "json")
    output, _ = answer(capsys, *arguments)
    found = json.loads(output)
    assert output.count("\n") == 1
    assert found["network"]["layers"] == "10-64:relu-64:relu-3:softmax"
    assert (found["model"], found["outcome"]) == ("a.cg", "finished")
    assert (found["training"]["rows"], found["validation"]["rows"]) == (162, 18)
    assert len(found["history"]["epochs"]) == 4
    last = found["history"]["epochs"][-1]
    assert last["validation_loss"] == pytest.approx(found["validation"]["loss"], rel=1e-5)


def test_a_model_is_shown(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    output, errors = answer(capsys, "inspect", "a.cg")
    assert errors == ""
    assert COLUMNS in output
    assert "answers            kind: one of 3 classes, aster, briar or clover\n" in output
    for words in (
        "Loss: cross-entropy (natural logarithm)",
        "Accuracy: % of the rows",
        "Size of the gradients",
        "layer 3",
    ):
        assert words in output
    found = table(capsys, "inspect", "a.cg")
    assert found["classes"] == ["aster", "briar", "clover"]
    assert found["parameters"] == 5059
    assert answer(capsys, "inspect", "a.cg", "-o", "page.html") == ("", "written: page.html\n")
    assert "<svg" in Path("page.html").read_text("utf-8")
    assert answer(capsys, "inspect", "a.cg", "-o", "history.svg") == ("", "written: history.svg\n")
    drawn = Path("history.svg").read_text("utf-8")
    assert "prefers-color-scheme:dark" in drawn
    assert "Training of 10-64:relu-64:relu-3:softmax" in drawn
    assert answer(capsys, "inspect", "a.cg", "-o", "dark.svg", "--theme", "dark") == (
        "",
        "written: dark.svg\n",
    )
    assert "prefers" not in Path("dark.svg").read_text("utf-8")


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="the extra plot is not installed")
def test_a_history_as_png(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    assert answer(capsys, "inspect", "a.cg", "-o", "history.png") == ("", "written: history.png\n")
    assert Path("history.png").read_bytes().startswith(b"\x89PNG")


# ---- the numbers -------------------------------------------------------------------------------------------


def answers(capsys: Capture, *arguments: str) -> list[dict[str, str]]:
    output, _ = answer(capsys, "predict", "a.cg", "plants.csv", *arguments)
    return list(csv.DictReader(io.StringIO(output)))


def test_answers_and_scores_of_classes_agree(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    found = answers(capsys, "--keep", "id,kind")
    true = [row["kind"] for row in plants()]
    assert [row["id"] for row in found] == [row["id"] for row in plants()]
    assert [row["kind"] for row in found] == true
    answered = [row["kind (answered)"] for row in found]
    p = np.array([[float(row[f"p({kind})"]) for kind in ("aster", "briar", "clover")] for row in found])
    assert np.allclose(p.sum(axis=1), 1, atol=1e-5)
    assert [("aster", "briar", "clover")[k] for k in p.argmax(axis=1)] == answered
    scores: Any = table(capsys, "evaluate", "a.cg", "plants.csv", learnt=True)
    right = np.mean([a == b for a, b in zip(true, answered, strict=True)])
    assert scores["accuracy"] == pytest.approx(right)
    chosen = p[np.arange(180), [("aster", "briar", "clover").index(kind) for kind in true]]
    assert scores["loss"] == pytest.approx(-np.log(chosen).mean(), rel=1e-3)
    for score in scores["classes"]:
        hits = sum(a == b == score["label"] for a, b in zip(true, answered, strict=True))
        assert score["precision"] == pytest.approx(hits / answered.count(score["label"]))
        assert score["recall"] == pytest.approx(hits / true.count(score["label"]))
    output, _ = answer(capsys, "evaluate", "a.cg", "plants.csv")
    assert re.search(f"^accuracy +{100 * right:.2f} %", output, re.MULTILINE)
    assert "true ↓ answered →" in output


def test_answers_and_scores_of_numbers_agree(capsys: Capture) -> None:
    trained(capsys, *WEIGHT, *QUICK)
    y = np.array([float(row["weight"]) for row in answers(capsys)])
    t = np.array([float(row["weight"]) for row in plants()])
    scores: Any = table(capsys, "evaluate", "a.cg", "plants.csv", learnt=True)
    assert scores["rmse"] == pytest.approx(math.sqrt(np.mean((y - t) ** 2)), rel=1e-4)
    assert scores["mae"] == pytest.approx(np.abs(y - t).mean(), rel=1e-4)
    assert scores["r2"] == pytest.approx(1 - ((y - t) ** 2).sum() / ((t - t.mean()) ** 2).sum(), abs=1e-4)
    assert "in units of weight" in answer(capsys, "evaluate", "a.cg", "plants.csv")[0]


def test_answers_in_other_forms(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    rows = answers(capsys)
    found = table(capsys, "predict", "a.cg", "plants.csv")
    assert found["kind"] == [row["kind"] for row in rows]
    assert [*found] == [*rows[0]]
    assert [*answers(capsys, "--labels")[0]] == ["kind"]
    assert answer(capsys, "predict", "a.cg", "plants.csv", "-o", "out.csv") == ("", "written: out.csv\n")
    assert Path("out.csv").read_text("utf-8").splitlines()[0] == "kind,p(aster),p(briar),p(clover)"


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="the extra data is not installed")
def test_answers_in_parquet(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    assert answer(capsys, "predict", "a.cg", "plants.csv", "-o", "out.parquet") == (
        "",
        "written: out.parquet\n",
    )
    found, rows = read_table("out.parquet"), answers(capsys)
    assert found.columns["kind"].values.tolist() == [row["kind"] for row in rows]
    p = [float(row["p(briar)"]) for row in rows]
    assert np.allclose(found.columns["p(briar)"].values, p, rtol=1e-6)


def test_columns_in_another_order_and_with_others_give_the_same_answers(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    before = answers(capsys)
    rows = [dict(reversed([*row.items(), ("extra", "1")])) for row in plants()]
    for row in rows:
        del row["kind"]
    with open("plants.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert answers(capsys) == before
    _, errors = answer(capsys, "predict", "a.cg", "plants.csv")
    assert errors == "note: plants.csv: columns that training did not have are ignored: 'extra'\n"


# ---- the same again, and on --------------------------------------------------------------------------------


def weights(path: str = "a.cg") -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in load_model(path).parameters.items()}


def test_the_same_seed_gives_the_same_weights(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK, "--seed", "5")
    first = weights()
    trained(capsys, *KIND, *QUICK, "--seed", "5")
    assert weights() == first
    trained(capsys, *KIND, *QUICK, "--seed", "6")
    assert weights() != first


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_going_on_with_a_model_is_going_on_with_its_training(capsys: Capture, optimiser: str) -> None:
    """Two epochs and two more give the bits of four."""
    rule = ("--optimiser", optimiser, "--learning-rate", "0.02", "--dropout", "0.1", "--keep", "last")
    options = (*KIND, *rule)
    trained(capsys, *options, "--epochs", "4")
    whole = weights()
    trained(capsys, *options, "--epochs", "2")
    assert weights() != whole
    arguments = ("train", "plants.csv", "--continue", "a.cg", "--epochs", "2", "--keep", "last", "-o", "b.cg")
    output, _ = answer(capsys, *arguments)
    assert "Trained for 4 epochs, 24 steps" in output
    assert weights("b.cg") == whole
    assert [epoch.epoch for epoch in load_model("b.cg").history.epochs] == [1, 2, 3, 4]


def test_going_on_with_other_options_begins_anew_from_the_weights(capsys: Capture) -> None:
    trained(capsys, *KIND, *QUICK)
    arguments = (
        "train",
        "plants.csv",
        "--continue",
        "a.cg",
        "--optimiser",
        "sgd",
        "--epochs",
        "1",
        "-o",
        "b.cg",
    )
    output, _ = answer(capsys, *arguments)
    assert "optimiser  SGD(learning_rate=0.1), 32 rows a step" in output
    assert len(load_model("b.cg").history.epochs) == 5
    assert load_model("b.cg").settings["optimiser"]["name"] == "SGD"


def test_a_checkpoint_is_gone_on_from(capsys: Capture) -> None:
    options = (*KIND, "--learning-rate", "0.01")
    trained(capsys, *options, "--epochs", "5")
    whole = weights()
    trained(capsys, *options, "--epochs", "2", "--checkpoint", "run.checkpoint")
    assert Path("run.checkpoint").exists()
    output = trained(capsys, *options, "--epochs", "5", "--resume", "run.checkpoint")
    assert "Trained for 5 epochs" in output
    assert weights() == whole


def test_early_stopping_keeps_the_best_epoch(capsys: Capture) -> None:
    output = trained(
        capsys,
        *KIND,
        "--learning-rate",
        "0.1",
        "--optimiser",
        "sgd",
        "--epochs",
        "200",
        "--early-stopping",
        "2",
    )
    model = load_model("a.cg")
    losses = model.history.validation_losses
    assert 2 < len(losses) < 200
    best = losses.index(min(losses)) + 1
    assert f"The validation loss was lowest after epoch {best}, whose weights are kept.\n" in output
    assert model.settings["outcome"] == "stopped"
    rest = [line for line in output.splitlines() if line.startswith("loss ")][-1]
    assert float(rest.split()[-1]) == pytest.approx(min(losses), rel=1e-4)


# ---- arrays, parts, and rows set aside ---------------------------------------------------------------------


def test_arrays_with_two_parts(capsys: Capture) -> None:
    draw = np.random.default_rng(4)
    y = np.arange(90) % 3
    x = (draw.random((90, 4, 4)) * 60 + 60 * y[:, None, None]).astype(np.uint8)
    parts = {"x_train": x[:60], "y_train": y[:60], "x_test": x[60:], "y_test": y[60:]}
    np.savez("images.npz", **parts)  # type: ignore[arg-type]
    arguments = ("train", "images.npz", "--network", "8:relu", *QUICK, "-o", "a.cg")
    output, _ = answer(capsys, *arguments)
    assert "16: 1 column of pixels divided by 255" in output
    assert "54 to learn from, 6 to validate on" in output
    found = table(capsys, "evaluate", "a.cg", "images.npz")
    assert found["rows"] == 30
    assert len(table(capsys, "predict", "a.cg", "images.npz")["y"]) == 30  # type: ignore[arg-type]


def test_validation_rows_from_a_file(capsys: Capture) -> None:
    lines = PLANTS.read_text("utf-8").splitlines()
    Path("held_out.csv").write_text("\n".join([lines[0], *lines[-40:]]), "utf-8")
    Path("plants.csv").write_text("\n".join(lines[:-40]), "utf-8")
    output = trained(capsys, *KIND, *QUICK, "--validation", "held_out.csv")
    assert "140 to learn from, 40 to validate on" in output
    found: Any = table(capsys, "evaluate", "a.cg", "held_out.csv", learnt=True)
    assert found["loss"] == pytest.approx(min(load_model("a.cg").history.validation_losses), rel=1e-5)


@given(
    st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=1, max_size=60), st.floats(0, 0.999),
    st.integers(0, 50),
)  # fmt: skip
def test_rows_are_set_aside_once_and_every_label_is_learned(
    labels: list[str | None], part: float, seed: int
) -> None:
    number = Column("n", np.arange(len(labels)))
    whole = Table.of([Column("t", np.array(labels, dtype=object)), number])
    learned, held_out = held_out_rows(whole, "t", "classes", part, seed)
    aside = [] if held_out is None else held_out.columns["n"].values.tolist()
    assert sorted([*learned.columns["n"].values.tolist(), *aside]) == list(range(len(labels)))
    assert learned.rows > 0
    assert len(aside) <= round(part * len(labels))
    if len(set(labels)) < len(labels):
        assert set(learned.columns["t"].values) == set(labels)
        assert len(aside) == min(round(part * len(labels)), len(labels) - len(set(labels)))
    again, _ = held_out_rows(whole, "t", "classes", part, seed)
    assert again.columns["n"].values.tolist() == learned.columns["n"].values.tolist()
