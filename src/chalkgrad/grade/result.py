"""What grading a class gives: a row a student, and what the class has in common.  Pure data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from statistics import mean, median
from typing import Any

from chalkgrad._pages import Written
from chalkgrad.grade.grading import Grading
from chalkgrad.grade.score import Mark
from chalkgrad.network import Network

NEEDS_A_LOOK = {
    "ambiguous": "another mistake fits as well",
    "unexplained": "no known mistake explains it",
    "other network": "it is right for another network",
    "failed": "it gave no answer",
}


@dataclass(frozen=True)
class Graded:
    """One student's work, diagnosed and scored.

    Attributes
    ----------
    student, place
        Whose it is, and the file, relative to the folder of all.
    page
        The name of the student's page, without a suffix.
    marks
        The points of each row.
    diagnosis
        The plain table of the ``Diagnosis``.
    pages
        The student's page in each format.
    notes
        What is worth a teacher's knowledge, such as a library that differentiates by itself.
    same_as
        The places of submissions with the same code, comments and spaces aside.
    """

    student: str
    place: str
    page: str
    marks: tuple[Mark, ...]
    diagnosis: Mapping[str, Any] = field(repr=False)
    pages: Mapping[str, str] = field(default_factory=dict, repr=False)
    notes: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Graded {self.student}: {float(self.points):g} points, {self.outcome}>"

    @property
    def points(self) -> Fraction:
        """The points of all rows."""
        return sum((mark.points for mark in self.marks), Fraction(0))

    @property
    def outcome(self) -> str:
        """right, explained, ambiguous, unexplained or failed."""
        return str(self.diagnosis["outcome"])

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of the mistakes."""
        return tuple(mistake["rule"] for mistake in self.diagnosis["mistakes"])

    @property
    def first_wrong(self) -> str:
        """The first wrong quantity along the backward pass, or an empty text."""
        return str(self.diagnosis["first_wrong"] or "")

    @property
    def look(self) -> str:
        """Why a person should look at it; empty if nobody need."""
        return NEEDS_A_LOOK.get(self.outcome, "")


@dataclass(frozen=True)
class ClassMistake:
    """One mistake, over the class: its rule, who made it, and how one of them mends it."""

    rule: str
    by: tuple[Graded, ...]
    example: Mapping[str, Any]


@dataclass(frozen=True)
class ClassGrades(Written):
    """Everybody's work.

    Attributes
    ----------
    title
        What was to be done.
    network
        Its network.
    grading
        What counts, and how much.
    students
        A row each, by name.
    ignored
        Files of the folder that are no submissions.
    complete
        Whether everybody is in it.
    """

    title: str
    network: Network
    grading: Grading
    students: tuple[Graded, ...]
    ignored: tuple[str, ...] = ()
    complete: bool = True

    def __repr__(self) -> str:
        points = f"mean {self.mean:.4g} of {float(self.grading.points):g} points"
        counted = f"{len(self.students)} students, {points}"
        return f"<ClassGrades of {self.title or self.network!s}: {counted}>"

    @property
    def judged(self) -> tuple[Graded, ...]:
        """The students whose work gave an answer, which alone could be judged."""
        return tuple(student for student in self.students if student.outcome != "failed")

    @property
    def mean(self) -> float | None:
        """The mean of the points of those that were judged; None if nobody was."""
        return float(mean(student.points for student in self.judged)) if self.judged else None

    @property
    def median(self) -> float | None:
        """The median of the points of those that were judged; None if nobody was."""
        return float(median(student.points for student in self.judged)) if self.judged else None

    def mistakes(self) -> list[ClassMistake]:
        """The mistakes in what was computed, the most frequent first."""
        seen: dict[str, list[tuple[Graded, Mapping[str, Any]]]] = {}
        for student in self.students:
            for mistake in student.diagnosis["mistakes"] if student.outcome != "failed" else ():
                seen.setdefault(mistake["rule"], []).append((student, mistake))
        found = [
            ClassMistake(rule, _once(student for student, _ in pairs), _example(pairs))
            for rule, pairs in seen.items()
        ]
        return sorted(found, key=lambda mistake: (-len(mistake.by), mistake.rule))

    def histogram(self) -> tuple[list[int], list[str]]:
        """How many of those that were judged have how many points: counts, and what each of them counts."""
        return bars(self.grading.points, [student.points for student in self.judged])

    def right(self, row: str) -> int:
        """How many students have a row right."""
        return sum(mark.verdict == "right" for s in self.students for mark in s.marks if mark.row == row)


def bars(most: Fraction, points: Sequence[Fraction]) -> tuple[list[int], list[str]]:
    """Count points: each whole number of them, or where there are parts or too many, up to s, 2s, ….

    >>> bars(Fraction(3), [Fraction(3), Fraction(0), Fraction(3)])
    ([1, 0, 0, 2], ['0', '1', '2', '3'])
    >>> bars(Fraction(4), [Fraction(7, 2), Fraction(4)])
    ([0, 0, 0, 2], ['≤ 1', '≤ 2', '≤ 3', '≤ 4'])
    """
    if most <= MOST_VALUES and all(value.denominator == 1 for value in (most, *points)):
        found = Counter(map(int, points))
        return [found[k] for k in range(int(most) + 1)], [str(k) for k in range(int(most) + 1)]
    step = _step(most)
    count = max(1, ceil(most / step))
    places = Counter(max(0, ceil(value / step) - 1) for value in points)
    return [places[k] for k in range(count)], [f"≤ {float((k + 1) * step):g}" for k in range(count)]


MOST_VALUES = 20
"""Up to so many points each whole number of them has its bar."""


def _step(points: Fraction) -> Fraction:
    """Return 1, 2 or 5 times a power of ten, for at most 12 steps; no part of a point from 4 on.

    >>> [float(_step(Fraction(points))) for points in (0, 1, 6, 12, 13, 100)]
    [1.0, 0.1, 1.0, 1.0, 2.0, 10.0]
    """
    power = Fraction(1) if points >= 4 or not points else Fraction(1, 1000)
    while points > 120 * power:
        power *= 10
    return next(power * k for k in (1, 2, 5, 10) if points <= 12 * power * k)


def _once(students: Iterable[Graded]) -> tuple[Graded, ...]:
    return tuple({student.place: student for student in students}.values())


def _example(pairs: list[tuple[Graded, Mapping[str, Any]]]) -> Mapping[str, Any]:
    """Return the mistake whose fix was tried and helped, or the first with a fix."""
    tables = [mistake for _, mistake in pairs]
    return max(tables, key=lambda mistake: (mistake["verified"], bool(mistake["fix"])))
