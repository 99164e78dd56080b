"""The parent's end of a side's process: orders go down a pipe, one at a time, and only one side works."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from types import TracebackType
from typing import Any

from benchmarks.child import environment
from benchmarks.sides import Kind
from benchmarks.watch import DISTURBED

PAUSE = 0.03
"""Seconds before a block, in which the threads of the side before it stop spinning."""


class SideError(Exception):
    """A side could not do what it was told."""


class Process:
    """A side with so many threads, in a process that stays alive from workload to workload."""

    def __init__(self, kind: Kind, threads: int) -> None:
        self.kind, self.threads = kind, threads
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", kind.key, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(threads),
        )

    def ask(self, do: str, **details: Any) -> dict[str, Any]:
        """Give an order and wait for the answer; raise SideError if it failed."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        try:
            print(json.dumps({"do": do, **details}), file=self._child.stdin, flush=True)
            answer: dict[str, Any] = json.loads(self._child.stdout.readline())
        except (OSError, ValueError):
            raise SideError(f"its process ended with {self._child.poll()}") from None
        if "error" in answer:
            raise SideError(answer["error"])
        return answer

    def block(self, steps: int, *, tries: int = 3) -> tuple[float, float]:
        """Time so many steps, again if others disturbed them; return the quietest: seconds, foreign."""
        found = []
        for _ in range(tries):
            time.sleep(PAUSE)
            answer = self.ask("run", steps=steps)
            found.append((answer["foreign"], answer["seconds"]))
            if answer["foreign"] <= DISTURBED:
                break
        foreign, seconds = min(found)
        return seconds, foreign

    def steps_for(self, seconds: float, granularity: int) -> int:
        """Return how many steps take about so long, in multiples of the granularity; this also warms up."""
        steps, spent = granularity, 0.0
        while True:
            taken: float = self.ask("run", steps=steps)["seconds"]
            spent += taken
            if taken > seconds / 2 or spent > 4 * seconds:
                times = max(1, round(steps / granularity * seconds / taken))
                return granularity * times
            steps *= 2

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.communicate()
