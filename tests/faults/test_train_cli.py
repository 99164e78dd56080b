"""Bad input of training: told with a fix and exit status 2 before anything is done; nothing is lost."""

from __future__ import annotations

import csv
import io
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from chalkgrad import Fault, InputError
from chalkgrad.app.cli import main
from chalkgrad.model import Model, load_model

PLANTS = Path(__file__).parents[1] / "golden" / "plants.csv"
# <path>: must <condition>[; got <value>]. [<one fix>]
MESSAGE = re.compile(r"^(?P<path>[^:]+): must (?P<rest>.+[.?])$")
GOOD = ("train", "plants.csv", "--target", "kind", "--missing", "mean", "--epochs", "1", "-o", "a.cg")


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plants.csv").write_bytes(PLANTS.read_bytes())
    monkeypatch.chdir(tmp_path)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Run a command that must be refused; return its messages.  Nothing is written, nothing begun."""
    before = sorted(os.listdir())
    assert main(list(arguments)) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    assert sorted(os.listdir()) == before
    lines = [line for line in errors.splitlines() if not line.startswith("note: ")]
    for line in lines:
        assert MESSAGE.match(line), line
    return lines


def with_options(*options: str) -> list[str]:
    """The good command with other options."""
    given = [*GOOD]
    for name, value in zip(options[::2], options[1::2], strict=True):
        if name in given:
            given[given.index(name) + 1] = value
        else:
            given += [name, value]
    return given


# options in place of the good ones -> how the only message begins, and words in it
REFUSED: dict[str, tuple[tuple[str, ...], str, str]] = {
    "target that is not there": (("--target", "knd"), "--target: must be a column", "Did you mean 'kind'?"),
    "target of one value": (("--target", "batch"), "plants.csv, column 'batch'", "7 in every row"),
    "text for a regression": (
        ("--task", "regression"), "plants.csv, column 'kind'", "Choose --task classes."),
    "three classes for two": (("--task", "binary"), "plants.csv, column 'kind'", "Choose --task classes."),
    "unknown task": (("--task", "clasify"), "--task: must be one of", "Did you mean 'classes'?"),
    "misspelt activation": (
        ("--network", "8:rleu"), "--network, layers[1].activation", "Did you mean 'relu'?"),
    "no width": (("--network", "relu"), "--network, layers[1].width", "Write a number such as 3."),
    "misspelt optimiser": (("--optimiser", "adma"), "--optimiser", "Did you mean 'adam'?"),
    "misspelt schedule": (("--schedule", "cosin"), "--schedule", "Did you mean 'cosine'?"),
    "no epochs": (("--epochs", "0"), "--epochs: must be a whole number from 1", "Write --epochs 20, say."),
    "batch of words": (("--batch-size", "many"), "--batch-size", "'many'"),
    "batch larger than the data": (
        ("--batch-size", "999"), "--batch-size: must be at most 162", "--batch-size 162"),
    "negative rate": (("--learning-rate", "-1"), "--learning-rate: must be a positive number", "0.01"),
    "dropout of everything": (("--dropout", "1"), "--dropout: must be below 1", "0.2"),
    "negative penalty": (("--l2", "-1"), "--l2", "at least 0"),
    "unknown class weight": (("--class-weight", "balance"), "--class-weight", "'balanced'?"),
    "missing values": (
        ("--missing", "error"), "plants.csv, column 'width'", "rows 18, 92. Fill it in"),
    "unknown way to fill": (
        ("--missing", "avg"), "--missing: must be one of error, mean", "Leave --missing out"),
    "column to ignore that is not there": (
        ("--ignore", "idd"), "plants.csv: must have a column 'idd'", "'id'"),
    "all rows to validate on": (("--validation", "1"), "--validation", "a part of the rows below 1"),
    "no file to validate on": (("--validation", "other.csv"), "other.csv: must be an existing file", ""),
    "stopping without validation": (
        ("--validation", "0", "--early-stopping", "3"), "--early-stopping", "--validation 0.1"),
    "output in no folder": (("-o", "no/a.cg"), "-o: must lie in an existing folder", "'no/a.cg'"),
    "output that is the data": (
        ("-o", "plants.csv"), "-o: must be another file than the one that is read", ""),
    "output of another kind": (("-o", "a.json"), "-o: must name a model file", "Write -o a.cg."),
    "checkpoint in no folder": (
        ("--checkpoint", "no/run"), "--checkpoint: must lie in an existing folder", ""),
    "no checkpoint to go on from": (("--resume", "run"), "run: must be an existing file", ""),
    "other data type": (("--dtype", "float16"), "--dtype", "float32"),
    "momentum of adam": (("--optimiser", "adam", "--momentum", "0.9"), "--momentum", "--optimiser sgd"),
    "notation of nothing": (("--notation", "bishop"), "--notation: must stand with --explain-step", ""),
    "no model to go on with": (("--continue", "b.cg"), "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_fix(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    options, start, words = REFUSED[name]
    lines = told(capsys, *with_options(*options))
    if start:
        assert len(lines) == 1, lines
        assert lines[0].startswith(start)
        assert words in lines[0]


def test_what_is_left_out_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = told(capsys, "train", "plants.csv", "-o", "a.cg")
    assert line.startswith(
        "--target: must name the column to be learned; got nothing. Write --target kind, say;"
    )
    (line,) = told(capsys, "train")
    assert line == "DATA: must be given; got nothing. Name a .csv file, say."
    (line,) = told(capsys, "predict", "a.cg")
    assert line == "DATA: must be given; got nothing. Name a .csv file, say."
    (line,) = told(capsys, "evaluate", "a.cg", "plants.csv", "more.csv")
    assert line.startswith(
        "arguments: must be two arguments, MODEL and DATA; got 'a.cg' and 'plants.csv' and"
    )


def test_all_faults_are_told_together(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ("--network", "8:rleu-0", "--epochs", "none", "--optimiser", "adm", "-o", "no/a.cg", "--l2", "x")
    lines = told(capsys, *with_options(*wrong))
    assert {line.partition(": must ")[0] for line in lines} == {
        "-o", "--epochs", "--l2", "--optimiser",
        "--network, layers[1].activation", "--network, layers[2].width",
    }  # fmt: skip


def cells(change: dict[tuple[int, str], str]) -> None:
    """Change cells of the data: (row, column) -> text."""
    rows = list(csv.DictReader(io.StringIO(PLANTS.read_text("utf-8"))))
    for (row, column), text in change.items():
        rows[row - 1][column] = text
    with open("plants.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("change", "start"),
    [
        ({(7, "length"): "inf"}, "plants.csv, column 'length'"),
        ({(7, "length"): "long"}, "plants.csv, column 'length'"),
        ({(7, "kind"): ""}, "plants.csv, column 'kind'"),
        ({(k, "width"): "" for k in range(1, 181)}, ""),
    ],
)
def test_rows_are_named_as_in_the_file(
    change: dict[tuple[int, str], str], start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cells(change)
    if not start:  # a column without any value is left out, and said so
        assert main(list(GOOD)) == 0
        assert "column 'width': left out, no row has a value" in capsys.readouterr().err
        return
    (line,) = told(capsys, *GOOD)
    assert line.startswith(start)
    assert "row 7" in line


def test_data_that_is_no_table(capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", b"kind\n", b"\x00\x01\x02", b"a,b\n1\n"):
        Path("plants.csv").write_bytes(content)
        told(capsys, *GOOD)


def test_a_model_and_data_that_do_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(GOOD)) == 0
    capsys.readouterr()
    Path("other.csv").write_text("length,colour\n1,red\n", "utf-8")
    for command in ("predict", "evaluate"):
        lines = told(capsys, command, "a.cg", "other.csv")
        assert lines[0].startswith("other.csv: must have a column 'width'")
    cells({(3, "kind"): "daisy"})
    (line,) = told(capsys, "evaluate", "a.cg", "plants.csv")
    assert "'daisy' in row 3" in line
    (line,) = told(capsys, "predict", "plants.csv", "plants.csv")
    assert line.startswith("plants.csv: must be a model file of chalkgrad; got a file of another kind.")
    (line,) = told(capsys, "predict", "a.cg", "plants.csv", "--keep", "idd")
    assert "Did you mean 'id'?" in line
    (line,) = told(capsys, "predict", "a.cg", "plants.csv", "-o", "plants.csv")
    assert "another file" in line
    (line,) = told(capsys, "predict", "a.cg", "plants.csv", "-o", "a.xlsx")
    assert ".csv" in line
    (line,) = told(capsys, "inspect", "a.cg", "--format", "png")
    assert line.startswith("-o: must name a file for png") or "matplotlib" in line
    (line,) = told(capsys, "inspect", "a.cg", "--theme", "drak")
    assert "Did you mean 'dark'?" in line
    (line,) = told(
        capsys,
        *with_options("--continue", "a.cg")[:2],
        "--continue",
        "a.cg",
        "--task",
        "binary",
        "-o",
        "b.cg",
    )
    assert line.startswith("--task: must be left out with --continue")


def test_png_without_matplotlib(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(list(GOOD)) == 0
    capsys.readouterr()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (line,) = told(capsys, "inspect", "a.cg", "-o", "history.png")
    assert line.startswith("-o: must be .svg where matplotlib is not installed")
    assert "pip install 'chalkgrad[plot]'" in line


def test_a_model_that_cannot_be_written_after_all_is_not_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    really = Model.save

    def full(model: Model, path: str) -> None:
        if path == "a.cg":
            fix = "Choose another place."
            raise InputError(Fault(path, "be a file that can be written", "No space left on device", fix))
        really(model, path)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(Model, "save", full)
    assert main(list(GOOD)) == 2
    output, errors = capsys.readouterr()
    assert "No space left on device" in errors
    found = re.search(r"The model is not lost: it is in (\S+)", errors)
    assert found is not None
    assert found[1] in output
    assert load_model(found[1]).classes == ("aster", "briar", "clover")


def test_a_training_that_diverges_says_why_and_keeps_finite_weights(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(with_options("--optimiser", "sgd", "--learning-rate", "1e30")) == 1
    output, errors = capsys.readouterr()
    assert "diverged at step" in errors
    assert "--clip-norm 1" in errors
    assert "The model is in a.cg" in output
    assert all(np.isfinite(array).all() for array in load_model("a.cg").parameters.values())


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="this user may write everywhere")
def test_a_folder_that_may_not_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    (line,) = told(capsys, *with_options("-o", "locked/a.cg"))
    assert "no permission" in line
