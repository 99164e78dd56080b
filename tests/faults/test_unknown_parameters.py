"""Parameters of a backward pass that have no usual name: taken for what they can only be, or told."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad import InputError, Network, diagnose

NETWORK = Network("4-3:sigmoid:nobias-1:sigmoid:nobias", loss="half_squared_error", reduction="sum")
CLASS = """
import numpy as np

class Net:
    def __init__(self):
        self.W1 = np.random.rand(4, 3)
        self.W2 = np.random.rand(3, 1)

    def forward(self, X):
        self.h = 1 / (1 + np.exp(-X @ self.W1))
        return 1 / (1 + np.exp(-self.h @ self.W2))

    def backward(self, X, y, {name}):
        delta = ({name} - y) * {name} * (1 - {name})
        self.dW2 = self.h.T @ delta
        self.dW1 = X.T @ (delta @ self.W2.T * self.h * {slope})
"""
RIGHT, WRONG = "(1 - self.h)", "self.h"


@pytest.mark.parametrize("name", ["o", "out", "y_hat", "answer"])
def test_what_the_forward_pass_returned_is_the_parameter_that_is_left(name: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(CLASS.format(name=name, slope=RIGHT), encoding="utf-8")
    assert diagnose(f"{file}:Net.backward", NETWORK).outcome == "right"
    file.write_text(CLASS.format(name=name, slope=WRONG), encoding="utf-8")
    found = diagnose(f"{file}:Net.backward", NETWORK)
    assert [(verdict.name, verdict.ok) for verdict in found.gradients] == [("dW1", False), ("dW2", True)]
    assert (found.outcome, found.first_wrong) == ("explained", "dZ1")


def test_a_parameter_that_nothing_matches_is_told_before_a_layout_fails(tmp_path: Path) -> None:
    """With samples as columns the forward pass raises, in a line that is right."""
    file = tmp_path / "mine.py"
    two = CLASS.format(name="this", slope=RIGHT).replace("this):", "this, that):")
    file.write_text(two, encoding="utf-8")
    with pytest.raises(InputError, match="parameter this of backward: must be something") as caught:
        diagnose(f"{file}:Net.backward", NETWORK)
    assert [fault.path for fault in caught.value.faults] == [
        "parameter this of backward",
        "parameter that of backward",
    ]
    plain = "def backward(X, y, this, W1, W2):\n    return W1 @ X.T, W2\n"
    file.write_text(plain, encoding="utf-8")
    with pytest.raises(InputError, match="parameter this of backward"):
        diagnose(f"{file}:backward", NETWORK)
