"""``FILE.py`` without a function: the one that can be meant, or a list of those that could."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.app.shell.options import renamed

_BACKWARD = re.compile(r"back|grad", re.IGNORECASE)


def read_function(text: str, path: str, faults: list[Fault]) -> str:
    """Return the file with its function, which is found where only one can be meant."""
    from chalkgrad.usercode.process.sandbox import split_target

    named = attempt(faults, lambda: with_function(text, path))
    if named is not None:
        renamed(faults, "against", path, lambda: split_target(named))
    return named or text


def with_function(text: str, path: str) -> str:
    """Return ``mine.py:backward`` for ``mine.py``; any other text as it is.

    Raises
    ------
    InputError
        If the file defines several that could be meant, or none, or is no Python.
    """
    if not text.endswith(".py") or not Path(text).is_file():
        return text
    names = defined(Path(text), path)
    likely = [name for name in names if _BACKWARD.search(name)]
    chosen = names if len(names) == 1 else likely
    if len(chosen) == 1:
        return f"{text}:{chosen[0]}"
    could = chosen or names
    fix = (
        f"Write {text}:{could[0]}, say; it has {', '.join(could[:8])}." if could else "Define backward in it."
    )
    raise InputError(Fault(path, "name a function or a class of the file", shown(text), fix))


def defined(file: Path, path: str) -> list[str]:
    """Return the public functions and classes of a file; raises ``InputError`` if it is no Python."""
    try:
        body = ast.parse(file.read_bytes()).body
    except SyntaxError as error:
        line = 1 if error.lineno is None else error.lineno
        got, fix = f"{error.msg} in line {line} of {file}", f"Correct line {line}."
        raise InputError(Fault(path, "be a Python file", got, fix)) from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(Fault(path, "be a Python file", shown(str(error), 80), "Save it again.")) from None
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in body if isinstance(node, kinds) and not node.name.startswith("_")]
