"""What was handed in: every submission of a folder, read once, before anybody's code runs.

A submission is a ``.py`` or ``.ipynb`` file, or a folder with one.  Links are not followed, and nothing
outside the folder is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from chalkgrad._errors import Fault, InputError, MissingFileError
from chalkgrad._numbers import shown
from chalkgrad.grade.grading import Grading
from chalkgrad.grade.names import student_and_file

SUFFIXES = (".py", ".ipynb")
MAX_CODE = 1_000_000
MAX_NOTEBOOK = 20_000_000
MAX_FILES, DEEPEST = 200, 4
"""How many files a folder of one student may have, and how deep they may lie."""


@dataclass(frozen=True)
class Submission:
    """One student's work.

    Attributes
    ----------
    student
        The name, as the file or folder tells it.
    place
        The file, relative to the folder of all.
    file
        Its own name, without what a learning platform put around it.
    code
        What is in it.
    beside
        The other Python files of the student's folder, by relative name, which the code may import.
    fault
        Why there is nothing to run; empty if there is.
    """

    student: str
    place: str
    file: str = ""
    code: bytes = field(default=b"", repr=False)
    beside: dict[str, bytes] = field(default_factory=dict, repr=False)
    fault: str = ""


def find_submissions(folder: str | os.PathLike[str], grading: Grading) -> tuple[list[Submission], list[str]]:
    """Read a folder of submissions.

    Parameters
    ----------
    folder
        Where they lie.
    grading
        Says what a student's file is called, and which function it must have.

    Returns
    -------
    The submissions, by name; and the names of what is none.

    Raises
    ------
    InputError
        If it is no folder, or has no submission in it.
    """
    entries = _entries(existing_folder(folder))
    found: list[Submission] = []
    ignored: list[str] = []
    for entry in entries:
        if entry.name.startswith((".", "__")):
            continue
        if entry.is_dir(follow_symlinks=False):
            found.append(_from_folder(Path(entry.path), entry.name, grading))
        elif Path(entry.name).suffix.lower() in SUFFIXES:
            found.append(_from_file(Path(entry.path), entry.name))
        else:
            ignored.append(entry.name)
    if not found:
        fix = "Unpack what was downloaded, and name the folder with the files or with a folder a student."
        raise InputError(Fault("SUBMISSIONS", "have .py or .ipynb files, or folders with them", "none", fix))
    return _newest(found), ignored


def existing_folder(folder: str | os.PathLike[str]) -> Path:
    """Return a folder that is there; raises ``InputError`` if it is not."""
    root, name = Path(folder), shown(os.fspath(folder))
    if not root.exists():
        raise MissingFileError(Fault("SUBMISSIONS", "be an existing folder", name, "Check its name."))
    if not root.is_dir():
        fix = "Name the folder that the file is in."
        raise InputError(Fault("SUBMISSIONS", "be a folder", f"{name}, a file", fix))
    return root


def _entries(root: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(root), key=lambda entry: (entry.name.casefold(), entry.name))
    except OSError as error:
        reason = error.strerror or str(error)
        fault = Fault("SUBMISSIONS", "be a folder that can be read", reason, "Check its rights.")
        raise InputError(fault) from None


def _from_file(path: Path, name: str) -> Submission:
    student, file = student_and_file(name)
    code, fault = _read(path)
    return Submission(student, name, file, code, fault=fault)


def _from_folder(folder: Path, name: str, grading: Grading) -> Submission:
    student, _ = student_and_file(name)
    files = dict(islice(_files(folder), MAX_FILES))
    if not files:
        return Submission(student, name, fault="there is no .py or .ipynb file in this folder")
    chosen = _choose(files, grading)
    if len(chosen) > 1:
        wanted = f"named {grading.file!r}" if grading.file else f"that defines {grading.function}"
        listed = ", ".join(sorted(chosen)[:5])
        return Submission(student, name, fault=f"no file {wanted} among {listed}; which of them is meant?")
    place = chosen[0]
    read = {other: _read(path) for other, path in files.items() if other.endswith(".py")}
    code, fault = read[place] if place in read else _read(files[place])
    above = Path(place).parent
    beside = {
        str(Path(other).relative_to(above)): text
        for other, (text, wrong) in read.items()
        if other != place and not wrong and Path(other).is_relative_to(above)
    }
    return Submission(student, f"{name}/{place}", Path(place).name, code, beside, fault)


def _files(folder: Path, below: str = "", depth: int = 0) -> Iterator[tuple[str, Path]]:
    """Yield the files of a student's folder that may be code, without following links."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)[:MAX_FILES]
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith((".", "__MACOSX", "__pycache__")) or entry.is_symlink():
            continue
        if entry.is_dir(follow_symlinks=False) and depth < DEEPEST:
            yield from _files(Path(entry.path), f"{below}{entry.name}/", depth + 1)
        elif entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in SUFFIXES:
            yield below + entry.name, Path(entry.path)


def _choose(files: dict[str, Path], grading: Grading) -> list[str]:
    """Return the file that is meant: the named one, the only one, or the only one with the function."""
    if grading.file:
        named = [place for place in files if student_and_file(Path(place).name)[1] == grading.file]
        if len(named) == 1:
            return named
    if len(files) == 1:
        return list(files)
    first = grading.function.partition(".")[0].encode()
    defines = re.compile(
        rb"(?:^|\"|\\n)\s*(?:async\s+)?(?:def|class)\s+" + re.escape(first) + rb"\b", re.MULTILINE
    )
    having = [place for place, path in files.items() if defines.search(_read(path)[0])]
    scripts = [place for place in having if place.endswith(".py")]
    return scripts if len(scripts) == 1 else having or list(files)


def _read(path: Path) -> tuple[bytes, str]:
    """Return what is in a file, and why it is not taken."""
    most = MAX_NOTEBOOK if path.suffix.lower() == ".ipynb" else MAX_CODE
    if path.is_symlink():
        return b"", "it is a link to another file, which is not followed"
    if not path.is_file():
        return b"", "it is no regular file"
    try:
        with path.open("rb") as stream:
            code = stream.read(most + 1)
    except OSError as error:
        return b"", f"it cannot be read: {error.strerror or error}"
    if len(code) > most:
        return b"", f"it is larger than {most // 10**6} MB"
    return code, "" if code.strip() else "it is empty"


def _newest(found: list[Submission]) -> list[Submission]:
    """Drop what a student replaced: ``…_backprop.py`` where there is ``…_backprop-1.py``."""
    last: dict[object, Submission] = {}
    for submission in found:
        replaced = student_and_file(submission.place)[1] != submission.place and submission.file
        key = (submission.student, submission.file) if replaced else submission.place
        if key not in last or _number(submission.place) >= _number(last[key].place):
            last[key] = submission
    return list(last.values())


def _number(place: str) -> int:
    found = re.search(r"(?:-| \()(\d{1,6})\)?\.\w+$", place)
    return int(found[1]) if found else 0
