"""The guided tour of ``make run``: derive, trace, check, diagnose, train, evaluate, a step opened up.

Every command is shown before it is run, so it can be typed afterwards.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from chalkgrad.app.cli import main as chalkgrad

TWO_LAYERS = "4-3:relu-1:sigmoid"
HOMEWORK = "4-3:relu-2:relu-1:sigmoid"
QUIZ = "examples/quiz.toml"
MINE = "examples/mine.py"
STEP = "step.txt"
SHOWN = 27
"""Lines of the page of a step."""
Commands = tuple[tuple[str, list[str], int], ...]
# What is said, the command, and the exit status it has.
READING: Commands = (
    ("The gradients of a course network, derived step by step", ["derive", HOMEWORK], 0),
    ("A quiz's network with its numbers: forward, loss, backward, update", ["trace", QUIZ], 0),
    ("Are these gradients right?", ["check", QUIZ], 0),
    ("Is the quiz's printed key right?  (Exit status 1: it is not)", ["verify-key", QUIZ], 1),
    ("What is wrong with this backward pass?  (Exit status 1: something is)",
     ["diagnose", f"{MINE}:backward", "--network", TWO_LAYERS, "--loss", "binary_cross_entropy"], 1),
)  # fmt: skip
TRAINING: Commands = (
    ("Train on handwritten digits: 5,620 images of 8 × 8 pixels",
     ["train", "digits", "-o", "digits.cg", "--explain-step", "100", "--explain-to", STEP], 0),
    ("How good is it on images that it has never seen?", ["evaluate", "digits.cg", "digits"], 0),
    ("What is in the model, and how did the training go?", ["inspect", "digits.cg"], 0),
)  # fmt: skip


def main() -> int:
    """Run the tour; return 0, or 1 if one of its commands did not end as it should."""
    console = Console(highlight=False)
    started, status = time.perf_counter(), 0
    for number, (title, arguments, expected) in enumerate(READING, start=1):
        heading(console, f"{number}. {title}")
        status |= run_command(console, arguments, expected)
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for number, (title, arguments, expected) in enumerate(TRAINING, start=len(READING) + 1):
                heading(console, f"{number}. {title}")
                status |= run_command(console, arguments, expected)
            heading(console, f"{len(READING) + len(TRAINING) + 1}. Step 100 of that training, opened up")
            show_step(console)
        finally:
            os.chdir(here)
    console.print(f"\nThe tour took {time.perf_counter() - started:.1f} s.  Next: chalkgrad --help")
    return status


def heading(console: Console, title: str) -> None:
    """Print a line with a title on it."""
    console.print()
    console.print(Rule(Text(title, style="bold"), align="left"))


def run_command(console: Console, arguments: list[str], expected: int) -> int:
    """Show a command and run it; return 1 if its exit status is not the expected one."""
    console.print(Text(f"$ chalkgrad {shlex.join(arguments)}", style="bold cyan"))
    example = next((text.partition(":")[0] for text in arguments if text.startswith("examples/")), None)
    if example is not None and not Path(example).exists():
        console.print(f"({example} is not here: start the tour in the project's folder to see this part)")
        return 0
    sys.stdout.flush()
    try:
        status = chalkgrad(arguments)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    if (status or 0) != expected:
        console.print(Text(f"exit status {status}, expected {expected}", style="bold red"))
        return 1
    return 0


def show_step(console: Console) -> None:
    """Print the beginning of the backward pass of the step that was written."""
    console.print(Text(f"$ grep -A {SHOWN - 1} 'Backward pass' {STEP}", style="bold cyan"))
    if not Path(STEP).exists():
        return
    lines = iter(Path(STEP).read_text(encoding="utf-8").splitlines())
    for line in lines:
        if "Backward pass" in line:
            print("\n".join([line, *islice(lines, SHOWN - 1)]))
            break


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
