"""How does my course write it?  The built-in notations, and a user's own from a file.

The built-in notations are TOML files in ``builtin/``, read through the same door as a user's own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from chalkgrad._errors import Fault, InputError, MissingFileError, did_you_mean
from chalkgrad.notation.profiles.notation import LETTER_NAMES, Letters, Notation
from chalkgrad.notation.profiles.reading import read_notation

__all__ = ["LETTER_NAMES", "Letters", "Notation", "builtin_names", "find_notation", "notation_from_dict"]


def builtin_names() -> tuple[str, ...]:
    """The built-in notations, in the order of the course documents."""
    return ("matrix", "bishop", "transposed", "chain", "nielsen", "deeplearning", "pytorch")


@lru_cache(maxsize=32)
def _builtin(name: str) -> Notation:
    text = (
        files("chalkgrad.notation.profiles").joinpath("builtin").joinpath(f"{name}.toml").read_text("utf-8")
    )
    return notation_from_dict(tomllib.loads(text), f"notation {name}")


def find_notation(name: str | Path | Notation) -> Notation:
    """A built-in notation by name, or a user's own from a TOML file.

    Raises
    ------
    InputError
        No such notation, or the file's entries are wrong (all of them are listed).
    MissingFileError
        The file is not there.
    """
    if isinstance(name, Notation):
        return name
    if str(name) in builtin_names():
        return _builtin(str(name))
    path = Path(name)
    if path.suffix != ".toml":
        options = ", ".join(builtin_names())
        hint = (
            did_you_mean(str(name), builtin_names()) or "A notation of your own is named by its .toml file."
        )
        raise InputError(Fault("notation", f"be one of {options}, or a TOML file", repr(str(name)), hint))
    if not path.is_file():
        raise MissingFileError(
            Fault("notation", "name a file that exists", repr(str(name)), "Check the path.")
        )
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            Fault(str(name), "be a TOML file", str(error), "See docs/notations.md for an example.")
        ) from None
    return notation_from_dict(data, str(name))


def notation_from_dict(data: Mapping[str, Any], path: str) -> Notation:
    """A notation from its table; what is left out is taken from ``based_on``, or the defaults.

    Raises
    ------
    InputError
        With every fault of the table, also letters that stand for two things.
    """
    based = data.get("based_on")
    parent = _builtin(based) if isinstance(based, str) and based in builtin_names() else None
    if "based_on" in data and parent is None:
        fix = did_you_mean(str(based), builtin_names())
        wrong = Fault(f"{path}.based_on", f"be one of {', '.join(builtin_names())}", repr(based), fix)
        raise InputError(wrong)
    return read_notation(data, path, parent)
