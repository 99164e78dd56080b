"""A model file gives back the model, and the same model the same bytes."""

from __future__ import annotations

import copy
import json
import math
import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad import SGD, Adam, EarlyStopping, InputError, Network, fit, initialise, predict
from chalkgrad.app.cli import main
from chalkgrad.data import read_table
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.tables.table import Column, Table
from chalkgrad.model import ClassEvaluation, Model, NumberEvaluation, load_model
from chalkgrad.model.evaluation import ClassTally
from chalkgrad.model.file import write_file
from chalkgrad.train.executors import choose
from chalkgrad.train.record.history import Epoch, History

SPECS = (
    "2-1", "3-4:relu:nobias-1:sigmoid", "2-3:tanh-3:skip-4:softmax", "1-5:formula:swish=z*sigmoid(z)-2",
    "4-3:leaky_relu(0.1)-2:softmax",
)  # fmt: skip
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
TEXT = st.text(max_size=8)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def model(spec: str = "2-3:tanh-1:sigmoid", dtype: str = "float32", **rest: Any) -> Model:
    network = Network(spec)
    return Model(network, {k: v.astype(dtype) for k, v in initialise(network, 3).items()}, **rest)


def bits(arrays: Any) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    return {name: (array.dtype.name, array.shape, array.tobytes()) for name, array in arrays.items()}


@settings(max_examples=60)
@given(
    st.sampled_from(SPECS), st.sampled_from(["float32", "float64"]), st.dictionaries(TEXT, JSON, max_size=4),
    st.lists(NUMBERS, max_size=4), st.booleans(), st.integers(0, 2**32),
)  # fmt: skip
def test_what_is_saved_comes_back(
    spec: str, dtype: str, table: dict[str, Any], losses: list[float], with_state: bool, seed: int
) -> None:
    network, draw = Network(spec), np.random.default_rng(seed)
    parameters = {k: draw.normal(size=s).astype(dtype) for k, s in network.parameter_shapes().items()}
    state = {f"{k}.m": v * 2 for k, v in parameters.items()} if with_state else {}
    epochs = tuple(Epoch(k, k * 7, loss, metrics={"accuracy": loss}) for k, loss in enumerate(losses, 1))
    kept = Model(network, parameters, None, History(epochs, 99), table, state)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.cg"
        kept.save(path)
        first = path.read_bytes()
        found = load_model(path)
        found.save(path)
        assert path.read_bytes() == first
        assert [file.name for file in path.parent.iterdir()] == ["a.cg"]
    assert found.network == network
    assert bits(found.parameters) == bits(parameters)
    assert bits(found.state) == bits(state)
    assert (found.history, found.settings) == (kept.history, table)


def test_the_order_of_names_does_not_change_the_bytes(tmp_path: Path) -> None:
    one, other = model(settings={"a": 1, "b": 2}), model(settings={"b": 2, "a": 1})
    reverse = Model(other.network, dict(reversed(list(other.parameters.items()))), settings=other.settings)
    one.save(tmp_path / "one.cg")
    reverse.save(tmp_path / "other.cg")
    assert (tmp_path / "one.cg").read_bytes() == (tmp_path / "other.cg").read_bytes()


