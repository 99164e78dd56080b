"""What a code's λ means, λ ΣW², ½λ ΣW² or λ/(2m) ΣW², changes nothing of what is said about the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad import Network, diagnose

NETWORK = Network("3-4:tanh-2", loss="half_squared_error", l2=0.05)
SLOPES = {"λ ΣW²": "2 * lam", "½λ ΣW²": "lam", "λ/(2m) ΣW²": "lam / m"}
RIGHT = {"d2": "(out - y) / m", "d1": "(D2 @ W2) * (1 - A1**2)", "db1": "D1.sum(0)"}
MISTAKES = {
    "nothing": {},
    "no slope": {"d1": "D2 @ W2"},
    "no mean": {"d2": "out - y"},
    "mean of the biases": {"db1": "D1.mean(0)"},
}


def code(slope: str, d2: str, d1: str, db1: str) -> str:
    return f"""
import numpy as np

def backward(X, y, W1, b1, W2, b2, lam):
    m = len(X)
    A1 = np.tanh(X @ W1.T + b1)
    out = A1 @ W2.T + b2
    D2 = {d2}
    D1 = {d1}
    dW1 = D1.T @ X + {slope} * W1
    dW2 = D2.T @ A1 + {slope} * W2
    return {{"dW1": dW1, "db1": {db1}, "dW2": dW2, "db2": D2.sum(0)}}
"""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_same_is_found_whatever_lambda_means(mistake: str, tmp_path: Path) -> None:
    found = []
    for number, slope in enumerate(SLOPES.values()):
        file = tmp_path / f"code{number}.py"
        file.write_text(code(slope, **(RIGHT | MISTAKES[mistake])), "utf-8")
        found.append(diagnose(f"{file}:backward", NETWORK))
    assert len({(each.outcome, each.rules) for each in found}) == 1, found
    assert found[0].outcome == ("right" if mistake == "nothing" else "explained"), found[0]
    assert not any("penalty" in rule for rule in found[0].rules)
