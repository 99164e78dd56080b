"""How a step's time grows with batch, width and depth: fit, its executor, torch and NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.contest import Timing, contest
from benchmarks.process import Process
from benchmarks.sides import KINDS, Kind
from benchmarks.tables import figure, table
from benchmarks.workloads import Workload

SIDES = ("fit", "ours", "torch-fused", "numpy")
SWEEPS: dict[str, tuple[int, ...]] = {
    "batch": (1, 4, 16, 64, 256, 1024, 4096),
    "width": (8, 32, 128, 512, 2048, 4096),
    "depth": (1, 2, 4, 8, 16, 32, 64),
}
NETWORKS = {
    "batch": "784-128-10, batch m",
    "width": "64-n-n-10, batch 64",
    "depth": "64-(128 × L)-10, batch 64",
}


def workload(sweep: str, value: int) -> Workload:
    """One point of a sweep."""
    widths, batch = {
        "batch": ((784, 128, 10), value),
        "width": ((64, value, value, 10), 64),
        "depth": ((64, *(128,) * value, 10), 64),
    }[sweep]
    rows = max(1024, 2 * batch)
    name = f"{sweep} {value}"
    return Workload(name, widths, "relu", "cross_entropy", batch, rows=rows, checked_steps=2)


Curves = dict[str, dict[tuple[str, int], list[tuple[int, Timing]]]]
"""By sweep: of every side with its threads the timing at every value."""


def measure(kinds: Sequence[Kind], thread_counts: Sequence[int], *, quick: bool) -> Curves:
    """Time all points, the sides in turn at each."""
    curves: Curves = {}
    with ExitStack() as stack:
        everybody = [
            stack.enter_context(Process(kind, threads)) for kind in kinds for threads in thread_counts
        ]
        for sweep, values in SWEEPS.items():
            curves[sweep] = {}
            for value in values[::3] if quick else values:
                timings = contest(workload(sweep, value), everybody, rounds=3, seconds=0.1)
                for timing in timings:
                    curve = curves[sweep].setdefault((timing.side, timing.threads), [])
                    curve.append((value, timing))
                print(f"{sweep:>6} {value:>5}  " + "  ".join(_told(t) for t in timings), flush=True)
    return curves


def _told(timing: Timing) -> str:
    return f"{timing.side}/{timing.threads} {timing.fault or figure(timing.median * 1e6)}"


def curve_table(curves: Curves, sweep: str) -> str:
    """Microseconds a step: a row a side, a column a value."""
    sides = curves[sweep]
    values = [value for value, _ in next(iter(sides.values()))]
    rows = [
        [f"{KINDS[side].label}, {threads} T", *(_cell(timing) for _, timing in points)]
        for (side, threads), points in sides.items()
    ]
    return table([NETWORKS[sweep], *map(str, values)], rows, align="l" + "r" * len(values))


def _cell(timing: Timing) -> str:
    if not timing.seconds:
        return "wrong"
    return ("≈ " if timing.disturbed else "") + figure(timing.median * 1e6)


def records(curves: Curves) -> dict[str, Any]:
    """For the results file."""
    return {
        sweep: [
            {"side": side, "threads": threads, "at": value, "us": round(timing.median * 1e6, 3)}
            for (side, threads), points in sides.items()
            for value, timing in points
            if timing.seconds
        ]
        for sweep, sides in curves.items()
    }
