"""Install the project with pip, saying what is being done and for how long: ``python tools/install.py .``.

On a terminal one line tells the seconds; elsewhere a line is written for every stage and every ten seconds.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from typing import IO

STAGES = (
    ("Installing build dependencies", "fetching the build tools"),
    ("Collecting", "fetching"),
    ("Downloading", "fetching"),
    ("Preparing metadata", "reading the project"),
    ("Building wheel", "compiling the native core, the longest part"),
    ("Building editable", "compiling the native core, the longest part"),
    ("Installing collected packages", "installing"),
)
PATIENCE = 10.0


def stage_of(line: str) -> str | None:
    """Return what a line of pip's says is being done; None if it says nothing of it.

    >>> stage_of("  Building wheel for chalkgrad (pyproject.toml): started")
    'compiling the native core, the longest part'
    >>> stage_of("Collecting numpy>=1.26 (from chalkgrad==0.1.0)")
    'fetching numpy'
    """
    words = line.strip()
    for beginning, stage in STAGES:
        if words.startswith(beginning) and "finished" not in words:
            name = words.split()[1].partition(">")[0].partition("=")[0] if stage == "fetching" else ""
            return f"{stage} {name.rpartition('/')[2]}".strip()
    return None


class Teller:
    """Tells stages and seconds, in the way of a terminal or of a log."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.started = self.told = time.monotonic()
        self.stage = ""

    def tell(self, stage: str | None = None) -> None:
        """Show a new stage, or that the present one goes on."""
        now = time.monotonic()
        if stage is None and not self.live and now - self.told < PATIENCE:
            return
        self.stage, self.told = stage or self.stage, now
        line = f"  {now - self.started:3.0f} s  {self.stage} ..."
        print(f"\r{line[:79]:<79}" if self.live else line, end="" if self.live else "\n", flush=True)

    def end(self) -> None:
        """Leave the line of a terminal."""
        if self.live:
            print(f"\r{'':79}\r", end="", flush=True)


def _read(said: IO[str], lines: queue.Queue[str | None]) -> None:
    for line in said:
        lines.put(line)
    lines.put(None)


def main(arguments: list[str]) -> int:
    """Run pip; return its exit status, after its words where it fails."""
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    pip = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert pip.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(pip.stdout, lines), daemon=True).start()
    teller, said = Teller(), list[str]()
    teller.tell("starting pip")
    while True:
        try:
            line = lines.get(timeout=1.0)
        except queue.Empty:
            teller.tell()
            continue
        if line is None:
            break
        said.append(line)
        stage = stage_of(line)
        if stage is not None and stage != teller.stage:
            teller.tell(stage)
    teller.end()
    if pip.wait():
        print("".join(said), file=sys.stderr)
    else:
        print(f"  {time.monotonic() - teller.started:3.0f} s  done", flush=True)
    return pip.returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
