"""Ctrl-C as a wish that is granted between two slices of a training."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType

CTRL_C = "Ctrl-C"


class Interruption:
    """While it is open, the first Ctrl-C sets ``asked``; a second breaks off what is ``breakable``.

    Where Ctrl-C means something else already, or in another than the main thread, nothing is changed.
    A program may hand on other signals that are to stop it: they call what Ctrl-C calls.
    """

    def __init__(self) -> None:
        self.asked = False
        self.by = CTRL_C
        """What asked, in words."""
        self.breakable = False
        """Whether another Ctrl-C raises ``KeyboardInterrupt``: what was reached can be had back then."""
        self._installed = False

    def __enter__(self) -> Interruption:
        here = threading.current_thread() is threading.main_thread()
        if here and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
            self._installed = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and self.breakable:
            self.breakable = False
            raise KeyboardInterrupt
        self.asked = True
        self.by = CTRL_C if number == signal.SIGINT else signal.Signals(number).name

    @contextlib.contextmanager
    def breaking(self) -> Iterator[None]:
        """While it is open, a second Ctrl-C raises ``KeyboardInterrupt``, once."""
        self.breakable = True
        try:
            yield
        finally:
            self.breakable = False

    def raised(self, error: KeyboardInterrupt) -> None:
        """Take an interruption that was raised for asking; its argument says by what."""
        self.asked = True
        self.by = str(error.args[0]) if error.args else CTRL_C
