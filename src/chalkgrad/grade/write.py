"""The files that a grading leaves: a table for the teacher's books, a summary, and a page a student."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from chalkgrad._files import write_text
from chalkgrad.grade.result import ClassGrades, Graded
from chalkgrad.notation import render
from chalkgrad.notation.characters import clean
from chalkgrad.notation.grade_page import grade_page, points_text

STUDENTS = "students"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""


def write_folder(grades: ClassGrades, folder: Path, notation: str = "matrix") -> list[Path]:
    """Write everything into a folder; each file is old or new, never half; return the summaries' places."""
    pages = folder / STUDENTS
    pages.mkdir(parents=True, exist_ok=True)
    for student in grades.students:
        for suffix, text in student.pages.items():
            write_text(pages / f"{student.page}{suffix}", text)
    summaries = {
        "summary.html": render(grade_page(grades, notation, ".html"), "html"),
        "summary.md": render(grade_page(grades, notation, ".md"), "markdown"),
        "grades.csv": grades_csv(grades),
    }
    for name, text in summaries.items():
        write_text(folder / name, text)
    return [folder / name for name in summaries]


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
    head = [
        "student",
        "file",
        "points",
        "of",
        *rows,
        "mistakes",
        "first_wrong",
        "outcome",
        "look_at",
        "same_code_as",
    ]
    table.writerow([*head, "notes", "seconds"])
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
    r"""Return a cell that no spreadsheet takes for a formula.

    >>> _cell("=cmd|' /C calc'!A0"), _cell("Ada")
    ("'=cmd|' /C calc'!A0", 'Ada')
    """
    text = clean(text)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text
