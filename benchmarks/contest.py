"""Sides against each other on one workload: checked first, then timed in turn, block by block."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks import float64
from benchmarks.process import Process, SideError
from benchmarks.watch import DISTURBED
from benchmarks.workloads import Workload, initial_parameters, random_data


@dataclass
class Timing:
    """Seconds a step of one side, one number a round, and how much of a core others took meanwhile."""

    side: str
    threads: int
    seconds: list[float] = field(default_factory=list)
    foreign: list[float] = field(default_factory=list)
    steps: int = 0
    gap: float = float("nan")
    """|loss − loss in float64| / max(1, loss) after the checked steps."""
    fault: str = ""
    """Why there are no times."""

    @property
    def clean(self) -> list[float]:
        """The undisturbed rounds."""
        pairs = zip(self.seconds, self.foreign, strict=True)
        return [seconds for seconds, foreign in pairs if foreign <= DISTURBED]

    @property
    def disturbed(self) -> bool:
        """Whether fewer than three rounds were quiet, so that the median is over the quietest three."""
        return len(self.clean) < min(3, len(self.seconds))

    @property
    def median(self) -> float:
        """Seconds a step over the undisturbed rounds; NaN if nothing was timed."""
        if not self.seconds:
            return float("nan")
        quietest = sorted(zip(self.foreign, self.seconds, strict=True))[:3]
        return statistics.median([seconds for _, seconds in quietest] if self.disturbed else self.clean)

    def to_dict(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self)


def ratios(slower: Timing, faster: Timing) -> tuple[float, float, float]:
    """Return the ratio of the medians, and the least and the largest ratio of one round, both sides quiet."""
    rounds = zip(slower.seconds, slower.foreign, faster.seconds, faster.foreign, strict=False)
    found = [a / b for a, u, b, v in rounds if max(u, v) <= DISTURBED]
    middle = slower.median / faster.median
    return middle, min(found, default=middle), max(found, default=middle)


def expected_loss(w: Workload) -> float:
    """The loss that every side must have after the checked steps."""
    x, t = random_data(w)
    return float64.loss(w, float64.train(w, initial_parameters(w), x, t, w.checked_steps), x, t)


def contest(
    w: Workload, processes: Sequence[Process], *, rounds: int = 7, seconds: float = 0.2
) -> list[Timing]:
    """Check every side, then let each run a block in every round; a side that is wrong is not timed."""
    truth = expected_loss(w)
    ready: list[tuple[Process, Timing]] = []
    timings = []
    for process in processes:
        timing = Timing(process.kind.key, process.threads)
        timings.append(timing)
        try:
            prepared = process.ask("prepare", workload=w.to_dict(), data="random")
            timing.gap = abs(prepared["loss"] - truth) / max(1.0, truth)
            if not timing.gap <= float64.TOLERANCE[w.optimiser]:
                timing.fault = f"loss {prepared['loss']:.6g} after {w.checked_steps} steps, not {truth:.6g}"
                continue
            timing.steps = process.steps_for(seconds, prepared["granularity"])
        except SideError as error:
            timing.fault = str(error)
            continue
        ready.append((process, timing))
    for _ in range(rounds):
        for process, timing in ready:
            taken, foreign = process.block(timing.steps)
            timing.seconds.append(taken / timing.steps)
            timing.foreign.append(foreign)
    return timings
