"""Write plain tables as TOML, a row of a matrix on a line; the standard library only reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(table: Mapping[str, object]) -> str:
    """Return the TOML text of a table of values and tables of values.

    >>> print(write_toml({"title": "One", "sample": {"x": [[1, 2.5], [3, 4]], "t": [0]}}))
    title = "One"
    <BLANKLINE>
    [sample]
    x = [
        [1, 2.5],
        [3, 4],
    ]
    t = [0]
    <BLANKLINE>
    """
    top: Mapping[str, object] = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    parts = [("", top)] if top else []
    parts += [(f"[{_key(key)}]\n", value) for key, value in table.items() if isinstance(value, Mapping)]
    return "\n".join(head + "".join(f"{_pair(*item)}\n" for item in part.items()) for head, part in parts)


def _pair(key: str, value: object) -> str:
    return f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _value(value: object) -> str:
    """JSON's way of writing, but for tables in one another and for matrices."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(_pair(*item) for item in value.items()) + "}"
    if isinstance(value, list | tuple):
        items = [_value(item) for item in value]
        if any(isinstance(item, list | tuple) for item in value) and len(value) > 1:
            return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
        return "[" + ", ".join(items) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False).replace("\x7f", "\\u007f")
