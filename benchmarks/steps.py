"""W1 to W8: microseconds a step, ours against every peer, one and two threads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from benchmarks.contest import Timing, contest, ratios
from benchmarks.limits import Peak
from benchmarks.process import Process
from benchmarks.sides import FIT, KINDS, OURS, PEERS, Kind
from benchmarks.tables import figure, table, times
from benchmarks.workloads import WORKLOADS, Workload

EAGER = ("torch", "torch-fused", "torch-medium")
LONG = 1e10
"""From so many FLOPs a step fewer rounds do, since a block is a step or two."""


@dataclass(frozen=True)
class Line:
    """Everybody's timings at one workload."""

    workload: Workload
    timings: list[Timing]
    peak: dict[int, float]
    """GFLOP/s of multiply-adds by number of threads, measured just before."""

    def best(self, keys: Sequence[str], threads: int | None = None) -> Timing | None:
        """The side with the least median among these; None if none was timed."""
        timed = [t for t in self.timings if t.side in keys and t.seconds and threads in (None, t.threads)]
        return min(timed, key=lambda timing: timing.median, default=None)


def measure(
    names: Sequence[str], kinds: Sequence[Kind], thread_counts: Sequence[int], peak: Peak, *, quick: bool
) -> list[Line]:
    """Time the workloads one after the other, all sides in turn in each."""
    lines = []
    with ExitStack() as stack:
        everybody = [
            stack.enter_context(Process(kind, threads)) for kind in kinds for threads in thread_counts
        ]
        for name in names:
            w = WORKLOADS[name]
            playing = [process for process in everybody if process.kind.takes(w)]
            rounds = 3 if quick else 5 if w.flops > LONG else 7
            most = peak.measure(thread_counts)
            timings = contest(w, playing, rounds=rounds, seconds=0.1 if quick else 0.2)
            lines.append(Line(w, timings, most))
            print(told(lines[-1]), flush=True)
    return lines


def told(line: Line) -> str:
    """What to print as soon as a workload is done."""
    rows = [f"{line.workload.name}  {line.workload.describe()}"]
    for timing in sorted(line.timings, key=lambda timing: (not timing.seconds, timing.median)):
        what = timing.fault or f"{figure(timing.median * 1e6)} µs{' (disturbed)' if timing.disturbed else ''}"
        rows.append(f"    {KINDS[timing.side].label:<34}{timing.threads} thread(s)  {what}")
    return "\n".join(rows)


def summary(lines: Sequence[Line]) -> str:
    """The table of ratios: ours against torch eager at its best setting, and against the best of all."""
    rows = []
    for line in lines:
        ours = line.best([FIT.key])
        eager, peer = line.best(EAGER), line.best([kind.key for kind in PEERS])
        rows.append(
            [
                f"{line.workload.name}: {line.workload.describe()}",
                _both(line, FIT.key),
                _both(line, OURS.key),
                _of_peak(line),
                _ratio(eager, ours),
                _ratio(peer, ours),
                _named(peer),
            ]
        )
    head = [
        "workload",
        "fit, 1 / 2 threads",
        "its executor, 1 / 2",
        "executor, % of peak",
        "× faster than torch eager",
        "× faster than the best peer",
        "that peer",
    ]
    return table(head, rows, align="lrrrrrl")


def everybody(lines: Sequence[Line]) -> str:
    """The table of all medians, microseconds a step, one thread / two."""
    rows = []
    for kind in (FIT, OURS, *PEERS):
        cells = []
        for line in lines:
            timed = any(t.seconds for t in line.timings if t.side == kind.key)
            wrong = any(t.fault and t.side == kind.key for t in line.timings)
            cells.append("wrong" if wrong else _both(line, kind.key) if timed else "–")
        if any(cell != "–" for cell in cells):
            rows.append([kind.label, *cells])
    return table(["", *(line.workload.name for line in lines)], rows, align="l" + "r" * len(lines))


def faults(lines: Sequence[Line]) -> list[str]:
    """Sides that failed or computed something else, a sentence each."""
    return [
        f"{KINDS[t.side].label}, {t.threads} thread(s), {line.workload.name}: {t.fault}"
        for line in lines
        for t in line.timings
        if t.fault
    ]


def largest_gap(lines: Sequence[Line]) -> dict[str, float]:
    """The largest difference from the float64 trainer's loss, by optimiser."""
    found: dict[str, float] = {}
    for line in lines:
        rule = line.workload.optimiser
        gaps = [t.gap for t in line.timings if t.seconds]
        found[rule] = max([found.get(rule, 0.0), *gaps])
    return found


def peaks(lines: Sequence[Line]) -> dict[str, dict[int, float]]:
    """For the results file: the peak beside every workload."""
    return {line.workload.name: line.peak for line in lines}


def records(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """For the results file: the figures of every side."""
    return [
        {
            "workload": line.workload.name,
            "side": timing.side,
            "threads": timing.threads,
            "us": round(timing.median * 1e6, 4),
            "us_low": round(min(timing.clean or timing.seconds) * 1e6, 4),
            "us_high": round(max(timing.clean or timing.seconds) * 1e6, 4),
            "rounds": len(timing.seconds),
            "quiet_rounds": len(timing.clean),
            "loss_gap": float(f"{timing.gap:.2g}"),
        }
        for line in lines
        for timing in line.timings
        if timing.seconds
    ]


def _both(line: Line, key: str) -> str:
    """One thread / two."""
    return " / ".join(_timed(line.best([key], threads)) for threads in (1, 2))


def _timed(timing: Timing | None) -> str:
    """Microseconds a step, with ≈ where others disturbed the run."""
    if timing is None:
        return "–"
    return ("≈ " if timing.disturbed else "") + figure(timing.median * 1e6)


def _of_peak(line: Line) -> str:
    cells = []
    for threads in (1, 2):
        timing = line.best([OURS.key], threads)
        if timing is None or threads not in line.peak:
            cells.append("–")
        else:
            cells.append(f"{100 * line.workload.flops / timing.median / 1e9 / line.peak[threads]:.0f}")
    return " / ".join(cells)


def _ratio(slower: Timing | None, ours: Timing | None) -> str:
    return times(*ratios(slower, ours)) if slower and ours else "–"


def _named(timing: Timing | None) -> str:
    if timing is None:
        return "–"
    return f"{KINDS[timing.side].label}, {timing.threads} T: {_timed(timing)}"
