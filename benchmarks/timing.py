"""Timing that says what it measured: runs taken in turn, so that a busy moment hits both, and medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence


def alternate(actions: Sequence[Callable[[], object]], *, rounds: int) -> list[float]:
    """Run the actions one after the other, ``rounds`` times; return the median seconds of each."""
    for action in actions:
        action()  # the first call warms up
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for taken, action in zip(seconds, actions, strict=True):
            start = time.perf_counter()
            action()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]


def python(*arguments: str) -> Callable[[], object]:
    """Return an action: a fresh Python process with these arguments, its output thrown away."""
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def report(what: str, value: float, unit: str, promise: float) -> bool:
    """Print one figure beside what is promised; return whether it is kept."""
    kept = value <= promise
    print(f"{what:<58}{value:9.3f} {unit:<3} promised ≤ {promise:g}  {'kept' if kept else 'BROKEN'}")
    return kept
