"""Checkpoints: a training that was killed goes on to the same bits, and the file is whole or refused."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalkgrad._errors import InputError
from chalkgrad._files import replacing
from chalkgrad.network import Network
from chalkgrad.train import SGD, Adam, Checkpoint, Cosine, EarlyStopping, ReduceOnPlateau, fit
from chalkgrad.train.record import tensors as tensors_module
from chalkgrad.train.record.checkpoint import read_standing, write_standing
from chalkgrad.train.steps import slices as slices_module

NETWORK = Network("3-4:tanh-2")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(23, 3))
Y = np.column_stack([X[:, 0] * X[:, 1], X[:, 2]])
SETTINGS: dict[str, Any] = {"batch_size": 5, "optimiser": Adam(0.02), "dropout": 0.2}

SCRIPT = """
import sys
import time
import numpy as np
from chalkgrad import Adam, Checkpoint, EarlyStopping, Network, ReduceOnPlateau, WarmUp, fit

random = np.random.default_rng(5)
x = random.normal(size=(300, 6))
y = np.column_stack([x[:, 0] * x[:, 1], np.abs(x[:, 2])])
run = fit(
    Network("6-8:tanh-8:relu-2", l2=0.001), x, y, epochs=80, batch_size=16, optimiser=Adam(0.01), seed=3,
    dropout=0.1, clip_norm=1.0, schedule=WarmUp(steps=50, then=ReduceOnPlateau(0.5, 3)), validation=0.2,
    early_stopping=EarlyStopping(patience=25), sample_weight=np.linspace(0.5, 1.5, 300),
    checkpoint=Checkpoint(sys.argv[1], every_epochs=2, every_seconds=0.01, keep=2), resume=True,
    callbacks=lambda report: time.sleep(0.003), progress=lambda at: time.sleep(0.001),
)
np.savez(sys.argv[2], losses=run.history.losses, steps=run.history.steps, **run.parameters, **run.state)
"""


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[k], second[k]) for k in first)


def start(checkpoint: Path, result: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, checkpoint, result], env=environment)


def ended(child: subprocess.Popen[bytes]) -> int:
    """The exit status of a child; none is waited for without end."""
    try:
        return child.wait(timeout=120)
    finally:
        child.kill()


def written(file: Path) -> int:
    """When a file was written last, in nanoseconds."""
    return file.stat().st_mtime_ns if file.exists() else 0


def test_killed_at_any_moment_and_resumed_it_has_the_same_bits(tmp_path: Path) -> None:
    """A child is killed again and again, at random moments of its training, until it comes to its end."""
    whole, torn = tmp_path / "whole.npz", tmp_path / "torn.npz"
    assert ended(start(tmp_path / "whole.checkpoint", whole)) == 0
    moments, kills, file = random.Random(0), 0, tmp_path / "torn.checkpoint"
    while kills < 4:
        before, child = written(file), start(file, torn)
        while written(file) == before and child.poll() is None:
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.06))
        child.send_signal(signal.SIGKILL)
        if ended(child) == 0:
            break
        kills += 1
    assert kills >= 2
    assert ended(start(file, torn)) == 0
    with np.load(whole) as expected, np.load(torn) as found:
        assert same(dict(expected), dict(found))


@pytest.mark.parametrize("every", [{"every_epochs": 2}, {"every_seconds": 1e-9}])
def test_going_on_from_every_checkpoint_ends_the_same(
    tmp_path: Path, every: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices_module.Slicer, "measured", lambda *_: None)  # a slice is a step
    settings = SETTINGS | {"epochs": 7, "validation": 0.2, "schedule": ReduceOnPlateau(0.5, 0, 0.5)}
    settings |= {"batch_size": 6, "early_stopping": EarlyStopping(3)}
    path, kept = tmp_path / "run.checkpoint", list[bytes]()
    whole = fit(
        NETWORK, X, Y, checkpoint=Checkpoint(path, **every),
        progress=lambda _: kept.append(path.read_bytes()) if path.exists() else None, **settings,
    )  # fmt: skip
    assert len({epoch.learning_rate for epoch in whole.history.epochs}) > 2
    files = list(dict.fromkeys(kept))
    assert len(files) >= (2 if "every_epochs" in every else 10)
    for content in files:
        path.write_bytes(content)
        on = fit(NETWORK, X, Y, resume=path, **settings)
        assert same(on.parameters, whole.parameters)
        assert same(on.state, whole.state)
        assert on.history.losses == whole.history.losses
        assert on.history.validation_losses == whole.history.validation_losses


def test_a_finished_training_is_given_back_and_can_be_prolonged(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    done = fit(NETWORK, X, Y, epochs=3, checkpoint=path, **SETTINGS)
    again = fit(NETWORK, X, Y, epochs=3, resume=path, **SETTINGS)
    assert same(again.parameters, done.parameters)
    assert again.history == done.history
    longer = fit(NETWORK, X, Y, epochs=5, checkpoint=path, resume=True, **SETTINGS)
    assert same(longer.parameters, fit(NETWORK, X, Y, epochs=5, **SETTINGS).parameters)
    assert same(longer.explain(3).parameters, fit(NETWORK, X, Y, epochs=5, **SETTINGS).explain(3).parameters)


def test_what_was_stopped_stays_stopped(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    rule = EarlyStopping(patience=2, on="loss", min_delta=100)
    done = fit(NETWORK, X, Y, epochs=50, checkpoint=path, early_stopping=rule, **SETTINGS)
    again = fit(NETWORK, X, Y, epochs=50, resume=path, early_stopping=rule, **SETTINGS)
    assert (again.outcome, again.history) == (done.outcome, done.history) == ("stopped", done.history)
    assert same(again.parameters, done.parameters)


def test_older_checkpoints_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    fit(NETWORK, X, Y, epochs=5, checkpoint=Checkpoint(path, keep=3), **SETTINGS)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "run.checkpoint",
        "run.checkpoint.1",
        "run.checkpoint.2",
    ]
    epochs = [read_standing(f"{path}{end}")[0].at.epoch for end in ("", ".1", ".2")]
    assert epochs == [5, 5, 4]  # the last is written once more when the training ends


def test_a_full_disk_costs_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, sync = tmp_path / "run.checkpoint", os.fsync
    fit(NETWORK, X, Y, epochs=2, checkpoint=path, **SETTINGS)
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.warns(RuntimeWarning, match="No space left on device; the training goes on") as told:
        run = fit(NETWORK, X, Y, epochs=6, checkpoint=path, resume=True, **SETTINGS)
    assert len(told) == 1
    assert (run.outcome, len(run.history.epochs)) == ("finished", 6)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.checkpoint"]
    monkeypatch.setattr(os, "fsync", sync)
    on = fit(NETWORK, X, Y, epochs=6, resume=path, **SETTINGS)
    assert same(on.parameters, run.parameters)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_the_systems_own_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors_module, "temporary_name", lambda target: Path("/dev/full"))
    monkeypatch.setattr(os, "unlink", lambda path: None)
    with pytest.warns(RuntimeWarning, match="No space left on device"):
        fit(NETWORK, X, Y, epochs=2, checkpoint=tmp_path / "run.checkpoint", **SETTINGS)


def test_a_place_that_cannot_be_written_is_found_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place, said in (
        (tmp_path / "nowhere" / "run", "No such file or directory"),
        (tmp_path, "a directory"),
        (tmp_path / "file" / "run", "Not a directory"),
    ):
        with pytest.raises(InputError, match=f"must be a file that can be written; got {said}"):
            fit(NETWORK, X, Y, checkpoint=place, callbacks=lambda report: pytest.fail("trained"), **SETTINGS)
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"batch_size": 4}, "batch_size: must be 5, as in"),
        ({"optimiser": SGD(0.1)}, r"optimiser: must be Adam\(learning_rate=0.02"),
        ({"dropout": 0.0}, "dropout: must be"),
        ({"seed": 1}, "seed: must be 0, as in"),
        ({"l2": 0.5}, "network: must be Network"),
        ({"x": X * 2}, "must go on with the same data; got other rows"),
        ({"sample_weight": np.ones(23)}, "must go on with the same data"),
        ({"schedule": Cosine()}, "schedule: must be Constant"),
    ],
)
def test_other_settings_or_data_are_refused(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    path = tmp_path / "run.checkpoint"
    fit(NETWORK, X, Y, epochs=1, checkpoint=path, **SETTINGS)
    changed = SETTINGS | {"x": X} | change
    with pytest.raises(InputError, match=said):
        fit(NETWORK, changed.pop("x"), Y, epochs=2, resume=path, **changed)


CLASSES = Network("3-4:tanh-3:softmax")
LABELS = np.arange(23) % 3


def test_a_stratified_training_goes_on_with_the_same_rows(tmp_path: Path) -> None:
    path, more = tmp_path / "run.checkpoint", SETTINGS | {"validation": 0.3}
    whole = fit(CLASSES, X, LABELS, epochs=4, **more)
    half = fit(CLASSES, X, LABELS, epochs=2, checkpoint=path, **more)
    for resume in (path, half):
        on = fit(CLASSES, X, LABELS, epochs=4, resume=resume, **more)
        assert same(on.parameters, whole.parameters)
        assert on.history.validation_losses == whole.history.validation_losses


def test_rows_set_aside_by_the_rule_of_earlier_versions_are_not_taken_for_these(tmp_path: Path) -> None:
    path, more = tmp_path / "run.checkpoint", SETTINGS | {"validation": 0.3}
    fit(CLASSES, X, LABELS, epochs=2, checkpoint=path, **more)
    standing, then = read_standing(path)
    assert then.pop("split") == "stratified"
    write_standing(path, standing, then)
    with pytest.raises(InputError, match="must go on with the same validation; got rows that were set aside"):
        fit(CLASSES, X, LABELS, epochs=4, resume=path, **more)
    fit(NETWORK, X, Y, epochs=2, checkpoint=path, **more)  # of numbers the rule is what it was
    standing, then = read_standing(path)
    write_standing(path, standing, {name: value for name, value in then.items() if name != "split"})
    fit(NETWORK, X, Y, epochs=4, resume=path, **more)


def test_other_rows_in_the_place_of_stratified_ones_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    fit(CLASSES, X, LABELS, epochs=2, checkpoint=path, validation=0.3, **SETTINGS)
    with pytest.raises(InputError, match="must go on with the same validation; got other rows"):
        fit(CLASSES, X, LABELS, epochs=4, resume=path, validation=(X[:5], LABELS[:5]), **SETTINGS)


def test_a_file_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.checkpoint"
    fit(NETWORK, X, Y, epochs=1, checkpoint=path, **SETTINGS)
    whole = path.read_bytes()
    moments = random.Random(1)
    for _ in range(60):
        place = moments.randrange(len(whole))
        torn = moments.choice([whole[:place], whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :]])
        path.write_bytes(torn)
        with pytest.raises(InputError, match=f"{path.name}: must be a "):
            fit(NETWORK, X, Y, epochs=1, resume=path, **SETTINGS)
    path.write_bytes(whole)
    fit(NETWORK, X, Y, epochs=1, resume=path, **SETTINGS)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    other = tmp_path / "weights.safetensors"
    save_file({"W1": np.zeros(3, dtype=np.float32)}, other)
    (tmp_path / "text").write_text("hello")
    for path, said in (
        (other, "must be a chalkgrad checkpoint 1; got a safetensors file of something else"),
        (tmp_path / "text", "must be a chalkgrad checkpoint"),
        (tmp_path / "missing", "must be an existing file"),
        (tmp_path, "must be a chalkgrad checkpoint"),
    ):
        with pytest.raises(InputError, match=said):
            fit(NETWORK, X, Y, resume=path, **SETTINGS)
    with pytest.raises(InputError, match="resume: must have a checkpoint to look for"):
        fit(NETWORK, X, Y, resume=True, **SETTINGS)
    with pytest.raises(InputError, match="resume: must be a checkpoint's file"):
        fit(NETWORK, X, Y, resume=3, **SETTINGS)  # type: ignore[arg-type]


def test_the_file_is_an_ordinary_safetensors_file(tmp_path: Path) -> None:
    from safetensors import safe_open

    path = tmp_path / "run.checkpoint"
    run = fit(NETWORK, X, Y, epochs=2, checkpoint=path, **SETTINGS)
    with safe_open(str(path), framework="np") as file:
        assert np.array_equal(file.get_tensor("parameters/W1"), run.parameters["W1"])
        note = json.loads(file.metadata()["note"])
    assert note["history"] == run.history.to_dict()


@pytest.mark.parametrize("presses", [1, 2])
def test_control_c_while_the_last_checkpoint_is_written(
    presses: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run"
    checkpoint = Checkpoint(path, every_epochs=100)
    whole = fit(NETWORK, X, Y, epochs=2, **SETTINGS)

    def pressed(*arguments: Any) -> int:
        for _ in range(presses):
            os.kill(os.getpid(), signal.SIGINT)
        return 0

    monkeypatch.setattr(tensors_module, "_check", pressed)
    run = fit(NETWORK, X, Y, epochs=2, checkpoint=checkpoint, **SETTINGS)
    assert run.outcome == "finished"
    assert all(np.array_equal(value, whole.parameters[name]) for name, value in run.parameters.items())
    assert path.exists() == (presses == 1)
    assert ("not written" in run.advice) == (presses == 2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_was_noted_of_one_quantity_is_not_taken_for_another(tmp_path: Path) -> None:
    path = tmp_path / "run"
    first = {**SETTINGS, "checkpoint": path, "validation": 0.3, "metrics": ["mae"]}
    fit(NETWORK, X, Y, epochs=3, early_stopping=EarlyStopping(100, on="validation loss"), **first)
    watched = EarlyStopping(100, on="mae", higher=True)
    run = fit(NETWORK, X, Y, epochs=5, early_stopping=watched, resume=True, **first)
    assert run.outcome == "finished"
    standing, _ = read_standing(path)
    assert standing.watch is not None
    mae = [epoch.metrics["mae"] for epoch in run.history.epochs[3:]]
    assert standing.watch["best"] == max(mae)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_device_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    path, found = tmp_path / "pipe", list[bytes]()
    os.mkfifo(path)
    with pytest.raises(InputError, match="a device"):
        fit(NETWORK, X, Y, epochs=1, checkpoint=path, **SETTINGS)
    reader = threading.Thread(target=lambda: found.append(path.read_bytes()), daemon=True)
    reader.start()
    tensors_module.write_tensors(path, {"W1": X}, "chalkgrad model 1", {})
    reader.join(10)
    assert path.is_fifo()
    assert found[0].endswith(X.tobytes())
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_an_answer_is_written_into_a_pipe(tmp_path: Path) -> None:
    path, found = tmp_path / "pipe", list[str]()
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: found.append(path.read_text()), daemon=True)
    reader.start()
    with replacing(path) as place, open(place, "w", encoding="utf-8") as file:
        file.write("a,b\n")
    reader.join(10)
    assert path.is_fifo()
    assert found == ["a,b\n"]
