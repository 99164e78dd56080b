"""Measure the diagnosis on the corpus: ``python -m tests.faults.backward.measure [--jobs 2] [--only RULE]``.

Prints the confusion table rule × verdict, how many singles and pairs are named right, which are declared
ambiguous, every false accusation with its source, and the time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tests.faults.backward.cases import Case, singles
from tests.faults.backward.controls import Control, controls
from tests.faults.backward.judged import Judged, judge
from tests.faults.backward.pairs import pairs


@dataclass(frozen=True)
class Result:
    """One case with what was said of it."""

    case: Case | Control
    judged: Judged


def _one(case: Case | Control) -> Judged:
    with tempfile.TemporaryDirectory() as folder:
        return judge(case, Path(folder))


def run(cases: Sequence[Case | Control], jobs: int, folder: Path | None = None) -> list[Result]:
    """Diagnose every case, in as many processes; keep what is wrong in a folder as soon as it is known."""
    found: list[Result] = []
    start = time.perf_counter()
    with ProcessPoolExecutor(jobs) as pool:
        for number, (case, judged) in enumerate(
            zip(cases, pool.map(_one, cases, chunksize=4), strict=True), 1
        ):
            found.append(Result(case, judged))
            if folder is not None and not judged.right:
                text = f"# {case}\n{case.written.text}\n{judged.printed}\n"
                (folder / f"{case.name}.txt").write_text(text, encoding="utf-8")
            if number % 100 == 0:
                sys.stderr.write(f"  {number} of {len(cases)}, {time.perf_counter() - start:.0f} s\n")
    return found


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "none"


def table(results: Sequence[Result]) -> str:
    """The confusion table: what was planted, what was said, how often."""
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        if isinstance(result.case, Case):
            rows[result.case.key][("" if result.judged.right else "✗ ") + result.judged.said] += 1
    lines = [f"{'planted':<30} {'right':>9}  said otherwise"]
    for key, said in sorted(rows.items()):
        right = sum(count for text, count in said.items() if not text.startswith("✗"))
        other = ", ".join(f"{text[2:]} {count}" for text, count in said.most_common() if text.startswith("✗"))
        lines.append(f"{key:<30} {right:>4}/{said.total():<4}  {other}")
    return "\n".join(lines)


def summary(name: str, results: Sequence[Result]) -> str:
    """One line on how many are right."""
    right = sum(result.judged.right for result in results)
    ambiguous = sum(result.judged.outcome == "ambiguous" for result in results)
    placed = [
        r
        for r in results
        if isinstance(r.case, Case) and r.judged.right and r.case.where and not r.case.raises
    ]
    at_place = sum(r.judged.placed for r in placed)
    seconds = sorted(result.judged.seconds for result in results)
    middle = seconds[len(seconds) // 2] if seconds else 0.0
    meant = sum(isinstance(r.case, Case) and r.judged.right and r.judged.outcome == "right" for r in results)
    text = f"{name}: top-1 right {_share(right, len(results))}; declared ambiguous {ambiguous}"
    text += f"; {meant} of them as another meaning of λ" if meant else ""
    text += f"; first place right {_share(at_place, len(placed))}" if placed else ""
    return f"{text}; median {middle:.2f} s, longest {seconds[-1] if seconds else 0:.2f} s"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="measure", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="one rule")
    parser.add_argument("--kind", choices=("all", "singles", "pairs", "controls"), default="all")
    parser.add_argument("--limit", type=int, default=None, help="so many cases of each kind")
    parser.add_argument("--each", type=int, default=9, help="cases a rule and variant")
    parser.add_argument(
        "--show", type=int, default=3, help="so many wrongly diagnosed with source and diagnosis"
    )
    parser.add_argument("--wrong", type=Path, help="write every wrongly diagnosed case to this folder")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    if options.wrong is not None:
        options.wrong.mkdir(parents=True, exist_ok=True)
    kinds: dict[str, Sequence[Case | Control]] = {}
    if options.kind in ("all", "controls") and not options.only:
        kinds["controls"] = controls()
    if options.kind in ("all", "singles"):
        kinds["singles"] = singles(options.each, only=options.only)
    if options.kind in ("all", "pairs"):
        every = pairs()
        kinds["pairs"] = [case for case in every if options.only in ("", *case.planted)]
    everything: list[Result] = []
    write = sys.stdout.write
    lines: list[str] = []
    for name, cases in kinds.items():
        if options.limit is not None:
            step = max(1, len(cases) // max(1, options.limit))
            cases = list(islice(cases[::step], options.limit))
        results = run(cases, options.jobs, options.wrong)
        everything += results
        if name != "controls":
            write(f"\n{name}\n{table(results)}\n")
        lines.append(summary(name, results))
    accused = [r for r in everything if isinstance(r.case, Control) and not r.judged.right]
    wrong = [r for r in everything if isinstance(r.case, Case) and not r.judged.right]
    for result in [*accused, *wrong[: options.show]]:
        write(f"\n── {result.case}\n{result.case.written.text}\n{result.judged.printed}\n")
    write("\n" + "\n".join(lines) + "\n")
    if "controls" in kinds:
        write(f"false accusations: {len(accused)} of {len(kinds['controls'])} right functions\n")
    write(f"time: {time.perf_counter() - start:.0f} s, {options.jobs} processes\n")
    return 1 if accused else 0


if __name__ == "__main__":
    raise SystemExit(main())
