"""Run a user's file in a process of its own, with limits of time and memory and its prints kept apart."""

from __future__ import annotations

import secrets
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, MissingFileError, did_you_mean
from chalkgrad._files import near_file
from chalkgrad.usercode.child_report import ChildReport
from chalkgrad.usercode.kinds import PATIENCE, libraries_in
from chalkgrad.usercode.process.guard import MAX_OUTPUT
from chalkgrad.usercode.process.python_process import printed
from chalkgrad.usercode.process.starting import Task, run_program
from chalkgrad.usercode.process.wire import pack, unpack

_GRACE = 3.0  # seconds for the start, and to report the line it hangs in; the child ends itself before


def split_target(target: str, path: str = "against") -> tuple[Path, str]:
    """Split ``module.py:function``, ``module.py:Class`` or ``module.py:Class.method``.

    Raises
    ------
    InputError
        If there is no name after a colon, or no such file; ``path`` is how the error calls the target.
    """
    file, colon, name = target.rpartition(":")
    named = all(part.isidentifier() for part in name.split(".")) and name.count(".") < 2
    if not colon or not named or not file:
        raise InputError(
            Fault(path, "be written module.py:function", repr(target), "Write my_code.py:backward, say.")
        )
    place = Path(file)
    if not place.is_file():
        raise MissingFileError(Fault(path, "name a file that exists", repr(file), near_file(file)))
    return place.resolve(), name


def run_child(
    request: Mapping[str, Any], time_limit: float, memory_limit: int, path: str = "against"
) -> ChildReport:
    """Serve one request in a child process.

    Parameters
    ----------
    request
        ``path`` and ``name`` of the target, and what ``child.py`` wants of it.
    time_limit, memory_limit
        Seconds and bytes.
    path
        How an error calls the target.

    Raises
    ------
    InputError
        If what is named is not in the file.
    """
    token = secrets.token_bytes(16)
    with tempfile.TemporaryDirectory(prefix="chalkgrad-") as temporary, tempfile.TemporaryFile() as answer:
        folder = Path(temporary).resolve()
        libraries = libraries_in(Path(request["path"]).read_text(encoding="utf-8", errors="replace"))
        table = {**request, "libraries": libraries, "time": time_limit, "memory": memory_limit}
        (folder / "request").write_bytes(pack(table, token))
        patience = PATIENCE * bool(libraries)
        status = _run(folder, answer.fileno(), token, time_limit + _GRACE + patience)
        output = printed(folder / "output", MAX_OUTPUT + 1)
        answer.seek(0)
        frames = tuple(unpack(answer.read(), token))
    missing = next((frame["missing"] for frame in frames if "missing" in frame), None)
    if missing is not None:
        options = [str(option) for option in missing]
        fix = did_you_mean(request["name"], options) or f"It has {', '.join(options[:8]) or 'no function'}."
        raise InputError(Fault(path, "name a function of the file", repr(request["name"]), fix))
    late = next((frame["late"] for frame in frames if "late" in frame), None)
    is_late = late is not None or status is None
    if is_late:
        line = "" if late is None else f" It was in line {late}"
        stopped = f"no answer within {_seconds(time_limit)}: an endless loop?{line}"
    elif status:
        stopped = _ending(status)
    else:
        answered = any("done" in frame or "load" in frame for frame in frames)
        stopped = "" if answered else "the process ended without an answer"
    shown = output if len(output) <= MAX_OUTPUT else output[:MAX_OUTPUT] + "…"
    return ChildReport(frames, stopped, shown, is_late)


def _run(folder: Path, answer: int, token: bytes, patience: float) -> int | None:
    """The status that the child left with; None if it was ended for its time."""
    (folder / "work").mkdir()
    with (folder / "output").open("wb") as output:
        return run_program(Task(folder, answer, output.fileno(), token, patience))


def _ending(status: int) -> str:
    if status < 0:
        return f"the process was ended by {signal.Signals(-status).name}"
    return f"the process left with status {status} before it answered"


def _seconds(limit: float) -> str:
    return "1 second" if limit == 1 else f"{limit:g} seconds"
