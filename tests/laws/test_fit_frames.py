"""Data frames are trained on like the arrays of their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.network import Network
from chalkgrad.train import Fit, fit

NETWORK = Network("3-4:tanh-1")
RANDOM = np.random.default_rng(0)
COLUMNS = {"age": RANDOM.normal(size=30), "size": RANDOM.integers(0, 5, 30), "new": RANDOM.random(30) < 0.5}
X = np.column_stack([COLUMNS["age"], COLUMNS["size"], COLUMNS["new"]]).astype(float)
Y = X[:, 0] * X[:, 1]


def frame(kind: str, **more: Any) -> Any:
    library = pytest.importorskip(kind, reason=f"{kind} is not installed")
    columns = COLUMNS | more
    return library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)


def same(first: Fit, second: Fit) -> bool:
    return all(np.array_equal(first.parameters[name], second.parameters[name]) for name in first.parameters)


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "polars"])
def test_a_frame_is_its_numbers(kind: str) -> None:
    table = frame(kind, y=Y)
    plain = fit(NETWORK, X, Y, batch_size=10, epochs=2)
    x = table.drop(columns="y") if kind == "pandas" else table.select(list(COLUMNS))
    assert same(fit(NETWORK, x, table["y"], batch_size=10, epochs=2, validation=None), plain)
    np.testing.assert_array_equal(plain.predict(x), plain.predict(X))


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "polars"])
def test_a_column_that_is_wrong_is_named(kind: str) -> None:
    gap = COLUMNS["age"].copy()
    gap[[3, 5]] = np.nan
    with pytest.raises(InputError) as told:
        fit(NETWORK, frame(kind, age=gap), Y)
    assert str(told.value).startswith("x['age']: must be finite numbers; got nan in row 3, nan in row 5.")
    with pytest.raises(InputError) as told:
        fit(NETWORK, frame(kind, new=["yes", "no"] * 15), Y)
    assert "x['new']: must be numbers; got 'yes' in row 0, 'no' in row 1, 'yes' in row 2 and 27 more." in str(
        told.value
    )
