"""The benchmarks themselves: what is timed is right, what is disturbed is left out, the page has places."""

from __future__ import annotations

import dataclasses
import doctest
import math
import sys
from contextlib import ExitStack

import pytest

from benchmarks import __main__ as command
from benchmarks import fitting, float64, page, steps, tables
from benchmarks.contest import Timing, contest, ratios
from benchmarks.process import Process
from benchmarks.sides import KINDS, Task, numpy_by_hand, ours
from benchmarks.workloads import WORKLOADS, Workload, initial_parameters, random_data

QUICK = [name for name in WORKLOADS if name != "W7"]


def task_of(w: Workload) -> Task:
    return Task(w, *random_data(w), initial_parameters(w))


def gap(w: Workload, task: Task) -> float:
    """How far the hand-written side is from the float64 trainer."""
    side = numpy_by_hand.prepare(task)
    side.run(w.checked_steps)
    rows = random_data(w)
    truth = float64.train(w, initial_parameters(w), *rows, w.checked_steps)
    return abs(float64.loss(w, side.parameters(), *rows) - float64.loss(w, truth, *rows))


@pytest.mark.parametrize("name", QUICK)
def test_numpy_by_hand_is_right(name: str) -> None:
    w = dataclasses.replace(WORKLOADS[name], rows=max(1024, 2 * WORKLOADS[name].batch))
    assert gap(w, task_of(w)) < float64.TOLERANCE[w.optimiser]


@pytest.mark.parametrize("name", ["W3", "W4"])
def test_a_wrong_side_is_found(name: str) -> None:
    w = dataclasses.replace(WORKLOADS[name], rows=1024)
    wrong = dataclasses.replace(w, learning_rate=1.1 * w.learning_rate)
    assert gap(w, task_of(wrong)) > float64.TOLERANCE[w.optimiser]


@pytest.mark.parametrize("name", QUICK)
def test_our_network_is_the_workloads(name: str) -> None:
    w = WORKLOADS[name]
    shapes = ours.network_of(w).parameter_shapes()
    assert {name: value.shape for name, value in initial_parameters(w).items()} == dict(shapes)


def test_two_sides_meet_in_processes_of_their_own() -> None:
    w = dataclasses.replace(WORKLOADS["W1"], rows=1024)
    with ExitStack() as stack:
        sides = [stack.enter_context(Process(KINDS[key], 1)) for key in ("fit", "ours", "numpy")]
        timings = contest(w, sides, rounds=2, seconds=0.01)
    assert [timing.fault for timing in timings] == ["", "", ""]
    assert all(len(timing.seconds) == 2 and min(timing.seconds) > 0 for timing in timings)


def test_disturbed_rounds_do_not_count() -> None:
    quiet = Timing("a", 1, [1.0, 9.0, 2.0, 3.0], [0.0, 0.5, 0.0, 0.01])
    assert not quiet.disturbed
    assert quiet.median == 2.0
    noisy = Timing("a", 1, [1.0, 9.0, 2.0, 3.0], [0.3, 0.5, 0.2, 0.01])
    assert noisy.disturbed
    assert noisy.median == 2.0
    assert math.isnan(Timing("a", 1).median)


def test_a_ratio_is_of_one_round() -> None:
    slower = Timing("a", 1, [2.0, 4.0, 6.0], [0.0, 0.0, 0.0])
    faster = Timing("b", 1, [1.0, 1.0, 9.0], [0.0, 0.0, 0.9])
    assert ratios(slower, faster)[1:] == (2.0, 4.0)


def test_flops_are_three_products_a_layer_and_two_in_the_first() -> None:
    w = Workload("", (5, 4, 3), "relu", "squared_error", 2)
    assert w.flops == 2 * 2 * (2 * 5 * 4 + 3 * 4 * 3)


def test_the_page_has_a_place_for_every_part() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    for name in ("machine", "summary", "steps", "fitting", "scaling", "accuracy", "footprint"):
        assert "new content" in page.replaced(text, name, "new content")
    with pytest.raises(ValueError, match="0 places"):
        page.replaced(text, "nothing", "")


@pytest.mark.parametrize(
    ("option", "known"), [("--sides", "torch, torch-fused"), ("--only", "fitting"), ("--workloads", "W1, W2")]
)
def test_what_is_not_known_is_told_with_what_is(
    option: str, known: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", option, "nonsense"])
    with pytest.raises(SystemExit):
        command.main()
    told = " ".join(capsys.readouterr().err.split())
    assert "'nonsense' is none of" in told
    assert known in told


def test_fit_stands_beside_its_executor_in_the_table() -> None:
    labels = [label for label, _, _ in fitting.SIDES]
    found = [fitting.Beside("W1", busy, dict.fromkeys(labels, 1.5)) for busy in (False, True)]
    text = fitting.beside_table(found, {"an epoch of XOR": 7.25})
    assert "| W1, beside a busy process | 1.50 |" in text
    assert "an epoch of XOR: 7.25 µs" in text


def test_a_table_of_what_failed_says_so() -> None:
    w = WORKLOADS["W1"]
    line = steps.Line(w, [Timing("ours", 1, [1e-6] * 3, [0.0] * 3), Timing("jax", 1, fault="no")], {})
    assert "| JAX jit + scan | wrong |" in steps.everybody([line])
    assert steps.faults([line]) == ["JAX jit + scan, 1 thread(s), W1: no"]


@pytest.mark.parametrize("module", [page, tables])
def test_examples_in_docstrings(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
