"""Files as people have them: divided, numbered, with decimal commas, with dates, larger than memory."""

from __future__ import annotations

import importlib
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.data import read_table
from chalkgrad.data.asked import Streaming
from chalkgrad.model import load_model
from chalkgrad.network import Network
from chalkgrad.train import fit
from tests.golden.answers import answer, table

Capture = pytest.CaptureFixture[str]
QUICK = ("--epochs", "3", "--network", "4:tanh", "-o", "a.cg")


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def written(name: str, names: str, rows: Sequence[Sequence[object]], between: str = ",") -> str:
    lines = [names.replace(",", between), *(between.join(map(str, row)) for row in rows)]
    Path(name).write_text("\n".join(lines), "utf-8")
    return name


def some(count: int, seed: int = 0) -> list[tuple[float, float]]:
    """Rows (x, 3x)."""
    x = np.random.default_rng(seed).normal(size=count).round(3)
    return [(float(value), float(round(3 * value, 3))) for value in x]


def test_a_division_says_what_is_trained_on_and_what_is_evaluated(capsys: Capture) -> None:
    parts = ["Train"] * 30 + ["test"] * 8 + ["val"] * 5
    rows = [(*row, part) for row, part in zip(some(43), parts, strict=True)]
    data = written("a.csv", "x,y,set", rows)
    output, errors = answer(capsys, "train", data, "--target", "y", *QUICK)
    assert "rows       30 to learn from, 5 to validate on\n" in output
    assert "inputs     1: 1 column standardised\n" in output
    assert errors == (
        "note: a.csv, column 'set': divides the rows; 30 are trained on and 8 left to evaluate "
        "(--ignore set trains on all)\n"
    )
    output, errors = answer(capsys, "evaluate", "a.cg", data, "--format", "json")
    found = json.loads(output)
    assert (found["rows"], errors) == (8, "note: a.csv, column 'set': the 8 rows to test on, of 43\n")
    alone = written("test.csv", "x,y", [row[:2] for row in rows if row[2] == "test"])
    assert table(capsys, "evaluate", "a.cg", alone)["rmse"] == pytest.approx(found["rmse"])
    assert table(capsys, "predict", "a.cg", data)["y"] == pytest.approx(
        load_model("a.cg").predict(read_table(data))
    )
    output, _ = answer(capsys, "train", data, "--target", "y", "--ignore", "set", *QUICK)
    assert "rows       39 to learn from, 4 to validate on\n" in output
    assert table(capsys, "evaluate", "a.cg", data, learnt=True)["rows"] == 43


def test_a_column_that_divides_nothing_is_a_category(capsys: Capture) -> None:
    rows = some(30)
    for words in (("train", "bus"), ("test", "dev")):
        changed = [(*row, words[k % 2]) for k, row in enumerate(rows)]
        data = written("a.csv", "x,y,how", changed)
        output, errors = answer(capsys, "train", data, "--target", "y", *QUICK)
        assert "inputs     3: 1 column standardised, 1 column one-hot encoded to 2\n" in output
        assert errors == ""


def test_an_id_is_left_out_and_another_counter_is_asked_about(capsys: Capture) -> None:
    rows = [(k + 100, k, *row) for k, row in enumerate(some(30))]
    data = written("a.csv", "customerId,week,x,y", rows)
    output, errors = answer(capsys, "train", data, "--target", "y", *QUICK)
    assert "inputs     2: 2 columns standardised\n" in output
    assert errors == (
        "note: a.csv, column 'customerId': left out, it counts the rows\n"
        "note: a.csv, column 'week': counts the rows; is it an id?  --ignore week\n"
    )
    without = written("b.csv", "week,x", [row[1:3] for row in rows])
    assert answer(capsys, "predict", "a.cg", without) == answer(capsys, "predict", "a.cg", data)


