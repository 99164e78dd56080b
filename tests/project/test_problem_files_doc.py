"""docs/problem-files.md: its files are read and used, and it names every field that is read."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from chalkgrad.app.cli import main
from chalkgrad.app.commands.diagnose import LAYOUTS
from chalkgrad.grade.grading import KEYS, read_grading
from chalkgrad.problem import load_problem
from chalkgrad.problem.model import _SECTIONS, _TOP

TEXT = (Path(__file__).parents[2] / "docs" / "problem-files.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
KEY_NAMES = re.findall(
    r"`([^`]+)`", TEXT.partition("| name | what is answered |")[2].partition("## `[grading]`")[0]
)


def section(name: str) -> str:
    return TEXT.partition(f"## `[{name}]`")[2].partition("\n## ")[0]


def test_every_field_is_described_where_it_belongs() -> None:
    top = TEXT.partition("## At the top")[2].partition("\n## ")[0]
    assert [name for name in _TOP if f"| `{name}` |" not in top] == []
    for name, fields in {**_SECTIONS, "grading": KEYS}.items():
        assert section(name), name
        assert [field for field in fields or () if f"| `{field}` |" not in section(name)] == []
    assert [name for name in LAYOUTS if f"`{name}`" not in section("grading")] == []
    assert all(f"`{word}" in section("parameters") for word in ("W1", "b1"))


def test_no_field_is_described_that_is_not_read() -> None:
    for name, fields in {**_SECTIONS, "grading": KEYS}.items():
        if fields is not None:
            assert set(re.findall(r"^\| `(\w+)` \|", section(name), re.MULTILINE)) == set(fields), name


def test_the_fullest_has_every_field() -> None:
    table = tomllib.loads(EXAMPLES[1])
    assert set(table) == {*_TOP, *_SECTIONS}
    for name, fields in {**_SECTIONS, "grading": KEYS}.items():
        assert set(fields or table[name]) == set(table[name]), name
    assert set(table["grading"]["reading"]) == set(LAYOUTS)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_taken(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "problem.toml"
    file.write_text(EXAMPLES[number], encoding="utf-8")
    problem = load_problem(file)
    same = tmp_path / "problem.json"
    same.write_text(json.dumps(tomllib.loads(EXAMPLES[number])), encoding="utf-8")
    assert load_problem(same) == problem
    commands = ["derive", "check", *(["trace", "verify-key"] if problem.key else [])]
    for command in commands:
        assert main([command, str(file)]) == 0, capsys.readouterr()
    if problem.grading:
        assert read_grading(problem.grading, problem.network).function == "backward"


def test_the_names_of_a_key_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for name in KEY_NAMES if "=" not in name and name not in ("notation",)]
    assert len(names) > 15
    network = {"layers": "1-1:relu-1:sigmoid"}
    sample, update = {"x": [3], "t": [1]}, {"learning_rate": 0.1}
    key = dict.fromkeys(names, "0.123")
    table = {"notation": "nielsen", "network": network, "sample": sample, "update": update, "key": key}
    file = tmp_path / "key.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    assert main(["verify-key", str(file), "--format", "json"]) in (0, 1), capsys.readouterr().err
