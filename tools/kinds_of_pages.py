"""Write one page of every kind that the commands can make, as HTML, into a folder.

python tools/kinds_of_pages.py FOLDER
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300

KINDS = {
    "derive": "derive 4-3:relu-2:tanh-1:sigmoid --loss binary_cross_entropy -o {page}",
    "derive-code": "derive 2-2:tanh-1:sigmoid --loss binary_cross_entropy --notation pytorch -o {page}",
    "derive-index": "derive 3-2:softmax --loss cross_entropy --notation bishop --zoom index -o {page}",
    "beside": "derive 2-2:relu-1:sigmoid --beside bishop --notation pytorch -o {page}",
    "path": "derive 3-2:tanh-2:sigmoid-1 --path W1[2,2] -o {page}",
    "cost": "derive 784-128:relu-10:softmax --loss cross_entropy --cost -o {page}",
    "transposes": "derive 4-3:relu-1:sigmoid --transposes -o {page}",
    "graph": "graph examples/slides_2layer.toml -o {page}",
    "graph-deep": "graph 8-6:relu-5:tanh-4:relu-3:softmax --loss cross_entropy -o {page}",
    "trace": "trace examples/slides_matrix.toml -o {page}",
    "check": "check examples/quiz.toml -o {page}",
    "verify-key": "verify-key examples/quiz.toml -o {page}",
    "diagnose": "diagnose {mine}:backward --network 4-3:relu-1:sigmoid --loss binary_cross_entropy -o {page}",
    "grade": "grade examples/submissions --problem examples/assignment.toml --time-limit 2 -o {folder}/grade",
    "train": "train digits --epochs 12 --explain-step 0 --explain-to {page} -o {folder}/digits.cg",
    "evaluate": "evaluate {folder}/digits.cg digits -o {page}",
    "inspect": "inspect {folder}/digits.cg -o {page}",
    "program": "program 4-3:relu-1:sigmoid --loss binary_cross_entropy -o {page}",
}
"""Kind of page to the command that writes it."""


def write_pages(folder: Path, kinds: Sequence[str] = ()) -> list[Path]:
    """Run the commands of these kinds, all if none is named; return the pages, of students the first two."""
    folder.mkdir(parents=True, exist_ok=True)
    mine = folder / "a_rather_long_name_of_a_folder" / "my_homework_backward_pass.py"
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes((ROOT / "examples" / "mine.py").read_bytes())
    needed = {*kinds, "train"} if {"evaluate", "inspect"} & {*kinds} else {*kinds} or {*KINDS}
    for kind, command in KINDS.items():
        if kind not in needed:
            continue
        page = folder / f"{kind}.html"
        words = [word.format(page=page, folder=folder, mine=mine) for word in command.split()]
        ran = subprocess.run(
            [sys.executable, "-c", "from chalkgrad.app.cli import main; main()", *words],
            cwd=ROOT,
            env=os.environ | {"NO_COLOR": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
        if not (page.exists() or kind == "grade"):
            raise RuntimeError(f"chalkgrad {' '.join(words)}\n{ran.stdout[-2000:]}{ran.stderr}")
    students = sorted(folder.glob("grade/students/*.html"))[:2]
    return [*sorted(folder.glob("*.html")), *folder.glob("grade/summary.html"), *students]


if __name__ == "__main__":
    for written in write_pages(Path(sys.argv[1])):
        print(written)
