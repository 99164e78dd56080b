"""How a command is stopped: Ctrl-C, and SIGTERM and SIGHUP, which do what Ctrl-C does."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType

from chalkgrad._loading import INTERRUPTED

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stop:
    """While it is open, what ends a program raises ``KeyboardInterrupt``, or does what Ctrl-C means then.

    What the shell has set to be ignored stays ignored: ``nohup`` and background jobs are not stopped.
    In another than the main thread nothing is changed.
    """

    def __init__(self) -> None:
        self.number: int = signal.SIGINT
        """The signal that came last."""
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                if signal.getsignal(number) is signal.SIG_DFL:
                    self._before[number] = signal.signal(number, self._as_interrupt)
            if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                self._before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @property
    def status(self) -> int:
        """The exit status of a program that was stopped so."""
        return 128 + self.number

    def over(self, status: int) -> int:
        """The exit status of a command that ended with ``status`` while this was open."""
        stopped = status == 128 + signal.SIGINT or (status and self.number != signal.SIGINT)
        return self.status if stopped else status

    def tell(self, *, at_the_end: bool) -> None:
        """Say so in one line; at the end of the process who is impatient meanwhile changes nothing."""
        if at_the_end:
            for number in self._before:
                signal.signal(number, signal.SIG_IGN)
        with contextlib.suppress(OSError):
            print(INTERRUPTED, file=sys.stderr, flush=True)

    def _as_interrupt(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler) and handler is not signal.default_int_handler:
            handler(number, frame)
        else:
            raise KeyboardInterrupt(signal.Signals(number).name)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let what must be whole be done first: who stops the program meanwhile is heard at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: came.append(number))
        for number in (signal.SIGINT, *ENDING)
        if callable(signal.getsignal(number))
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in came[:1]:
        os.kill(os.getpid(), number)
