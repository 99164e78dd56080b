"""All benchmarks: ``python -m benchmarks`` measures, prints, and writes docs/performance.md.

python -m benchmarks --quick --workloads W3,W5 --sides torch-fused,numpy    a look while developing
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import accuracy, fitting, footprint, mnist, pictures, scaling, steps
from benchmarks.limits import Peak, cpu_name, vector_instructions
from benchmarks.page import write, write_picture
from benchmarks.sides import FIT, KINDS, OURS, PEERS, Kind
from benchmarks.tables import figure
from benchmarks.workloads import WORKLOADS

QUICK = ("torch-fused", "jax", "numpy")


class Bench:
    """One run: who takes part, and where the results go."""

    def __init__(self, options: argparse.Namespace, peak: Peak) -> None:
        self.peak = peak
        self.quick: bool = options.quick
        self.threads = tuple(int(n) for n in options.threads.split(","))
        self.workloads = options.workloads
        asked = [FIT, OURS, *(KINDS[key] for key in options.sides)]
        self.kinds = [kind for kind in asked if kind.installed()]
        self.write = options.write or not options.quick
        for kind in asked:
            if kind not in self.kinds:
                print(f"left out, since {kind.library} is not installed: {kind.label}")

    def among(self, keys: Sequence[str]) -> list[Kind]:
        """Those of the participants that a part looks at."""
        return [kind for kind in self.kinds if kind.key in keys]

    def keep(self, name: str, content: str, records: Any) -> None:
        """Print a part, and write it into the page unless this is only a look."""
        print(f"\n{content}\n", flush=True)
        if self.write:
            write(name, content, records)

    def machine(self) -> None:
        """The processor and the most it can do."""
        peak = self.peak.measure(self.threads)
        told = ", ".join(f"{figure(value)} GFLOP/s on {n} thread(s)" for n, value in peak.items())
        count = os.cpu_count()
        day = time.strftime("%Y-%m-%d")
        text = f"Measured on {cpu_name()}, {count} CPUs, {vector_instructions()}, on {day}. "
        text += f"The most it does, multiply-adds in float32: {told or 'unknown, no compiler'}."
        self.keep("machine", text, {"cpu": cpu_name(), "cpus": count, "fma_gflops": peak})

    def steps(self) -> None:
        """W1 to W8."""
        lines = steps.measure(self.workloads, self.kinds, self.threads, self.peak, quick=self.quick)
        gaps = steps.largest_gap(lines)
        told = "; ".join(f"{figure(gap)} ({rule})" for rule, gap in gaps.items())
        notes = [f"The largest difference of a loss from the float64 trainer's, relative: {told}."]
        notes += [f"Not timed: {fault}." for fault in steps.faults(lines)]
        self.keep("summary", steps.summary(lines), steps.peaks(lines))
        self.keep("steps", steps.everybody(lines) + "\n\n" + "\n".join(notes), steps.records(lines))
        if self.write:
            write_picture("steps.svg", pictures.steps_picture(lines))

    def scaling(self) -> None:
        """The curves."""
        curves = scaling.measure(self.among(scaling.SIDES), self.threads, quick=self.quick)
        tables = "\n\n".join(scaling.curve_table(curves, sweep) for sweep in curves)
        self.keep("scaling", tables, scaling.records(curves))
        if self.write:
            write_picture("scaling.svg", pictures.scaling_picture(curves))

    def fitting(self) -> None:
        """`fit` beside its executor."""
        found, costs = fitting.measure(quick=self.quick)
        self.keep("fitting", fitting.beside_table(found, costs), fitting.records(found, costs))

    def accuracy(self) -> None:
        """MNIST."""
        if mnist.file() is None:
            print(f"left out: MNIST, since {mnist.VARIABLE} names no folder with mnist.npz")
            return
        races = accuracy.measure(self.among(accuracy.SIDES), self.threads, quick=self.quick)
        self.keep("accuracy", accuracy.race_table(races), accuracy.records(races))

    def footprint(self) -> None:
        """Cold start, import, memory, installation."""
        facts = footprint.measure(quick=self.quick)
        self.keep("footprint", footprint.facts_table(facts), footprint.records(facts))


def listed(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a reader of names with commas between them, all of them known."""

    def read(text: str) -> list[str]:
        found = text.split(",")
        unknown = [name for name in found if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]!r} is none of {', '.join(known)}")
        return found

    return read


def main() -> None:
    """Read the command line, run the parts that it names."""
    parts: dict[str, Callable[[Bench], None]] = {
        "steps": Bench.steps,
        "fitting": Bench.fitting,
        "scaling": Bench.scaling,
        "accuracy": Bench.accuracy,
        "footprint": Bench.footprint,
    }
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, print and write.")
    parser.add_argument("--quick", action="store_true", help="few short blocks; nothing is written")
    parser.add_argument("--write", action="store_true", help="write the page even so")
    peers = [kind.key for kind in PEERS]
    parser.add_argument(
        "--only", type=listed(list(parts)), default=list(parts), help=f"parts: {', '.join(parts)}"
    )
    parser.add_argument(
        "--workloads", type=listed(list(WORKLOADS)), default=list(WORKLOADS), help="of part steps"
    )
    parser.add_argument("--sides", type=listed(peers), help=f"peers: {', '.join(peers)}")
    parser.add_argument("--threads", default="1,2")
    options = parser.parse_args()
    options.sides = options.sides or (QUICK if options.quick else peers)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, Peak(Path(folder)))
        bench.machine()
        for part in options.only:
            start = time.perf_counter()
            parts[part](bench)
            print(f"{part}: {time.perf_counter() - start:.0f} s\n", flush=True)


if __name__ == "__main__":
    main()
