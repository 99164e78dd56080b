"""A student's own page: the points, the diagnosis, and how the points came about."""

from __future__ import annotations

from fractions import Fraction

from chalkgrad.diagnose.page import diagnosis_page
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.grade.grading import Grading
from chalkgrad.grade.pages.summary import points_rule, points_table, points_text
from chalkgrad.grade.score import Mark, score
from chalkgrad.notation import render
from chalkgrad.notation.boxes import Block, Bullets, Document, Heading, Paragraph
from chalkgrad.notation.equations.retelling import Retelling
from chalkgrad.problem import Problem

FORMATS = {"html": ".html", "markdown": ".md"}


def student_pages(student: str, diagnosis: Diagnosis, grading: Grading, problem: Problem) -> dict[str, str]:
    """Return the page in each format, by the suffix of its file."""
    page = student_page(student, diagnosis, score(diagnosis.to_dict(), grading), grading, problem)
    return {suffix: render(page, form) for form, suffix in FORMATS.items()}


def student_page(
    student: str, diagnosis: Diagnosis, marks: tuple[Mark, ...], grading: Grading, problem: Problem
) -> Document:
    """Return the page of a student.

    Parameters
    ----------
    student
        Whose it is.
    diagnosis
        What was found.
    marks, grading
        What each row is worth, and why.
    problem
        Its title, and its notation.
    """
    notation = problem.notation or "matrix"
    told = Retelling(problem.network, notation)
    total = sum((mark.points for mark in marks), Fraction(0))
    task = f" in {problem.title}" if problem.title else ""
    points = f"{points_text(total)} of {points_text(grading.points)} points{task}."
    blocks: list[Block] = [Paragraph((points,)), *diagnosis_page(diagnosis, problem.notation or None).blocks]
    blocks += [Heading("Points"), points_table(marks, told), Bullets(points_rule(grading, told))]
    return Document(student, tuple(blocks))
