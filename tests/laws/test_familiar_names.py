"""A function's familiar names mean the function wherever a name is read, in any case, with _ or without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalkgrad import Network
from chalkgrad.app.cli import main
from chalkgrad.formula import ACTIVATIONS, LOSSES
from chalkgrad.formula.activations import known_name
from chalkgrad.network import Activation, Layer, Loss
from chalkgrad.problem import load_problem

SOFTMAX = "softmax"
RECORDS: dict[str, Any] = {**ACTIVATIONS, **LOSSES}


def spellings(name: str) -> list[str]:
    words = [name, *(RECORDS[name].also if name in RECORDS else ())]
    camel = ["".join(part.title() for part in word.split("_")) for word in words]
    return [*words, *map(str.upper, words), *camel, *(word.replace("_", "-") for word in words)]


ACTIVATION_NAMES = [(name, word) for name in (*ACTIVATIONS, SOFTMAX) for word in spellings(name)]
LOSS_NAMES = [(name, word) for name in LOSSES for word in spellings(name)]


@pytest.mark.parametrize(("name", "word"), ACTIVATION_NAMES)
def test_an_activation(name: str, word: str) -> None:
    assert Activation(word) == Activation(name)
    assert Layer(3, word) == Layer(3, name)
    if "-" not in word:  # a dash joins layers there
        assert Network(f"2-3:{word}") == Network(f"2-3:{name}")


@pytest.mark.parametrize(("name", "word"), LOSS_NAMES)
def test_a_loss(name: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = f"2-3:{LOSSES[name].partner}"
    meant = Network(layers, name)
    assert Loss(word) == Loss(name)
    assert Network(layers, word) == meant
    assert Network.from_dict({"layers": layers, "loss": word}).to_dict()["loss"] == name
    file = tmp_path / "problem.toml"
    file.write_text(f'[network]\nlayers = "{layers}"\nloss = "{word}"\n', encoding="utf-8")
    assert load_problem(file).network == meant
    pages = []
    for typed in (name, word):
        assert main(["derive", layers, "--loss", typed]) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1]


def test_every_name_means_one_function() -> None:
    names = [*RECORDS, SOFTMAX]
    for name in names:
        assert {known_name(word, RECORDS, SOFTMAX) for word in spellings(name)} == {name}
    others = [other for record in RECORDS.values() for other in record.also]
    assert len(set(others)) == len(others)
    assert set(others) & set(names) == set()


def test_a_parameter_stays_with_its_name() -> None:
    assert Network("2-3:LeakyReLU(0.2)-1") == Network("2-3:leaky_relu(0.2)-1")
    assert str(Network("2-3:ELU(alpha=2)-1:Linear")) == "2-3:elu(2)-1"
