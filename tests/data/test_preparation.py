"""Preparations: what pandas computes by its own means, what is inferred, what is kept, what is refused."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalkgrad._errors import InputError, UnsupportedError
from chalkgrad.data import Preparation, read_table
from chalkgrad.data.columns.moments import Moments
from chalkgrad.data.columns.survey import MISSING_WAYS
from tests.data.files import messages, real_file

PEOPLE = {
    "age": [20.0, 30.0, 40.0, 50.0],
    "job": ["clerk", "nurse", "clerk", "smith"],
    "income": ["low", "high", "low", "high"],
}


def prepared(columns: dict[str, Any], **options: Any) -> Preparation:
    return Preparation.infer(read_table(columns), "income", **options)


def test_numbers_are_standardised_and_categories_one_hot() -> None:
    preparation = prepared(PEOPLE)
    x, t = preparation.arrays(read_table(PEOPLE))
    assert preparation.features == ("age", "job=clerk", "job=nurse", "job=smith")
    assert x.dtype == np.float32
    assert x.flags.c_contiguous
    z = np.array([-15, -5, 5, 15]) / np.sqrt(125)
    expected = np.column_stack([z, [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    assert np.array_equal(x, expected.astype(np.float32))
    assert (preparation.task, preparation.classes) == ("binary", ("high", "low"))
    assert t.tolist() == [[1], [0], [1], [0]]
    assert preparation.decode(t).tolist() == PEOPLE["income"]


@pytest.mark.parametrize("name", ["adult", "california_housing", "german_credit", "mushroom"])
def test_pandas_prepares_the_same(name: str) -> None:
    pandas = pytest.importorskip("pandas")
    path = real_file(f"{name}.csv.gz")
    table = read_table(path)
    frame = pandas.read_csv(path, na_values="?", skipinitialspace=True)
    preparation = Preparation.infer(table, missing="mean")
    parts = []
    for column in preparation.columns:
        given = frame[column.name]
        if pandas.api.types.is_numeric_dtype(given):
            given = given.fillna(given.mean())
            parts.append(
                ((given - frame[column.name].mean()) / frame[column.name].std(ddof=0)).to_numpy()[:, None]
            )
        else:
            given = given.fillna(given.mode()[0])
            parts.append(pandas.get_dummies(given).to_numpy())
    assert np.abs(preparation.inputs(table) - np.hstack(parts)).max() < 1e-5


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["a", "b", "a"], "binary", ("a", "b")),
        (["a", "b", "c"], "classes", ("a", "b", "c")),
        ([-1.0, 1.0, 1.0], "binary", (-1, 1)),
        ([True, False, True], "binary", (False, True)),
        ([0, 1, 2] * 4, "classes", (0, 1, 2)),
        ([0.0, 1.0, 2.0] * 4, "classes", (0, 1, 2)),
        ([0.0, 1.5, 2.0] * 4, "regression", ()),
        ([1, 2, 3, 4], "regression", ()),
        (list(range(100)), "regression", ()),
        (["10", "9", "x"], "classes", ("10", "9", "x")),
    ],
)
def test_the_target_sets_the_task(values: list[Any], task: str, classes: tuple[Any, ...]) -> None:
    table = read_table({"x": np.arange(len(values)), "y": values})
    preparation = Preparation.infer(table, "y")
    assert (preparation.task, preparation.classes) == (task, classes)
    decoded = preparation.decode(_outputs(preparation, preparation.targets(table)))
    if task == "regression":
        assert np.abs(decoded - values).max() <= 1e-7 * np.ptp(values)
    else:
        assert decoded.tolist() == values


def _outputs(preparation: Preparation, t: np.ndarray) -> np.ndarray:
    return np.eye(len(preparation.classes))[t] if preparation.task == "classes" else t


def test_the_task_can_be_chosen() -> None:
    table = read_table({"x": [1, 2, 3, 5], "y": [0, 1, 0, 1]})
    assert Preparation.infer(table, "y", "regression").targets(table).ravel().tolist() == [-1, 1, -1, 1]
    assert Preparation.infer(table, "y", "classes").targets(table).tolist() == [0, 1, 0, 1]
    assert Preparation.infer(table, "y", "classes").targets(table).dtype == np.int64
    text = read_table({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    for task in ("binary", "regression", "sorting"):
        with pytest.raises(InputError, match=task):
            Preparation.infer(text, "y", task)  # type: ignore[arg-type]


@given(st.data())
def test_it_survives_json(data: st.DataObject) -> None:
    rows = data.draw(st.integers(2, 12))
    number = st.floats(-1e6, 1e6, width=32)
    columns: dict[str, Any] = {
        "n": data.draw(st.lists(number, min_size=rows, max_size=rows, unique=True)),
        "c": data.draw(st.lists(st.sampled_from(["a", "b", "ß", "1"]), min_size=rows, max_size=rows)),
        "m": np.array(data.draw(st.lists(st.tuples(number, number), min_size=rows, max_size=rows))),
        "p": np.full((rows, 3), 7, dtype=np.uint8),
        "y": data.draw(
            st.lists(st.one_of(st.integers(0, 3)) | st.floats(-9, 9, width=16), min_size=rows, max_size=rows)
        ),
    }
    columns["y"][:2] = [1, 2]
    table = read_table(columns)
    missing = data.draw(st.sampled_from(MISSING_WAYS))
    preparation = Preparation.infer(table, "y", missing=missing)
    again = Preparation.from_dict(json.loads(json.dumps(preparation.to_dict())))
    assert again.columns == preparation.columns
    assert again.target == preparation.target
    assert np.array_equal(again.inputs(table), preparation.inputs(table))
    assert np.array_equal(again.targets(table), preparation.targets(table))


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), st.integers(1, 20))
def test_moments_of_blocks_are_those_of_the_whole(values: list[float], step: int) -> None:
    whole, moments = np.array(values), Moments(1)
    for start in range(0, len(values), step):
        moments.add(whole[start : start + step, None])
    assert moments.mean[0] == pytest.approx(whole.mean(), rel=1e-12, abs=1e-6)
    assert moments.std[0] == pytest.approx(whole.std(), rel=1e-9, abs=1e-6)


def test_moments_keep_their_digits_far_from_zero() -> None:
    """The sum of squares minus the square of the sum would give 0 or worse here."""
    values, moments = 1e9 + np.arange(10_000) % 2, Moments(1)
    for block in np.split(values, 50):
        moments.add(block[:, None])
    assert (moments.mean[0], moments.std[0]) == (1e9 + 0.5, 0.5)


def test_blocks_give_what_the_whole_gives() -> None:
    random = np.random.default_rng(3)
    table = read_table(
        {"a": random.normal(size=97), "b": random.choice(list("xyz"), 97), "income": np.arange(97) % 4}
    )
    blocks = (table.take(slice(start, start + 10)) for start in range(0, 97, 10))
    whole, parts = Preparation.infer(table, "income"), Preparation.infer(blocks, "income")
    assert np.allclose(whole.inputs(table), parts.inputs(table), atol=1e-6)
    assert whole.target == parts.target


def test_columns_are_found_by_name_in_any_order() -> None:
    preparation = prepared(PEOPLE)
    turned = read_table({"extra": [0] * 4, **dict(reversed(PEOPLE.items()))})
    notes: list[str] = []
    assert np.array_equal(preparation.inputs(turned, notes), preparation.inputs(read_table(PEOPLE)))
    assert notes == ["data: columns that training did not have are ignored: 'extra'"]


def test_a_new_level_is_zeros_and_counted_or_refused() -> None:
    new = read_table(PEOPLE | {"job": ["clerk", "pope", "pope", "king"]})
    notes: list[str] = []
    assert prepared(PEOPLE).inputs(new, notes)[:, 1:].sum(axis=1).tolist() == [1, 0, 0, 0]
    assert notes == ["data, column 'job': not seen in training, so all zeros: 'pope', 'king' (rows 2, 3, 4)"]
    with pytest.raises(InputError, match=r"a level seen in training; got 'pope', 'king' \(rows 2, 3, 4\)"):
        prepared(PEOPLE, unseen="error").inputs(new)


def test_constant_columns_are_left_out_with_a_note() -> None:
    preparation = prepared(PEOPLE | {"year": [1.0] * 4, "land": ["DE"] * 4})
    assert preparation.features == prepared(PEOPLE).features
    assert [note.partition(": ")[2] for note in preparation.notes] == [
        "left out, it is 1 in every row",
        "left out, it is 'DE' in every row",
    ]
    preparation.inputs(read_table(PEOPLE))  # they need not be there


def test_numbers_can_be_categories() -> None:
    preparation = prepared(PEOPLE | {"age": [10, 9, 9, 10]}, categorical=["age"])
    assert preparation.features[:2] == ("age=9", "age=10")
    floats = read_table(PEOPLE | {"age": [10.0, 9.0, 9.0, 10.0]})
    texts = read_table(PEOPLE | {"age": ["10", "9", "9", "10"]})
    assert np.array_equal(preparation.inputs(floats), preparation.inputs(texts))


def test_pixels_are_divided_by_255() -> None:
    images = np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20
    preparation = Preparation.infer(read_table({"x": images, "y": [0, 1]}), "y")
    expected = (images.reshape(2, 6) / 255).astype(np.float32)
    assert np.allclose(preparation.inputs(read_table({"x": images})), expected, atol=1e-7)
    assert np.allclose(preparation.inputs(read_table({"x": images.astype(float)})), expected, atol=1e-7)
    with pytest.raises(InputError, match="row 2: must be pixels from 0 to 255; got 300"):
        preparation.inputs(read_table({"x": np.where(images == 120, 300, images.astype(int))}))


@pytest.mark.parametrize(
    ("way", "age", "job"),
    [("mean", 30, "nurse"), ("median", 20, "nurse"), ("most frequent", 20, "nurse")],
)
def test_missing_values_are_filled_as_asked(way: Any, age: float, job: str) -> None:
    holes = {
        "age": [20.0, np.nan, 20.0, 50.0, np.nan],
        "job": ["nurse", "clerk", None, "nurse", "nurse"],
        "income": ["low", "high", "low", "high", "low"],
    }
    filled = holes | {"age": [20.0, age, 20.0, 50.0, age], "job": ["nurse", "clerk", job, "nurse", "nurse"]}
    preparation = prepared(holes, missing=way)
    assert np.array_equal(preparation.inputs(read_table(holes)), preparation.inputs(read_table(filled)))


def test_rows_with_missing_values_are_dropped_as_asked() -> None:
    holes = PEOPLE | {"age": [20.0, np.nan, 40.0, 50.0], "income": ["low", "high", None, "high"]}
    x, t = prepared(holes, missing="drop").arrays(read_table(holes))
    assert (len(x), t.ravel().tolist()) == (2, [1, 0])
    with pytest.raises(InputError, match="missing"):  # but nothing is dropped in silence in predicting
        prepared(holes, missing="drop").inputs(read_table(holes))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"age": [20.0, np.nan, np.nan, 1.0]},
            "column 'age': .*finite.*missing .or NaN. values in rows 2, 3",
        ),
        ({"age": [20.0, np.inf, 1.0, 1.0]}, "column 'age': .*infinite values in row 2"),
        ({"job": ["a", None, "b", "c"]}, "column 'job': .*missing values in row 2"),
        (
            {"income": ["low", None, "low", "high"]},
            "column 'income': .*a target in every row; got none in row 2",
        ),
        ({"income": ["low"] * 4}, "column 'income': must have at least two different values; got 'low'"),
        ({"age": [1e300, -1e300, 0.0, 0.0]}, "finite deviation"),
        (
            {"job": [f"{n}" for n in range(4)], "income": np.zeros((4, 2))},
            "must be one column; got 2 numbers",
        ),
    ],
)
def test_what_cannot_be_trained_on_is_told(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(InputError, match=expected):
        prepared(PEOPLE | change)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(InputError) as told:
        prepared(
            PEOPLE | {"age": [np.nan, 1, 2, 3], "job": [None, "b", "c", "d"], "income": ["low"] * 3 + [None]}
        )
    assert len(messages(told.value)) == 3


def test_a_number_column_with_a_mistake_is_told_with_row_and_value() -> None:
    ages = [str(n) for n in range(50)]
    ages[17] = "forty"
    columns = {"age": ages, "income": ["low", "high"] * 25}
    with pytest.raises(InputError, match=r"column 'age', row 18: must be a number; got 'forty'.*categorical"):
        prepared(columns)
    assert prepared(columns, categorical=["age"]).width == 50
    with pytest.raises(InputError, match=r"column 'age', row 2: must be a number; got 'old'"):
        prepared(PEOPLE).inputs(read_table(PEOPLE | {"age": ["1", "old", "2", "3"]}))


def test_a_column_of_names_is_refused() -> None:
    columns = {"name": [f"n{n}" for n in range(300)], "x": np.arange(300), "income": ["low", "high"] * 150}
    with pytest.raises(InputError, match=r"at most 256 categories; got 300.*ignore=\['name'\]"):
        prepared(columns)
    assert prepared(columns, ignore=["name"]).features == ("x",)


def test_an_absent_column_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"must have a column 'Incom'.*Did you mean 'income'"):
        Preparation.infer(read_table(PEOPLE), "Incom")
    with pytest.raises(InputError, match="must have a column 'age'"):
        prepared(PEOPLE).inputs(read_table({"agee": [1.0], "job": ["clerk"]}))
    with pytest.raises(InputError, match="not have the target"):
        prepared(PEOPLE, ignore=["income"])
    with pytest.raises(InputError, match="a column to learn from"):
        Preparation.infer(read_table({"income": [1, 2]}), "income")
    with pytest.raises(UnsupportedError, match="no target"):
        Preparation.infer(read_table(PEOPLE)).decode(np.zeros((1, 1)))


def test_a_label_that_training_did_not_have_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"column 'income': .*one of the classes.*got 'mid' in row 4.*'high', 'low'"
    ):
        prepared(PEOPLE).targets(read_table(PEOPLE | {"income": ["low", "low", "high", "mid"]}))


def test_row_numbers_count_in_the_whole_data() -> None:
    table = read_table({"a": np.r_[np.arange(20.0), np.inf], "income": np.arange(21) % 2})
    blocks = [table.take(slice(start, start + 7)) for start in (0, 7, 14)]
    with pytest.raises(InputError, match="infinite values in row 21"):
        Preparation.infer(blocks, "income")
    holes = read_table({"a": [np.nan, 1.0, np.inf], "income": [0, 1, 0]})
    with pytest.raises(InputError, match="infinite values in row 3"):
        Preparation.infer(holes, "income", missing="drop")


KEPT = prepared(PEOPLE, missing="mean").to_dict()
REGRESSION = Preparation.infer(read_table({"a": [1, 2], "y": [0.5, 1]}), "y", "regression").to_dict()
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths of all values of a nested table."""
    if not isinstance(value, dict | list):
        return [path]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, inner in items for found in places(inner, (*path, key)))]


