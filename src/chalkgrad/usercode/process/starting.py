"""Starting ``child.py``: as a copy of a process that is kept ready, or, where that cannot be, as a new one.

A new process spends most of its time on loading NumPy.  The one that is kept (see ``server``) has done so;
it lives as long as this process, and is replaced where the environment has changed.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chalkgrad.usercode.process.python_process import (
    end_session,
    ending,
    environment_with,
    start_python,
)

_PROGRAM = Path(__file__).with_name("child.py")
_CAN_COPY = sys.platform == "linux"
"""Elsewhere a process that has loaded libraries cannot be copied, or not safely."""


class Task(NamedTuple):
    """One run of the child."""

    folder: Path
    answer: int
    """The open file of its answer."""
    output: int
    """The open file of what it prints."""
    token: bytes
    patience: float
    """Seconds until it is ended."""


def run_program(task: Task) -> int | None:
    """Run the child in its folder until it ends, and end whatever it started.

    Returns its status, negative for a signal; None if it did not end in time.
    """
    environment = environment_with({"MPLBACKEND": "Agg", "MPLCONFIGDIR": str(task.folder)})
    if _CAN_COPY and _KEPT.lock.acquire(blocking=False):
        try:
            return _KEPT.run(task, environment)
        except OSError:  # it is gone: a new process serves
            _KEPT.drop()
        except BaseException:
            _KEPT.drop()
            raise
        finally:
            _KEPT.lock.release()
    return _run_new(task, environment)


def _run_new(task: Task, environment: Mapping[str, str]) -> int | None:
    process = start_python(
        ["-P", str(_PROGRAM), str(task.folder), str(task.answer), task.token.hex()],
        environment,
        folder=task.folder / "work",
        output=task.output,
        descriptors=(task.answer,),
    )
    with ending(process):
        try:
            return process.wait(task.patience)
        except subprocess.TimeoutExpired:
            return None


class _Kept:
    """The process that is kept ready, if there is one."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._owner = 0
        self._environment: dict[str, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None

    def run(self, task: Task, environment: dict[str, str]) -> int | None:
        """Let it make a copy of itself for one run; raises ``OSError`` if it is gone."""
        connection = self._ready(environment)
        connection.settimeout(_STARTED_WITHIN)
        message = f"{task.folder}\n{task.token.hex()}".encode()
        socket.send_fds(connection, [message], [task.answer, task.output])
        process = _number(connection)
        connection.settimeout(task.patience)
        try:
            return _number(connection)
        except TimeoutError:
            end_session(process)
            connection.settimeout(_STARTED_WITHIN)
            _number(connection)
            return None
        finally:
            end_session(process)

    def _ready(self, environment: dict[str, str]) -> socket.socket:
        lasting = {**environment, "MPLCONFIGDIR": ""}
        if self._connection is None or self._owner != os.getpid() or self._environment != lasting:
            self.drop()
            ours, theirs = socket.socketpair()
            with theirs:
                arguments = ["-P", str(_PROGRAM), "--serve", str(theirs.fileno())]
                self._process = start_python(arguments, lasting, descriptors=(theirs.fileno(),))
            self._connection, self._environment, self._owner = ours, lasting, os.getpid()
        return self._connection

    def drop(self) -> None:
        """Let it end."""
        connection, process = self._connection, self._process
        self._connection = self._process = None
        if connection is not None:
            connection.close()
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.wait()


def _number(connection: socket.socket) -> int:
    """Return the number of the next line."""
    line = b""
    while not line.endswith(b"\n"):
        got = connection.recv(1)
        if not got:
            raise ConnectionError("the process that is kept ready has ended")
        line += got
    return int(line)


_STARTED_WITHIN = 30.0
"""Seconds after which a process that is kept ready is given up."""
_KEPT = _Kept()
atexit.register(_KEPT.drop)

__all__ = ["Task", "run_program"]
