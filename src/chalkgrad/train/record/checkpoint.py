"""Checkpoints: all of a training in one file, so that it can go on to the same bits after any end."""

from __future__ import annotations

import contextlib
import os
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from chalkgrad._errors import Fault, InputError
from chalkgrad._files import is_device, temporary_name
from chalkgrad._numbers import shown
from chalkgrad._reading import read_number, read_whole
from chalkgrad.train.record.history import History
from chalkgrad.train.record.plausibility import wrong_notes
from chalkgrad.train.record.resume_point import Arrays, Position, Standing
from chalkgrad.train.record.tensors import read_tensors, write_tensors
from chalkgrad.train.rows.names import Names

KIND = "chalkgrad checkpoint 1"


@dataclass(frozen=True)
class Checkpoint:
    """Write a file from which the training can go on, now and then and when it ends.

    The file is written under another name, forced to the disk and then renamed, so that there is always a
    whole one.  A disk that is full costs a warning, not the training.

    Parameters
    ----------
    path
        The file.
    every_epochs
        Write after every so many epochs; left out, after every one unless ``every_seconds`` is given.
    every_seconds
        Write as often within an epoch.
    keep
        How many are kept: ``path`` and the older ``path.1``, ``path.2`` …

    Raises
    ------
    InputError
        With everything that is wrong.
    """

    path: str | os.PathLike[str]
    every_epochs: int | None = None
    every_seconds: float | None = None
    keep: int = 1

    def __post_init__(self) -> None:
        faults: list[Fault] = []
        if not is_path(self.path):
            faults.append(Fault("path", "be a file's name", shown(self.path), 'Write "run.checkpoint", say.'))
        if self.every_epochs is not None:
            read_whole("every_epochs", self.every_epochs, 1, faults)
        if self.every_seconds is not None:
            read_number("every_seconds", self.every_seconds, faults, above=0)
        read_whole("keep", self.keep, 1, faults)
        if faults:
            raise InputError(faults)

    @property
    def epochs(self) -> int | None:
        """After how many epochs one is written."""
        return 1 if self.every_epochs is None and self.every_seconds is None else self.every_epochs


def is_path(value: object) -> TypeGuard[str | os.PathLike[str]]:
    """Whether a value can be a file's name."""
    return isinstance(value, str | os.PathLike) and bool(os.fspath(value))


def read_checkpoint(value: object, faults: list[Fault]) -> Checkpoint | None:
    """Return the checkpoints to write, whose place has been tried, or None."""
    if value is None:
        return None
    if is_path(value):
        value = Checkpoint(value)
    if not isinstance(value, Checkpoint):
        condition = "be a Checkpoint or a file's name"
        faults.append(Fault("checkpoint", condition, shown(value), 'Write "run.checkpoint", say.'))
        return None
    reason = unwritable(value.path)
    if reason:
        place = f"checkpoint {os.fspath(value.path)}"
        faults.append(Fault(place, "be a file that can be written", reason, "Choose another place."))
    return value


def unwritable(path: str | os.PathLike[str]) -> str:
    """Say why a file cannot be written, or return an empty string."""
    target = Path(os.path.realpath(path))
    trial = target.with_name(f".{target.name}.{os.getpid()}.try")
    if target.is_dir():
        return "a directory"
    if is_device(target):
        return "a device"
    try:
        with open(trial, "wb") as file:
            file.write(b"chalkgrad")
        os.unlink(trial)
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError, ValueError):
            os.unlink(trial)
        return getattr(error, "strerror", None) or str(error)
    return ""