@given(st.sampled_from([KEPT, REGRESSION]), st.data())
def test_a_damaged_preparation_is_refused_or_sound(kept: dict[str, Any], data: st.DataObject) -> None:
    """Whatever is read survives being written and read again; everything else is an InputError."""
    path = data.draw(st.sampled_from(places(kept)))
    damaged = json.loads(json.dumps(kept))
    junk = data.draw(JUNK)
    if not path:
        damaged = junk
    else:
        inner = damaged
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = junk
    with contextlib.suppress(InputError):
        found = Preparation.from_dict(damaged)
        assert Preparation.from_dict(json.loads(json.dumps(found.to_dict()))) == found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), 2),
        (("columns", 0, "std"), [-1.0]),
        (("columns", 0, "mean"), [float("nan")]),
        (("columns", 0, "mean"), [1.0, 2.0]),
        (("columns", 0, "mean"), [10**400]),
        (("columns", 0, "kind"), "numbre"),
        (("columns", 0, "name"), "job"),
        (("columns", 1, "levels"), ["a", "a"]),
        (("columns", 1, "fill"), "pope"),
        (("target", "classes"), ["one"]),
        (("target", "std"), 0),
        (("target", "task"), "sorting"),
        (("missing",), ["mean"]),
        (("columns",), []),
    ],
)
def test_a_preparation_that_is_not_sound_is_refused(path: tuple[Any, ...], value: Any) -> None:
    damaged = json.loads(json.dumps(KEPT))
    inner = damaged
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(InputError, match="preparation"):
        Preparation.from_dict(damaged)
