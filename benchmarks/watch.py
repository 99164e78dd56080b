"""Did another process take a core while something was timed?"""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType

STAT = Path("/proc/stat")
DISTURBED = 0.06
"""A block counts as disturbed if others used more than this part of a core of ours."""


def allowed_cpus() -> list[int]:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def stay_on(cpus: list[int]) -> None:
    """Keep this process, and the threads it will start, on these CPUs (where the system can)."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)


def busy_seconds() -> float:
    """Seconds that anybody, the hypervisor's other guests included, spent on our CPUs; NaN if unknown."""
    if not STAT.exists():
        return float("nan")
    names = {f"cpu{n}" for n in allowed_cpus()}
    ticks = 0
    for line in STAT.read_text().splitlines():
        name, *fields = line.split()
        if name in names:
            user, nice, system, _, _, irq, softirq, steal = map(int, fields[:8])
            ticks += user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK")


class Watch:
    """Time a ``with`` block: ``seconds``, and ``foreign``, the part of a core that others took meanwhile."""

    def __enter__(self) -> Watch:
        self._busy, self._own = busy_seconds(), time.process_time()
        self._start = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._start
        others = (busy_seconds() - self._busy) - (time.process_time() - self._own)
        self.foreign = max(0.0, others / self.seconds) if others == others else 0.0
