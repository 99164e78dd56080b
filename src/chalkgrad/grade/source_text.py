"""The text of what was handed in: files in other encodings, and the code of notebooks."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator

_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MAGIC = re.compile(r"\s*([%!]|\w[\w.]*\?+\s*$|\?|(\w+\s*=\s*)[!%])")
_KEPT_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")
_SIMPLE = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.AugAssign)
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def script_text(code: bytes) -> tuple[str, str]:
    """Return the text of a Python file, and a note where it is not in the encoding that it should be in."""
    for mark, encoding in _BOMS:
        if code.startswith(mark):
            return code.decode(encoding, "replace"), "saved as UTF-16, not UTF-8"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(code).readline)
        text = code.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return _undeclared(code.decode("cp1252", "replace")), "not saved as UTF-8: read as Windows-1252"
    return (text if encoding.startswith("utf-8") else _undeclared(text)), ""


def _undeclared(text: str) -> str:
    """Return the text without its word on its encoding, since it will be written as UTF-8."""
    lines = text.splitlines(keepends=True)
    head = [
        re.sub(r"coding[:=]", "coding is", line) if line.lstrip().startswith("#") else line
        for line in lines[:2]
    ]
    return "".join([*head, *lines[2:]])


def notebook_text(code: bytes) -> tuple[str, list[str]]:
    """Return the code of a notebook as a script, and notes on cells that are left out.

    Functions and classes stay as they are, imports and assignments may fail without harm, and what a cell
    does beside (plots, tests, training loops, magics) is left out: it is not asked for here.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    try:
        notebook = json.loads(code.decode("utf-8-sig"))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        sources = [_source(cell) for cell in cells if cell.get("cell_type") == "code"]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise ValueError("it is no notebook that can be read") from None
    notes: list[str] = []
    written = []
    for number, source in enumerate(sources, start=1):
        try:
            body = _definitions(_without_magics(source))
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
            notes.append(f"code cell {number} is no Python and is left out ({type(error).__name__}{where})")
            continue
        written.append(f"# code cell {number}\n{body}\n")
    return "\n".join(written), notes


def _source(cell: dict[str, object]) -> str:
    source = cell.get("source", cell.get("input", ""))
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _without_magics(source: str) -> str:
    """Return a cell without magics and shell lines; a cell in another language is empty."""
    first = source.lstrip().partition("\n")[0].strip()
    if first.startswith("%%"):
        if not first.startswith(_KEPT_CELLS):
            return ""
        source = source.lstrip().partition("\n")[2]
    try:
        ast.parse(source)
    except SyntaxError:
        lines = source.split("\n")
        return "\n".join(
            f"{_indent(line)}pass  # {line.strip()}" if _MAGIC.match(line) else line for line in lines
        )
    return source


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _definitions(source: str) -> str:
    lines = source.split("\n")
    return "\n".join(text for statement in ast.parse(source).body for text in _kept(statement, lines))


def _kept(statement: ast.stmt, lines: list[str]) -> Iterator[str]:
    first = statement.lineno
    if isinstance(statement, _DEFINING):
        first = min([first, *(decorator.lineno for decorator in statement.decorator_list)])
    whole = lines[first - 1 : statement.end_lineno]
    if isinstance(statement, _DEFINING):
        yield from whole
    elif isinstance(statement, _SIMPLE):
        encoded = whole[-1].encode()[: statement.end_col_offset].decode()
        text = "\n".join([*whole[:-1], encoded])
        text = text.encode()[statement.col_offset :].decode()
        yield f"try: {text}\nexcept Exception: pass"


__all__ = ["notebook_text", "script_text"]
