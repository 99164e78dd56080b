"""A function of the user's: ``module.py:function``, loaded from its file."""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from chalkgrad._errors import Fault, InputError, did_you_mean
from chalkgrad._files import read_text
from chalkgrad._numbers import shown

OPTION = "--against"


def load_function(text: str) -> Callable[..., Any]:
    """Return the function that ``mine.py:gradients`` names.

    The file is run as ``python mine.py`` would run it: its folder comes first when it imports.

    Raises
    ------
    InputError
        If it is not written so, the file is not there, cannot be run, or has no such function.
    """
    file, colon, name = text.rpartition(":")
    if not colon or not file or not name.isidentifier():
        fix = f"Write {OPTION} mine.py:gradients, say."
        raise InputError(Fault(OPTION, "be a file and a function, module.py:function", shown(text), fix))
    read_text(file)  # tells of a missing file, a directory and bytes that are no text
    module = _run(file)
    function = getattr(module, name, None)
    if callable(function):
        found: Callable[..., Any] = function
        return found
    own = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    if function is not None:
        got, fix = f"{name}, which is {shown(function)}", f"Write def {name}(…): in {file}."
    else:
        names = f"It has {', '.join(own[:6])}." if own else f"Write def {name}(…): in it."
        got, fix = f"no {name} in {file}", did_you_mean(name, own) or names
    raise InputError(Fault(OPTION, "name a function of the file", got, fix))


def _run(file: str) -> ModuleType:
    path = Path(os.path.realpath(file))
    spec = importlib.util.spec_from_file_location(f"against_{path.stem}", path)
    if spec is None or spec.loader is None:
        fix = "Save the function in a file that ends in .py."
        raise InputError(Fault(OPTION, "be a Python file, .py", shown(file), fix))
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise InputError(_cannot_run(file, path, error)) from None
    finally:
        sys.path.remove(str(path.parent))
    return module


def _cannot_run(file: str, path: Path, error: BaseException) -> Fault:
    """Tell where the user's file fails, by its own line."""
    if isinstance(error, SyntaxError) and error.lineno is not None:
        line = error.lineno
        what = error.msg
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = frames[-1].lineno or 0 if frames else 0
        what = str(error)
    place = f"line {line}: " if line else ""
    got = f"{place}{type(error).__name__}: {what}"[:200].rstrip(". :")
    return Fault(file, "run without an error", got, f"Run python {file} to see where.")
