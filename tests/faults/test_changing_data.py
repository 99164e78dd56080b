"""Files that change while they are trained on: told as such, never the end of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad.data import ArraySource, MemmapSource
from chalkgrad.network import Network
from chalkgrad.train import Checkpoint, fit

NETWORK = Network("5-8:relu-3:softmax")
RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(3000, 5)).astype(np.float32)
Y = np.argmax(X[:, :3], axis=1)


def mapped(folder: Path, **arrays: Any) -> list[Any]:
    """Write arrays and map them again."""
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return [np.load(folder / f"{name}.npy", mmap_mode="r") for name in arrays]


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return all(np.array_equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("validation", [None, 0.1])
def test_rows_read_from_a_file_are_those_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shuffle: bool, validation: float | None
) -> None:
    monkeypatch.setattr("chalkgrad.data.streams.mapped_source.PORTION_BYTES", 5000)
    x, y = mapped(tmp_path, x=X, y=Y)
    options: dict[str, Any] = {"epochs": 3, "batch_size": 32, "shuffle": shuffle, "validation": validation}
    expected = fit(NETWORK, X, Y, **options)
    assert same(fit(NETWORK, x, y, **options).parameters, expected.parameters)
    whole = np.load(tmp_path / "x.npy", mmap_mode="r")
    part = whole[10:2010]
    some = fit(NETWORK, part, y[10:2010], **options)
    assert same(some.parameters, fit(NETWORK, X[10:2010], Y[10:2010], **options).parameters)
    every_other = fit(NETWORK, whole[::2], y[::2], **options)
    assert same(every_other.parameters, fit(NETWORK, X[::2], Y[::2], **options).parameters)


CHANGES = {
    "labels": "np.load('y.npy', mmap_mode='r+')[:] = 10**7",
    "truncated": "os.truncate('x.npy', 1000)",
    "gone": "os.truncate('x.npy', 0); os.unlink('x.npy')",
}
SCRIPT = """
import os, sys, threading, time, warnings
import numpy as np
from chalkgrad import Network, fit
from chalkgrad.data import ArraySource, MemmapSource
random = np.random.default_rng(0)
x = random.standard_normal((100_000, 5)).astype("float32")
np.save("x.npy", x); np.save("y.npy", (x[:, 0] > 0).astype(np.int64))
x, y = (np.load(name, mmap_mode="r") for name in ("x.npy", "y.npy"))
def change():
    time.sleep(0.3)
    CHANGE
threading.Thread(target=change, daemon=True).start()
given = {"arrays": (x, y), "source": (ArraySource(x, y),), "stream": (MemmapSource(x, y, buffer_rows=5000),)}
run = fit(Network("5-64:relu-2:softmax"), *given[sys.argv[1]], epochs=10_000)
print(run.outcome, run.advice, all(np.isfinite(v).all() for v in run.parameters.values()))
"""


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("given", ["arrays", "source", "stream"])
def test_a_map_that_changes_under_a_training_ends_it_in_words(
    change: str, given: str, tmp_path: Path
) -> None:
    code = SCRIPT.replace("CHANGE", CHANGES[change])
    done = subprocess.run(
        [sys.executable, "-c", code, given],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("data changed ")
    assert ".npy: must " in done.stdout or "t: must be classes" in done.stdout
    assert done.stdout.endswith("True\n")


def test_a_map_whose_numbers_change_is_told_though_its_time_does_not(tmp_path: Path) -> None:
    x, y = mapped(tmp_path, x=X, y=Y)
    path = tmp_path / "x.npy"

    def change(_: object) -> None:
        seen, writable = os.stat(path), np.load(path, mmap_mode="r+")
        writable[0, 0] += 1
        writable.flush()
        os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))

    for given in ((x, y), (ArraySource(x, y),)):
        run = fit(NETWORK, *given, epochs=3, callbacks=change)
        assert run.outcome == "data changed"
        assert "x.npy: must stay as it was while it is trained on; got another content." in run.advice


def test_a_map_that_is_cut_off_before_is_refused(tmp_path: Path) -> None:
    x, y = mapped(tmp_path, x=X, y=Y)
    os.truncate(tmp_path / "x.npy", 1000)
    for given in ((x, y), (ArraySource(x, y),)):
        with pytest.raises(InputError, match=r"x\.npy: must stay as it was .*; got a shorter file"):
            fit(NETWORK, *given, epochs=1)
    with pytest.raises(InputError, match=r"a shorter file"):
        MemmapSource(x, y)


@pytest.mark.parametrize("kind", ["arrays", "mapped", "stream"])
@pytest.mark.parametrize("row", [0, 500, 1234, 2999])
def test_a_run_is_not_resumed_on_data_of_which_one_number_has_changed(
    kind: str, row: int, tmp_path: Path
) -> None:
    def given(x: Any, y: Any) -> Any:
        if kind == "arrays":
            return x, y
        maps = mapped(tmp_path, x=x, y=y)
        return maps if kind == "mapped" else (MemmapSource(*maps, buffer_rows=100),)

    file = tmp_path / "run.checkpoint"
    fit(NETWORK, *given(X, Y), epochs=1, checkpoint=Checkpoint(file))
    changed, other = X.copy(), Y.copy()
    changed[row, 3] = np.nextafter(changed[row, 3], np.float32(9))
    other[row] = (other[row] + 1) % 3
    for x, y in ((changed, Y), (X, other)):
        with pytest.raises(InputError, match="must go on with the same data; got other rows"):
            fit(NETWORK, *given(x, y), epochs=2, resume=file)
    assert len(fit(NETWORK, *given(X, Y), epochs=2, resume=file).history.epochs) == 2


def test_a_stream_tells_labels_that_there_are_not() -> None:
    for weight in (None, {0: 2.0}):
        run = fit(
            NETWORK,
            MemmapSource(X, np.where(np.arange(3000) == 1500, 7, Y), buffer_rows=100),
            epochs=1,
            class_weight=weight,
        )
        assert run.outcome == "data changed"
        assert "t: must be classes from 0 to 2; got 7" in run.advice
