"""What a target names in a frame, looked up without running anything of the user's.

A name is taken from the frame, an attribute from where it lies, an entry from a list, a tuple, a dictionary
or an array by an index of constants, names and simple arithmetic.  Whatever would call the user's code (a
property, an own ``__getitem__``) or run twice what stands there (a call) is not looked up.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import operator
from collections.abc import Callable
from types import FrameType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

import numpy as np

from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict

_PLAIN = (int, float, str, bool, type(None))
_LONGEST = 1000
_ENTRIES = [kind.__getitem__ for kind in (dict, list, tuple, np.ndarray, np.matrix, SpellingDict)]
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_SIGNS: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}


def look_up(node: ast.expr, frame: FrameType) -> Any:
    """The value of an expression in a frame.

    Raises
    ------
    LookupError
        If it is not there, or is of a kind that is not looked up.
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return _named(name, frame)
        case ast.Attribute(value=owner, attr=name):
            return _attribute(look_up(owner, frame), name)
        case ast.Subscript(value=owner, slice=index):
            return _entry(look_up(owner, frame), look_up(index, frame))
        case ast.Tuple(elts=elements):
            return tuple(look_up(element, frame) for element in elements)
        case ast.Slice(lower=lower, upper=upper, step=step):
            return slice(*(None if part is None else look_up(part, frame) for part in (lower, upper, step)))
        case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_number(look_up(operand, frame)))
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _ARITHMETIC:
            return _computed(operation, look_up(left, frame), look_up(right, frame))
        case ast.JoinedStr(values=parts):
            return "".join(str(look_up(part, frame)) for part in parts)
        case ast.FormattedValue(value=inner, format_spec=how):
            value = _simple(look_up(inner, frame))
            return format(value, "" if how is None else look_up(how, frame))
        case ast.Call(func=ast.Name(id="str" | "len" as name), args=[argument], keywords=[]):
            return _called(name, look_up(argument, frame), frame)
    raise LookupError(type(node).__name__)


def _named(name: str, frame: FrameType) -> Any:
    for space in (frame.f_locals, frame.f_globals, vars(builtins)):
        if name in space:
            return space[name]
    raise LookupError(name)


def _attribute(owner: Any, name: str) -> Any:
    """An attribute that lies in the object or its class, or is kept by a library in C."""
    found = inspect.getattr_static(owner, name, inspect.Parameter.empty)
    if isinstance(found, GetSetDescriptorType | MemberDescriptorType):
        return getattr(owner, name)
    if found is inspect.Parameter.empty:
        found = _of_module(owner, name)
    if hasattr(type(found), "__get__") and not isinstance(owner, ModuleType):
        raise LookupError(name)
    return found


def _of_module(owner: Any, name: str) -> Any:
    """A parameter of a ``torch.nn.Module``, which keeps its own in a table."""
    table = getattr(owner, "__dict__", {}).get("_parameters")
    if isinstance(table, dict) and name in table:
        return table[name]
    raise LookupError(name)


def _entry(owner: Any, index: Any) -> Any:
    """An entry of a container whose ``[]`` is not the user's own."""
    kind = type(owner)
    known = kind.__getitem__ if isinstance(owner, dict | list | tuple | np.ndarray) else None
    if known not in _ENTRIES or not all(map(_is_index, index if isinstance(index, tuple) else (index,))):
        raise LookupError(kind.__name__)
    if isinstance(owner, dict) and index not in owner:  # a defaultdict would make it
        raise LookupError(index)
    return owner[index]


def _is_index(part: Any) -> bool:
    if isinstance(part, slice):
        return all(map(_is_simple, (part.start, part.stop, part.step)))
    return _is_simple(part) or part is ... or type(part) is np.ndarray


def _is_simple(value: Any) -> bool:
    return type(value) in _PLAIN or isinstance(value, np.integer | np.floating)


def _simple(value: Any) -> Any:
    if not _is_simple(value) or (isinstance(value, str) and len(value) > _LONGEST):
        raise LookupError(type(value).__name__)
    return value


def _number(value: Any) -> Any:
    if isinstance(_simple(value), str | None):
        raise LookupError(type(value).__name__)
    return value


def _computed(operation: ast.operator, left: Any, right: Any) -> Any:
    """Arithmetic of numbers; of texts only ``"W" + "1"`` and ``"W%d" % 1``."""
    left, right = _simple(left), _simple(right)
    if not isinstance(operation, ast.Add | ast.Mod):
        left, right = _number(left), _number(right)
    try:
        return _ARITHMETIC[type(operation)](left, right)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise LookupError(str(error)) from error


def _called(name: str, argument: Any, frame: FrameType) -> Any:
    """``str(l)`` and ``len(weights)``, if they are Python's."""
    if _named(name, frame) is not getattr(builtins, name):
        raise LookupError(name)
    if name == "str":
        return str(_simple(argument))
    if isinstance(argument, np.ndarray) or type(argument) in (list, tuple, dict, str, SpellingDict):
        return len(argument)
    raise LookupError(type(argument).__name__)
