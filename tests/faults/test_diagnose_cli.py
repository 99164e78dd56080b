"""``chalkgrad diagnose``: exit statuses, what is handed on, and bad input told all at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad.app.cli import main
from chalkgrad.diagnose.report import Diagnosis
from tests.golden.diagnoses import ALL

XOR = str(Path(__file__).parents[2] / "examples" / "xor.toml")


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("def backward(X, t): ...\n", encoding="utf-8")
    return "mine.py:backward"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command hands on; it gets the diagnosis under "answer"."""
    import chalkgrad.diagnose  # noqa: F401

    calls: dict[str, Any] = {"answer": ALL["explained"]}

    def fake(*arguments: Any, **settings: Any) -> Diagnosis:
        calls.update(arguments=arguments, settings=settings)
        answer: Diagnosis = calls["answer"]
        return answer

    monkeypatch.setattr(sys.modules["chalkgrad.diagnose"], "diagnose", fake, raising=False)
    return calls


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Run a command that must be refused; return its messages."""
    assert main(["diagnose", *arguments]) == 2
    output, errors = capsys.readouterr()
    assert output == ""
    return errors.splitlines()


@pytest.mark.parametrize("name", ALL)
def test_the_exit_status_is_the_verdict(
    name: str, mine: str, asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    asked["answer"] = ALL[name]
    status = main(["diagnose", mine, "--network", "4-3:relu-2:tanh-1:sigmoid", "--loss", "squared_error"])
    output, errors = capsys.readouterr()
    assert status == (0 if name == "right" else 1)
    assert output.startswith("Diagnosis of homework/mine.py:backward")
    assert errors == ""


def test_what_is_handed_on(mine: str, asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    layout = ("--samples", "columns", "--weights", "in_out")
    limits = ("--seed", "7", "--time-limit", "2.5")
    assert main(["diagnose", mine, "--data", XOR, *layout, *limits, "--l2", "0.5"]) == 1
    function, network = asked["arguments"]
    settings = asked["settings"]
    parameters, x, t = (settings[name] for name in ("parameters", "x", "t"))
    assert (function, network.to_dict()["l2"]) == (mine, 0.5)
    assert set(parameters) == set(network.parameter_shapes())
    assert np.shape(x)[1] == network.widths[0]
    assert np.shape(t)[1] == network.widths[-1]
    assert (settings["seed"], settings["time_limit"]) == (7, 2.5)
    assert settings["reading"] == {"samples": "columns", "weights": "in_out"}
    capsys.readouterr()
    assert main(["diagnose", mine, "--network", "2-3:relu-1"]) == 1
    assert len(asked["arguments"]) == 2
    assert asked["settings"] == {}
    assert "note: no loss was given" in capsys.readouterr().err


def test_a_network_with_the_numbers_of_a_file(mine: str, asked: dict[str, Any]) -> None:
    assert main(["diagnose", mine, "--network", "2-2:tanh-1:sigmoid", "--data", XOR]) == 1
    network, parameters = asked["arguments"][1], asked["settings"]["parameters"]
    assert str(network.layers[0].activation) == "tanh"
    assert "W1" in parameters


def test_json_and_files(mine: str, asked: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    command = ["diagnose", mine, "--network", "2-3:relu-1", "--loss", "squared_error"]
    assert main([*command, "--format", "json"]) == 1
    table = json.loads(capsys.readouterr().out)
    assert (table["outcome"], table["first_wrong"]) == ("explained", "dZ1")
    assert table["mistakes"][0]["fix"] == "dZ1 = (W2.T @ dZ2) * (Z1 > 0)"
    for suffix in ("html", "md", "tex", "typ", "txt"):
        assert main([*command, "-o", f"page.{suffix}"]) == 1
        assert "mine" in Path(f"page.{suffix}").read_text(encoding="utf-8")
    assert capsys.readouterr().out == ""


def test_every_fault_at_once(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(
        capsys, "other.py:backward", "--network", "2-3:rleu-1", "--samples", "cols", "--seed", "-1",
        "--time-limit", "0", "--notation", "bishp", "-o", "page.docx",
    )  # fmt: skip
    starts = ["FILE.py:FUNCTION: must name a file", "layers[1].activation: must be", "--notation: must be"]
    starts += [
        "--samples: must be one of rows, columns",
        "--seed: must be",
        "--time-limit: must be",
        "-o: must",
    ]
    assert len(lines) == len(starts), lines
    for start in starts:
        assert any(line.startswith(start) for line in lines), (start, lines)


def test_what_is_missing(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--network", "2-1")[0].startswith("FILE.py:FUNCTION: must be given")
    assert told(capsys, mine)[0].startswith("--network: must be given")
    assert told(capsys, mine, "--data", "2-1")[0].startswith("--data: must be")


def test_your_code_is_not_written_over(mine: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("mine.py").read_text(encoding="utf-8")
    lines = told(capsys, mine, "--network", "2-1", "--format", "text", "-o", "mine.py")
    assert lines[0].startswith("-o: must be another file")
    assert Path("mine.py").read_text(encoding="utf-8") == before
