"""``chalkgrad functions`` lists every function with a formula that is true of it."""

from __future__ import annotations

import json

import pytest

from chalkgrad import Network
from chalkgrad.app.cli import main
from chalkgrad.formula import ACTIVATIONS, FUNCTIONS, LOSSES
from chalkgrad.network.norms import NORMS


def test_all_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["functions", "--width", "200"]) == 0
    page = capsys.readouterr().out
    for name in (*ACTIVATIONS, "softmax", *LOSSES, *NORMS):
        assert f"\n{name} " in page, name
    for name in (
        *FUNCTIONS,
        *(o for f in ACTIVATIONS.values() for o in f.also),
        *(o for f in LOSSES.values() for o in f.also),
    ):
        assert name in page, name


def test_the_formulas_are_those_of_the_functions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["functions", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {entry["name"] for entry in found["activations"]} == {*ACTIVATIONS, "softmax"}
    for entry in found["activations"]:
        if entry["name"] == "softmax":
            continue
        formula = entry["formula"]
        for name, value in entry["parameters"].items():
            formula = formula.replace(name, str(value))
        own = Network(f"1-1:formula:({formula})").layers[0].activation.function
        assert own is not None
        assert own.body == ACTIVATIONS[entry["name"]].body
    for entry in found["losses"]:
        assert (
            Network("1-1:sigmoid", f"formula:({entry['formula']})").loss.formula
            == LOSSES[entry["name"]].formula
        )
