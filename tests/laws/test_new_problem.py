"""A new problem file reads back as the problem it was written from, and every command takes it at once."""

from __future__ import annotations

import json
import re
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad import Network
from chalkgrad._numbers import exact
from chalkgrad.app.cli import main
from chalkgrad.problem import Problem, commented, draw_problem, load_problem

LAYERS = (
    "1-1",
    "2-2:sigmoid-1:sigmoid",
    "4-3:relu:nobias-2:softmax",
    "2-3:leaky_relu(0.1)-3:tanh:skip-1",
    "3-2:formula:bump=exp(-z^2)-2:softplus",
    "30-20:relu-5:softmax",  # more parameters than are written
)
SETTINGS: tuple[dict[str, object], ...] = ({}, {"reduction": "sum"}, {"factor": 0.5, "l2": 0.01})


def numbers(value: object) -> list[Fraction]:
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    number = exact(value)
    assert number is not None
    return [number]


@given(
    layers=st.sampled_from(LAYERS),
    settings=st.sampled_from(SETTINGS),
    seed=st.integers(0, 99),
    samples=st.integers(1, 4),
    zeros=st.booleans(),
)
def test_it_reads_back(
    layers: str, settings: dict[str, object], seed: int, samples: int, zeros: bool
) -> None:
    network = Network.from_dict({"layers": layers, **settings})
    problem = draw_problem(network, seed, samples, zeros=zeros)
    text = commented(problem)
    table = tomllib.loads(text)
    assert Problem.from_dict({**table, "title": ""}) == problem
    assert draw_problem(network, seed, samples, zeros=zeros) == problem
    assert len(problem.arrays().x) == len(problem.arrays().t) == samples
    for name, array in table.get("parameters", {}).items():
        assert all(4 * n == int(4 * n) and abs(n) <= 1 and (n == 0) == zeros for n in numbers(array)), name


def test_what_is_commented_out_can_be_let_in() -> None:
    text = commented(draw_problem(Network("2-2:tanh-1:sigmoid"), 1))
    whole = re.sub(r"^# (\[key\]|\w+ = )", r"\1", text, flags=re.MULTILINE)
    found = Problem.from_dict(tomllib.loads(whole))
    assert (found.notation, found.network.loss.factor, found.network.l2) == (
        "matrix",
        Fraction(1, 2),
        Fraction(1, 100),
    )
    assert (found.frozen, found.steps, [entry.name for entry in found.key]) == (("b1",), 1, ["loss"])


@pytest.mark.parametrize("layers", ["2-2:sigmoid-1:sigmoid", "3-2:relu-2:softmax", "30-20:relu-5:softmax"])
def test_every_command_takes_it(layers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "mine.toml")
    assert main(["new", layers, "--seed", "3", "--samples", "2", "-o", file]) == 0
    assert f"written: {file}" in capsys.readouterr().err
    for command in ("derive", "trace", "check"):
        assert main([command, file]) == 0, capsys.readouterr().err
    before = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert main(["new", layers, "-o", file]) == 2
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == before
    assert load_problem(file).seed == 3


def traced(capsys: pytest.CaptureFixture[str], *arguments: str) -> object:
    capsys.readouterr()
    assert main(["trace", *arguments, "--format", "json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)["steps"][0]


@pytest.mark.parametrize("layers", ["2-2:sigmoid-1:sigmoid", "3-2:relu-2:softmax", "30-20:relu-5:softmax"])
def test_a_specification_is_traced_with_the_numbers_of_its_new_file(
    layers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "mine.toml")
    assert main(["new", layers, "--seed", "5", "-o", file]) == 0
    assert traced(capsys, layers, "--seed", "5") == traced(capsys, file)


def test_typed_numbers_are_those_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "typed.toml"
    file.write_text(
        '[network]\nlayers = "2-2:tanh-1"\nloss = "squared_error"\n'
        "[parameters]\nW1 = [[1, 0.5], [-0.25, 2]]\nb1 = [0, 1]\nW2 = [[1, -1]]\nb2 = [0.5]\n"
        "[sample]\nx = [[1, 2], [0, -1]]\nt = [1, 0]\n",
        encoding="utf-8",
    )
    weights = "W1 = 1 1/2; -0.25, 2, b1=0 1, W2=1 -1 b2=0.5"
    typed = ["--x", "1 2; 0 -1", "--t", "1;0", "--w", weights, "--loss", "squared_error"]
    assert traced(capsys, "2-2:tanh-1", *typed) == traced(capsys, str(file))
    changed = traced(capsys, str(file), "--x", "3 4; 0 -1", "--w", "b2=0")
    assert changed == traced(
        capsys, "2-2:tanh-1", *typed, "--x", "3 4; 0 -1", "--w", weights.replace("b2=0.5", "b2=0")
    )


def test_what_was_drawn_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "2-1:sigmoid", "--x", "1 2"]) == 0
    assert (
        "note: t and the parameters are drawn from seed 0 (chalkgrad new 2-1:sigmoid"
        in capsys.readouterr().err
    )
    assert main(["trace", "2-1:sigmoid", "--x", "1 2", "--t", "1", "--w", "W1=1 1, b1=0"]) == 0
    assert "drawn" not in capsys.readouterr().err


@pytest.mark.parametrize("seed", [2**32, 2**31 + 1, 0])
def test_any_seed_of_32_bits_is_taken(seed: int, tmp_path: Path) -> None:
    file = str(tmp_path / "mine.toml")
    assert main(["new", "2-1:sigmoid", "--seed", str(seed), "-o", file]) == 0
    assert load_problem(file).seed == seed
