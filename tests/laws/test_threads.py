"""Threads of a training: kept while it lasts, gone afterwards, never in the caller's way, without a trace."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from typing import Any

import numpy as np
import pytest

from chalkgrad import Network
from chalkgrad.train import SGD, EpochReport, Fit, fit
from chalkgrad.train.executors.threads import ThreadTrial

pytest.importorskip("chalkgrad._native", reason="the native core is not built")
linux = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="the system lists no threads")

NETWORK = Network("200-128:relu-10:softmax")
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2000, 200)).astype("float32")
LABELS = RANDOM.integers(0, 10, 2000)


def trained(threads: int | None, **settings: Any) -> Fit:
    return fit(NETWORK, X, LABELS, optimiser=SGD(0.05), batch_size=500, threads=threads, **settings)


def tasks() -> set[str]:
    return set(os.listdir("/proc/self/task"))


@linux
def test_they_are_started_once_and_end_with_the_fit() -> None:
    before, seen = tasks(), list[set[str]]()
    affinity = os.sched_getaffinity(0)
    trained(3, epochs=6, callbacks=lambda report: seen.append(tasks() - before))
    assert len(seen[-1]) == 2
    assert all(threads == seen[-1] for threads in seen[1:])
    assert tasks() - before == set()
    assert os.sched_getaffinity(0) == affinity


@linux
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor")
def test_they_leave_the_callers_processor_alone() -> None:
    before, allowed = tasks(), os.sched_getaffinity(0)

    def look(report: EpochReport) -> None:
        for thread in tasks() - before:
            assert len(os.sched_getaffinity(int(thread))) == len(allowed) - 1

    trained(2, epochs=3, callbacks=look)
    one = min(allowed)
    os.sched_setaffinity(0, {one})  # nothing else is there, so they share it
    try:
        trained(2, epochs=2)
    finally:
        os.sched_setaffinity(0, allowed)


def test_no_bit_depends_on_how_many_take_part(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = trained(1, epochs=8, validation=0.2)
    begin, turns = ThreadTrial.begin, iter(range(10**6))

    def fickle(self: ThreadTrial, steps: int) -> int:
        self._executor.limit_threads(1 + next(turns) % 3)
        return min(begin(self, steps), 2)

    monkeypatch.setattr(ThreadTrial, "begin", fickle)
    changing = trained(3, epochs=8, validation=0.2)
    for name, value in alone.parameters.items():
        assert np.array_equal(value, changing.parameters[name])
    assert alone.history.losses == changing.history.losses
    assert alone.history.validation_losses == changing.history.validation_losses


class Pretended:
    """An executor whose steps take so long by the number of threads."""

    def __init__(self, seconds: dict[int, float]) -> None:
        self.threads, self.seconds, self.most = 2, seconds, 2

    def limit_threads(self, most: int) -> None:
        self.most = most

    def take(self, crew: ThreadTrial, slices: int) -> list[int]:
        found = []
        for _ in range(slices):
            steps = crew.begin(400)
            found.append(self.most)
            crew.measured(steps, steps * self.seconds[self.most])
        return found


def test_one_thread_is_taken_where_two_lose_and_two_again_where_they_win() -> None:
    executor = Pretended({1: 1e-4, 2: 3e-4})
    crew = ThreadTrial(executor, fixed=False)
    assert executor.take(crew, 60)[2:].count(2) <= 6
    executor.seconds = {1: 1e-4, 2: 6e-5}
    executor.take(crew, 80)
    assert executor.take(crew, 60).count(1) <= 6
    executor.seconds = {1: 1e-4, 2: 3e-4}  # noticed at once: its steps have become slower
    assert executor.take(crew, 60)[2:].count(2) <= 6


def test_who_says_how_many_gets_them() -> None:
    executor = Pretended({1: 1e-4, 2: 3e-4})
    assert executor.take(ThreadTrial(executor, fixed=True), 30) == [2] * 30


def _train_in_child(answers: Any) -> None:
    answers.put({name: value.tobytes() for name, value in trained(2, epochs=2).parameters.items()})


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_while_they_are_there_does_not_hang_the_child() -> None:
    """Neither in the middle of a fit, nor of one that another thread of the parent is in."""
    context = multiprocessing.get_context("fork")
    expected = {name: value.tobytes() for name, value in trained(2, epochs=2).parameters.items()}

    def check() -> None:
        answers = context.Queue()
        child = context.Process(target=_train_in_child, args=(answers,))
        child.start()
        assert answers.get(timeout=60) == expected
        child.join(60)
        assert child.exitcode == 0

    trained(2, epochs=3, callbacks=lambda report: check() if report.epoch == 2 else None)
    ended = threading.Event()

    def busy() -> None:
        while not ended.is_set():
            trained(2, epochs=5)

    other = threading.Thread(target=busy)
    other.start()
    time.sleep(0.05)
    try:
        check()
    finally:
        ended.set()
        other.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_goes_on_with_the_training_that_it_was_forked_in() -> None:
    """The parent's threads are not there, so it starts its own."""
    expected = trained(2, epochs=4).parameters["W1"].tobytes()
    parent, read, write = os.getpid(), *os.pipe()
    children: list[int] = []

    def split(report: EpochReport) -> None:
        if report.epoch == 2:
            children.append(os.fork())

    run = trained(2, epochs=4, callbacks=split)
    if os.getpid() != parent:
        os.write(write, b"same" if run.parameters["W1"].tobytes() == expected else b"else")
        os._exit(0)
    assert os.read(read, 4) == b"same"
    assert os.waitpid(children[0], 0)[1] == 0
