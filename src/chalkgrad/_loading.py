"""Ctrl-C while chalkgrad is the program and still loads: one line and exit status 130, as later on.

Imported before everything else.  As a library, chalkgrad leaves all signals alone.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

_PROGRAMS = ("chalkgrad", "chalkgrad.app.cli")
INTERRUPTED = "interrupted"


def leave(number: int, frame: FrameType | None) -> None:
    """End the process at once: nothing has been begun, or all is written."""
    os.write(2, f"{INTERRUPTED}\n".encode())
    os._exit(128 + number)


def is_program() -> bool:
    """Whether this process is the command line: its script, or ``python -m``, whose name that is then."""
    if sys.argv[:1] == ["-m"]:
        return any(name in sys.orig_argv for name in _PROGRAMS)
    return os.path.splitext(os.path.basename(sys.argv[0] if sys.argv else ""))[0] == "chalkgrad"


if is_program() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, leave)
