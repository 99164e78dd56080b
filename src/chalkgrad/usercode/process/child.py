"""The child process: load a user's file, call what was named on everything it is given, report as it goes.

``python -P child.py FOLDER DESCRIPTOR TOKEN`` reads a request in the folder and writes a frame for each call
to the descriptor, so that what was found before an end by force is kept.  Run as a script, it imports no more
of chalkgrad than it needs: NumPy is most of its start.  ``child.py --serve SOCKET`` makes a copy of itself
for each request (see ``server``).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any


def _light() -> None:
    """Stand in for the package, whose own import would load every room."""
    package = ModuleType("chalkgrad")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["chalkgrad"] = package


if __name__ == "__main__":
    _light()

import signal  # noqa: E402
import socket  # noqa: E402

from chalkgrad.usercode.call.loading import CodeTarget, TimeUp, load  # noqa: E402
from chalkgrad.usercode.call.outcome import describe  # noqa: E402
from chalkgrad.usercode.call.probe_arrays import ProbeArrays  # noqa: E402
from chalkgrad.usercode.calls import observe  # noqa: E402
from chalkgrad.usercode.frameworks.loading import load_frameworks  # noqa: E402
from chalkgrad.usercode.layouts.reading import Reading  # noqa: E402
from chalkgrad.usercode.process.guard import MAX_OUTPUT, Capped, limit, no_signals, watch  # noqa: E402
from chalkgrad.usercode.process.server import serve  # noqa: E402
from chalkgrad.usercode.process.wire import pack, unpack  # noqa: E402

_AGAIN = 0.1  # seconds until the alarm is raised once more, if the code caught the first
_RINGS = 4  # then the process ends itself
_PART_OF_LOADING = 0.5
_PART_OF_CHOOSING = 0.6


class Alarm:
    """Raises ``TimeUp`` in the user's code when its time is over, and reports the line where it stood."""

    def __init__(self, file: str, report: Any) -> None:
        self.file, self.report, self.over, self.rings = file, report, False, 0
        self._set = getattr(signal, "setitimer", None)
        if self._set is not None:
            signal.signal(signal.SIGALRM, self._ring)

    def set(self, seconds: float, tell: bool = True) -> None:
        """Ring in so many seconds, and then again and again; tell where the code was then."""
        self.over, self.rings = not tell, 0
        if self._set is not None:
            self._set(signal.ITIMER_REAL, max(seconds, 0.01) if seconds else 0, _AGAIN if seconds else 0)

    def _ring(self, _: int, frame: FrameType | None) -> None:
        while frame is not None and frame.f_code.co_filename != self.file:
            frame = frame.f_back
        if frame is not None:
            self.rings += 1
            if self.rings > _RINGS:
                os._exit(0)
            if not self.over:
                self.report({"late": frame.f_lineno, "function": frame.f_code.co_name})
            self.over = True
            raise TimeUp(f"still running in line {frame.f_lineno}")


def main(folder: Path, descriptor: int, token: bytes) -> None:
    """Serve one request."""
    [request] = unpack((folder / "request").read_bytes(), token)
    load_frameworks(request.get("libraries", []))
    start = time.monotonic()

    def report(table: dict[str, Any]) -> None:
        data = memoryview(pack(table, token))
        while data:
            data = data[os.write(descriptor, data) :]

    path = Path(request["path"])
    sys.argv[:] = [str(path)]
    alarm = Alarm(str(path), report)
    no_signals()
    limit(request["memory"])
    for name in ("stdout", "stderr"):
        setattr(sys, name, Capped(getattr(sys, name), MAX_OUTPUT))
    sys.modules.pop("chalkgrad", None)
    watch(str(folder.resolve()), str(path.parent))
    alarm.set(request["time"] * _PART_OF_LOADING, tell=False)
    try:
        target = load(path, request["name"])
    except BaseException as error:
        report({"load": describe(error, path)})
        return
    alarm.set(request["time"] - (time.monotonic() - start))
    if isinstance(target, list):
        report({"missing": target})
        return
    try:
        _observe(target, request, report, start, time.monotonic() - start)
    except TimeUp:
        return
    finally:
        alarm.set(0)
    report({"done": True, "skipped": target.skipped})


def _observe(target: CodeTarget, request: dict[str, Any], report: Any, start: float, loading: float) -> None:
    """All readings at all scenes.  Each finds the file as if it were new, unless loading it takes long."""
    fresh = target
    for number, table in enumerate(request["scenes"]):
        scene = ProbeArrays.of(table)
        for place, chosen in enumerate(request["readings"]):
            used = time.monotonic() - start
            if request["choosing"] and place and used > _PART_OF_CHOOSING * request["time"]:
                return
            if fresh is None:
                again = load(Path(request["path"]), request["name"])
                fresh = again if isinstance(again, CodeTarget) else target
            for row in observe(fresh, scene, Reading(**chosen), request["trace"], request["again"]):
                report({"scene": number, "reading": place, "row": row})
            fresh = None if loading < 0.1 else target  # type: ignore[assignment]


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        with socket.socket(fileno=int(sys.argv[2])) as asked:
            serve(asked, lambda folder, descriptor, token: main(Path(folder), descriptor, token))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3]))
