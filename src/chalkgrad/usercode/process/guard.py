"""Limits around somebody else's code, inside its process.

An audit hook refuses to delete, write, start or connect anything outside the process's own folder: it guards
against accidents, it is no prison.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

_REFUSED = {
    "os.remove": "delete a file",
    "os.rmdir": "delete a folder",
    "shutil.rmtree": "delete a folder",
    "os.rename": "move a file",
    "os.truncate": "cut a file",
    "subprocess.Popen": "start a program",
    "os.system": "start a program",
    "os.exec": "start a program",
    "os.spawn": "start a program",
    "os.posix_spawn": "start a program",
    "os.fork": "start a process",
    "os.forkpty": "start a process",
    "os.kill": "stop a process",
    "os.killpg": "stop a process",
    "socket.connect": "open a connection",
    "socket.bind": "open a connection",
    "resource.setrlimit": "change its limits",
    "sys.addaudithook": "watch its own process",
}
_INSIDE_ALLOWED = ("os.remove", "os.rmdir", "os.rename")
_OF_ANOTHER_LANGUAGE = ("ctypes.dlopen", "ctypes.dlsym", "ctypes.call_function", "ctypes.cdata")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
MAX_FILE = 500_000_000
MAX_OUTPUT = 4000
"""Characters of what somebody's code prints that are kept."""


def limit(memory: int) -> None:
    """Bound memory and file sizes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def watch(home: str, own: str = "") -> None:
    """Refuse deletions, writes, programs and connections outside the folder ``home``.

    ``own`` is the folder of the user's file: code there may not call another language's functions, which
    libraries may.
    """

    def inside(place: Any) -> bool:
        if isinstance(place, int):
            return True
        try:
            text = os.fsdecode(place)
        except TypeError:
            return False
        return os.path.abspath(text).startswith(home + os.sep) or text == os.devnull

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in _REFUSED and not (args and event in _INSIDE_ALLOWED and inside(args[0])):
            raise PermissionError(f"refused: the function tried to {_REFUSED[event]}")
        if event == "open":
            place, mode, flags = args
            writes = set(mode or "") & set("wax+") or (
                mode is None and isinstance(flags, int) and flags & _WRITING
            )
            if writes and not inside(place):
                raise PermissionError(f"refused: the function tried to write {place!r}")
        elif own and event in _OF_ANOTHER_LANGUAGE and _from_folder(own):
            raise PermissionError("refused: the function tried to leave Python through ctypes")

    sys.addaudithook(hook)


def _from_folder(own: str) -> bool:
    """Whether the nearest Python code that is not ctypes itself stands in a folder."""
    frame = sys._getframe(2)
    while "ctypes" in frame.f_code.co_filename and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(own)


class Capped(io.TextIOBase):
    """A stream that passes the first characters written to it on and forgets the others."""

    def __init__(self, stream: Any, most: int) -> None:
        self._stream, self._left = stream, most

    def writable(self) -> bool:
        """It can be written to."""
        return True

    def write(self, text: str) -> int:
        """Keep what still fits."""
        if self._left > 0:
            self._stream.write(text[: self._left])
            self._stream.flush()
        self._left -= len(text)
        return len(text)


def no_signals() -> None:
    """Keep the user's code from setting handlers and alarms: the watch over the time needs them."""
    import signal

    def refuse(*_: Any) -> Any:
        raise PermissionError("refused: the function tried to handle signals")

    for name in ("signal", "alarm", "setitimer", "pthread_kill", "raise_signal", "pthread_sigmask"):
        if hasattr(signal, name):
            setattr(signal, name, refuse)
