"""What it costs before and beside the steps: cold start, import, memory, installation, the wheel's size."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.child import environment
from benchmarks.page import ROOT
from benchmarks.tables import figure, table
from benchmarks.timing import alternate, python
from benchmarks.workloads import Workload

ROWS = 60_000
W6 = Workload("W6", (784, 512, 512, 10), "relu", "cross_entropy", 128, "adam", rows=ROWS)


@dataclass(frozen=True)
class Fact:
    """A figure, and what it is promised to be at most (None: nothing is promised)."""

    what: str
    value: float
    unit: str
    promise: float | None = None


def measure(*, quick: bool) -> list[Fact]:
    """All facts; what cannot be had here is left out, saying so."""
    facts: list[Fact] = []
    for part in (cold_start, imports, memory, installation):
        try:
            facts += part(quick)
        except (OSError, subprocess.SubprocessError) as error:
            told = getattr(error, "stderr", None) or error
            print(f"left out: {part.__name__.replace('_', ' ')}: {str(told)[-300:]}")
    return facts


def cold_start(quick: bool) -> list[Fact]:
    """A process that loads, trains W5 for an epoch of memory-mapped rows, and saves; both in turn."""
    rounds = 3 if quick else 7
    with tempfile.TemporaryDirectory() as folder:
        random = np.random.default_rng(0)
        np.save(Path(folder) / "x.npy", random.standard_normal((ROWS, 784), dtype=np.float32))
        np.save(Path(folder) / "t.npy", random.integers(0, 10, ROWS))
        commands = [
            ([sys.executable, "-m", "benchmarks.cold.ours", folder], 2),
            ([sys.executable, "-m", "benchmarks.cold.by_hand", folder], 1),
            ([sys.executable, "-m", "benchmarks.cold.by_hand", folder], 2),
        ]
        seconds: list[list[float]] = [[] for _ in commands]
        for _ in range(rounds):
            for taken, (command, threads) in zip(seconds, commands, strict=True):
                start = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, env=environment(threads))
                taken.append(time.perf_counter() - start)
    ours, *hand = (statistics.median(taken) for taken in seconds)
    by_hand = min(hand)
    what = "cold process to a first trained model (W5, one epoch of 60,000 rows on disk)"
    return [
        Fact(what, ours, "s", by_hand),
        Fact("the same in NumPy by hand, its better threads", by_hand, "s"),
    ]


def imports(quick: bool) -> list[Fact]:
    """What importing adds to NumPy's import."""
    actions = [python("-c", "import numpy"), python("-c", "import numpy, chalkgrad")]
    numpy, ours = alternate(actions, rounds=5 if quick else 11)
    return [Fact("import chalkgrad, beyond NumPy's import", ours - numpy, "s", 0.15)]


def memory(quick: bool) -> list[Fact]:
    """The peak of a training of W6 with Adam, the data in memory."""
    command = [sys.executable, "-m", "benchmarks.cold.memory"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    imported, peak = map(float, done.stdout.split())
    data = ROWS * (784 * 4 + 8) / 1e6
    parameters = W6.parameter_count * 4 / 1e6
    activations = W6.batch * sum(W6.widths) * 4 / 1e6
    budget = data + 4 * parameters + activations + 60
    what = f"peak memory of training W6: data {figure(data)}, 4 × parameters {figure(4 * parameters)}, "
    what += f"a batch's activations {figure(activations)}, and 60"
    return [Fact(what, peak, "MB", budget), Fact("of which with everything imported", imported, "MB")]


def installation(quick: bool) -> list[Fact]:
    """``pip install`` from a fresh copy of the sources into a fresh environment, and the wheel."""
    with tempfile.TemporaryDirectory() as folder:
        copy, environment_folder = Path(folder) / "sources", Path(folder) / "venv"
        _copy_sources(copy)
        _run(sys.executable, "-m", "venv", environment_folder)
        python_there = environment_folder / "bin" / "python"
        pip = [str(python_there), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        start = time.perf_counter()
        _run(*pip, "install", copy)
        seconds = time.perf_counter() - start
        _run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, copy)
        (wheel,) = Path(folder).glob("chalkgrad-*.whl")
        size = wheel.stat().st_size / 1e6
    return [
        Fact("pip install . from source, with dependencies", seconds, "s", 90),
        Fact("the wheel", size, "MB", 2),
    ]


def _copy_sources(to: Path) -> None:
    """Copy what git would commit, so that nothing built comes along."""
    listed = _run("git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _run(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


def facts_table(facts: Sequence[Fact]) -> str:
    """The facts beside what is promised."""
    rows = []
    for fact in facts:
        promised = "" if fact.promise is None else f"≤ {figure(fact.promise)} {fact.unit}"
        kept = "" if fact.promise is None else "kept" if fact.value <= fact.promise else "**broken**"
        rows.append([fact.what, f"{figure(fact.value)} {fact.unit}", promised, kept])
    return table(["", "measured", "promised", ""], rows, align="lrrl")


def records(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """For the results file."""
    return [asdict(fact) for fact in facts]
