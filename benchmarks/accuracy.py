"""MNIST: seconds of training until 97 % and 98 % of the test images are right."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks.process import PAUSE, Process, SideError
from benchmarks.sides import KINDS, Kind
from benchmarks.tables import figure, table
from benchmarks.workloads import Workload

SIDES = ("fit", "torch", "torch-fused", "sklearn")
GOALS = (0.97, 0.98)
LONGEST = 25
"""Epochs after which a side has failed."""
WORKLOAD = Workload(
    "MNIST", (784, 256, 10), "relu", "cross_entropy", 32, rows=60_000, checked_steps=1, learning_rate=0.2
)


@dataclass
class Race:
    """One side's seconds of training to every goal, one number a run, and the epochs that it needed."""

    side: str
    threads: int
    seconds: dict[float, list[float]] = field(default_factory=lambda: {goal: [] for goal in GOALS})
    epochs: dict[float, int] = field(default_factory=dict)
    foreign: float = 0.0
    """The largest part of a core that others took during an epoch."""
    fault: str = ""


def run_once(process: Process, race: Race) -> None:
    """Train epoch by epoch, scoring off the clock, until the last goal is reached."""
    process.ask("prepare", workload=WORKLOAD.to_dict(), data="mnist")
    spent, open_goals = 0.0, list(GOALS)
    for epoch in range(1, LONGEST + 1):
        time.sleep(PAUSE)
        answer = process.ask("run", steps=WORKLOAD.steps_per_epoch)
        spent += answer["seconds"]
        race.foreign = max(race.foreign, answer["foreign"])
        reached = process.ask("score")["accuracy"]
        while open_goals and reached >= open_goals[0]:
            goal = open_goals.pop(0)
            race.seconds[goal].append(spent)
            race.epochs[goal] = epoch
        if not open_goals:
            return
    race.fault = f"{open_goals[0]:.0%} not reached in {LONGEST} epochs"


def measure(kinds: Sequence[Kind], thread_counts: Sequence[int], *, quick: bool) -> list[Race]:
    """Let every side train in turn, several times."""
    races = []
    with ExitStack() as stack:
        everybody = [
            (stack.enter_context(Process(kind, threads)), Race(kind.key, threads))
            for kind in kinds
            for threads in thread_counts
        ]
        for _ in range(1 if quick else 3):
            for process, race in everybody:
                if race.fault:
                    continue
                try:
                    run_once(process, race)
                except SideError as error:
                    race.fault = str(error)
        for _, race in everybody:
            print(f"  {race.side}/{race.threads}  {race.fault or race.seconds}", flush=True)
            races.append(race)
    return races


def race_table(races: Sequence[Race]) -> str:
    """Median seconds to each goal, with the epochs, and how many times ours is faster (best threads)."""
    best = {
        goal: min((_median(r, goal) for r in races if r.side == "fit" and r.seconds[goal]), default=None)
        for goal in GOALS
    }
    rows = []
    for race in races:
        cells = [f"{KINDS[race.side].label}, {race.threads} T"]
        for goal in GOALS:
            if not race.seconds[goal]:
                cells += [race.fault or "–", "–"]
                continue
            seconds, ours = _median(race, goal), best[goal]
            cells.append(f"{figure(seconds)} s ({race.epochs[goal]} epochs)")
            cells.append(figure(seconds / ours) if ours else "–")
        rows.append(cells)
    head = ["", *(cell for goal in GOALS for cell in (f"to {goal:.0%}", "× ours"))]
    return table(head, rows, align="lrrrr")


def _median(race: Race, goal: float) -> float:
    return statistics.median(race.seconds[goal])


def records(races: Sequence[Race]) -> list[dict[str, Any]]:
    """For the results file."""
    return [
        {
            "side": race.side,
            "threads": race.threads,
            "goal": goal,
            "seconds": [round(s, 3) for s in race.seconds[goal]],
            "epochs": race.epochs.get(goal),
        }
        for race in races
        for goal in GOALS
    ]
