"""Ids, codes, amounts, gaps and labels on the command line: right answers, or words on what is wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from chalkgrad.data import Preparation, read_table
from chalkgrad.model import load_model
from chalkgrad.model.evaluation import ClassEvaluation
from tests.golden.answers import answer, table

Capture = pytest.CaptureFixture[str]
QUICK = ("--target", "y", "--epochs", "3", "--network", "4:tanh", "-o", "a.cg")
BIG = 2**53
B = "b.csv"


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)


def written(names: str, *columns: Sequence[object], name: str = "a.csv") -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names.split(","))
    writer.writerows(zip(*columns, strict=True))
    Path(name).write_text(text.getvalue(), "utf-8")
    return name


def numbers(count: int, seed: int = 0) -> list[float]:
    return [float(x) for x in np.random.default_rng(seed).normal(size=count).round(3)]


def test_large_ids_do_not_merge(capsys: Capture) -> None:
    ids = [BIG + k % 3 for k in range(60)]
    output, _ = answer(capsys, "train", written("a,y", numbers(60), ids), *QUICK)
    assert "one of 3 classes: 9007199254740992 (33.3 %), 9007199254740993 (33.3 %)" in output
    assert load_model("a.cg").classes == (BIG, BIG + 1, BIG + 2)
    answers = answer(capsys, "predict", "a.cg", "a.csv", "--labels")[0].split()[1:]
    assert set(answers) <= {str(label) for label in range(BIG, BIG + 3)}
    levels = written("id,a,y", [BIG + k % 4 for k in range(60)], numbers(60), ["no", "yes"] * 30)
    output, _ = answer(capsys, "train", levels, "--categorical", "id", *QUICK)
    assert "1 column one-hot encoded to 4" in output
    counting = written("id,a,y", range(BIG, BIG + 60), numbers(60), ["no", "yes"] * 30)
    _, errors = answer(capsys, "train", counting, *QUICK)
    assert errors == "note: a.csv, column 'id': left out, it counts the rows\n"


@pytest.mark.parametrize(
    "labels",
    [["01", "02", "10"], ["-1.0", "1.0"], ["1", "2", "10"], ["0.50", "1"], [str(BIG + 1), "01", "x"]],
)
def test_labels_come_back_as_they_were_written(capsys: Capture, labels: list[str]) -> None:
    rows = [labels[k % len(labels)] for k in range(60)]
    data = written("a,y", [10 * (k % len(labels)) for k in range(60)], rows)
    options = ("--epochs", "150", "--network", "8:tanh", "--learning-rate", "0.01", "--task", "classes")
    answer(capsys, "train", data, "--target", "y", *options, "-o", "a.cg")
    output, _ = answer(capsys, "predict", "a.cg", data, "--labels")
    assert output.splitlines()[1:] == rows
    assert table(capsys, "evaluate", "a.cg", data, learnt=True)["accuracy"] == 1.0
    again = read_table(data)
    found = load_model("a.cg").evaluate(again)  # as numbers, not as they were written
    assert isinstance(found, ClassEvaluation)
    assert found.accuracy == 1.0


def test_categories_stay_what_they_are_called(capsys: Capture) -> None:
    codes = ["01234", "1234", "00012"] * 20
    data = written("zip,y", codes, ["a", "b"] * 30)
    for options in ((), ("--categorical", "zip")):
        output, _ = answer(capsys, "train", data, *options, *QUICK)
        assert "1 column one-hot encoded to 3" in output
    data = written("kind,y", ["1", "1.0", "2"] * 20, ["a", "b"] * 30)
    output, _ = answer(capsys, "train", data, "--categorical", "kind", *QUICK)
    assert "1 column one-hot encoded to 3" in output
    data = written("kind,y", ["1", "3", "2"] * 20, ["a", "b"] * 30)
    answer(capsys, "train", data, "--categorical", "kind", *QUICK)
    other = written("kind", ["1.0", "3.0", "2.0"] * 20, name="b.csv")  # the same by value
    assert answer(capsys, "predict", "a.cg", other) == answer(capsys, "predict", "a.cg", data)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([f"{k},000" for k in range(100, 160)], "numbers with commas or other marks such as '100,000'"),
        ([f"1'{k}'000.5" for k in range(100, 160)], "numbers with commas or other marks"),
        ([f"${k}.60" for k in range(60)], "amounts of money such as '$0.60'"),
        ([f"{k} €" for k in range(60)], "amounts of money such as '0 €'"),
        ([f"-{k}.5%" for k in range(60)], "percentages such as '-0.5%'"),
        ([f"{k}.5D+00" for k in range(60)], "numbers with d for an exponent such as '0.5D+00'"),
        ([f"12:{k:02}" for k in range(60)], "times of day such as '12:00'"),
        ([f"{k % 28 + 1} Feb 2024" for k in range(60)], "dates such as '1 Feb 2024'"),
        ([f"March {k % 28 + 1}, 2024 10:00" for k in range(60)], "dates such as 'March 1, 2024 10:00'"),
        ([f"{2000 + k // 12}-{k % 12 + 1:02}" for k in range(60)], "dates such as '2000-01'"),
        ([f"{k}.5 kg" for k in range(60)], "numbers with units such as '0.5 kg'"),
        ([f"−{k}.5" for k in range(60)], "numbers with signs or in brackets such as '−0.5'"),
        ([f"<{k}" if k % 9 == 0 else f"({k})" for k in range(60)], "numbers with signs or in brackets"),
        ([f"P{k:04}" for k in range(60)], "60 different texts in 60 rows"),
    ],
)
def test_what_is_neither_numbers_nor_categories_is_told(capsys: Capture, cells: list[str], said: str) -> None:
    data = written("a,b,y", cells, numbers(60), ["no", "yes"] * 30)
    _, errors = answer(capsys, "train", data, *QUICK, status=2)
    assert said in errors
    assert errors.startswith("a.csv, column 'a': must be ")
    assert errors.endswith("eave it out with --ignore a.\n")
    answer(capsys, "train", data, "--ignore", "a", *QUICK)
    answer(capsys, "train", data, "--categorical", "a", *QUICK)
    if "Feb" not in cells[0]:  # 28 labels in 60 rows may be labels
        target = written("b,y", numbers(60), cells)
        _, errors = answer(capsys, "train", target, *QUICK, status=2)
        assert said.partition(" such as")[0] in errors
        assert "--task classes" in errors


def test_few_odd_levels_are_categories_with_a_note(capsys: Capture) -> None:
    data = written("tax,y", ["7%", "19%", "0%"] * 20, ["no", "yes"] * 30)
    output, errors = answer(capsys, "train", data, *QUICK)
    assert "1 column one-hot encoded to 3" in output
    assert errors == "note: a.csv, column 'tax': percentages such as '7%' are taken for 3 categories\n"


def test_large_whole_numbers_as_inputs_are_told(capsys: Capture) -> None:
    ids = [BIG + 7919 * k % 6007 for k in range(60)]
    data = written("code,b,y", ids, numbers(60), ["no", "yes"] * 30)
    output, errors = answer(capsys, "train", data, *QUICK)
    assert "2 columns standardised" in output
    assert errors == (
        f"note: a.csv, column 'code': whole numbers above 2⁵³ such as {max(ids)} are rounded as inputs; "
        "is it an id?  --ignore code leaves it out\n"
    )


def test_many_codes_are_numbers_with_a_note(capsys: Capture) -> None:
    codes = [f"{7 * k:04}" for k in range(60)]
    output, errors = answer(capsys, "train", written("a,y", codes, ["no", "yes"] * 30), *QUICK)
    assert "1 column standardised" in output
    assert "different codes such as '0000' are taken for numbers; --ignore a leaves them out" in errors
    plain = written("a,y", [7 * k for k in range(60)], ["no", "yes"] * 30, name="b.csv")
    assert answer(capsys, "predict", "a.cg", "a.csv") == answer(capsys, "predict", "a.cg", plain)


def test_a_mistake_among_the_numbers_of_a_target_is_told(capsys: Capture) -> None:
    data = written("a,y", numbers(60), [*numbers(59), "n/k"])
    _, errors = answer(capsys, "train", data, *QUICK, status=2)
    assert errors.startswith("a.csv, column 'y', row 60: must be a number; got 'n/k'.")


def test_labels_and_levels_that_differ_in_case_are_told(capsys: Capture) -> None:
    data = written("hue,y", ["red", "Red", "blue"] * 20, ["True", "true", "False", "no"] * 15)
    _, errors = answer(capsys, "train", data, *QUICK)
    assert errors == (
        "note: a.csv, column 'hue': levels that differ only in case are kept apart: 'Red', 'red'\n"
        "note: a.csv, column 'y': labels that differ only in case are kept apart: 'True', 'true'\n"
    )


@pytest.mark.parametrize("way", ["error", "mean", "median", "most-frequent", "own-level", "drop"])
def test_columns_without_a_value_are_left_out(capsys: Capture, way: str) -> None:
    rows = (numbers(40), [""] * 40, ["no", "yes"] * 20)
    _, errors = answer(capsys, "train", written("a,e,y", *rows), "--missing", way, *QUICK)
    assert errors == "note: a.csv, column 'e': left out, no row has a value\n"
    names = [None] * 40
    frame = read_table({"a": rows[0], "e": np.array(names, object), "y": rows[2]})
    assert Preparation.infer(frame, "y", missing=way.replace("-", " ")).features == ("a",)  # type: ignore[arg-type]


def test_it_is_told_how_many_values_are_filled(capsys: Capture) -> None:
    cabin = ["", "", "", "C1", "B2"] * 10
    data = written("age,cabin,y", ["", *[30.0, 50.0] * 24, ""], cabin, ["no", "yes"] * 25)
    options = ("--validation", "0", *QUICK)
    _, errors = answer(capsys, "train", data, "--missing", "mean", *options)
    assert errors == (
        "note: a.csv, column 'age': 2 of 50 values are missing, taken for 40, the mean\n"
        "note: a.csv, column 'cabin': 30 of 50 values are missing, taken for 'B2', the most frequent\n"
    )
    output, errors = answer(capsys, "train", data, "--missing", "own-level", *options)
    assert "1 column one-hot encoded to 3" in output
    assert "column 'cabin': 30 of 50 values are missing, taken for 'missing', a level of its own\n" in errors
    x = load_model("a.cg").preparation.inputs(read_table(data))  # type: ignore[union-attr]
    assert x[:5, 1:].tolist() == [[0, 0, 1]] * 3 + [[0, 1, 0], [1, 0, 0]]


def test_new_rows_with_gaps_are_filled_or_left_out_as_asked(capsys: Capture) -> None:
    hues = ["red", "red", "blue", "red"] * 10
    answer(capsys, "train", written("a,hue,y", [1.0, 3.0] * 20, hues, ["no", "yes"] * 20), *QUICK)
    gaps = written(
        "a,hue,y,id", ["", 1.0, 3.0], ["blue", "", "red"], ["no", "yes", "no"], "xyz", name="b.csv"
    )
    whole = written("a,hue,y", [2.0, 1.0, 3.0], ["blue", "red", "red"], ["no", "yes", "no"], name="c.csv")
    _, errors = answer(capsys, "predict", "a.cg", gaps, status=2)
    assert errors.splitlines()[0].endswith(
        "missing (or NaN) values in row 1. Fill it in, or ask for --missing mean."
    )
    # the mean of training is that of its rows to learn from
    mean = load_model("a.cg").preparation.columns[0].mean[0]  # type: ignore[union-attr]
    written("a,hue,y", [mean, 1.0, 3.0], ["blue", "red", "red"], ["no", "yes", "no"], name="c.csv")
    output, errors = answer(capsys, "predict", "a.cg", gaps, "--missing", "mean")
    assert output == answer(capsys, "predict", "a.cg", whole)[0]
    assert "column 'a': 1 missing values are taken for the mean of training" in errors
    assert "column 'hue': 1 missing values are taken for the most frequent level of training" in errors
    filled, _ = answer(capsys, "evaluate", "a.cg", gaps, "--missing", "mean", "--format", "json")
    assert filled == answer(capsys, "evaluate", "a.cg", whole, "--format", "json")[0]
    output, errors = answer(capsys, "predict", "a.cg", gaps, "--missing", "drop", "--keep", "id", "--labels")
    assert [line.split(",")[0] for line in output.splitlines()] == ["id", "z"]
    assert "left out, a value is missing: rows 1, 2\n" in errors
    output, _ = answer(capsys, "evaluate", "a.cg", gaps, "--missing", "drop", "--format", "json")
    assert json.loads(output)["rows"] == 1


def test_columns_are_repeated_with_all_their_digits(capsys: Capture) -> None:
    ids = ["123456789", "007", "9007199254740993", "1.50"] * 10
    data = written("id,a,price,y", ids, numbers(40), [123456789.125] * 40, ["no", "yes"] * 20)
    answer(capsys, "train", data, "--ignore", "id,price", *QUICK)
    output, _ = answer(capsys, "predict", "a.cg", data, "--keep", "id,price", "--labels")
    rows = list(csv.DictReader(io.StringIO(output)))
    assert [row["id"] for row in rows] == ids
    assert rows[0]["price"] == "123456789.125"


def test_how_a_file_is_read_can_be_said(capsys: Capture) -> None:
    Path("a.csv").write_text(
        "".join(f"{x}:{c}\n" for x, c in zip(numbers(40), ["NA", "DE"] * 20, strict=True)), "utf-8"
    )
    options = ("--delimiter", ":", "--header", "no", "--missing-values", "?,-99")
    answer(capsys, "train", "a.csv", *options, "--target", "c2", *QUICK[2:])
    assert load_model("a.cg").classes == ("DE", "NA")
    found = table(
        capsys, "evaluate", "a.cg", "a.csv", *options[:4], learnt=True
    )  # the model knows what is missing
    assert found["rows"] == 40
    for command in (("train", "a.csv", *QUICK), ("predict", "a.cg", "a.csv"), ("evaluate", "a.cg", "a.csv")):
        _, errors = answer(capsys, *command, "--delimiter", "ab", "--header", "maybe", status=2)
        assert errors.splitlines()[0].startswith(
            "--delimiter: must be one character, tab or blanks; got 'ab'."
        )
        assert "--header: must be one of yes, no" in errors
    Path("b.csv").write_text("2019,y\n" + "".join(f"{x},no\n{x},yes\n" for x in numbers(20)), "utf-8")
    _, errors = answer(capsys, "train", "b.csv", *QUICK)
    assert (
        errors == "note: b.csv: its first line is taken for names, '2019' too; --header no says it is not\n"
    )


def test_a_target_in_a_line_of_years_is_told_of_the_header(capsys: Capture) -> None:
    data = written("2018,2019,2020", range(60), numbers(60), numbers(60, 1))
    _, errors = answer(capsys, "train", data, "--target", "2020", *QUICK[2:], status=2)
    assert errors.endswith("If its first line has the names, write --header yes.\n")
    output, _ = answer(capsys, "train", data, "--target", "2020", "--header", "yes", *QUICK[2:])
    assert "target     2020:" in output
