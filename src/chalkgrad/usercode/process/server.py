"""A process that has NumPy loaded and makes a copy of itself for every run of somebody's code.

Most of what a child needs is its start.  The server never sees anybody's code: each run is a fork of a
process in which nothing has happened yet.  The socket carries, for each run, its folder and token with the
files of its answer and its output; back come the copy's number and the status with which it ended.
"""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

MOST = 4096
"""Bytes of a message."""

Serve = Callable[[str, int, bytes], None]


def serve(connection: socket.socket, run: Serve) -> None:
    """Run what is asked for, one run after the other, until the other side is gone.

    ``run(folder, descriptor, token)`` serves one request, in a process of its own session.
    """
    gc.freeze()  # what is here is never collected, so that copies share it
    while True:
        message, files, _, _ = socket.recv_fds(connection, MOST, 2)
        if not message:
            return
        folder, token = message.decode().split("\n")
        pid = os.fork()
        if not pid:
            connection.close()
            _become(folder, files, token, run)
        for file in files:
            os.close(file)
        connection.sendall(f"{pid}\n".encode())
        _, status = os.waitpid(pid, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(folder: str, files: list[int], token: str, run: Serve) -> None:
    """Be the child: a session of its own, its output in its file, its folder around it."""
    answer, output = files
    status = 1
    try:
        os.setsid()
        os.chdir(os.path.join(folder, "work"))
        os.environ["MPLCONFIGDIR"] = folder
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        gc.unfreeze()
        if "numpy.random" in sys.modules:
            sys.modules["numpy.random"].seed()  # copies draw their own numbers
        run(folder, answer, bytes.fromhex(token))
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)


__all__ = ["serve"]
