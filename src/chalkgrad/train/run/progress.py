"""How far a training is: told to a function, or shown as a bar in a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, cast

from chalkgrad._errors import Fault
from chalkgrad._numbers import shown

Tell = Callable[["Progress"], object]


@dataclass(frozen=True)
class Progress:
    """Where a training stands after some steps.

    Attributes
    ----------
    epoch, epochs
        The epoch that is being visited, from 1, and how many there are.
    step, steps
        Steps taken and to take.
    loss
        The mean loss of the epoch so far.
    validation_loss
        Of the last epoch that was validated, or None.
    samples_per_second
        Of the epoch so far.
    seconds_left
        To the end of the last epoch, at the speed so far.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    validation_loss: float | None
    samples_per_second: float
    seconds_left: float


def read_progress(value: object, faults: list[Fault]) -> object:
    """Return True, False, or a function to tell; None becomes whether errors go to a terminal."""
    if value is None:
        return sys.stderr is not None and sys.stderr.isatty()
    if isinstance(value, bool) or callable(value):
        return value
    condition = "be True, False, None or a function of a Progress"
    faults.append(Fault("progress", condition, shown(value), "Leave it out."))
    return False


@contextmanager
def told(progress: object) -> Iterator[Tell | None]:
    """Open what ``read_progress`` returned: a function to tell, or None where nobody wants to know."""
    if progress is True:
        with _bar() as tell:
            yield tell
    else:
        yield progress if callable(progress) else None


@contextmanager
def _bar() -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("epoch {task.fields[epoch]}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[figures]}"),
    )
    console = Console(file=cast("IO[str]", _Lasting(sys.stderr)))
    with Bar(*columns, console=console, refresh_per_second=8) as bar:
        task = bar.add_task("training", total=None, epoch="1", figures="")

        def tell(at: Progress) -> None:
            epoch = f"{at.epoch}/{at.epochs}"
            bar.update(task, total=at.steps, completed=at.step, epoch=epoch, figures=figures(at))

        yield tell


class _Lasting:
    """A stream that may go while a training lasts: what a terminal no longer takes is not shown."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)  # type: ignore[attr-defined]
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()  # type: ignore[attr-defined]


def figures(at: Progress) -> str:
    """Return the numbers beside the bar.

    >>> figures(Progress(2, 9, 150, 900, 0.25, 0.5, 123456.0, 75.0))
    'loss 0.2500  validation 0.5000  123k rows/s  1:15 left'
    """
    words = [f"loss {at.loss:.4f}"]
    if at.validation_loss is not None:
        words.append(f"validation {at.validation_loss:.4f}")
    words.append(f"{short(at.samples_per_second)} rows/s")
    minutes, seconds = divmod(round(at.seconds_left), 60)
    hours, minutes = divmod(minutes, 60)
    clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return "  ".join([*words, f"{clock} left"])


def short(number: float) -> str:
    """Return a number with at most four digits and k, M or G for the rest: 123k."""
    for unit in ("", "k", "M"):
        if number < 999.5:
            return f"{number:.0f}{unit}" if number >= 9.95 or not unit else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f}G"
