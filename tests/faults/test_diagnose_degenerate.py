"""Degenerate cases of a diagnosis: nothing returned, matrices of the wrong shape, several outputs."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad import Network, diagnose
from chalkgrad.diagnose.beyond.accidents import not_returned
from chalkgrad.diagnose.code.fix import with_part


@pytest.mark.parametrize(
    ("names", "fix"),
    [
        (("db1", "db2"), "return db1, db2, or describe layer 1, 2 with :nobias"),
        (("db2",), "return db2, or describe layer 2 with :nobias"),
        (("dW1", "db1"), "return dW1, db1"),
        (("dW1", "dW2"), "return dW1, dW2"),
    ],
)
def test_only_biases_can_be_described_away(names: tuple[str, ...], fix: str) -> None:
    assert not_returned(names).fix == fix


def affine(make: Any) -> Any:
    """A layer without an activation whose dW1 is made in some way."""

    def backward(X: Any, y: Any, W1: Any, b1: Any) -> dict[str, Any]:
        d = (X @ W1.T + b1 - y) / len(X)
        return {"dW1": make(d, X), "db1": d.sum(axis=0)}

    return backward


@pytest.mark.parametrize(
    ("network", "make", "rule"),
    [
        ("3-3", lambda d, X: d @ X.T, "transpose-product"),
        ("3-2", lambda d, X: d, "batch-sum-missing"),
        ("3-1", lambda d, X: d * X, "batch-sum-missing"),
        ("3-3", lambda d, X: d * X, "hadamard-for-matmul"),
        ("3-2", lambda d, X: (d.T @ X).sum(axis=1), "batch-sum-axis"),
    ],
)
def test_a_matrix_of_the_wrong_shape_is_named_by_what_has_it(network: str, make: Any, rule: str) -> None:
    found = diagnose(affine(make), Network(network, loss="half_squared_error"))
    assert found.outcome == "explained"
    assert found.rules == (rule,)
    assert found.gradient("dW1").verdict == "wrong shape"


def test_the_number_of_outputs_is_read_off_the_targets() -> None:
    def backward(X: Any, y: Any, W1: Any, b1: Any) -> dict[str, Any]:
        d = 2 * (X @ W1.T + b1 - y) / len(X)
        return {"dW1": d.T @ X, "db1": d.sum(axis=0)}

    found = diagnose(backward, Network("3-2", loss="mean_squared_error"))
    assert found.rules == ("output-mean-missing",)
    assert found.mistakes[0].fix.endswith("/ (X.shape[0] * y.shape[1])")


@pytest.mark.parametrize(
    ("line", "key", "mended"),
    [
        ("return g @ w, g.T @ x, g.mean(0)", "[2]", "return g @ w, g.T @ x, NEW"),
        ("    return [a, b]  # both", "[0]", "return [NEW, b]"),
        ("return {'dW': é, 'db': y}", "['db']", "return {'dW': é, 'db': NEW}"),
        ("return g @ w, g.T @ x", "[2]", ""),
        ("return (a,", "[0]", ""),
        ("dW = a", "[0]", ""),
        ("return f(a, b)", "[0]", ""),
        ("return a, b", "[nonsense]", ""),
    ],
)
def test_one_of_several_returned_values_is_mended_in_its_place(line: str, key: str, mended: str) -> None:
    assert with_part(line, key, "NEW") == mended


def test_the_number_of_outputs_is_read_off_targets_as_columns() -> None:
    def backward(X: Any, y: Any, W1: Any, b1: Any) -> dict[str, Any]:
        d = 2 * (W1 @ X + b1.reshape(-1, 1) - y) / X.shape[1]
        return {"dW1": d @ X.T, "db1": d.sum(axis=1)}

    found = diagnose(backward, Network("3-2", loss="mean_squared_error"))
    assert found.rules == ("output-mean-missing",)
    assert found.mistakes[0].fix.endswith("/ (X.shape[1] * y.shape[0])")
