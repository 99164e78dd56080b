"""A page that is longer than the terminal goes through a pager, as git's do."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

LESS = "FRX"
"""What ``less`` does unless told otherwise: end on a short page, show colours, leave the page there."""


def show(text: str, *, paged: bool = True) -> None:
    """Write a text to stdout; one that is longer than its reader's terminal through a pager."""
    command = pager() if paged and _is_watched() and _is_long(text) else []
    if not (command and _through(command, text)):
        sys.stdout.write(text)


def pager() -> list[str]:
    """Return the command in CHALKGRAD_PAGER or PAGER, or ``less``; an empty list if it is not there."""
    asked = os.environ.get("CHALKGRAD_PAGER", os.environ.get("PAGER"))
    if asked is None and os.environ.get("TERM", "dumb") == "dumb":
        return []
    try:
        command = shlex.split("less" if asked is None else asked)
    except ValueError:  # a quotation mark without its partner
        return []
    return command if command and command != ["cat"] and shutil.which(command[0]) else []


def _is_watched() -> bool:
    """Whether a person sees stdout and can press a key."""
    try:
        return os.isatty(sys.stdout.fileno()) and os.isatty(sys.stdin.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def _is_long(text: str) -> bool:
    return text.count("\n") >= shutil.get_terminal_size().lines


def _through(command: list[str], text: str) -> bool:
    """Let a pager show a text; whether it could be started.  Who leaves it early has read enough."""
    sys.stdout.flush()
    environment = {"LESS": LESS, "LESSCHARSET": "utf-8", **os.environ}
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)
    except OSError:
        return False
    try:
        with _keys_are_the_pagers():
            process.communicate(text.encode("utf-8", "backslashreplace"))
    except BaseException:
        process.terminate()
        process.wait()
        raise
    return True


@contextlib.contextmanager
def _keys_are_the_pagers() -> Iterator[None]:
    """Leave Ctrl-C to the pager, which stops a search by it, while it runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
