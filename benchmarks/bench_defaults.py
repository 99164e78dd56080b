"""How good the defaults are: ``python -m benchmarks.bench_defaults``, as a table in Markdown.

python -m benchmarks.bench_defaults --half choose --ours-only        while rules are chosen
python -m benchmarks.bench_defaults --options "--schedule one-cycle"  another setting of ``chalkgrad train``

``CHALKGRAD_DATA`` names the folder of the data sets.  Results are kept in ``--cache`` and measured once; ours
are measured again each time.  Everybody has one thread and is timed in CPU seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
from pathlib import Path
from typing import Any

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from benchmarks import data_sets, default_sides  # noqa: E402
from benchmarks.tables import table  # noqa: E402

SIDES: dict[str, default_sides.Side] = {
    "chalkgrad": default_sides.ours,
    "MLP": default_sides.perceptron,
    "HistGradientBoosting": default_sides.boosting,
}
MANY = 12_000
"""Rows to train on above which one seed is enough."""
EVEN = 0.003
"""Differences below this are told as none."""
Results = dict[str, dict[str, Any]]


def main() -> None:
    """Measure what is not kept yet, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_defaults")
    parser.add_argument("--half", choices=("all", "choose", "prove"), default="all")
    parser.add_argument("--ours-only", action="store_true", help="the others as they are kept")
    parser.add_argument("--others-only", action="store_true", help="measure the others alone")
    parser.add_argument("--sets", help="some of them: abalone,adult")
    parser.add_argument("--options", default="", help="of chalkgrad train, besides")
    parser.add_argument("--cache", type=Path, default=Path("build/defaults"))
    parser.add_argument("--save", type=Path, help="keep ours in this file")
    asked = parser.parse_args()
    folder = Path(os.environ["CHALKGRAD_DATA"])
    asked.cache.mkdir(parents=True, exist_ok=True)
    found: dict[str, Results] = {}
    for name in data_sets.names(folder, asked.half):
        if not asked.sets or name in asked.sets.split(","):
            found[name] = _measured(folder, name, asked)
            print(_line(name, found[name]), file=sys.stderr, flush=True)
    if asked.save:
        asked.save.write_text(json.dumps({name: sides.get("chalkgrad") for name, sides in found.items()}))
    print(page(found))


def _measured(folder: Path, name: str, asked: argparse.Namespace) -> Results:
    data = None
    results: Results = {}
    for side in SIDES:
        mine = side == "chalkgrad"
        kept = asked.cache / f"{name}-{side}.json"
        if not mine and kept.exists():
            results[side] = json.loads(kept.read_text())
            continue
        if asked.others_only if mine else asked.ours_only:
            continue
        data = data or data_sets.read(folder, name)
        runs = [_run(side, data, seed, asked) for seed in (range(3) if len(data.train) <= MANY else (0,))]
        results[side] = {key: statistics.mean(run[key] for run in runs) for key in runs[0]}
        results[side] |= {"rows": len(data.train), "tested": len(data.test), "numbers": data.is_regression}
        if not mine:
            kept.write_text(json.dumps(results[side]))
    return results


def _run(side: str, data: data_sets.DataSet, seed: int, asked: argparse.Namespace) -> dict[str, Any]:
    if side == "chalkgrad":
        return default_sides.ours(data, seed, asked.cache, tuple(shlex.split(asked.options)))
    return SIDES[side](data, seed, asked.cache)


def _line(name: str, sides: Results) -> str:
    return f"{name:28}" + "  ".join(f"{k} {v['score']:.4f} {v['seconds']:.2f}s" for k, v in sides.items())


def page(found: dict[str, Results]) -> str:
    """Return the table of all sets and the summary."""
    rows: list[tuple[str, ...]] = []
    for name, sides in found.items():
        any_side = next(iter(sides.values()))
        numbers = any_side["numbers"]
        cells = [_score(sides[side]["score"], numbers) if side in sides else "" for side in SIDES]
        spent = [f"{sides[side]['seconds']:.1f}" if side in sides else "" for side in SIDES]
        ahead = _ahead(sides)
        epochs = f"{sides['chalkgrad']['epochs']:.0f}" if "chalkgrad" in sides else ""
        size = f"{any_side['rows']:,} / {any_side['tested']:,}"
        measure = "R²" if numbers else "accuracy"
        rows.append((name, size, measure, *cells, ahead, epochs, *spent))
    head: tuple[str, ...] = (
        "data set",
        "rows",
        "measure",
        "chalkgrad",
        "MLP",
        "HistGB",
        "to the MLP",
        "epochs",
    )
    head += ("s, chalkgrad", "s, MLP", "s, HistGB")
    return table(head, rows, align="lrlrrrrrrrr") + "\n\n" + summary(found)


def _score(value: float, numbers: bool) -> str:
    return f"{value:.4f}" if numbers else f"{value:.2%}"


def _ahead(sides: Results) -> str:
    if not {"chalkgrad", "MLP"} <= set(sides):
        return ""
    return f"{sides['chalkgrad']['score'] - sides['MLP']['score']:+.4f}"


def summary(found: dict[str, Results]) -> str:
    """Return how often and by how much we are ahead of the others, and the seconds of all."""
    lines = []
    for half in ("choose", "prove", "all"):
        every = sorted(data_sets.names(Path(os.environ["CHALKGRAD_DATA"]), half))
        chosen = [sides for name, sides in found.items() if name in every and "chalkgrad" in sides]
        for rival in ("MLP", "HistGradientBoosting"):
            both = [sides for sides in chosen if rival in sides]
            if both:
                lines.append((half, rival, *_against(both, rival)))
    head = ("sets", "against", "number", "at least as good", "ahead", "even", "behind", "mean difference")
    return table((*head, "s, chalkgrad", "s, other"), lines, align="llrrrrrrrr")


def _against(both: list[Results], rival: str) -> tuple[str, ...]:
    gaps = [sides["chalkgrad"]["score"] - sides[rival]["score"] for sides in both]
    good, ahead = sum(gap >= 0 for gap in gaps), sum(gap > EVEN for gap in gaps)
    behind = sum(gap < -EVEN for gap in gaps)
    counts = (str(len(gaps)), f"{good} ({good / len(gaps):.0%})", str(ahead))
    spent = [sum(sides[side]["seconds"] for sides in both) for side in ("chalkgrad", rival)]
    even = str(len(gaps) - ahead - behind)
    return (*counts, even, str(behind), f"{statistics.mean(gaps):+.4f}", *(f"{s:.1f}" for s in spent))


if __name__ == "__main__":
    main()
