"""Data frames are trained on like the arrays of their numbers; afterwards their columns go by their names."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError
from chalkgrad.data import read_table
from chalkgrad.model import Model, load_model
from chalkgrad.network import Network
from chalkgrad.train import Fit, fit

KINDS = pytest.mark.parametrize("kind", ["pandas", "pyarrow", "polars"])
NETWORK = Network("3-4:tanh-1")
RANDOM = np.random.default_rng(0)
COLUMNS = {"age": RANDOM.normal(size=30), "size": RANDOM.integers(0, 5, 30), "new": RANDOM.random(30) < 0.5}
X = np.column_stack([COLUMNS["age"], COLUMNS["size"], COLUMNS["new"]]).astype(float)
Y = X[:, 0] * X[:, 1]


def frame(kind: str, **more: Any) -> Any:
    library = pytest.importorskip(kind, reason=f"{kind} is not installed")
    columns = COLUMNS | more
    return library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)


def chosen(table: Any, names: list[str]) -> Any:
    """Some columns of a frame of any kind."""
    return table[names] if hasattr(table, "iloc") else table.select(names)


def same(first: Fit, second: Fit) -> bool:
    return all(np.array_equal(first.parameters[name], second.parameters[name]) for name in first.parameters)


@KINDS
def test_a_frame_is_its_numbers(kind: str) -> None:
    table = frame(kind, y=Y)
    plain = fit(NETWORK, X, Y, batch_size=10, epochs=2)
    x = table.drop(columns="y") if kind == "pandas" else table.select(list(COLUMNS))
    assert same(fit(NETWORK, x, table["y"], batch_size=10, epochs=2, validation=None), plain)
    np.testing.assert_array_equal(plain.predict(x), plain.predict(X))


@KINDS
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


@KINDS
@given(order=st.permutations([*COLUMNS, "note", "day"]))
def test_columns_are_found_by_name_in_any_order_and_others_are_ignored(kind: str, order: list[str]) -> None:
    done = fit(NETWORK, frame(kind), Y, epochs=1)
    day = np.arange(30).astype("datetime64[D]")
    table = chosen(frame(kind, note=["a", "b"] * 15, day=day), order)
    assert done.names.inputs == tuple(COLUMNS)
    right = done.predict(X)
    for doubled in (done, pickle.loads(pickle.dumps(done)), copy.deepcopy(done)):  # noqa: S301
        np.testing.assert_array_equal(doubled.predict(table), right)
    np.testing.assert_array_equal(Model.of(done).predict(table), right[:, 0])


@given(order=st.permutations(list(COLUMNS)))
def test_rows_to_validate_on_and_to_evaluate_go_by_name_too(order: list[str]) -> None:
    table = frame("pandas")
    plain = fit(NETWORK, X, Y, epochs=2, validation=(X, Y))
    done = fit(NETWORK, table, Y, epochs=2, validation=(table[order].assign(more="text"), Y))
    assert done.history.validation_losses == plain.history.validation_losses
    assert Model.of(done).evaluate(table[order], Y) == Model.of(done).evaluate(X, Y)


@given(order=st.permutations(["one", "two"]))
def test_several_targets_go_by_name(order: list[str]) -> None:
    library = pytest.importorskip("pandas")
    targets = library.DataFrame({"one": Y, "two": -2 * Y})
    network = Network("3-2")
    done = fit(network, X, targets, epochs=2, validation=(X, targets[order]))
    plain = fit(network, X, targets.to_numpy(), epochs=2, validation=(X, targets.to_numpy()))
    assert done.history.validation_losses == plain.history.validation_losses
    assert Model.of(done).evaluate(X, targets[order]) == Model.of(plain).evaluate(X, targets.to_numpy())
    with pytest.raises(InputError, match=r"^validation\[1\]: must have a column 'two', as in training"):
        fit(network, X, targets, validation=(X, targets.rename(columns={"two": "zwei"})))


def test_a_model_file_keeps_the_names(tmp_path: Path) -> None:
    table, path = frame("pandas"), tmp_path / "a.cg"
    done = fit(NETWORK, table, Y, epochs=1)
    Model.of(done).save(path)
    found = load_model(path)
    assert found.names == done.names
    right = done.predict(X)[:, 0]
    back = list(reversed(COLUMNS))
    for data in (table[back], read_table(table[back]), {name: COLUMNS[name] for name in back}, X):
        np.testing.assert_array_equal(found.predict(data), right)
    with pytest.raises(InputError, match=r"^data: must have a column 'age', as in training"):
        found.predict(table[["size", "new"]])


Door = Callable[[Fit, Any], Any]
DOORS: list[tuple[str, Door]] = [
    ("x", lambda done, table: done.predict(table)),
    ("data", lambda done, table: Model.of(done).predict(table)),
    ("data", lambda done, table: Model.of(done).evaluate(table, Y)),
    ("data", lambda done, table: done.score(table, Y)),
    ("x", lambda done, table: fit(NETWORK, table, Y, epochs=2, resume=done)),
    ("validation[0]", lambda done, table: fit(NETWORK, frame("pandas"), Y, validation=(table, Y))),
]


@pytest.mark.parametrize(("path", "door"), DOORS)
def test_other_names_are_refused_with_the_nearest(path: str, door: Door) -> None:
    done = fit(NETWORK, frame("pandas"), Y, epochs=1)
    with pytest.raises(InputError) as told:
        door(done, frame("pandas").rename(columns={"age": "Age", "new": "zzz"}))
    lines = [
        "must have a column 'age', as in training; got none of this name. Did you mean 'Age'?",
        "must have a column 'new', as in training; got none of this name. "
        "Columns that training did not have: 'Age', 'zzz'.",
    ]
    assert str(told.value).splitlines() == [f"{path}: {line}" for line in lines]


def test_columns_without_names_are_taken_by_position() -> None:
    library = pytest.importorskip("pandas")
    table = library.DataFrame(X, columns=[("a", 1), ("b", 1), ("c", 1)])
    done = fit(NETWORK, table, Y, epochs=1)
    assert done.names.inputs == ()
    np.testing.assert_array_equal(done.predict(table.iloc[:, ::-1]), done.predict(X[:, ::-1]))
    with pytest.raises(InputError, match=r"rows of 3, the network's input; got shape \(30, 2\)"):
        done.predict(table.iloc[:, :2])


def test_names_that_are_partly_text_are_refused() -> None:
    library = pytest.importorskip("pandas")
    with pytest.raises(InputError, match="all text, or none; got 1"):
        fit(NETWORK, library.DataFrame(X, columns=["a", 1, "b"]), Y)


def test_a_training_goes_on_with_the_same_names_only(tmp_path: Path) -> None:
    table, path = frame("pandas"), tmp_path / "run.checkpoint"
    whole = fit(NETWORK, table, Y, epochs=3)
    half = fit(NETWORK, table, Y, epochs=1, checkpoint=path)
    back = table[list(reversed(COLUMNS))]
    for resume in (half, path):
        for data in (table, back, X):
            assert same(fit(NETWORK, data, Y, epochs=3, resume=resume), whole)
        assert fit(NETWORK, X, Y, epochs=3, resume=resume).names == half.names
        with pytest.raises(InputError, match="Did you mean 'ages'"):
            fit(NETWORK, table.rename(columns={"age": "ages"}), Y, epochs=3, resume=resume)


@pytest.mark.parametrize("kind", [list, tuple])
def test_truths_in_a_list_are_read_as_in_an_array(kind: Any) -> None:
    network = Network("3-4:tanh-1:sigmoid")
    y = X[:, 0] > 0
    plain = fit(network, X > 0, y, epochs=1)
    listed = kind(kind(row) for row in (X > 0).tolist())
    for truths in (kind(y.tolist()), kind(y), y.astype(object)):
        assert same(fit(network, listed, truths, epochs=1), plain)


def test_columns_that_are_numbered_go_by_their_numbers() -> None:
    table = pytest.importorskip("pandas").DataFrame(X)
    trained = fit(NETWORK, table, Y, batch_size=10, epochs=2)
    assert same(trained, fit(NETWORK, X, Y, batch_size=10, epochs=2))
    np.testing.assert_array_equal(trained.predict(table[[2, 0, 1]]), trained.predict(X))
    table.columns = [2019, 2020, 2021]
    by_year = fit(NETWORK, table, Y, batch_size=10, epochs=2)
    np.testing.assert_array_equal(by_year.predict(table[[2021, 2019, 2020]]), trained.predict(X))
    with pytest.raises(InputError, match=r"x: must have a column '2020', as in training"):
        by_year.predict(table.rename(columns={2020: 2022}))


def test_targets_whose_index_is_in_another_order_are_refused() -> None:
    pandas = pytest.importorskip("pandas")
    table, target = pandas.DataFrame(COLUMNS), pandas.Series(Y)
    mixed = target.iloc[::-1]
    told = "must have its rows in the order of the inputs; got the same index in another order"
    with pytest.raises(InputError, match=f"y: {told}"):
        fit(NETWORK, table, mixed)
    with pytest.raises(InputError, match=rf"validation\[1\]: {told}"):
        fit(NETWORK, table, target, validation=(table, mixed))
    trained = fit(NETWORK, table.iloc[::-1], mixed, batch_size=10, epochs=2)
    assert same(trained, fit(NETWORK, X[::-1], Y[::-1], batch_size=10, epochs=2))
    with pytest.raises(InputError, match=f"t: {told}"):
        trained.score(table, mixed)
    assert trained.score(table, mixed.loc[table.index]) == trained.score(X, Y)
    fit(NETWORK, table, target.set_axis(range(5, 35)), epochs=1)
