"""``train`` without ``-o`` keeps the model in a place of its own; ``--network`` may be the whole network."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalkgrad.app.cli import main
from chalkgrad.model import load_model

ROWS = "a,b,c\n" + "".join(f"{k},{k * k % 7},{2 * k + 1}\n" for k in range(60))
KINDS = "a,b,kind\n" + "".join(f"{k},{k * k % 7},{('x', 'y', 'z')[k % 3]}\n" for k in range(60))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "kinds.csv").write_text(KINDS, encoding="utf-8")
    return tmp_path


def test_a_model_without_a_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("numbers.cg", "numbers-2.cg", "numbers-3.cg"):
        before = {path: path.read_bytes() for path in here.glob("*.cg")}
        assert main(["train", "data/numbers.csv", "--target", "c", "--epochs", "1"]) == 0
        assert f"The model is in {name}," in capsys.readouterr().out
        load_model(name)
        assert all(path.read_bytes() == content for path, content in before.items())


@pytest.mark.parametrize(
    ("data", "target", "whole", "layers"),
    [
        ("data/numbers.csv", "c", "2-5:relu-1", "2-5:relu-1"),
        ("data/numbers.csv", "c", "2-5:relu-1:Linear", "2-5:relu-1"),
        ("data/numbers.csv", "c", "5:relu-4:tanh", "2-5:relu-4:tanh-1"),
        ("data/numbers.csv", "c", "2-1", "2-1"),
        ("data/numbers.csv", "c", "7-1:relu", "2-7-1:relu-1"),
        ("kinds.csv", "kind", "2-5:relu-3:softmax", "2-5:relu-3:softmax"),
        ("kinds.csv", "kind", "5:relu", "2-5:relu-3:softmax"),
    ],
)
def test_hidden_layers_or_the_whole_network(data: str, target: str, whole: str, layers: str) -> None:
    assert main(["train", data, "--target", target, "--network", whole, "--epochs", "1", "-o", "m.cg"]) == 0
    assert str(load_model("m.cg").network) == layers


@pytest.mark.parametrize("typed", ["2-5:relu-4:softmax", "9-5:relu-3:softmax", "5:relu-3:softmax"])
def test_a_network_of_other_data(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "kinds.csv", "--target", "kind", "--network", typed, "-o", "m.cg"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("--network: must be the hidden layers alone, or the whole network 2-…-3:softmax")
    fix = re.search(r"Write (--network \S+)\.", error)
    assert fix is not None
    assert (
        main(["train", "kinds.csv", "--target", "kind", *fix[1].split(), "--epochs", "1", "-o", "m.cg"]) == 0
    )


def test_a_file_that_was_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["derive", "2-1"],
        ["notations"],
        ["graph", "2-1"],
        ["check", "2-1"],
        ["program", "2-1"],
    ):
        main([*arguments, "-o", "page.html"])
        answer = capsys.readouterr()
        assert answer.out == ""
        assert "written: page.html\n" in answer.err, arguments