def test_decimal_commas_are_the_same_numbers(capsys: Capture) -> None:
    rows = some(40)
    points = written("a.csv", "x,y", rows)
    commas = written("b.csv", "x,y", [[str(value).replace(".", ",") for value in row] for row in rows], ";")
    _, errors = answer(capsys, "train", commas, "--target", "y", *QUICK)
    assert errors == "note: b.csv: read with decimal commas: 'x', 'y'\n"
    assert answer(capsys, "predict", "a.cg", commas)[0] == answer(capsys, "predict", "a.cg", points)[0]
    Path("c.csv").write_text("1,5;2,5\n2,5;3,5", "utf-8")
    assert read_table("c.csv").columns["c1"].values.tolist() == [1.5, 2.5]


@pytest.mark.parametrize("cells", [["1,234", "5,678"], ["1,5", "a"], ["1,5", "1.5"]])
def test_what_may_be_no_decimal_comma_stays_text(cells: list[str]) -> None:
    data = written("a.csv", "x;y", [(cell, 1) for cell in cells], ";")
    assert read_table(data).columns["x"].values.tolist() == cells


@pytest.mark.parametrize("day", ["2024-05-{:02}", "{:02}.05.2024", "5/{}/24", "2024-05-{:02}T10:00:00"])
def test_dates_are_no_categories(capsys: Capture, day: str) -> None:
    rows = [(day.format(k % 28 + 1), *row) for k, row in enumerate(some(60))]
    data = written("a.csv", "when,x,y", rows)
    _, errors = answer(capsys, "train", data, "--target", "y", *QUICK, status=2)
    assert errors == (
        f"a.csv, column 'when': must be numbers or categories; got dates such as {day.format(1)!r}. "
        "Make numbers of it, such as days, or leave it out with --ignore when.\n"
    )
    answer(capsys, "train", data, "--target", "y", "--categorical", "when", *QUICK)


def test_many_constant_columns_are_told_in_one_line(capsys: Capture) -> None:
    rows = [(*row, *([7] * 9)) for row in some(30)]
    names = "x,y," + ",".join(f"c{k}" for k in range(9))
    _, errors = answer(capsys, "train", written("a.csv", names, rows), "--target", "y", *QUICK)
    assert errors == (
        "note: a.csv: 9 columns are the same in every row and left out: 'c0', 'c1', 'c2', 'c3', 'c4', …\n"
    )


