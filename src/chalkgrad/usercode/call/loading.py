"""Load a user's file and find in it what was named: a function, a class, a method."""

from __future__ import annotations

import ast
import importlib.util
import linecache
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from chalkgrad.usercode.kinds import kind_of

_KEPT = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class TimeUp(BaseException):
    """Raised inside the user's code when its time is over."""


@dataclass
class CodeTarget:
    """What the user named.

    Attributes
    ----------
    value
        The function, or the class.
    method
        The method of the class that was named, or "".
    instance
        An object of the class, where one was given instead of the class.
    space
        The names of the module.
    file
        Its file, as its frames call it.
    skipped
        The first line at the top of the file that failed and was left out, or 0.
    adapted
        Of a framework's object: its adapters by network, since each tries many places.
    """

    value: Any
    method: str = ""
    instance: Any = None
    space: dict[str, Any] = field(default_factory=dict)
    file: str = ""
    skipped: int = 0
    adapted: dict[Any, Any] = field(default_factory=dict)


def load(path: Path, name: str) -> CodeTarget | list[str]:
    """Import a file by its path and return what is named in it, or the names that it has."""
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    sys.dont_write_bytecode = True
    text = path.read_bytes()
    tree = ast.parse(text, str(path))
    linecache.checkcache(str(path))
    module = _fresh(path)
    skipped = 0
    try:
        exec(compile(tree, str(path), "exec"), module.__dict__)  # noqa: S102 - running it is what we are for
    except (Exception, SystemExit, TimeUp) as error:
        _, _, outer, _ = _position(name)
        if not _defined(tree, outer):
            raise
        module = _fresh(path)
        skipped = _piecemeal(tree, path, module, isinstance(error, TimeUp))
    return find(module.__dict__, name, str(path), skipped)


def _position(name: str) -> tuple[str, str, str, str]:
    outer, _, method = name.partition(".")
    return "", "", outer, method


def _fresh(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None:
        raise ImportError(f"{path.name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    return module


def _defined(tree: ast.Module, name: str) -> bool:
    return any(getattr(node, "name", "") == name for node in tree.body)


def _piecemeal(tree: ast.Module, path: Path, module: ModuleType, definitions_only: bool) -> int:
    """Run the statements of a file one by one and leave out those that fail; the line of the first such."""
    first = 0
    for node in tree.body:
        if definitions_only and not isinstance(node, _KEPT) and not _is_plain(node):
            first = first or node.lineno
            continue
        try:
            part = ast.Module([node], [])
            exec(compile(part, str(path), "exec"), module.__dict__)  # noqa: S102
        except (Exception, SystemExit, TimeUp):
            first = first or node.lineno
    return first


def _is_plain(node: ast.stmt) -> bool:
    """Whether a statement gives a name to a constant."""
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)


def find(space: dict[str, Any], name: str, file: str, skipped: int = 0) -> CodeTarget | list[str]:
    """What is named in a module's names, or a list of what there is."""
    outer, _, method = name.partition(".")
    value = space.get(outer)
    if not callable(value) and kind_of(value) is None:
        return _has(space, file)
    if method:
        if not callable(getattr(value, method, None)):
            return [f"{outer}.{key}" for key, item in vars(value).items() if callable(item)] or _has(
                space, file
            )
        if not isinstance(value, type):
            return _has(space, file)
    return CodeTarget(value, method, None, space, file, skipped)


def _has(space: dict[str, Any], file: str) -> list[str]:
    """The functions and classes of a file: its own, or all if it has none of its own."""
    found = {key: value for key, value in space.items() if callable(value) and not key.startswith("_")}
    stem = Path(file).stem
    own = [key for key, value in found.items() if getattr(value, "__module__", stem) == stem]
    return own or list(found)


def wrap(value: Any) -> CodeTarget:
    """A Python object of this process as a target."""
    if kind_of(value) is not None:
        kind = getattr(value, "__self__", value)
        return CodeTarget(value, "", None, {}, _file(kind if isinstance(kind, type) else type(kind)))
    owner = getattr(value, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):
        kind = owner if isinstance(owner, type) else type(owner)
        return CodeTarget(
            kind, value.__name__, None if isinstance(owner, type) else owner, _space(kind), _file(kind)
        )
    if isinstance(value, type):
        return CodeTarget(value, "", None, _space(value), _file(value))
    if hasattr(value, "__code__") or not _has_methods(value):
        space = getattr(value, "__globals__", {})
        code = getattr(value, "__code__", None)
        return CodeTarget(value, "", None, space, code.co_filename if code else "")
    return CodeTarget(type(value), "", value, _space(type(value)), _file(type(value)))


def _has_methods(value: Any) -> bool:
    return not hasattr(value, "__wrapped__") and type(value).__module__ != "functools"


def _space(kind: type) -> dict[str, Any]:
    module = sys.modules.get(kind.__module__)
    return vars(module) if module is not None else {}


def _file(kind: type) -> str:
    for item in vars(kind).values():
        code = getattr(getattr(item, "__func__", item), "__code__", None)
        if code is not None and code.co_filename != "<string>":
            return str(code.co_filename)
    return ""