def test_any_reader_of_safetensors_finds_the_weights(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    kept = model()
    kept.save(tmp_path / "a.cg")
    assert bits(load_file(tmp_path / "a.cg")) == bits(dict(sorted(kept.parameters.items())))


def test_an_old_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.cg"
    model().save(path)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        model("2-9:relu-1").save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


COUNT = 24
GAPS = st.lists(st.integers(0, COUNT - 1), max_size=6)


@settings(max_examples=15)
@given(
    st.lists(st.floats(-1e6, 1e6, width=32), min_size=COUNT, max_size=COUNT, unique=True),
    st.lists(st.sampled_from(["red", "dark blue", "7b"]), min_size=COUNT, max_size=COUNT),
    st.lists(st.booleans(), min_size=COUNT, max_size=COUNT),
    st.lists(st.sampled_from([0, 1, 2.5, 10]), min_size=COUNT, max_size=COUNT),
    GAPS, GAPS, st.permutations(["size", "hue", "old", "code", "y", "more"]),
)  # fmt: skip
def test_a_frame_is_answered_as_its_file_is_on_the_command_line(
    size: list[float], hue: list[str], old: list[bool], code: list[float], first: list[int],
    second: list[int], order: list[str],
) -> None:  # fmt: skip
    pandas = pytest.importorskip("pandas")
    y = [("a", "b", "c")[k % 3] for k in range(COUNT)]
    whole = pandas.DataFrame({"size": size, "hue": hue, "old": old, "code": code, "y": y})
    with TemporaryDirectory() as folder:
        path, file = Path(folder) / "a.cg", Path(folder) / "new.csv"
        whole.to_csv(file, index=False)
        preparation = Preparation.infer(
            read_table(file), "y", missing="mean", categorical=("code", "old"), ignore=()
        )
        network = Network(f"{preparation.width}-4:tanh-3:softmax")
        Model(network, initialise(network, 1), preparation).save(path)
        found = load_model(path)
        gaps = whole.astype({"old": object}).assign(more="text")
        gaps.loc[first, "size"] = np.nan
        gaps.loc[second, ["hue", "old"]] = None
        gaps[order].to_csv(file, index=False)
        with redirect_stdout(StringIO()) as output:
            assert main(["predict", str(path), str(file), "--labels"]) == 0
        right = output.getvalue().split()[1:]
        notes: list[str] = []
        for data in (gaps, gaps[order], read_table(gaps[order]), str(file), pandas.read_csv(file)):
            assert found.predict(data, notes).tolist() == right
        assert set(notes) == {
            f"{place}: columns that training did not have are ignored: 'more'" for place in ("data", file)
        }
        without = gaps[order].drop(columns="y")
        assert found.predict(without).tolist() == right
        assert found.evaluate(without, y) == found.evaluate(gaps[order])


def test_an_array_does_not_say_whether_it_is_prepared() -> None:
    preparation = Preparation.infer(TABLE, "price", "regression", ignore=("kind",))
    kept = model("3-4:tanh-1", preparation=preparation)
    x, t = preparation.arrays(TABLE)
    for data in (x, x.tolist(), np.ones((4, 2))):
        for door in (kept.predict, kept.outputs, lambda data: kept.evaluate(data, t)):
            with pytest.raises(InputError, match=r"^data: must have names for its columns.*prepared=True"):
                door(data)
    np.testing.assert_array_equal(kept.predict(x, prepared=True), kept.predict(TABLE))
    assert kept.evaluate(x, t, prepared=True) == kept.evaluate(TABLE)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "dictionary", "fields", "table"])
def test_absent_columns_are_told_with_the_nearest(kind: str) -> None:
    kept = model("3-4:tanh-1", preparation=Preparation.infer(TABLE, "price", "regression", ignore=("kind",)))
    columns = {"Size": np.array([1.0, 2.0]), "hue": np.array(["red", "blue"])}
    data: Any = columns
    if kind == "fields":
        data = np.array([(1.0, "red"), (2.0, "blue")], dtype=[("Size", float), ("hue", "U4")])
    elif kind == "table":
        data = read_table(columns)
    elif kind != "dictionary":
        library = pytest.importorskip(kind)
        data = library.table(columns) if kind == "pyarrow" else library.DataFrame(columns)
    with pytest.raises(InputError) as told:
        kept.predict(data)
    assert str(told.value) == "data: must have a column 'size'; got none of this name. Did you mean 'Size'?"


def test_pixels_need_a_name_too() -> None:
    images = np.arange(24, dtype=np.uint8).reshape(6, 4)
    table = read_table({"x": images, "y": ["a", "b"] * 3})
    kept = model("4-1:sigmoid", preparation=Preparation.infer(table, "y"))
    with pytest.raises(InputError, match=r"Write \{'x': data\} for values as in training"):
        kept.predict(images)
    assert kept.predict({"x": images}).tolist() == kept.predict(table).tolist()


def test_targets_are_given_once() -> None:
    kept = model("3-3:softmax", preparation=Preparation.infer(TABLE, "kind", ignore=("price",)))
    with pytest.raises(InputError, match=r"^t: must be left out; got list\. The data have the column 'kind'"):
        kept.evaluate(TABLE, ["x"] * 6)


def test_values_that_another_reader_spells_otherwise_are_the_same_level() -> None:
    table = read_table({"zip": ["01", "02", "10", "01"], "old": ["True", "False"] * 2, "y": ["a", "b"] * 2})
    preparation = Preparation.infer(table, "y")
    right = preparation.inputs(table)
    for old in (np.array([True, False] * 2), [1, 0] * 2, ["TRUE", "false"] * 2):
        np.testing.assert_array_equal(
            preparation.inputs(read_table({"zip": [1, 2, 10, 1], "old": old})), right
        )


