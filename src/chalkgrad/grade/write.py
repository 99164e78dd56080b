"""The files that a grading leaves: a table for the teacher's books, a summary, and a page a student."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from pathlib import Path

from chalkgrad._files import write_text
from chalkgrad.grade.pages.summary import grade_page, points_text
from chalkgrad.grade.result import ClassGrades, Graded
from chalkgrad.notation import render
from chalkgrad.notation.boxes.characters import clean

STUDENTS = "students"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""

_AFTER_SEPARATOR = re.compile(r"""([;|\t\r\n][ \u00a0"']*)(?=[=+\-@＝＋－＠])""")
"""What comes before a formula where columns are apart by something else than a comma."""
_WRITTEN = Path("records", "pages.txt")
"""Beside the records: the names of the pages that are ours to remove."""


def write_folder(grades: ClassGrades, folder: Path, notation: str = "matrix") -> list[Path]:
    """Write everything into a folder; each file is old or new, never half; return the summaries' places."""
    pages = folder / STUDENTS
    pages.mkdir(parents=True, exist_ok=True)
    written = []
    for student in grades.students:
        for suffix, text in student.pages.items():
            written.append(f"{student.page}{suffix}")
            write_text(pages / written[-1], text)
    _withdraw(folder, written, complete=grades.complete)
    summaries = {
        "summary.html": render(grade_page(grades, notation, ".html"), "html"),
        "summary.md": render(grade_page(grades, notation, ".md"), "markdown"),
        "grades.csv": grades_csv(grades),
    }
    for name, text in summaries.items():
        write_text(folder / name, text)
    return [folder / name for name in summaries]


def _withdraw(folder: Path, written: list[str], *, complete: bool) -> None:
    """Remove the pages that an earlier grading wrote and that belong to no submission any more."""
    note, before = folder / _WRITTEN, list[str]()
    with contextlib.suppress(OSError, ValueError):
        before = note.read_text(encoding="utf-8").splitlines()
    gone = [name for name in before if name not in written and Path(name).name == name]
    if complete:
        for name in gone:
            with contextlib.suppress(OSError):
                (folder / STUDENTS / name).unlink()
    now = [*written, *([] if complete else gone)]
    if now != before:
        note.parent.mkdir(exist_ok=True)
        write_text(note, "".join(f"{name}\n" for name in now))


def write_file(grades: ClassGrades, path: Path, notation: str = "matrix") -> None:
    """Write one summary as the suffix of its name says: .csv, .md or .html."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        write_text(path, grades_csv(grades))
    else:
        write_text(path, render(grade_page(grades, notation), "markdown" if suffix == ".md" else "html"))


def grades_csv(grades: ClassGrades) -> str:
    """Return the table: a row a student, the points of each gradient in a column of its own.

    It begins with the mark by which spreadsheets recognise UTF-8, and no cell of it is a formula.
    """
    rows = list(grades.grading.rows)
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\n")
    head = ["student", "file", "points", "of", *rows, "mistakes", "first_wrong", "outcome", "look_at"]
    table.writerow([*head, "same_code_as", "notes", "seconds"])
    for student in grades.students:
        table.writerow([_cell(value) for value in _values(student, points_text(grades.grading.points))])
    return "\ufeff" + stream.getvalue()


def _values(student: Graded, of: str) -> list[str]:
    return [
        student.student,
        student.place,
        points_text(student.points),
        of,
        *(points_text(mark.points) for mark in student.marks),
        "; ".join(student.rules),
        student.first_wrong,
        student.outcome,
        student.look,
        "; ".join(student.same_as),
        "; ".join(student.notes),
        f"{student.diagnosis['seconds']:.1f}",
    ]


def _cell(text: str) -> str:
    r"""Return a cell that no spreadsheet takes for a formula, nor a part of it where others separate.

    >>> _cell("=cmd|' /C calc'!A0"), _cell("Ada"), _cell("Ada;=1+1")
    ("'=cmd|' /C calc'!A0", 'Ada', "Ada;'=1+1")
    """
    cell = clean(text)
    cell = f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) else cell
    return _AFTER_SEPARATOR.sub(r"\1'", cell)
