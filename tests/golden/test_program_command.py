"""``chalkgrad program``: the schedule beside its equations."""

from __future__ import annotations

import json

import pytest

from chalkgrad.app.cli import main
from chalkgrad.notation import builtin_names

HOMEWORK = "4-3:relu-2:relu-1:sigmoid"
FORWARD = """
   call                       carries out             writes  shape  mult-adds
─  ─────────────────────────  ──────────────────────  ──────  ─────  ─────────
1  fetch the samples' inputs                          X       m × 4
2  fetch their targets                                y       m × 1
3  weighted sums, then ReLU   Z₍₁₎ = XW₁ᵀ + 1b₁ᵀ      A₍₁₎    m × 3         12
                              A₍₁₎ = ReLU(Z₍₁₎)
4  weighted sums, then ReLU   Z₍₂₎ = A₍₁₎ W₂ᵀ + 1b₂ᵀ  A₍₂₎    m × 2          6
                              A₍₂₎ = ReLU(Z₍₂₎)
5  weighted sums              z₍₃₎ = A₍₂₎ W₃ᵀ + 1b₃   z₍₃₎    m × 1          2
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["program", *arguments]) == status
    captured = capsys.readouterr()
    return captured.err if status else captured.out


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def test_the_homework(capsys: pytest.CaptureFixture[str]) -> None:
    page = lines(told(capsys, HOMEWORK, "--width", "110"))
    start = page.index(lines(FORWARD)[0])
    assert page[start : start + 9] == lines(FORWARD)
    text = "\n".join(page)
    assert "∂L/∂ŷ cancels" in text
    assert "error back through W₃, × ReLU′" in text
    assert "11 calls carry out the 25 equations of the derivation." in text
    assert "48 multiply-adds a sample, 96 floating-point operations." in text


def test_a_deep_network_is_told_shortly(capsys: pytest.CaptureFixture[str]) -> None:
    page = told(capsys, "64-" + "-".join(["32:relu"] * 100) + "-1", "--width", "100")
    assert len(page.split("\n")) < 90
    assert page.count("97 more like it") == 3  # layers 3 … 99 forward and back, and their gradients


def test_what_no_step_names_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    page = told(capsys, "4-3:tanh-3:gelu:skip-3:softmax", "--dropout", "0.25", "--clip")
    assert "mask, drops 25%" in page
    assert "F₁ is the layer's function of its sum" in page
    assert "dF₂ is the error behind the mask." in page
    assert "The updates wait until the norm of all gradients is known." in page


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("form", ["text", "latex", "html", "markdown", "typst"])
def test_every_notation_and_format(form: str, notation: str, capsys: pytest.CaptureFixture[str]) -> None:
    spec = "4-3:gelu-3:tanh:skip-3:formula:sin(z)-2:softmax"
    page = told(capsys, spec, "--loss", "squared_error", "--notation", notation, "--format", form)
    assert len(page) > 1000


def test_json_is_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "3-2:tanh-2:elu", "--loss", "squared_error", "--format", "json"))
    assert found["schema"] == "chalkgrad.program/1"
    kernels = [each["kernel"] for each in found["instructions"]]
    assert kernels[2:4] == ["Linear", "Linear"]
    assert [each["name"] for each in found["instructions"][2]["equations"]] == ["Z1", "A1"]
    loss = found["instructions"][kernels.index("LossMap")]
    assert loss["sources"] == ["Z2", "T"]
    assert ["expm1_minus", 0, 1] in loss["tape"]["steps"]
    assert found["output_function"] == {"name": "elu", "numbers": [1.0]}
    assert sum(each["features"] for each in found["buffers"]) == 3 + 2 * 6 - 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["4-3-2", "--dropout", "0.5,0.2"], "--dropout: must have one rate for each of the 1 layers before"),
        (
            ["4-3-2", "--dropout", "1"],
            "--dropout: must be numbers in [0, 1); got '1'. Write --dropout",
        ),
        (["4-3-2", "--dropout"], "--dropout: must have a value after it; got nothing."),
        (
            ["4-3-2:softmax", "--loss", "binary_cross_entropy"],
            "no kernel for dZ2: its error divides by",
        ),
        (["4-3-2", "--notation", "bishp"], "Did you mean 'bishop'?"),
    ],
)
def test_what_is_wrong_is_told(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in told(capsys, *arguments, status=2)
