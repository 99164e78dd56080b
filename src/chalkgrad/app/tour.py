"""The guided tour of ``make run``: derive, trace, check, diagnose, train, evaluate, a step opened up.

Every command is shown before it is run, so it can be typed afterwards.  Of what it prints at most two screens
are shown, up to where a section or an equation ends.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from chalkgrad.app.cli import main as chalkgrad
from chalkgrad.app.shell.help_text import help_width

NETWORK = "4-3:relu-1:sigmoid"
QUIZ = "examples/quiz.toml"
MINE = "examples/mine.py"
STEP = "step.txt"
MOST = 44
"""Lines of a page that are shown; with title, command and question two screens of 24."""
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_INNER = "=⎡⎢⎛⎧⎨│┤"


@dataclass(frozen=True)
class TourStop:
    """One thing to see: what is said, what is typed, the exit status it has, the line to begin at."""

    title: str
    arguments: tuple[str, ...]
    status: int = 0
    first: str = ""


READING = (
    TourStop("The gradients of a network, derived step by step", ("derive", NETWORK, "--loss", "bce")),
    TourStop("A quiz's network with its numbers", ("trace", QUIZ), first="Forward pass"),
    TourStop("Are these gradients right?", ("check", QUIZ)),
    TourStop("Is the quiz's printed key right?  (Exit status 1: it is not)", ("verify-key", QUIZ), 1),
    TourStop("What is wrong with this backward pass?  (Exit status 1: something is)",
         ("diagnose", f"{MINE}:backward", "--network", NETWORK, "--loss", "bce"), 1),
)  # fmt: skip
TRAINING = (
    TourStop("Train on handwritten digits: 5,620 images of 8 × 8 pixels",
         ("train", "digits", "-o", "digits.cg", "--explain-step", "100", "--explain-to", STEP)),
    TourStop("How good is it on images that it has never seen?", ("evaluate", "digits.cg", "digits")),
    TourStop("What is in the model, and how did the training go?", ("inspect", "digits.cg")),
)  # fmt: skip


class KeptOutput(io.StringIO):
    """What a command prints, kept; a terminal if the tour's own output is one."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Whether colours are wanted."""
        return self.terminal


def main() -> int:
    """Run the tour; return 0, or 1 if one of its commands did not end as it should."""
    os.environ["COLUMNS"] = str(help_width())
    console = Console(highlight=False)
    started, status, here = time.perf_counter(), 0, Path.cwd()
    stops = [*READING, *TRAINING]
    with tempfile.TemporaryDirectory() as folder:
        try:
            for number, stop in enumerate(stops, start=1):
                if stop is TRAINING[0]:
                    os.chdir(folder)
                heading(console, f"{number}. {stop.title}")
                status |= run_stop(console, stop)
                if not goes_on():
                    break
            else:
                heading(console, f"{len(stops) + 1}. Step 100 of that training, opened up")
                show_step(console)
        finally:
            os.chdir(here)
    console.print(f"\nThe tour took {time.perf_counter() - started:.0f} s.  What to type next, from here:\n")
    print(closing())
    return status


def heading(console: Console, title: str) -> None:
    """Print a line with a title on it."""
    console.print()
    console.print(Rule(Text(title, style="bold"), align="left"))


def run_stop(console: Console, stop: TourStop) -> int:
    """Show a command and what it prints; return 1 if its exit status is not the expected one."""
    console.print(Text(f"$ chalkgrad {shlex.join(stop.arguments)}", style="bold cyan"))
    example = next((text.partition(":")[0] for text in stop.arguments if text.startswith("examples/")), None)
    if example is not None and not Path(example).exists():
        console.print(f"({example} is not here; chalkgrad examples writes it)")
        return 0
    page = KeptOutput(terminal=sys.stdout.isatty())
    sys.stdout.flush()
    with contextlib.redirect_stdout(page):
        status = chalkgrad(list(stop.arguments))
    print(excerpt(page.getvalue().splitlines(), stop.first))
    if status != stop.status:
        console.print(Text(f"exit status {status}, expected {stop.status}", style="bold red"))
        return 1
    return 0


def show_step(console: Console) -> None:
    """Print the beginning of the backward pass of the step that was written."""
    console.print(Text(f"$ less {STEP}", style="bold cyan"))
    if Path(STEP).exists():
        print(excerpt(Path(STEP).read_text(encoding="utf-8").splitlines(), "Backward pass"))


def excerpt(lines: Sequence[str], first: str = "", most: int = MOST) -> str:
    """Return lines from the one that says ``first`` on, as many as fit without breaking an equation off.

    >>> print(excerpt(["A", "", "B", "", "  x = 1", "", "    = ⎡ 1 ⎤", "      ⎣ 2 ⎦"], "B", most=5))
    B
    … lines 3 to 3 of 8; the command alone shows all of them
    """
    begin = next((i for i, line in enumerate(lines) if first and first in line), 0)
    end = len(lines) if len(lines) - begin <= most else _whole(lines, begin, begin + most)
    shown = [*lines[begin:end]]
    while shown and not shown[-1].strip():
        shown.pop()
    if len(shown) < len(lines):
        place = f"{begin + 1} to {begin + len(shown)} of {len(lines)}"
        shown.append(f"… lines {place}; the command alone shows all of them")
    return "\n".join(shown)


def _whole(lines: Sequence[str], begin: int, end: int) -> int:
    """Return the last place at which a section or an equation begins."""
    plain = [_ESCAPE.sub("", line).rstrip() for line in lines[: end + 1]]
    starts, before = [], ""
    for i in range(begin, end + 1):
        new = i > begin and not plain[i - 1] and plain[i] and plain[i].lstrip()[0] not in _INNER
        if new and before.strip("─═"):  # what stands below a heading stays with it
            starts.append(i)
        before = plain[i] or before
    headed = [i for i in starts if not plain[i].startswith(" ")]
    far = [i for i in headed if i - begin > 2 * (end - begin) / 3]
    return max(far or starts or [end])


def goes_on() -> bool:
    """Wait for Enter where somebody reads along; whether the tour goes on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    try:
        answer = input("\n[Enter: the next stop; q: the end] ")
    except EOFError:
        return False
    return not answer.strip().lower().startswith("q")


def closing() -> str:
    """Return what can be typed next, with the command as it can be typed from here."""
    folder = Path(sys.executable).parent
    with contextlib.suppress(ValueError):
        folder = folder.relative_to(Path.cwd())
    command = shlex.quote(str(folder / "chalkgrad"))
    rows = (
        (f"{command} --help", "all commands"),
        (f"{command} new 2-2:sigmoid-1:sigmoid -o mine.toml", "a file for your own numbers"),
        (f"{command} trace mine.toml", "every number of it"),
    )
    width = max(len(typed) for typed, _ in rows)
    lines = [f"  {typed:<{width}}  {meaning}" for typed, meaning in rows]
    short = f"After  source {shlex.quote(str(folder / 'activate'))}  it is just  chalkgrad --help"
    return "\n".join([*lines, "", short])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
