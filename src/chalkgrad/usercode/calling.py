"""Call a user's function with the arguments it asks for, and take apart what it returns.

Runs in the process that also runs the user's code; every failure becomes a plain table.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.usercode.names import counts_from_zero, plain, quantity, role

Array = NDArray[Any]
MAX_PARTS = 2000


class Spelled(dict[str, Any]):
    """A dictionary that answers to every usual spelling of its keys: ``cache["a1"]``, ``cache["A_1"]``."""

    def __init__(self, values: Mapping[str, Any], depth: int, offset: int = 0) -> None:
        super().__init__(values)
        self._depth, self._offset = depth, offset

    def __missing__(self, key: Any) -> Any:
        name = str(key)
        found = quantity(name, self._depth, self._offset)
        if found == f"A{self._depth}" and "Y" in self:
            found = "Y"
        found = found or {"y": "T"}.get(role(name) or "", role(name))
        if found is None or not super().__contains__(found):
            raise KeyError(key)
        return super().__getitem__(found)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of any spelling."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None


def arguments(
    function: Callable[..., Any], supply: Mapping[str, Any], depth: int
) -> dict[str, Any] | list[str]:
    """Match the parameters of a function with what there is; a list of names that nothing matches.

    Parameters
    ----------
    function
        The user's.
    supply
        X, T, Y, W1, b1, Z1, A1, … and the numbers m, l2, learning_rate.
    depth
        L.
    """
    asked = list(inspect.signature(function).parameters.values())
    names = [p.name for p in asked if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    offset = int(counts_from_zero(names, depth))
    roles = {name: role(name) for name in names}
    has_target = any(r == "T" for r in roles.values())
    bound: dict[str, Any] = {}
    unknown = []
    for parameter in asked:
        if parameter.name not in roles:
            continue
        value = _value(parameter.name, roles[parameter.name], supply, depth, offset, has_target)
        if value is not None:
            bound[parameter.name] = value
        elif parameter.default is inspect.Parameter.empty:
            unknown.append(parameter.name)
    return unknown or bound


def _value(
    name: str, kind: str | None, supply: Mapping[str, Any], depth: int, offset: int, has_target: bool
) -> Any:
    found = quantity(name, depth, offset)
    if found is not None and (kind is None or found in supply):
        return supply["Y"] if found == f"A{depth}" else supply.get(found)
    if kind == "y":
        return supply["Y" if has_target else "T"]
    if kind in ("params", "cache"):
        wanted = ("W", "b") if kind == "params" else ("W", "b", "Z", "A", "X", "Y", "T")
        values = {k: v for k, v in supply.items() if k[0] in wanted and k not in ("m", "l2")}
        return Spelled(values, depth, offset)
    if kind in ("weights", "biases", "zs", "as"):
        letter = {"weights": "W", "biases": "b", "zs": "Z", "as": "A"}[kind]
        listed = [supply[f"{letter}{l}"] for l in range(1, depth + 1) if f"{letter}{l}" in supply]
        return [supply["X"], *listed[:-1], supply["Y"]] if kind == "as" else listed
    if name in ("N", "n", "m"):
        return supply["m"]
    return supply.get(kind) if kind else None


def call(
    function: Callable[..., Any], supply: Mapping[str, Any], depth: int, path: str = ""
) -> dict[str, Any]:
    """Call once on copies; return ``parts`` (label, array) or what went wrong, and which inputs changed."""
    fresh = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in supply.items()}
    try:
        bound = arguments(function, fresh, depth)
    except (TypeError, ValueError):
        return {"error": {"type": "TypeError", "message": "its parameters cannot be read", "line": None}}
    if isinstance(bound, list):
        return {"unknown": bound}
    positional = [
        p.name for p in inspect.signature(function).parameters.values() if p.kind == p.POSITIONAL_ONLY
    ]
    try:
        with np.errstate(all="ignore"):
            result = function(*[bound.pop(name) for name in positional], **bound)
    except (Exception, SystemExit, KeyboardInterrupt, RecursionError) as error:
        return {
            "error": describe(
                error, path or (getattr(function, "__code__", None) and function.__code__.co_filename)
            )
        }
    changed = [k for k, v in supply.items() if isinstance(v, np.ndarray) and not _same(v, fresh[k])]
    parts, refused = [], []
    for label, value in flatten(result):
        array = as_array(value)
        if array is None:
            refused.append({"label": label, "type": type(value).__name__})
        else:
            parts.append((label, array.copy()))
    return {"parts": parts, "refused": refused, "changed": changed, "names": returned_names(function)}


def _same(a: Array, b: Any) -> bool:
    return isinstance(b, np.ndarray) and a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=True))


def flatten(value: Any, label: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Take nested dictionaries, tuples, lists and records of arrays apart: labels are joined by dots."""
    value = _fields(value)
    if isinstance(value, Mapping) and depth < 4:
        for key, item in list(value.items())[:MAX_PARTS]:
            yield from flatten(item, f"{label}.{key}" if label else str(key), depth + 1)
    elif isinstance(value, tuple | list) and depth < 4 and not _numeric(value):
        for place, item in enumerate(value[:MAX_PARTS]):
            yield from flatten(item, f"{label}.{place}" if label else str(place), depth + 1)
    elif value is not None:
        yield label, value


def _fields(value: Any) -> Any:
    """Return a named tuple, a dataclass or a namespace as the dictionary of its fields; else the value."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return value._asdict()
    is_record = dataclasses.is_dataclass(value) and not isinstance(value, type)
    return (
        vars(value)
        if isinstance(value, SimpleNamespace) or (is_record and hasattr(value, "__dict__"))
        else value
    )


def _numeric(value: tuple[Any, ...] | list[Any]) -> bool:
    """Whether a list is an array written out: numbers, or rows of numbers."""
    if isinstance(value, tuple) or not value:
        return False
    first = value[0]
    return isinstance(first, int | float) or (
        isinstance(first, list) and bool(first) and isinstance(first[0], int | float)
    )


def as_array(value: Any) -> Array | None:
    """A numeric array, or None for anything else."""
    if hasattr(value, "detach"):
        value = value.detach()
    try:
        array = np.asarray(value)
    except Exception:  # another library's array may refuse for any reason
        return None
    return array if array.dtype.kind in "biuf" else None


def returned_names(function: Callable[..., Any]) -> list[str]:
    """The names in the last ``return a, b, c`` of a function's source; empty if there is none."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    returns = [
        node for node in ast.walk(tree) if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
    ]
    if not returns:
        return []
    last = max(returns, key=lambda node: node.lineno)
    assert isinstance(last.value, ast.Tuple)
    names = [
        ast.unparse(item) if isinstance(item, ast.Name | ast.Attribute) else "" for item in last.value.elts
    ]
    return [name.removeprefix("self.") for name in names]


def describe(error: BaseException, path: Any) -> dict[str, Any]:
    """What was raised, and the last line of the user's own file on the way."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = own[-1].lineno if own else getattr(error, "lineno", None)
    text = own[-1].line if own else (getattr(error, "text", "") or "")
    message = str(error)[:500]
    if isinstance(error, SystemExit):
        message = f"sys.exit({error.code!r})"[:100]
    elif isinstance(error, SyntaxError) and not own:
        message = error.msg  # its line is told apart
    return {
        "type": type(error).__name__,
        "message": message,
        "line": line,
        "text": (text or "").strip()[:200],
    }


__all__ = ["Spelled", "arguments", "call", "describe", "flatten", "plain"]
