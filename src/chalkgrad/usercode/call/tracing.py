"""Write down every assignment of numbers that the user's code makes while it runs.

``sys.settrace`` tells of each line before it is run; when the next line begins, or the function returns, the
targets of the line before have their values.  Reading them runs nothing of the user's: ``lookup``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.usercode.syntax.assignments import AssignedTarget, AssigningStatement, statements
from chalkgrad.usercode.syntax.lookup import look_up

MAX_EVENTS = 20_000
MAX_LINES = 400_000
MAX_BYTES = 64_000_000
MAX_ENTRIES = 100_000


class Recorder:
    """The trace of one call.

    Attributes
    ----------
    rows
        Line, target, key in full, function, value.
    """

    def __init__(self, file: str, tops: tuple[Any, ...] = ()) -> None:
        self.rows: list[tuple[int, str, str, str, NDArray[Any]]] = []
        self.last_line = 0
        self._file, self._bytes, self._lines = file, 0, 0
        self._statements = statements(file)
        self._tops = {getattr(getattr(top, "__func__", top), "__code__", None) for top in tops}
        self._before: Any = None

    def __enter__(self) -> Recorder:
        self._before = sys.gettrace()
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != self._file or self._full():
            return None
        current: list[AssigningStatement | None] = [None]

        def local(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                self._lines += 1
                self.last_line = frame.f_lineno
                here = self._statements.get(frame.f_lineno)
                if here is not current[0] or here is None or here.first == here.last:
                    self._note(current[0], frame)
                    current[0] = here
                if self._full():
                    return None
            elif event == "return":
                self._note(current[0], frame)
                current[0] = None
                if argument is not None and frame.f_code in self._tops:
                    self._keep_return(argument, frame)
            elif event == "exception":
                current[0] = None
            return local

        return local

    def _full(self) -> bool:
        return len(self.rows) >= MAX_EVENTS or self._bytes >= MAX_BYTES or self._lines >= MAX_LINES

    def _note(self, statement: AssigningStatement | None, frame: FrameType) -> None:
        if statement is None:
            return
        for target in statement.targets:
            with suppress(Exception):  # an index out of range, a name that is gone
                self._read(statement.first, target, frame)

    def _read(self, line: int, target: AssignedTarget, frame: FrameType) -> None:
        name = key = target.text
        if isinstance(target.node, ast.Subscript):
            value = look_up(target.node.value, frame)
            if not isinstance(value, dict | list | tuple):  # dZ[Z <= 0] = 0: the array that holds it
                name = key = target.base
            else:
                value = look_up(target.node, frame)
                if not isinstance(target.node.slice, ast.Slice | ast.Tuple):
                    key = f"{target.base}[{look_up(target.node.slice, frame)!r}]"
        else:
            value = look_up(target.node, frame)
        self.keep(line, name, key, frame.f_code.co_name, value)

    def keep(
        self, line: int, name: str, key: str, function: str, value: Any, *, always: bool = False
    ) -> None:
        """Write down one value, if it is an array of numbers or a number."""
        array = numbers(value)
        if array is None:
            return
        if not always and self.rows and self.rows[-1][:4] == (line, name, key, function):
            self._bytes -= self.rows.pop()[4].nbytes  # a loop over entries: the last state is enough
        self._bytes += array.nbytes
        self.rows.append((line, name, key, function, array))

    def _keep_return(self, value: Any, frame: FrameType) -> None:
        line, function = frame.f_lineno, frame.f_code.co_name
        items: Iterator[tuple[str, Any]]
        if isinstance(value, dict):
            items = ((f"return[{key!r}]", item) for key, item in value.items())
        elif isinstance(value, tuple | list) and numbers(value) is None:
            items = ((f"return[{place}]", item) for place, item in enumerate(value))
        else:
            items = iter([("return", value)])
        for name, item in items:
            self.keep(line, name, name, function, item, always=True)

    def failing(self, frame: FrameType | None, line: int) -> None:
        """Add the locals at the line that raised."""
        if frame is None:
            return
        for name, value in list(frame.f_locals.items()):
            self.keep(line, name, f"{name} at line {line}", frame.f_code.co_name, value)


def numbers(value: Any) -> NDArray[Any] | None:
    """A copy of a numeric array or number that is small enough, else None."""
    if isinstance(value, bool | int | float):
        array = np.array(value)
        return array if array.dtype.kind in "biuf" else None
    if isinstance(value, np.generic):
        return np.array(value) if value.dtype.kind in "biuf" else None
    if type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach"):
        value = _of_tensor(value)
    if type(value) is np.ndarray or type(value) is np.matrix:
        fits = value.dtype.kind in "biuf" and value.size <= MAX_ENTRIES
        return np.array(value, copy=True, subok=False) if fits else None
    if isinstance(value, list) and 0 < len(value) <= 1000 and isinstance(value[0], int | float | list):
        try:
            array = np.array(value)
        except (ValueError, OverflowError):
            return None
        return array if array.dtype.kind in "biuf" and array.size <= MAX_ENTRIES else None
    return None


def _of_tensor(value: Any) -> Any:
    """The numbers of a tensor that has them in memory."""
    try:
        return value.detach().numpy()
    except (RuntimeError, TypeError):  # sparse, on another device, of a type that NumPy lacks
        return None