def read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands read in blocks what has more than 1000 bytes."""
    for command in ("train", "evaluate", "predict"):
        module = importlib.import_module(f"chalkgrad.app.commands.{command}")
        in_blocks = partial(module.run, streaming=Streaming(above=1000))
        monkeypatch.setattr(module, "run", in_blocks)


def test_a_file_of_arrays_larger_than_memory_is_read_in_blocks_too(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = np.zeros(400, dtype=[("a", "f4"), ("y", "f4")])
    rows["a"] = np.random.default_rng(0).normal(size=400)
    rows["y"] = 3 * rows["a"]
    np.save("a.npy", rows)
    read_in_blocks(monkeypatch)
    _, errors = answer(capsys, "train", "a.npy", *QUICK)
    assert errors == "note: a.npy: 400 rows are read in blocks, in every epoch again\n"
    assert table(capsys, "evaluate", "a.cg", "a.npy")["rows"] == 400
    got = "--class-weight: must have all rows in memory; got 400 rows. Leave it out.\n"
    assert answer(capsys, "train", "a.npy", *QUICK, "--class-weight", "balanced", status=2) == ("", got)


def test_a_file_larger_than_memory_is_read_in_blocks(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra data is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    x = np.random.default_rng(0).normal(size=4000)
    hue = np.array(["red", "blue"])[(x > 1).astype(int)]
    content = pa.table({"x": x, "hue": hue, "when": pa.array([0] * 4000, pa.timestamp("s")), "y": 3 * x})
    parquet.write_table(content, "a.parquet", row_group_size=700)
    options = ("a.parquet", "--target", "y", "--ignore", "when", "--epochs", "4", "-o", "a.cg")
    answer(capsys, "train", *options)
    in_memory = load_model("a.cg").history.epochs[-1]
    read_in_blocks(monkeypatch)
    output, errors = answer(capsys, "train", *options, "--explain-step", "3", "--explain-to", "step.json")
    assert "rows       3,600 to learn from, 400 to validate on\n" in output
    assert errors.startswith("note: a.parquet: 4,000 rows are read in blocks, in every epoch again\n")
    model = load_model("a.cg")
    last = model.history.epochs[-1]
    assert last.validation_loss == pytest.approx(in_memory.validation_loss, abs=0.01)
    assert json.loads(Path("step.json").read_text("utf-8"))
    y = model.predict(read_table("a.parquet", ["x", "hue"]))
    found = table(capsys, "evaluate", "a.cg", "a.parquet")
    assert (found["rows"], found["rmse"]) == (
        4000,
        pytest.approx(np.sqrt(np.mean((y - 3 * x) ** 2)), rel=1e-4),
    )
    answer(capsys, "predict", "a.cg", "a.parquet", "-o", "a.csv", "--keep", "hue")
    answers = read_table("a.csv")
    assert np.allclose(answers.columns["y"].values, y, rtol=1e-5)
    assert answers.columns["hue"].values.tolist() == hue.tolist()
    answer(capsys, "predict", "a.cg", "a.parquet", "-o", "answers.parquet")
    assert np.allclose(read_table("answers.parquet").columns["y"].values, y, rtol=1e-6)
    assert table(capsys, "predict", "a.cg", "a.parquet")["y"] == pytest.approx(y.tolist(), rel=1e-6)


def test_a_file_in_another_encoding(capsys: Capture) -> None:
    lines = ["straße,y", *(f"{'grün' if k % 3 else 'rot'},{y}" for k, (_, y) in enumerate(some(30)))]
    Path("a.csv").write_text("\n".join(lines), "latin-1")
    _, errors = answer(capsys, "train", "a.csv", "--target", "y", *QUICK, status=2)
    assert errors == (
        "a.csv: must be text in UTF-8; got byte 0xdf in line 1. Save it as UTF-8, or name its encoding, "
        "such as --encoding latin-1.\n"
    )
    answer(capsys, "train", "a.csv", "--target", "y", *QUICK, "--encoding", "latin-1")
    Path("b.csv").write_text("\n".join(lines), "utf-8")
    there = answer(capsys, "predict", "a.cg", "a.csv", "--encoding", "latin-1")
    assert there == answer(capsys, "predict", "a.cg", "b.csv")
    _, errors = answer(capsys, "evaluate", "a.cg", "b.csv", "--encoding", "latn", status=2)
    assert errors.startswith("--encoding: must be a known encoding; got 'latn'.")


def test_the_digits_that_come_along(capsys: Capture) -> None:
    answer(capsys, "train", "digits", "--epochs", "5", "-o", "a.cg")
    found = table(capsys, "evaluate", "a.cg", "digits")
    assert found["rows"] == 1124
    assert float(str(found["accuracy"])) > 0.95
    written("digits", "x,y", some(30))
    output, _ = answer(capsys, "train", "digits", "--target", "y", *QUICK)
    assert "rows       27 to learn from, 3 to validate on\n" in output


def test_a_model_of_a_frame_answers_files_by_the_names_of_its_columns(capsys: Capture) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), columns=list("abc"))
    done = fit(Network("3-1"), frame, 2 * frame["b"], epochs=2)
    done.save("a.cg")
    right = done.predict(frame)[:, 0].tolist()
    more = frame.assign(day="2024-05-01")[["c", "day", "b", "a"]]
    more.to_csv("new.csv", index=False)
    output, errors = answer(capsys, "predict", "a.cg", "new.csv", "--format", "json")
    assert json.loads(output)["target"] == pytest.approx(right, rel=1e-6)
    assert errors == "note: new.csv: columns that training did not have are ignored: 'day'\n"
    notes: list[str] = []
    assert load_model("a.cg").predict(more, notes).tolist() == right
    assert notes == ["data: columns that training did not have are ignored: 'day'"]
    assert "columns            a, b, c" in answer(capsys, "inspect", "a.cg")[0]
    _, errors = answer(capsys, "evaluate", "a.cg", "new.csv", status=2)
    assert errors.startswith("t: must be given: the model knows no column to be answered; got nothing.")
    frame.rename(columns={"a": "A"}).to_csv("new.csv", index=False)
    _, errors = answer(capsys, "predict", "a.cg", "new.csv", status=2)
    assert "must have a column 'a', as in training; got none of this name. Did you mean 'A'?" in errors