TABLE = Table.of(
    [
        Column("size", np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
        Column("hue", np.array(["red", "blue", "red", "red", "blue", "blue"], object)),
        Column("kind", np.array(["x", "y", "z", "x", "y", "z"], object)),
        Column("price", np.array([10.0, 20.0, 35.0, 40.0, 55.0, 60.0])),
    ]
)


def test_a_model_with_columns_answers_labels(tmp_path: Path) -> None:
    preparation = Preparation.infer(TABLE, "kind", ignore=("price",))
    kept = model("3-4:relu-3:softmax", preparation=preparation)
    kept.save(tmp_path / "a.cg")
    found = load_model(tmp_path / "a.cg")
    assert found.preparation is not None
    assert found.preparation.to_dict() == preparation.to_dict()
    x = preparation.inputs(TABLE)
    y = predict(kept.network, kept.parameters, x)
    answers = found.predict(TABLE)
    assert answers.tolist() == [("x", "y", "z")[k] for k in y.argmax(axis=1)]
    assert np.allclose(found.outputs(TABLE), y, rtol=1e-5)
    scores = found.evaluate(TABLE)
    assert isinstance(scores, ClassEvaluation)
    right = answers == TABLE.columns["kind"].values
    assert scores.accuracy == pytest.approx(right.mean())
    t = np.array([0, 1, 2, 0, 1, 2])
    assert scores.loss == pytest.approx(-np.log(y[np.arange(6), t]).mean(), rel=1e-5)
    assert np.array(scores.confusion).sum(axis=1).tolist() == [2, 2, 2]


def test_a_regression_answers_in_the_units_of_its_target() -> None:
    preparation = Preparation.infer(TABLE, "price", "regression", ignore=("kind",))
    kept = model("3-4:tanh-1", "float64", preparation=preparation)
    price = TABLE.columns["price"].values
    y = predict(kept.network, kept.parameters, preparation.inputs(TABLE))[:, 0] * price.std() + price.mean()
    assert np.allclose(kept.predict(TABLE), y)
    scores = kept.evaluate(TABLE)
    assert isinstance(scores, NumberEvaluation)
    assert scores.rmse == pytest.approx(math.sqrt(np.mean((y - price) ** 2)))
    assert scores.mae == pytest.approx(np.abs(y - price).mean())
    assert scores.r2 == pytest.approx(1 - np.sum((y - price) ** 2) / np.sum((price - price.mean()) ** 2))
    assert scores.spread == pytest.approx(price.std())


def test_the_model_of_a_training(tmp_path: Path) -> None:
    preparation = Preparation.infer(TABLE, "price", ignore=("kind",))
    x, t = preparation.arrays(TABLE)
    done = fit(Network("3-4:tanh-1"), x, t, optimiser=Adam(0.05), epochs=3, batch_size=2)
    kept = Model.of(done, preparation, data="plants")
    kept.save(tmp_path / "a.cg")
    found = load_model(tmp_path / "a.cg")
    assert found.settings["optimiser"]["learning_rate"] == 0.05
    assert (found.settings["data"], found.settings["position"]) == ("plants", [9, 3])
    assert bits(found.state) == bits(done.state)
    assert found.history == done.history
    assert np.allclose(found.outputs(x, prepared=True), done.predict(x))


def test_the_state_of_an_optimiser_is_kept_with_its_own_parameters_only() -> None:
    x, t = np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])
    rule = EarlyStopping(patience=9, on="loss")
    worse = SGD(1.2, momentum=0.5)  # the loss grows from epoch to epoch
    best = fit(Network("1-1"), x, t, optimiser=worse, epochs=4, batch_size=1, early_stopping=rule)
    same = bits(best.parameters) == bits(best.standing.parameters)
    assert not same
    assert not Model.of(best).state


