"""Python processes of one thread, each in a session of its own, ended together with whatever they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_SOURCE = str(Path(__file__).resolve().parents[3])


def environment_with(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment with this package's place, one thread a library, and more settings."""
    paths = os.pathsep.join([_SOURCE, *filter(None, [os.environ.get("PYTHONPATH")])])
    return os.environ | {"PYTHONPATH": paths} | dict(settings or {}) | dict.fromkeys(_ONE_THREAD, "1")


def start_python(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path | None = None,
    output: int = subprocess.DEVNULL,
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start Python; ``output`` is the open file of what it prints, ``descriptors`` are files that it gets."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL if output == subprocess.DEVNULL else subprocess.STDOUT,
        cwd=folder,
        env=environment,
        pass_fds=descriptors,
        start_new_session=True,
    )


def end_session(process: int) -> None:
    """End a process and whatever it started."""
    with suppress(OSError, AttributeError):
        os.killpg(process, signal.SIGKILL)


@contextmanager
def ending(process: subprocess.Popen[bytes], patience: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
    """End a process on leaving; it has so many seconds to end its own children first."""
    try:
        yield process
    finally:
        if patience and process.poll() is None:
            with suppress(OSError):
                process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
        end_session(process.pid)
        process.kill()
        process.wait()


def printed(output: Path, most: int) -> str:
    """The first characters that a process printed."""
    with output.open("rb") as stream:
        return stream.read(most).decode("utf-8", "replace")
