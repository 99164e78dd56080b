"""What the machine can do at most, measured."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("fma.cpp")


def fma_peak(thread_counts: tuple[int, ...]) -> dict[int, float] | None:
    """GFLOP/s of float32 multiply-adds by number of threads; None without a C++ compiler."""
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "fma")
        compiler = os.environ.get("CXX", "g++")
        command = [compiler, "-std=c++20", "-O2", "-march=native", "-pthread", str(SOURCE), "-o", program]
        try:
            _printed(*command)
            return {threads: float(_printed(program, str(threads))) for threads in thread_counts}
        except (OSError, subprocess.CalledProcessError):
            return None


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
