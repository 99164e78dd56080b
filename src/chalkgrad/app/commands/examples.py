"""``chalkgrad examples``: the problem files and programs that the examples name, written into a folder."""

from __future__ import annotations

import argparse
import ast
import os
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import chalkgrad
from chalkgrad._errors import Fault, InputError
from chalkgrad._files import replacing
from chalkgrad._numbers import shown
from chalkgrad.app.shell.options import Parser
from chalkgrad.app.shell.output import say

FOLDER = "examples"


def parser() -> Parser:
    """Return the options of the command."""
    about = (
        "Write the problem files, a wrong backward pass and a class's submissions, which the examples of "
        "--help name, into a folder, and list them.  A file of yours that differs is kept."
    )
    examples = ("examples", "examples -o lesson", "examples --list", "trace examples/quiz.toml")
    options = Parser("examples", "", about, examples)
    options.value("-o", "--output", metavar="FOLDER", help=f"where to; {FOLDER}")
    options.flag("--list", help="list them only")
    options.flag("--overwrite", help="put back also those that were changed")
    return options


def run(arguments: Sequence[str]) -> int:
    """List and write; return the exit status."""
    options = parser().read(arguments)
    folder = Path(options.output or FOLDER)
    files = list(shipped())
    written, kept = (0, []) if options.list else _write(files, folder, options)
    listed = Path(FOLDER) if options.list else folder
    names = [str(listed / name) for name, _ in files]
    width = max(map(len, names))
    for name, (_, content) in zip(names, files, strict=True):
        print(f"{name:<{width}}  {title(name, content)}".rstrip())
    if not options.list:
        say(f"written: {written} of {len(files)} files into {folder}{os.sep}")
        for path in kept:
            say(f"note: {path} is kept, it is not as it was shipped (--overwrite puts it back)")
    return 0


def shipped() -> Iterator[tuple[Path, bytes]]:
    """Yield name and content of each file, in order."""
    folder = _folder()
    for path in sorted(folder.rglob("*"), key=lambda path: (len(path.parts), path.suffix == ".py", path)):
        if path.is_file() and path.suffix in (".toml", ".py", ".csv"):
            yield path.relative_to(folder), path.read_bytes()


def _folder() -> Path:
    """The package's, or where it is used as it stands in its project, the project's."""
    package = Path(chalkgrad.__file__).parent
    inside = package / FOLDER
    return inside if inside.is_dir() else package.parents[1] / FOLDER


def title(name: str, content: bytes) -> str:
    """Return what a file says that it is.

    >>> title("a.toml", b'title = "XOR"'), title("a.py", b'"Mine.  More."'), title("a.csv", b"x,y")
    ('XOR', 'Mine', 'a table: x, y')
    """
    text = content.decode("utf-8")
    if name.endswith(".toml"):
        return str(tomllib.loads(text).get("title", ""))
    if name.endswith(".csv"):
        return f"a table: {', '.join(text.partition(chr(10))[0].split(','))}"
    return (ast.get_docstring(ast.parse(text)) or "").partition(".")[0].partition("\n")[0]


def _write(
    files: Sequence[tuple[Path, bytes]], folder: Path, options: argparse.Namespace
) -> tuple[int, list[Path]]:
    """Write what is not there as it is; return how many, and those that are kept because they differ."""
    if folder.exists() and not folder.is_dir():
        fix = "Write -o somewhere, say."
        raise InputError(Fault("-o", "name a folder", f"{shown(str(folder))}, a file", fix))
    written, kept = 0, list[Path]()
    for name, content in files:
        place = folder / name
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            there = place.read_bytes() if place.exists() else None
            if there == content:
                continue
            if there is not None and not options.overwrite:
                kept.append(place)
                continue
            with replacing(place) as temporary:
                temporary.write_bytes(content)
            written += 1
        except OSError as error:
            if isinstance(error, InputError):
                raise
            got = f"{shown(str(place))}: {error.strerror or error}"
            raise InputError(Fault("-o", "be a place that can be written", got, "Choose another.")) from None
    return written, kept
