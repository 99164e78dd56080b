"""What the machine can do at most, measured."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).with_name("fma.cpp")


class Peak:
    """The FMA program, compiled once; the clock drifts, so it is asked beside every workload."""

    def __init__(self, folder: Path) -> None:
        self._program = str(folder / "fma")
        command = [os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-march=native", "-pthread"]
        try:
            _printed(*command, str(SOURCE), "-o", self._program)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"left out, since {command[0]} does not compile here: the FMA peak ({error})")
            self._program = ""

    def measure(self, thread_counts: Sequence[int]) -> dict[int, float]:
        """GFLOP/s of float32 multiply-adds by number of threads; empty without a compiler."""
        if not self._program:
            return {}
        return {threads: float(_printed(self._program, str(threads))) for threads in thread_counts}


def _printed(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def cpu_name() -> str:
    """The processor as the system names it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def vector_instructions() -> str:
    """The widest vectors: AVX-512, AVX2, NEON or what else; empty if unknown."""
    info = Path("/proc/cpuinfo")
    flags = info.read_text().split() if info.exists() else []
    if platform.machine() in ("aarch64", "arm64"):
        return "NEON"
    names = {"avx512f": "AVX-512", "avx2": "AVX2", "sse2": "SSE2"}
    return next((name for flag, name in names.items() if flag in flags), "")
