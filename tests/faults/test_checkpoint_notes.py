"""A checkpoint whose sum is right and whose notes cannot be is refused: no hang, no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.network import Network
from chalkgrad.train import Adam, EarlyStopping, fit
from chalkgrad.train.record.checkpoint import KIND
from chalkgrad.train.record.tensors import read_tensors, write_tensors

NETWORK = Network("5-8:relu-2:softmax")
X = np.random.default_rng(0).standard_normal((300, 5)).astype("float32")
Y = (X[:, 0] > 0).astype(int)
SETTINGS: dict[str, Any] = {"optimiser": Adam(), "early_stopping": EarlyStopping(5), "validation": 0.2}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("run") / "run.checkpoint"
    fit(NETWORK, X, Y, epochs=2, checkpoint=file, **SETTINGS)
    return file


WRONG: list[tuple[str, Any]] = [
    *((f"at.{name}", value) for name in ("step", "epoch", "done") for value in (-1, -5, 10**30)),
    *((f"at.{name}", value) for name in ("step", "epoch", "done") for value in ("1", 1.5, None)),
    ("at.done", 10**9), ("at.done", 7), ("at.step", 0), ("at.total", "x"), ("at.seconds", None),
    ("at.epoch", 10**9), ("at", None), ("at", {}), ("history", []), ("history", {"epochs": [{}]}),
    ("history", None), ("pace", "x"), ("pace", {}), ("pace.bad", -1), ("pace.cuts", [[1]]),
    ("pace.cuts", "x"), ("watch", "x"), ("watch", {}), ("watch.best_epoch", "x"), ("watch.best", []),
    ("ended", 5), ("ended", "x"), ("drawn", "x"), ("identity", "x"), ("identity", {}),
    ("identity", None), ("names", 5), ("epochs", "x"), ("epochs", -1),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG, ids=lambda value: f"{value!r}"[:30])
def test_a_note_that_cannot_be(field: str, value: Any, whole: Path, tmp_path: Path) -> None:
    arrays, note = read_tensors(whole, KIND)
    place, *keys = field.split(".")
    note[place] = {**note[place], keys[0]: value} if keys else value
    write_tensors(tmp_path / "bad", arrays, KIND, note)
    with pytest.raises(InputError):
        fit(NETWORK, X, Y, epochs=4, resume=tmp_path / "bad", **SETTINGS)


@pytest.mark.parametrize("name", ["parameters/W1", "state/b2.m", "best/W2"])
@pytest.mark.parametrize("change", ["left out", "of another shape"])
def test_arrays_that_do_not_fit(name: str, change: str, whole: Path, tmp_path: Path) -> None:
    arrays, note = read_tensors(whole, KIND)
    array = arrays.pop(name)
    if change == "of another shape":
        arrays[name] = np.zeros((7, *array.shape), array.dtype)
    write_tensors(tmp_path / "bad", arrays, KIND, note)
    with pytest.raises(InputError, match="of other shapes"):
        fit(NETWORK, X, Y, epochs=4, resume=tmp_path / "bad", **SETTINGS)


def test_the_whole_one_is_taken(whole: Path) -> None:
    assert len(fit(NETWORK, X, Y, epochs=4, resume=whole, **SETTINGS).history.epochs) == 4
