"""Look at every kind of page in Chromium, on a phone and on a desk, light and dark; say what cannot be read.

Nothing may be cut off, overlap, be smaller than 10 px or scroll the page sideways, and axe-core may find
nothing (``tools/look.mjs``).  Printed, no sheet but the last may be half empty.

    python -m tools.look_at_pages [--shots FOLDER] [KIND ...]

Needs Chromium, Node and npm, and pdftoppm for the sheets; says what is missing.  Exit status 1 if something
cannot be read.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from tools.kinds_of_pages import KINDS, ROOT, write_pages

MODULES = ROOT / ".venv" / "pages"
PACKAGES = ("axe-core@4", "playwright-core@1")
TOO_EMPTY = 0.45
"""The part of a sheet, from its foot, that may stay white."""


def chromium() -> str | None:
    """Where the browser is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def missing() -> list[str]:
    """What this needs and is not there."""
    tools = [name for name in ("node", "npm") if shutil.which(name) is None]
    return tools if chromium() else ["chromium", *tools]


def installed() -> Path:
    """Where the packages of Node are, installed if they were not."""
    if not (MODULES / "node_modules" / "axe-core").is_dir():
        MODULES.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(MODULES),
            *PACKAGES,
        ]
        subprocess.run(command, check=True)
    return MODULES


def look(pages: list[Path], shots: Path) -> list[dict[str, str]]:
    """What the browser found."""
    command = ["node", str(ROOT / "tools" / "look.mjs"), str(installed()), str(shots), *map(str, pages)]
    environment = os.environ | {"CHROMIUM": chromium() or ""}
    ran = subprocess.run(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


def half_empty_sheets(pdf: Path) -> list[int]:
    """Which sheets but the last end in much white, counted from 1."""
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(["pdftoppm", "-r", "30", "-gray", str(pdf), f"{name}/sheet"], check=True)
        sheets = sorted(Path(name).glob("*.pgm"))
        return [number for number, sheet in enumerate(sheets[:-1], 1) if white_foot(sheet) > TOO_EMPTY]


def white_foot(sheet: Path) -> float:
    """The white part of a sheet below its last ink."""
    _, size, _, pixels = sheet.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    dark = np.frombuffer(pixels, np.uint8).reshape(height, width) < 200
    rows = np.flatnonzero(dark.any(axis=1))
    return 1 - (rows[-1] + 1) / height if len(rows) else 1.0


def main() -> int:
    """Write the pages, look at them, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shots", type=Path, help="keep the pictures in this folder")
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    options = parser.parse_args()
    if lacking := missing():
        print(f"pages: not looked at; {', '.join(lacking)} missing")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = write_pages(folder, options.kinds)
        shots: Path = options.shots or folder / "shots"
        shots.mkdir(parents=True, exist_ok=True)
        found = look(pages, shots)
        if shutil.which("pdftoppm"):
            for pdf in sorted(shots.glob("*.pdf")):
                found += [
                    {"page": pdf.stem, "view": "paper", "what": "half empty", "where": f"sheet {number}"}
                    for number in half_empty_sheets(pdf)
                ]
    counted = Counter((f["page"], f["view"], f["what"], f["where"][:160]) for f in found)
    for (on, view, what, where), times in sorted(counted.items()):
        print(f"{on}, {view}: {what} ({times}): {where}")
    print(f"{len(pages)} pages looked at, {len(found)} faults")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
