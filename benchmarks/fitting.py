"""What `fit` costs beside its executor: on an idle machine, beside a busy neighbour, an epoch, an answer."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.process import PAUSE, Process
from benchmarks.sides import AUTO, FIT, OURS, USUAL, Kind
from benchmarks.tables import figure, table
from benchmarks.workloads import WORKLOADS

NAMES = ("W1", "W5", "W4")
EPOCHS = 20_000
SIDES: tuple[tuple[str, Kind, int], ...] = (
    ("executor, 1 T", OURS, 1),
    ("fit, 1 T", FIT, 1),
    ("with accuracy, 1 T", USUAL, 1),
    ("executor, 2 T", OURS, 2),
    ("fit, 2 T", FIT, 2),
    ("with accuracy, 2 T", USUAL, 2),
    ("fit, left to it", AUTO, 2),
)


@dataclass(frozen=True)
class Beside:
    """Microseconds a step of every side at a workload, alone or with a process that is always busy."""

    workload: str
    busy: bool
    microseconds: dict[str, float]


class Neighbour:
    """A process that wants a processor all the time."""

    def __enter__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        time.sleep(0.2)

    def __exit__(self, *ended: object) -> None:
        self._process.kill()
        self._process.wait()


def measure(*, quick: bool) -> tuple[list[Beside], dict[str, float]]:
    """Everything of this part."""
    found = [
        beside(name, busy=busy, rounds=3 if quick else 9)
        for name in NAMES[: 2 if quick else None]
        for busy in (False, True)
    ]
    return found, {"an epoch of XOR": epoch(quick), "Model.predict of a row": answer(quick)}


def beside(name: str, *, busy: bool, rounds: int) -> Beside:
    """Let the sides work in turn, half a second each."""
    w = WORKLOADS[name]
    with ExitStack() as stack:
        sides = [(label, stack.enter_context(Process(kind, threads))) for label, kind, threads in SIDES]
        steps = {}
        for label, process in sides:
            prepared = process.ask("prepare", workload=w.to_dict(), data="random")
            steps[label] = process.steps_for(0.5, prepared["granularity"])
        seconds: dict[str, list[float]] = {label: [] for label, _ in sides}
        stack.enter_context(Neighbour() if busy else nullcontext())
        for _ in range(rounds):
            for label, process in sides:
                time.sleep(PAUSE)
                taken = process.ask("run", steps=steps[label])["seconds"]
                seconds[label].append(taken / steps[label])
    medians = {label: 1e6 * statistics.median(values) for label, values in seconds.items()}
    told = "  ".join(f"{label} {figure(value)}" for label, value in medians.items())
    print(f"{name}{' beside a busy process' if busy else ''}  {told}", flush=True)
    return Beside(name, busy, medians)


def epoch(quick: bool) -> float:
    """Microseconds of CPU of an epoch of four rows, its one step included."""
    from chalkgrad import SGD, Network, fit

    x, t = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])

    def train(epochs: int) -> Callable[[], object]:
        settings: dict[str, Any] = {"epochs": epochs, "batch_size": 4, "progress": False}
        return lambda: fit(Network("2-4:tanh-1:sigmoid"), x, t, optimiser=SGD(0.5), **settings)

    few, many = (least(train(epochs), 3 if quick else 9) for epochs in (EPOCHS // 10, EPOCHS))
    return 1e6 * (many - few) / (EPOCHS - EPOCHS // 10)


def answer(quick: bool) -> float:
    """Microseconds of CPU of one row's answer by 784-128-10."""
    from chalkgrad import Network, initialise
    from chalkgrad.model import Model

    network = Network("784-128:relu-10:softmax")
    started = initialise(network)
    model = Model(network, {name: value.astype(np.float32) for name, value in started.items()})
    row, many = np.random.default_rng(0).random((1, 784), dtype=np.float32), 1000
    model.predict(row)

    def ask() -> None:
        for _ in range(many):
            model.predict(row)

    return 1e6 * least(ask, 3 if quick else 9) / many


def least(action: Callable[[], object], rounds: int) -> float:
    """The least seconds of CPU that it took."""
    found = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        found.append(time.process_time() - started)
    return min(found)


def beside_table(found: Sequence[Beside], costs: dict[str, float]) -> str:
    """Microseconds a step: a row a workload, alone and beside a busy process; then the costs."""
    labels = [label for label, _, _ in SIDES]
    rows = [
        [
            f"{each.workload}{', beside a busy process' if each.busy else ''}",
            *(figure(each.microseconds[label]) for label in labels),
        ]
        for each in found
    ]
    told = "; ".join(f"{what}: {figure(value)} µs" for what, value in costs.items())
    return table(["", *labels], rows, align="l" + "r" * len(labels)) + f"\n\nOf CPU time: {told}."


def records(found: Sequence[Beside], costs: dict[str, float]) -> dict[str, Any]:
    """For the results file."""
    steps = [
        {
            "workload": each.workload,
            "busy": each.busy,
            **{label: round(value, 3) for label, value in each.microseconds.items()},
        }
        for each in found
    ]
    return {"steps": steps, **{what: round(value, 2) for what, value in costs.items()}}
