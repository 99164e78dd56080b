"""Epochs taken at once are those taken one at a time, and neither wakes NumPy's BLAS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network
from chalkgrad.data.streams.order import epoch_order, epoch_random
from chalkgrad.train import SGD, Adam, Checkpoint, Cosine, EarlyStopping, Epoch, Fit, Progress, fit
from chalkgrad.train.run.whole_epochs import WholeEpochs

pytest.importorskip("chalkgrad._native", reason="the native core is not built")

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(23, 3))
NUMBERS = np.column_stack([X[:, 0] * X[:, 1], X[:, 2]])
CLASSES = (X[:, 0] > X[:, 1]).astype(int) + (X[:, 2] > 0.5)
EPOCHS = 40

CASES: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "numbers": ("3-4:tanh-2", NUMBERS, {}),
    "validated": ("3-4:tanh-2", NUMBERS, {"validation": 0.3, "batch_size": 4}),
    "classes": ("3-5:relu-3:softmax", CLASSES, {"batch_size": 7, "optimiser": Adam(0.02)}),
    "one-hot": ("3-5:relu-3:softmax", np.eye(3)[CLASSES], {"validation": (X[:9], np.eye(3)[CLASSES[:9]])}),
    "binary": ("3-5:relu-1:sigmoid", CLASSES > 0, {"validation": 0.2, "sample_weight": np.arange(23.0)}),
    "wide": ("3-40:tanh-40:relu:skip-3:softmax", CLASSES, {"l2": 0.01, "class_weight": "balanced"}),
    "dropped": ("3-40:tanh-2", NUMBERS, {"dropout": 0.3, "clip_norm": 0.5, "batch_size": 23}),
    "ordered": ("3-4:tanh-2", NUMBERS, {"shuffle": False, "schedule": Cosine(), "dtype": "float64"}),
}


def alike(one: Epoch, other: Epoch) -> bool:
    """Whether two records are the same but for the times."""
    return replace(one, seconds=0.0, samples_per_second=0.0) == replace(
        other, seconds=0.0, samples_per_second=0.0
    )


def same(one: Fit, other: Fit) -> bool:
    return (
        all(np.array_equal(value, other.parameters[name]) for name, value in one.parameters.items())
        and all(np.array_equal(value, other.state[name]) for name, value in one.state.items())
        and len(one.history.epochs) == len(other.history.epochs)
        and all(map(alike, one.history.epochs, other.history.epochs))
    )


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many epochs were taken at once, span by span."""
    found: list[int] = []
    take = WholeEpochs.take

    def noted(self: WholeEpochs, at: Any, count: int, watch: Any) -> Any:
        found.append(count)
        span = take(self, at, count, watch)
        assert len(span.epochs) == count or span.broken or (span.watch is not None and span.watch.is_over())
        return span

    monkeypatch.setattr(WholeEpochs, "take", noted)
    return found


@pytest.mark.parametrize("name", CASES)
def test_they_are_the_same_to_the_bit(name: str, taken: list[int]) -> None:
    network, y, settings = CASES[name]
    at_once = fit(Network(network), X, y, epochs=EPOCHS, seed=5, **settings)
    assert max(taken) > 1
    taken.clear()
    singly = fit(Network(network), X, y, epochs=EPOCHS, seed=5, callbacks=lambda report: None, **settings)
    assert not taken
    assert same(at_once, singly)
    assert all(epoch.seconds > 0 and epoch.samples_per_second > 0 for epoch in at_once.history.epochs)


WATCHES = (
    EarlyStopping(7),
    EarlyStopping(7, min_delta=0.004),
    EarlyStopping(1, restore_best=False),
    EarlyStopping(10**30),
    EarlyStopping(2, on="loss", min_delta=0.01),
    EarlyStopping(6, higher=True),
)
WATCHED = [(name, rule) for name in CASES for rule in WATCHES]
WATCHED += [(name, EarlyStopping(9, on="accuracy")) for name in ("classes", "one-hot", "binary", "wide")]


@pytest.mark.parametrize(("name", "rule"), WATCHED)
def test_early_stopping_ends_them_there_too(name: str, rule: EarlyStopping, taken: list[int]) -> None:
    network, y, settings = CASES[name]
    settings = {"validation": 0.3, "epochs": 150, "seed": 5, **settings, "early_stopping": rule}
    settings["batch_size"] = min(settings.get("batch_size", 16), 16)
    at_once = fit(Network(network), X, y, **settings)
    assert max(taken) > 1
    taken.clear()
    settings["callbacks"] = lambda report: None
    singly = fit(Network(network), X, y, **settings)
    assert not taken
    assert same(at_once, singly)
    assert (at_once.outcome, at_once.advice) == (singly.outcome, singly.advice)
    one, other = at_once.standing, singly.standing
    assert (one.watch, one.at.epoch, one.ended) == (other.watch, other.at.epoch, other.ended)
    assert (one.best is None) == (other.best is None) == (not rule.restore_best)
    for name, value in (one.best or {}).items():
        assert np.array_equal(value, (other.best or {})[name])


