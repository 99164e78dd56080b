"""Reading CSV: CPU seconds and peak memory on 300,000 rows of 22 columns, beside pandas and polars.

Each reader has a process of its own; ``--source FOLDER`` adds an older package in another folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS, COLUMNS = 300_000, 22
READERS = {
    "chalkgrad": "from chalkgrad.data import read_table as read",
    "chalkgrad without pyarrow": "import chalkgrad.data.readers.csv.arrow as a; a.FEWEST_BYTES = 1 << 60\n"
    "from chalkgrad.data import read_table as read",
    "pandas": "from pandas import read_csv as read",
    "polars": "from polars import read_csv as read",
}
MEASURED = """
import resource, sys, time
import numpy
{reader}
before = time.process_time()
table = read(sys.argv[1])
seconds = time.process_time() - before
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def write(path: Path) -> None:
    """Write the file: numbers of four decimals, the same for ever."""
    numbers = np.random.default_rng(0).normal(size=(ROWS, COLUMNS))
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(f"c{place}" for place in range(COLUMNS)) + "\n")
        np.savetxt(file, numbers, fmt="%.4f", delimiter=",")


def measured(reader: str, path: Path, source: str | None = None) -> tuple[float, float]:
    """Return CPU seconds and the peak of memory in MB of one reading."""
    environment = os.environ if source is None else os.environ | {"PYTHONPATH": source}
    command = [sys.executable, "-c", MEASURED.format(reader=reader), str(path)]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    seconds, memory = told.split()
    return float(seconds), float(memory)


def main() -> int:
    """Print a line a reader: the least of some rounds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--source", help="the folder of another chalkgrad to compare with")
    options.add_argument("--rounds", type=int, default=3)
    asked = options.parse_args()
    sides = {
        name: (code, None)
        for name, code in READERS.items()
        if name not in ("pandas", "polars") or importlib.util.find_spec(name)
    }
    if asked.source:
        sides["chalkgrad there"] = (READERS["chalkgrad"], asked.source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "numbers.csv"
        write(path)
        print(f"{path.stat().st_size / 1e6:.1f} MB, {ROWS:,} rows of {COLUMNS} columns")
        rounds = [
            {name: measured(code, path, source) for name, (code, source) in sides.items()}
            for _ in range(asked.rounds)
        ]
    for name in sides:
        seconds, memory = (min(found[name][place] for found in rounds) for place in (0, 1))
        print(f"{name:<26} {seconds:6.2f} s of CPU {memory:7.0f} MB at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