class Saver:
    """Writes the checkpoints of one run; ``identity`` is what a run that goes on must have in common."""

    def __init__(self, checkpoint: Checkpoint, identity: Mapping[str, Any]) -> None:
        self.checkpoint, self.identity = checkpoint, identity
        self._warned = False
        self._due = self._next()

    def is_due(self, epoch: int | None = None) -> bool:
        """Whether it is time to write; ``epoch`` is the number, from 1, of an epoch that has just ended."""
        every = self.checkpoint.epochs
        if epoch is not None and every is not None and epoch % every == 0:
            return True
        return self._due is not None and time.monotonic() >= self._due

    def _next(self) -> float | None:
        every = self.checkpoint.every_seconds
        return None if every is None else time.monotonic() + every

    def save(self, standing: Standing) -> None:
        """Write where a training stands; warn once if that cannot be done."""
        try:
            self._keep_older()
            write_standing(self.checkpoint.path, standing, self.identity)
            self._warned = False
        except OSError as error:
            if not self._warned:
                path, reason = os.fspath(self.checkpoint.path), error.strerror or str(error)
                message = f"checkpoint {path} was not written: {reason}; the training goes on"
                warnings.warn(message, RuntimeWarning, stacklevel=2)
            self._warned = True
        self._due = self._next()

    def _keep_older(self) -> None:
        """Rename path.1 to path.2 and so on, and give the present file the name path.1 as well."""
        path, keep = os.fspath(self.checkpoint.path), self.checkpoint.keep
        if keep == 1 or not os.path.exists(path):
            return
        for number in range(keep - 2, 0, -1):
            if os.path.exists(f"{path}.{number}"):
                os.replace(f"{path}.{number}", f"{path}.{number + 1}")
        spare = temporary_name(Path(f"{path}.1"))
        try:
            os.link(path, spare)
            os.replace(spare, f"{path}.1")
        except OSError:  # a file system without second names
            os.replace(path, f"{path}.1")


def write_standing(path: str | os.PathLike[str], standing: Standing, identity: Mapping[str, Any]) -> None:
    """Write a checkpoint; raises ``OSError``."""
    arrays = {f"parameters/{name}": value for name, value in standing.parameters.items()}
    arrays |= {f"state/{name}": value for name, value in standing.state.items()}
    arrays |= {f"best/{name}": value for name, value in (standing.best or {}).items()}
    note = {
        "identity": identity,
        "at": standing.at.to_dict(),
        "history": standing.history.to_dict(),
        "pace": standing.pace,
        "watch": standing.watch,
        "ended": standing.ended,
        "drawn": standing.drawn,
        "names": standing.names.to_dict(),
        "epochs": standing.epochs,
    }
    write_tensors(path, arrays, KIND, note)


def read_standing(path: str | os.PathLike[str]) -> tuple[Standing, dict[str, Any]]:
    """Return where a training stood, and its identity; raises ``InputError``."""
    arrays, note = read_tensors(path, KIND)
    try:
        standing = Standing(
            _part(arrays, "parameters/"),
            _part(arrays, "state/"),
            Position.from_dict(note["at"]),
            History.from_dict(note["history"]),
            note["pace"],
            note["watch"],
            _part(arrays, "best/") or None,
            note["ended"],
            note["drawn"],
            Names.from_dict(note.get("names")),
            note.get("epochs"),
        )
        wrong = next(wrong_notes(standing), "")
        if not wrong:
            return standing, dict(note["identity"])
    except InputError as error:
        wrong = f"{error}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        wrong = f"{error}"
    raise InputError(unsound(path, wrong))


def unsound(path: str | os.PathLike[str], wrong: str) -> Fault:
    """Return the fault of a checkpoint that is whole, and says what cannot be."""
    condition = "be a checkpoint whose numbers can be"
    return Fault(os.fspath(path), condition, wrong[:100], "Take an older one, or leave resume out.")


def _part(arrays: Mapping[str, Any], start: str) -> Arrays:
    return {name.removeprefix(start): value for name, value in arrays.items() if name.startswith(start)}


def check_identity(then: Mapping[str, Any], now: Mapping[str, Any], path: str, faults: list[Fault]) -> None:
    """Refuse to go on with other settings or other data than those of the checkpoint."""
    other_split = "split" in now and then.get("split") != now["split"]
    for name, value in now.items():
        if then.get(name) == value or (name == "validation" and other_split):
            continue
        if name == "split":
            got = "rows that were set aside by another rule, as earlier versions did"
            fix = "Begin again, or give the rows to validate on as (x, y)."
            faults.append(Fault(f"resume {path}", "go on with the same validation", got, fix))
        elif name in ("data", "validation"):
            fix = "Give the rows it was begun with."
            faults.append(Fault(f"resume {path}", f"go on with the same {name}", "other rows", fix))
        else:
            condition = f"be {_told(then.get(name))}, as in {path}"
            faults.append(Fault(name, condition, _told(value), "Or leave resume out."))


def _told(value: object) -> str:
    return value if isinstance(value, str) else shown(value)