def test_a_watched_training_goes_on_as_it_would_have(taken: list[int], tmp_path: Path) -> None:
    """What was noted before a checkpoint counts in the epochs after it."""
    path = tmp_path / "run"
    settings: dict[str, Any] = {"validation": 0.3, "epochs": 150, "early_stopping": EarlyStopping(12)}
    whole = fit(
        Network("3-8:tanh-2"), X, NUMBERS, **settings, checkpoint=Checkpoint(path, every_epochs=5, keep=40)
    )
    assert whole.outcome == "stopped"
    assert max(taken) > 1
    for number in range(1, whole.history.epochs[-1].epoch // 5):
        rest = fit(Network("3-8:tanh-2"), X, NUMBERS, **settings, resume=f"{path}.{number}")
        assert same(rest, whole)
        assert (rest.outcome, rest.advice) == (whole.outcome, whole.advice)


def test_a_watched_training_that_is_interrupted_loses_nothing(taken: list[int]) -> None:
    def interrupt(told: Progress) -> None:
        if told.epoch > 10:
            signal.raise_signal(signal.SIGINT)

    network = Network("3-8:tanh-2")
    settings: dict[str, Any] = {"validation": 0.3, "epochs": 800, "early_stopping": EarlyStopping(500)}
    broken = fit(network, X, NUMBERS, progress=interrupt, **settings)
    assert max(taken) > 1
    assert broken.outcome == "interrupted"
    watch = broken.standing.watch
    assert watch is not None
    losses = [epoch.value("validation loss") for epoch in broken.history.epochs]
    assert watch["best"] == min(losses) == losses[watch["best_epoch"] - 1]
    whole = fit(network, X, NUMBERS, **settings)
    rest = fit(network, X, NUMBERS, resume=broken, **settings)
    assert same(rest, whole)
    assert rest.standing.watch == whole.standing.watch


@pytest.mark.parametrize(("restores", "bytes_kept"), [(True, 0), (False, 0), (True, 104)])
def test_large_parameters_are_not_kept_twice(
    restores: bool, bytes_kept: int, taken: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalkgrad.train.run.whole_epochs.SMALL", bytes_kept)
    rule = EarlyStopping(90, restore_best=restores)
    fit(Network("3-4:tanh-2"), X, NUMBERS, epochs=EPOCHS, validation=0.3, batch_size=4, early_stopping=rule)
    assert bool(taken) == (bytes_kept >= 4 * 26 or not restores)


@pytest.mark.parametrize("watch", [None, EarlyStopping(20)])
@pytest.mark.parametrize("rate", [3.0, 30.0, 1e3, 1e30, 3e38])
def test_a_training_that_diverges_ends_at_the_same_step(rate: float, watch: Any, taken: list[int]) -> None:
    network = Network("3-8:relu-8:relu-2")
    settings: dict[str, Any] = {"epochs": 30, "batch_size": 16, "optimiser": SGD(rate)}
    settings |= {"validation": 0.3, "early_stopping": watch} if watch else {"batch_size": 23}
    at_once = fit(network, X, NUMBERS, **settings)
    assert taken
    singly = fit(network, X, NUMBERS, callbacks=lambda report: None, **settings)
    assert (at_once.outcome, at_once.broken_at) == (singly.outcome, singly.broken_at)
    assert at_once.advice == singly.advice
    assert same(at_once, singly)


def test_who_looks_is_served_in_time(tmp_path: Path, taken: list[int]) -> None:
    """Checkpoints after their epochs, a step that is explained, progress to the end."""
    path, told = tmp_path / "run", list[Progress]()
    settings: dict[str, Any] = {"epochs": EPOCHS, "batch_size": 23, "explain": 17}
    run = fit(
        Network("3-4:tanh-2"), X, NUMBERS, checkpoint=Checkpoint(path, every_epochs=8, keep=4),
        progress=told.append, **settings,
    )  # fmt: skip
    plain = fit(Network("3-4:tanh-2"), X, NUMBERS, callbacks=lambda report: None, **settings)
    assert same(run, plain)
    assert max(taken) > 1
    for name, value in run.explain(17).parameters.items():
        assert np.array_equal(value, plain.explain(17).parameters[name])
    assert (told[-1].epoch, told[-1].step) == (EPOCHS, EPOCHS)
    halves = fit(Network("3-4:tanh-2"), X, NUMBERS, resume=f"{path}.3", epochs=EPOCHS, batch_size=23)
    assert halves.history.steps == EPOCHS
    assert same(halves, run)


def test_the_core_orders_rows_as_numpy_does() -> None:
    for seed in (0, 7, 2**32 - 1, 2**32, 2**70 + 5, 2**200 + 3, 2**3000):
        for epoch in (0, 1, 10**6, 2**32 - 1, 2**32):
            for rows in (1, 2, 3, 4, 5, 17, 1000):
                expected = epoch_random(seed, epoch).permutation(rows)
                assert np.array_equal(epoch_order(rows, seed, epoch), expected)
    assert np.array_equal(epoch_order(70_000, 1, 2), epoch_random(1, 2).permutation(70_000))


BLAS = """
import os, sys, threading, time
import numpy as np
pool = set(os.listdir("/proc/self/task")) - {str(os.getpid())}
spent = lambda: sum(int(open(f"/proc/self/task/{t}/schedstat").read().split()[0]) for t in pool)
from chalkgrad import Network, fit, initialise
r = np.random.default_rng(0)
x, t = r.normal(size=(3000, 200)).astype("f4"), r.integers(0, 10, 3000)
for watched in (False, True):
    before = spent()
    network = Network("200-100:relu-10:softmax", l2=0.001)
    fit(network, x, t, epochs=4, validation=0.2 if watched else None, parameters=initialise(network),
        clip_norm=1.0 if watched else None, callbacks=(lambda report: None) if watched else ())
    print(len(pool), spent() - before)
before = spent()
a = np.ones((300, 300)); a @ a; time.sleep(0.02)
print(spent() - before)
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="the system tells no thread's time")
def test_no_step_and_no_epoch_wakes_numpys_threads() -> None:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    done = subprocess.run(
        [sys.executable, "-c", BLAS], env=environment, capture_output=True, text=True, check=True
    )
    *fits, woken = done.stdout.splitlines()
    if int(woken) == 0:
        pytest.skip("NumPy's products have no threads of their own here")
    assert [line.split()[1] for line in fits] == ["0", "0"]
