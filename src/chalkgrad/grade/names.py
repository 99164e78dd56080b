"""Whose work it is, as downloaded files tell it by their names; and names of pages that nobody can abuse."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from chalkgrad.notation.boxes.characters import clean

LONGEST = 80
_PATTERNS = (
    re.compile(r"(?P<name>.+?)_\d+_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?"),  # Moodle
    re.compile(r"(?P<name>[^_]+)_(?:LATE_)?\d+_\d+_(?P<file>.+)"),  # Canvas
    re.compile(r".*?_(?P<name>[^_]+)_attempt_[\d-]+(?:_(?P<file>.+))?"),  # Blackboard
)
_AGAIN = re.compile(r"(?:-\d+| \(\d+\))(?=\.\w+$)")
_FORBIDDEN_STEMS = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}


def student_and_file(name: str) -> tuple[str, str]:
    """Split what a learning platform calls a download into the student's name and the file's own name.

    >>> student_and_file("Lovelace Ada_12345_assignsubmission_file_")
    ('Lovelace Ada', '')
    >>> student_and_file("lovelaceada_LATE_12345_6789_backprop-2.py")
    ('lovelaceada', 'backprop.py')
    >>> student_and_file("ada.py")
    ('ada', 'ada.py')
    """
    name = clean(name)
    for pattern in _PATTERNS:
        found = pattern.fullmatch(name)
        if found and found["name"].strip():
            return _short(found["name"].strip()), _AGAIN.sub("", found["file"] or "")
    stem = re.sub(r"\.(py|ipynb)$", "", name, flags=re.IGNORECASE)
    return _short(stem.strip() or name), name


def page_names(students: Iterable[str]) -> list[str]:
    """Return a name for each student's page: letters, digits, - and _ alone, and no two alike.

    >>> page_names(["Ada Lovelace", "ada lovelace", "../../etc/passwd", "<b>", "Müller"])
    ['Ada-Lovelace', 'ada-lovelace-2', 'etc-passwd', 'b', 'Müller']
    """
    taken: set[str] = set()
    names = []
    for student in students:
        stem = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", student)).strip("-_")
        while len(stem.encode()) > LONGEST:
            stem = stem[:-1]
        if not stem or stem.casefold() in _FORBIDDEN_STEMS:
            stem = f"student-{stem}".rstrip("-")
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
