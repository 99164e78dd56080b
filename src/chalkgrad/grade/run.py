"""Grade everybody: several submissions at once, each kept as it is done."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from chalkgrad.grade.grading import Grading
from chalkgrad.grade.names import page_names
from chalkgrad.grade.processes.workers import StoppedError
from chalkgrad.grade.records import Records
from chalkgrad.grade.result import ClassGrades, Graded
from chalkgrad.grade.score import score
from chalkgrad.grade.submissions import Submission
from chalkgrad.problem import Problem

Diagnoser = Callable[[Submission, threading.Event], dict[str, Any]]
Tell = Callable[[int, int, str], object]


def grade(
    submissions: Sequence[Submission],
    problem: Problem,
    grading: Grading,
    records: Records,
    diagnoser: Diagnoser,
    *,
    jobs: int | None = None,
    tell: Tell | None = None,
) -> ClassGrades:
    """Diagnose and score every submission that has no record yet.

    Parameters
    ----------
    submissions
        From ``find_submissions``.
    problem, grading
        The network with its numbers, and what counts.
    records
        What is done already; every new record is kept there at once.
    diagnoser
        Makes a record: a ``Workers``.
    jobs
        How many at once; as many as there are processors if left out.
    tell
        Is told how many are done, how many there are, and the last one's student.

    Returns
    -------
    Everybody's grades; those that were done, and ``complete`` is false, after Ctrl-C.
    """
    done = {s.place: found for s in submissions if (found := records.find(s)) is not None}
    todo = [s for s in submissions if s.place not in done]
    told = tell or (lambda number, of, student: None)
    told(len(done), len(submissions), "")
    stop = threading.Event()
    pool = ThreadPoolExecutor(max_workers=jobs or os.cpu_count() or 1)
    try:
        waiting: dict[Future[dict[str, Any]], Submission] = {
            pool.submit(_one, submission, diagnoser, records, stop): submission for submission in todo
        }
        while waiting:
            finished, _ = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                submission = waiting.pop(future)
                done[submission.place] = future.result()
                told(len(done), len(submissions), submission.student)
    except KeyboardInterrupt:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
    for future, submission in waiting.items():
        with contextlib.suppress(Exception):
            if future.done() and not future.cancelled():
                done[submission.place] = future.result()
    return _together(submissions, done, problem, grading)


def _one(
    submission: Submission, diagnoser: Diagnoser, records: Records, stop: threading.Event
) -> dict[str, Any]:
    if stop.is_set():
        raise StoppedError
    made = diagnoser(submission, stop)
    if made.pop("keep", True):
        records.keep(submission, made)
    return made


def _together(
    submissions: Sequence[Submission], done: Mapping[str, dict[str, Any]], problem: Problem, grading: Grading
) -> ClassGrades:
    """Put the records together, with what can be said only of all of them."""
    graded = [s for s in submissions if s.place in done]
    same: dict[str, list[str]] = defaultdict(list)
    for submission in graded:
        same[done[submission.place]["digest"]].append(submission.place)
    same.pop("", None)
    students = []
    for submission, page in zip(graded, page_names(s.student for s in graded), strict=True):
        found = done[submission.place]
        others = tuple(place for place in same.get(found["digest"], ()) if place != submission.place)
        marks = score(found["diagnosis"], grading)
        told = found["diagnosis"], found["pages"], tuple(found["notes"]), others
        students.append(Graded(submission.student, submission.place, page, marks, *told))
    complete = len(graded) == len(submissions)
    return ClassGrades(problem.title, problem.network, grading, tuple(students), complete=complete)


def with_ignored(grades: ClassGrades, ignored: Sequence[str]) -> ClassGrades:
    """Return the grades with the names of files that are no submissions."""
    return replace(grades, ignored=tuple(ignored))
