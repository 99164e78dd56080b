"""Write down every assignment of numbers that the user's code makes while it runs.

``sys.settrace`` tells of each line before it is run; when the next line begins, or the function returns, the
targets of the line before have their values.  Reading them changes nothing: only names, attributes and
subscripts are evaluated, never a call.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.usercode.source import tree_of

MAX_EVENTS = 20_000
MAX_LINES = 400_000
MAX_BYTES = 64_000_000
MAX_ENTRIES = 100_000
_SAFE = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Constant,
    ast.BinOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.Slice,
    ast.Tuple,
    ast.JoinedStr,
    ast.FormattedValue,
    ast.expr_context,
)
_CALLS = ("str", "len")


@dataclass
class Line:
    """One assigned target of a statement."""

    text: str
    code: CodeType | None
    index: CodeType | None = None  # of a subscript: its index, to tell the key in words
    base: str = ""
    base_code: CodeType | None = None


@dataclass
class Statement:
    """A statement that assigns, and the lines on which it stands."""

    first: int
    last: int
    targets: list[Line] = field(default_factory=list)


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
        current: list[Statement | None] = [None]

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

    def _note(self, statement: Statement | None, frame: FrameType) -> None:
        if statement is None:
            return
        for target in statement.targets:
            try:
                self._read(statement.first, target, frame)
            except Exception:
                continue

    def _read(self, line: int, target: Line, frame: FrameType) -> None:
        space, here = frame.f_globals, frame.f_locals
        name, key = target.text, target.text
        if target.base_code is not None:
            base = eval(target.base_code, space, here)  # noqa: S307 - names and subscripts only
            if isinstance(base, np.ndarray):
                name = key = target.base
                value: Any = base
            elif target.code is None:
                return
            else:
                value = eval(target.code, space, here)  # noqa: S307
                if target.index is not None:
                    key = f"{target.base}[{eval(target.index, space, here)!r}]"  # noqa: S307
        elif target.code is not None:
            value = eval(target.code, space, here)  # noqa: S307
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


_KNOWN: dict[str, dict[int, Statement]] = {}


def statements(file: str) -> dict[int, Statement]:
    """The assigning statements of a file, by each of their lines."""
    if file not in _KNOWN:
        found: dict[int, Statement] = {}
        tree = tree_of(file)
        for node in ast.walk(tree) if tree is not None else ():
            statement = _statement(node)
            if statement is not None:
                for line in range(statement.first, statement.last + 1):
                    if line in found:  # two statements on one line: a; b
                        found[line].targets += statement.targets
                    else:
                        found[line] = statement
        _KNOWN[file] = found
    return _KNOWN[file]


def _statement(node: ast.AST) -> Statement | None:
    targets: list[ast.expr] = []
    extra: list[Line] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.For):
        flat = [line for line in map(_line, _flat([node.target])) if line]
        return Statement(node.lineno, node.iter.end_lineno or node.lineno, flat)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        extra = list(_of_call(node.value))
    elif not isinstance(node, ast.Return | ast.Raise | ast.Assert):
        return None
    assert isinstance(node, ast.stmt)
    lines = [line for line in map(_line, _flat(targets)) if line]
    return Statement(node.lineno, node.end_lineno or node.lineno, lines + extra)


def _of_call(call: ast.Call) -> Iterator[Line]:
    """``grads.append(dW)``, ``grads.insert(0, dW)``, ``np.add(a, b, out=c)``, ``np.fill_diagonal(a, …)``."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr in ("append", "insert", "fill", "sort"):
        place = {"append": "[-1]", "insert": "[0]"}.get(function.attr, "")
        line = _line(ast.parse(ast.unparse(function.value) + place, mode="eval").body)
        if line:
            yield line
    for keyword in call.keywords:
        if keyword.arg == "out" and (line := _line(keyword.value)):
            yield line


def _flat(targets: list[ast.expr]) -> Iterator[ast.expr]:
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _flat(target.elts)
        else:
            yield target


def _line(target: ast.expr) -> Line | None:
    if isinstance(target, ast.Subscript) and _is_safe(target.value):
        base = ast.unparse(target.value)
        compiled = compile(base, "<target>", "eval")
        if not _is_safe(target.slice):  # dZ[Z <= 0]: the array that holds the entry is enough
            return Line(base, None, None, base, compiled)
        text = ast.unparse(target)
        index = None if isinstance(target.slice, ast.Slice | ast.Tuple) else ast.unparse(target.slice)
        key = None if index is None else compile(index, "<target>", "eval")
        return Line(text, compile(text, "<target>", "eval"), key, base, compiled)
    if not _is_safe(target):
        return None
    text = ast.unparse(target)
    return Line(text, compile(text, "<target>", "eval"))


def _is_safe(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        fine = isinstance(node.func, ast.Name) and node.func.id in _CALLS and not node.keywords
        return fine and all(_is_safe(argument) for argument in node.args)
    return isinstance(node, _SAFE) and all(_is_safe(child) for child in ast.iter_child_nodes(node))


__all__ = ["Recorder", "numbers", "statements"]
