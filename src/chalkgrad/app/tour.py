"""The guided tour of ``make run``: derive, trace, check, then train.

Every command of the first part is shown before it is run, so it can be typed afterwards.
"""

from __future__ import annotations

import shlex
import sys
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from chalkgrad.app.cli import main as chalkgrad
from chalkgrad.app.plot import curve
from chalkgrad.data import load_digits, split
from chalkgrad.evaluate import initialise, predict
from chalkgrad.network import Network
from chalkgrad.train import SGD, Fit, accuracy, fit

HOMEWORK = "4-3:relu-2:relu-1:sigmoid"
QUIZ = "examples/quiz.toml"
# What is said, the command, and the exit status it has.
COMMANDS: tuple[tuple[str, list[str], int], ...] = (
    ("The gradients of a course network, derived step by step", ["derive", HOMEWORK], 0),
    ("The same in another course's notation: weights n_in × n_out",
     ["derive", HOMEWORK, "--notation", "transposed"], 0),
    ("A quiz's network with its numbers: forward, loss, backward, update", ["trace", QUIZ], 0),
    ("Are these gradients right?", ["check", QUIZ], 0),
    ("Is the quiz's printed key right?  (Exit status 1: it is not)", ["verify-key", QUIZ], 1),
)  # fmt: skip


def main() -> int:
    """Run the tour; return 0, or 1 if one of its commands did not end as it should."""
    console = Console(highlight=False)
    status = 0
    for number, (title, arguments, expected) in enumerate(COMMANDS, start=1):
        heading(console, f"{number}. {title}")
        status |= run_command(console, arguments, expected)
    heading(console, f"{len(COMMANDS) + 1}. Train on XOR, evaluating the derived equations")
    train_xor(console)
    heading(console, f"{len(COMMANDS) + 2}. Train on handwritten digits: 5,620 images of 8 × 8 pixels")
    train_digits(console)
    return status


def heading(console: Console, title: str) -> None:
    """Print a line with a title on it."""
    console.print()
    console.print(Rule(Text(title, style="bold"), align="left"))


def run_command(console: Console, arguments: list[str], expected: int) -> int:
    """Show a command and run it; return 1 if its exit status is not the expected one."""
    console.print(Text(f"$ chalkgrad {shlex.join(arguments)}", style="bold cyan"))
    if QUIZ in arguments and not Path(QUIZ).exists():
        console.print(f"({QUIZ} is not here: start the tour in the project's folder to see this part)")
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


def train_xor(console: Console) -> None:
    """Train four hidden tanh units on the four rows of XOR."""
    network = Network("2-4:tanh-1:sigmoid")
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    t = np.array([[0.0], [1.0], [1.0], [0.0]])
    console.print(f"{network}, binary cross-entropy, all four rows in every step")
    trained = fit(network, x, t, optimiser=SGD(0.5), epochs=2000, batch_size=4)
    show(console, trained)
    for row, y in zip(x, trained.predict(x), strict=True):
        console.print(f"  x = {row[0]:.0f} {row[1]:.0f}   ŷ = {y[0]:.4f}")


def train_digits(console: Console) -> None:
    """Train a classifier on four fifths of the digits and test it on the rest."""
    network = Network("64-32:relu-10:softmax")
    x, labels = load_digits()
    x_train, train_labels, x_test, test_labels = split(x, labels, held_out=0.2, seed=0)
    console.print(f"{network}, cross-entropy, {len(x_train)} images to learn from, {len(x_test)} to test on")
    started = time.perf_counter()
    trained = fit(network, x_train, train_labels, optimiser=SGD(0.2), epochs=20, validation=0.1)
    seconds = time.perf_counter() - started
    show(console, trained)
    start = initialise(network, seed=0)
    for name, rows, digits in (("learned from", x_train, train_labels), ("never seen", x_test, test_labels)):
        before = accuracy(predict(network, start, rows), digits)
        after = accuracy(trained.predict(rows), digits)
        console.print(f"  accuracy on images {name + ':':<14}{before:6.1%} before, {after:6.1%} after")
    console.print(f"  in {seconds:.1f} s")


def show(console: Console, trained: Fit) -> None:
    """Draw the losses of a training and say how it ended."""
    losses = trained.history.losses
    console.print(f"loss over {len(losses)} epochs")
    console.print(curve(losses), highlight=False)
    console.print(str(trained))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
