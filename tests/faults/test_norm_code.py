"""Somebody's code with a norm: in every usual style; its names have a meaning only where norms are."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad import Network, diagnose
from chalkgrad.check import check_against
from tests.faults import norm_code

NETWORK = Network("4-6:layer_norm:relu-3:softmax")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("style", norm_code.RIGHT)
def test_right_code_is_right_in_every_style(style: str, tmp_path: Path) -> None:
    text, name = norm_code.RIGHT[style]
    found = diagnose(f"{written(tmp_path, text)}:{name}", NETWORK)
    assert (found.outcome, len(found.gradients)) == ("right", 6)


def test_two_norms_are_told_apart_by_their_numbers(tmp_path: Path) -> None:
    target = f"{written(tmp_path, norm_code.DICTIONARY)}:FullyConnectedNet"
    assert diagnose(target, Network("4-6:layer_norm:relu-5:layer_norm:relu-3:softmax")).outcome == "right"


def test_a_check_against_code_knows_the_names(tmp_path: Path) -> None:
    report = check_against(f"{written(tmp_path, norm_code.ARGUMENTS)}:backward", NETWORK)
    assert report.verdict == "right"
    assert {"dgamma1", "dbeta1"} <= {finding.name for finding in report.findings}


ADAM = """import numpy as np

def step(x, y, W1, b1, moment=None, lr=0.1, beta1=0.9, gamma=0.5):
    assert isinstance(beta1, float) and isinstance(gamma, float)
    d = (x @ W1.T + b1 - y) / len(x)
    return {"dW1": d.T @ x, "db1": d.sum(axis=0)}
"""


def test_an_optimisers_numbers_are_no_norm(tmp_path: Path) -> None:
    found = diagnose(f"{written(tmp_path, ADAM)}:step", Network("3-2", loss="half_squared_error"))
    assert found.outcome == "right"


@pytest.mark.parametrize("rule", norm_code.WRONG)
def test_a_mistake_in_a_norm_is_named(rule: str, tmp_path: Path) -> None:
    right, wrong = norm_code.WRONG[rule]
    assert right in norm_code.ARGUMENTS
    text = norm_code.ARGUMENTS.replace(right, wrong)
    found = diagnose(f"{written(tmp_path, text)}:backward", NETWORK)
    assert (found.outcome, found.rules) == ("explained", (rule,)), str(found)


def test_the_line_that_mends_a_norm_is_in_the_codes_own_names(tmp_path: Path) -> None:
    text = norm_code.ARGUMENTS.replace(*norm_code.WRONG["norm-constant"])
    (mistake,) = diagnose(f"{written(tmp_path, text)}:backward", NETWORK).mistakes
    assert mistake.verified
    assert mistake.sentence == "∂L/∂u₁ was formed as if μ₁ and v₁ were constants."
    assert mistake.fix.startswith("du = rstd * (dxhat - dxhat.sum(1, keepdims=True) / u.shape[1] - xhat")


BATCH = Network("4-6:batch_norm:relu-3:softmax")


def test_right_code_with_a_batch_norm_is_right(tmp_path: Path) -> None:
    """Also ∂L/∂b₁, which is 0 but for rounding."""
    assert diagnose(f"{written(tmp_path, norm_code.OF_A_BATCH)}:backward", BATCH).outcome == "right"


@pytest.mark.parametrize("rule", ["norm-constant", "norm-variance-missing", "gain-missing", "norm-root"])
def test_a_mistake_in_a_batch_norm_is_named(rule: str, tmp_path: Path) -> None:
    right, wrong = norm_code.WRONG[rule]
    assert right in norm_code.OF_A_BATCH
    target = f"{written(tmp_path, norm_code.OF_A_BATCH.replace(right, wrong))}:backward"
    found = diagnose(target, BATCH)
    assert (found.outcome, found.rules) == ("explained", (rule,)), str(found)


def test_another_epsilon_is_told_and_not_called_wrong_where_it_is_small(tmp_path: Path) -> None:
    found = diagnose(f"{written(tmp_path, norm_code.ARGUMENTS.replace('1e-5', '1e-8'))}:backward", NETWORK)
    assert found.outcome == "right"
    assert "layer_norm(1e-08)" in found.remarks[0].text
    found = diagnose(f"{written(tmp_path, norm_code.ARGUMENTS.replace('1e-5', '1e-2'))}:backward", NETWORK)
    assert found.rules == ("forward-differs",)
    assert "layer_norm(0.01)" in found.mistakes[0].sentence


def test_a_variance_divided_by_one_less_is_told(tmp_path: Path) -> None:
    found = diagnose(f"{written(tmp_path, norm_code.UNBIASED)}:backward", NETWORK)
    assert found.rules == ("forward-differs",)
    assert "one less than the number of its values" in found.mistakes[0].sentence
