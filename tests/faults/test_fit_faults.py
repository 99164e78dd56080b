"""Data and settings that cannot be trained on: everything that is wrong is told, before the training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.data import ArraySource
from chalkgrad.network import Network
from chalkgrad.train import SGD, Adam, Checkpoint, EarlyStopping, fit

NUMBERS, CLASSES, BINARY = Network("3-4:tanh-2"), Network("3-4:relu-3:softmax"), Network("3-1:sigmoid")
X = np.random.default_rng(0).normal(size=(40, 3))
Y = X[:, :2]
LABELS = np.arange(40) % 3


def told(network: Network, x: Any, y: Any, **settings: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        fit(network, x, y, callbacks=lambda report: pytest.fail("trained"), **settings)
    return str(error.value).split("\n")


def changed(array: Any, change: Callable[[Any], None]) -> Any:
    copy = np.array(array, dtype=float)
    change(copy)
    return copy


def put(row: Any, column: Any, value: float) -> Callable[[Any], None]:
    def change(array: Any) -> None:
        array[row, column] = value

    return change


class Table:
    """What a data frame shows of itself."""

    columns = ("age", "size", "colour")

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self.rows)


@pytest.mark.parametrize(
    ("x", "said"),
    [
        (changed(X, put(4, 1, np.nan)), "x[:, 1]: must be finite numbers; got nan in row 4."),
        (
            changed(X, put([3, 5, 7, 9], 2, np.inf)),
            "x[:, 2]: must be finite numbers; got inf in row 3, inf in row 5, inf in row 7 and 1 more.",
        ),
        (changed(X, put(0, 0, 1e300)), "x[:, 0]: must fit into float32; got 1e+300 in row 0."),
        (X[:, :2], "x: must be rows of 3, the network's input; got shape (40, 2). Write rows of 3."),
        (X.T, "got shape (3, 40). It looks transposed: rows are samples."),
        (X[:0], "x: must have at least one row; got none."),
        ([], "x: must have at least one row; got none."),
        (None, "x: must be given; got nothing"),
        ("data.csv", "x: must be an array of numbers; got 'data.csv'."),
        (X.astype(complex), "x: must be an array of numbers; got dtype complex128."),
        ([[1, 2, "red"]] * 40, "x[:, 2]: must be numbers; got 'red' in row 0, 'red' in row 1,"),
        ([[1, 2, 3], [1, 2]], "x[1]: must have 3 numbers like row 0; got 2."),
        (
            Table(np.array([[1, 2, "red"]] * 40, dtype=object)),
            "x['colour']: must be numbers; got 'red' in row 0",
        ),
        (Table(changed(X, put(1, 0, np.nan))), "x['age']: must be finite numbers; got nan in row 1."),
    ],
)
def test_inputs(x: Any, said: str) -> None:
    lines = told(NUMBERS, x, Y)
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.parametrize(
    ("network", "y", "said"),
    [
        (NUMBERS, Y[:39], "y: must have one row for each of the 40 rows of x; got shape (39, 2)"),
        (NUMBERS, Y[:, :1], "y: must be rows of 2, the network's output; got shape (40, 1)"),
        (NUMBERS, changed(Y, put(2, 1, np.nan)), "y[:, 1]: must be finite numbers; got nan in row 2."),
        (NUMBERS, None, "y: must be given"),
        (CLASSES, LABELS + 1, "be classes from 0 to 2; got 3 in row 2, 3 in row 5, 3 in row 8 and 10 more. "
         "Classes are counted from 0: subtract 1."),
        (CLASSES, LABELS * 2, "The network has 3 outputs; 5 classes need 5."),
        (CLASSES, LABELS - 1, "be classes from 0 to 2; got -1 in row 0"),
        (CLASSES, LABELS + 0.5, "be classes from 0 to 2; got 0.5 in row 0"),
        (CLASSES, np.where(LABELS == 1, np.nan, LABELS), "be classes from 0 to 2; got nan in row 1"),
        (CLASSES, ["cat"] * 40, "y: must be numbers; got 'cat' in row 0, 'cat' in row 1, 'cat' in row 2 and "
         "37 more. Number the classes from 0: classes, y = numpy.unique(y, return_inverse=True)."),
        (CLASSES, np.full((40, 3), 0.5), "have rows that sum to 1 for cross_entropy; got 1.5 in row 0"),
        (CLASSES, np.zeros(40, dtype=int), "y: must have rows of at least two classes; got only class 0 in "
         "all 40 rows"),
        (CLASSES, np.eye(3)[[1] * 40], "got only class 1 in all 40 rows"),
        (BINARY, np.ones(40), "got only class 1 in all 40 rows"),
        (BINARY, LABELS % 2 * 2 - 1, "Labels −1 and 1 become 0 and 1 by (y + 1)/2."),
        (BINARY, LABELS, "y: must be in [0, 1] for binary_cross_entropy; got 2 in row 2"),
        (BINARY, ["yes", "no"] * 20, "y: must be numbers; got 'yes' in row 0, 'no' in row 1"),
    ],
)  # fmt: skip
def test_targets(network: Network, y: Any, said: str) -> None:
    lines = told(network, X, y)
    assert len(lines) == 1
    assert said in lines[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"batch_size": 41}, "must be at most 40, the rows to learn from; got 41. Write batch_size=40."),
        ({"batch_size": 31, "validation": 0.25}, "must be at most 30, the rows to learn from; got 31."),
        ({"batch_size": 2.5}, "batch_size: must be a whole number of at least 1; got 2.5."),
        ({"epochs": True}, "epochs: must be a whole number of at least 1; got True."),
        ({"seed": -1}, "seed: must be a whole number of at least 0; got -1."),
        ({"shuffle": "yes"}, "shuffle: must be True or False; got 'yes'."),
        ({"optimiser": "adamm"}, "optimiser: must be SGD, Adam, AdamW or RMSprop"),
        ({"optimiser": SGD(-1)}, "optimiser.learning_rate: must be a number above 0; got -1."),
        ({"optimiser": SGD(float("nan"))}, "optimiser.learning_rate: must be a number above 0; got nan."),
        ({"optimiser": Adam(beta1=1)}, "optimiser.beta1: must be a number of at least 0 and below 1; got 1."),
        ({"optimiser": SGD(nesterov=True)}, "optimiser.momentum: must be above 0 with nesterov; got 0."),
        ({"schedule": 0.1}, "schedule: must be a schedule or one of 'constant'"),
        ({"clip_norm": 0}, "clip_norm: must be a number above 0; got 0."),
        ({"dropout": 1.0}, "dropout: must be a number of at least 0 and below 1; got 1.0."),
        ({"dropout": [0.1, 0.2]}, "dropout: must have one rate for each of the 1 hidden layers; got 2."),
        ({"l2": -1}, "l2: must be a number of at least 0; got -1."),
        ({"sample_weight": np.ones(3)}, "sample_weight: must have 40 numbers, one a row; got shape (3,)"),
        ({"sample_weight": -np.ones(40)}, "sample_weight: must be at least 0; got -1 in row 0."),
        ({"sample_weight": np.zeros(40)}, "sample_weight: must be above 0 somewhere; got 0 for every row."),
        ({"class_weight": "balanced"}, "class_weight: must be left out where there are no classes"),
        ({"validation": 1.0}, "validation: must be a number above 0 and below 1; got 1.0. Write 0.1, say."),
        ({"validation": 0.001}, "validation: must leave rows on both sides of 40; got 0.001."),
        ({"validation": "some"}, "validation: must be a part of the rows such as 0.1, or (x, y)"),
        ({"validation": (X[:, :2], Y)}, "validation[0]: must be rows of 3"),
        ({"validation": (X, Y[:3])}, "validation[1]: must have one row for each of the 40 rows"),
        ({"early_stopping": 3}, "early_stopping: must be an EarlyStopping; got 3."),
        ({"early_stopping": EarlyStopping()}, "validation loss"),
        ({"early_stopping": EarlyStopping(on="accuracy")}, "on: must be 'loss'; got 'accuracy'."),
        ({"metrics": ["maee"]}, "Did you mean 'mae'?"),
        ({"metrics": ["accuracy"]}, "metrics: must suit the network; got accuracy"),
        ({"callbacks": [3]}, "callbacks[0]: must be a function of an EpochReport"),
        ({"progress": "bar"}, "progress: must be True, False, None or a function"),
        ({"dtype": "float16"}, "dtype: must be one of 'float32', 'float64'; got 'float16'."),
        ({"threads": 0}, "threads: must be a whole number of at least 1; got 0."),
        ({"parameters": {"W1": np.ones((4, 3))}}, "parameters.b1: must be given, of shape (4,)"),
        ({"checkpoint": 3}, "checkpoint: must be a Checkpoint or a file's name; got 3."),
        ({"explain": -1}, "explain: must be a whole number of at least 0; got -1."),
        ({"resume": "nowhere.checkpoint"}, "nowhere.checkpoint: must be an existing file"),
    ],
)  # fmt: skip
def test_settings(settings: dict[str, Any], said: str) -> None:
    settings = dict(settings)
    callbacks = settings.pop("callbacks", ())
    with pytest.raises(InputError) as error:
        fit(NUMBERS, X, Y, callbacks=callbacks, **settings)
    assert said in str(error.value)


def test_class_weights() -> None:
    assert "class_weight[5]: must be a class; got 5. The classes are 0 to 2." in told(
        CLASSES, X, LABELS, class_weight={5: 1.0}
    )
    said = "class_weight: must be 'balanced' or a table of class numbers and weights; got 3."
    assert said in told(CLASSES, X, LABELS, class_weight=3)[0]


def test_everything_is_told_at_once() -> None:
    lines = told(
        NUMBERS,
        changed(X, put(1, slice(None), np.nan)),
        Y[:, :1],
        epochs=0,
        optimiser="adams",
        dropout=7,
        validation="half",
        metrics=["mea"],
        sample_weight=[1, 2],
        checkpoint="/nowhere/run",
    )
    places = [line.split(":")[0] for line in lines]
    assert places == [
        "optimiser", "dropout", "epochs", "x[", "x[", "x[", "y", "sample_weight", "validation", "metrics[0]",
        "checkpoint /nowhere/run",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "wrong", "said"),
    [
        (
            EarlyStopping,
            {"patience": 0, "min_delta": -1},
            "min_delta: must be a number of at least 0; got -1.",
        ),
        (EarlyStopping, {"on": 3}, "on: must be the name of a loss or metric; got 3."),
        (Checkpoint, {"path": ""}, "path: must be a file's name; got ''."),
        (Checkpoint, {"path": "run", "keep": 0}, "keep: must be a whole number of at least 1; got 0."),
    ],
)
def test_what_is_wrong_by_itself(kind: Any, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        kind(**wrong)
    assert said in str(error.value)


def test_beside_a_source() -> None:
    source = ArraySource(X.astype(np.float32), Y.astype(np.float32))
    lines = told(NUMBERS, source, Y, validation=0.5)
    assert lines[0].startswith("y: must be left out: the source has it")
    assert lines[1].startswith("validation: must be rows of their own beside a source; got 0.5.")
    assert "x: must have 2 features" in told(Network("2-2"), source, None)[0]


def test_a_source_is_trained_on_like_its_arrays() -> None:
    source = ArraySource(X.astype(np.float32), Y.astype(np.float32))
    from_source, from_arrays = fit(NUMBERS, source, epochs=2), fit(NUMBERS, X, Y, epochs=2)
    for name, value in from_arrays.parameters.items():
        assert np.array_equal(value, from_source.parameters[name])


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (X[:0], LABELS[:0], "x: must have at least one row; got none."),
        (np.ma.array(X, mask=np.arange(120).reshape(40, 3) == 7), LABELS, "x: must have no masked numbers"),
        (
            X,
            np.ma.array(LABELS, mask=LABELS == 2),
            "y: must have no masked numbers; got masked numbers in row 2",
        ),
    ],
)
def test_rows_that_are_not_there(x: Any, y: Any, said: str) -> None:
    assert told(CLASSES, x, y)[0].startswith(said)


def test_a_sparse_matrix_is_called_one() -> None:
    class Sparse:
        shape = (40, 3)

        def toarray(self) -> Any:
            return X

    assert told(CLASSES, Sparse(), LABELS) == [
        "x: must be an array of numbers; got a sparse matrix (Sparse). Write x.toarray()."
    ]


def test_an_array_that_will_not_be_converted() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            raise RuntimeError("it requires a gradient")

    assert told(CLASSES, Tensor(), LABELS)[0].startswith(
        "x: must be an array of numbers; got Tensor (it requires a gradient)."
    )


def test_empty_rows_to_validate_on() -> None:
    said = told(CLASSES, X, LABELS, validation=(X[:0], LABELS[:0]))
    assert said[0].startswith("validation[0]: must have at least one row")


@pytest.mark.parametrize("part", [0, 1.0, -0.1, float("nan")])
def test_a_part_that_is_none_is_told_once(part: float) -> None:
    assert len(told(CLASSES, X, LABELS, validation=part)) == 1


def test_a_part_of_another_type_of_number() -> None:
    settings: dict[str, Any] = {"epochs": 1, "batch_size": 4}
    one = fit(CLASSES, X, LABELS, validation=np.float32(0.25), **settings)
    assert one.history.losses == fit(CLASSES, X, LABELS, validation=0.25, **settings).history.losses


def test_classes_that_all_count_nothing() -> None:
    said = told(CLASSES, X, LABELS, class_weight={0: 0, 1: 0, 2: 0})
    assert said == ["class_weight: must be above 0 for some class; got 0 for all. Leave it out for 1."]


def test_too_many_threads() -> None:
    assert told(CLASSES, X, LABELS, threads=10**6)[0].startswith(
        "threads: must be at most 4096; got 1000000."
    )
