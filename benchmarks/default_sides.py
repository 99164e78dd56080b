"""Who takes part in ``bench_defaults``: the command as a user types it, and two of scikit-learn, by default.

Each is given a data set and a seed; it returns accuracy or R² on the rows to test on, and CPU seconds.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.data_sets import DataSet

Side = Callable[[DataSet, int, Path], dict[str, Any]]


def cpu_seconds() -> float:
    """Seconds of CPU that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ours(data: DataSet, seed: int, folder: Path, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """``chalkgrad train FILE --target … -o …`` in this process; the seconds are those of ``fit``.

    ``command`` are those of everything: reading, preparing, training, measuring, writing.
    """
    from chalkgrad.app.commands import train as train_command
    from chalkgrad.data import read_table
    from chalkgrad.model import load_model

    train, test = data.files(folder)
    filled = ("--missing", "mean") if data.train.isna().any(axis=None) else ()
    typed = [str(train), "--target", data.target, "-o", str(folder / "model.cg"), "--format", "json"]
    out, before = io.StringIO(), cpu_seconds()
    with _timed_fit() as spent, contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        train_command.run([*typed, "--seed", str(seed), "--threads", "1", *filled, *options])
    command = cpu_seconds() - before
    told = json.loads(out.getvalue())
    found: Any = load_model(folder / "model.cg").evaluate(read_table(test))
    history = told["history"]
    return {
        "score": found.r2 if data.is_regression else found.accuracy,
        "seconds": spent[0],
        "command": command,
        "epochs": len(history["epochs"]),
        "steps": history["epochs"][-1]["steps"],
    }


@contextlib.contextmanager
def _timed_fit() -> Iterator[list[float]]:
    """Note the CPU seconds of ``fit`` while the command runs."""
    module: Any = importlib.import_module("chalkgrad.train.fit")
    spent, real = [0.0], module.fit

    def timed(*given: Any, **named: Any) -> Any:
        before = cpu_seconds()
        try:
            return real(*given, **named)
        finally:
            spent[0] += cpu_seconds() - before

    module.fit = timed
    try:
        yield spent
    finally:
        module.fit = real


def perceptron(data: DataSet, seed: int, folder: Path) -> dict[str, Any]:
    """scikit-learn's MLPClassifier or MLPRegressor: 100 relu, Adam 0.001, batch 200, up to 200 epochs."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    kind = MLPRegressor if data.is_regression else MLPClassifier
    return _scored(data, kind(random_state=seed))


def boosting(data: DataSet, seed: int, folder: Path) -> dict[str, Any]:
    """scikit-learn's HistGradientBoosting."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if data.is_regression else HistGradientBoostingClassifier
    return _scored(data, kind(random_state=seed))


def _scored(data: DataSet, estimator: Any) -> dict[str, Any]:
    import warnings

    x, x_test, y, y_test = arrays(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = cpu_seconds()
        estimator.fit(x, y)
        seconds = cpu_seconds() - before
    return {"score": float(estimator.score(x_test, y_test)), "seconds": seconds}


def _divided(pixels: pd.DataFrame) -> Any:
    return pixels.to_numpy(np.float32) / 255


def arrays(data: DataSet) -> tuple[Any, Any, Any, Any]:
    """Return inputs and targets as scikit-learn is given them: standardised, one-hot, missing ones filled."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    x, x_test = data.train.drop(columns=data.target), data.test.drop(columns=data.target)
    number = [name for name in x if pd.api.types.is_numeric_dtype(x[name])]
    pixels = all(kind == np.uint8 for kind in x.dtypes)
    numbers = FunctionTransformer(_divided) if pixels else make_pipeline(SimpleImputer(), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    rest = [name for name in x if name not in number]
    made = make_column_transformer((numbers, number), (texts, rest))
    y, y_test = data.train[data.target].to_numpy(), data.test[data.target].to_numpy()
    if data.is_regression:
        mean, deviation = y.mean(), y.std()
        y, y_test = (y - mean) / deviation, (y_test - mean) / deviation
    return made.fit_transform(x), made.transform(x_test), y, y_test