def test_scores_of_classes_by_hand() -> None:
    true, answered = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 0])
    tally = ClassTally(("a", "b", "c"))
    tally.add(0.5, true[:2], answered[:2])  # in two blocks
    tally.add(0.2, true[2:], answered[2:])
    scores = tally.result()
    assert scores.loss == pytest.approx((2 * 0.5 + 4 * 0.2) / 6)
    assert scores.confusion == ((2, 1, 0), (1, 1, 0), (1, 0, 0))
    assert (scores.rows, scores.accuracy, scores.baseline) == (6, 0.5, 0.5)
    a, b, c = scores.scores
    assert (a.precision, a.recall, a.f1, a.rows) == (2 / 4, 2 / 3, 4 / 7, 3)
    assert (b.precision, b.recall, b.f1) == (1 / 2, 1 / 2, 1 / 2)
    assert math.isnan(c.precision)
    assert (c.recall, c.f1) == (0, 0)
    json.dumps(scores.to_dict())


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"W1": np.zeros((3, 3), np.float32)}, "parameters.W1"),
        ({"W1": np.full((3, 2), np.nan, np.float32)}, "parameters.W1"),
        ({"b1": np.zeros(3, np.float64)}, "parameters"),
        ({"b1": np.zeros(3, np.int64)}, "parameters.b1"),
        ({"W9": np.zeros(3, np.float32)}, "parameters.W9"),
    ],
)
def test_parts_that_do_not_fit_are_refused(change: dict[str, Any], path: str) -> None:
    whole = model()
    with pytest.raises(InputError) as told:
        Model(whole.network, {**whole.parameters, **change})
    assert [fault.path for fault in told.value.faults] == [path]


def test_a_description_too_large_for_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at most 32 MB"):
        write_file(tmp_path / "a.cg", {}, {"settings": "x" * (33 * 2**20)})
    assert list(tmp_path.iterdir()) == []


def test_a_model_makes_its_executor_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    create = choose.create_executor

    def noted(setup: Any, **options: Any) -> Any:
        made.append(setup)
        return create(setup, **options)

    monkeypatch.setattr(choose, "create_executor", noted)
    one = model("3-4:tanh-2:softmax")
    x = np.random.default_rng(0).normal(size=(9, 3))
    answers = [one.outputs(x[:1]), one.outputs(x), one.outputs(x[:1])]
    one.evaluate(x, np.arange(9) % 2)
    assert len(made) == 1
    assert np.array_equal(answers[0], answers[2])
    assert np.array_equal(answers[0], answers[1][:1])


def test_threads_may_answer_with_one_model_and_copies_with_their_own() -> None:
    one = model("30-64:relu-64:tanh-3:softmax")
    x = np.random.default_rng(0).normal(size=(5000, 30)).astype("float32")
    expected = one.outputs(x)
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(y, expected) for y in pool.map(one.outputs, [x] * 12))
    for other in (
        copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one)), replace(one, settings={}),  # noqa: S301
    ):  # fmt: skip
        assert np.array_equal(other.outputs(x), expected)
        assert np.array_equal(one.outputs(x), expected)


def test_the_numbers_of_a_model_stay() -> None:
    one = model()
    with pytest.raises(ValueError, match="read-only"):
        one.parameters["W1"][0, 0] = 1.0


@pytest.mark.parametrize("wrong", ["W9.m", "W1", "W1.x", "b1.", ".m"])
def test_a_state_of_no_parameter_is_refused(wrong: str) -> None:
    with pytest.raises(InputError, match=rf"state\.{re.escape(wrong)}: must belong to a parameter"):
        model(state={wrong: np.zeros((3, 2), np.float32)})


def test_a_state_of_another_shape_is_refused() -> None:
    with pytest.raises(InputError, match=r"state\.W1\.m: must "):
        model(state={"W1.m": np.zeros((2, 3), np.float32)})


def test_what_is_wrong_with_parameters_is_told_whatever_the_state() -> None:
    network = Network("2-3:tanh-1:sigmoid")
    right = {k: v.astype("float32") for k, v in initialise(network, 3).items()}
    for state in ({}, {f"{k}.m": v for k, v in right.items()}, {"W9.m": right["W1"]}):
        with pytest.raises(InputError, match=r"\Aparameters\.W1: must .*\Z"):
            Model(network, right | {"W1": right["W1"].T}, state=state)
        with pytest.raises(InputError, match=r"\Aparameters: must all be of one type.*\Z"):
            Model(network, right | {"W1": right["W1"].astype("float64")}, state=state)


def test_of_many_faults_five_are_told() -> None:
    with pytest.raises(InputError) as told:
        model(state={f"W{k}.m": np.zeros(1, np.float32) for k in range(3, 23)})
    assert len(told.value.faults) == 5
