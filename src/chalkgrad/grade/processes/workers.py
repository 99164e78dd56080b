"""Processes for diagnoses: each submission has one of its own, with its own copy of its files."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalkgrad.grade.grading import Grading
from chalkgrad.grade.processes.worker import CODE, no_answer, record
from chalkgrad.grade.submissions import Submission
from chalkgrad.problem import Problem
from chalkgrad.usercode.process.python_process import ending, environment_with, printed, start_python

_STEP = 0.2
_PATIENCE = 3.0
"""Seconds between two looks at a process, and for it to end what it started."""


class StoppedError(Exception):
    """The grading was interrupted before this submission was done."""


class Workers:
    """Makes records, each in a process of its own with the submission's own copy of its files.

    Parameters
    ----------
    problem, grading
        The network with its numbers, and what counts.
    support
        Files that are laid beside every submission, by name.
    time_limit
        Seconds for one run of a submission's code; a diagnosis takes a few runs.
    """

    def __init__(
        self, problem: Problem, grading: Grading, support: Mapping[str, bytes], time_limit: float = 10.0
    ) -> None:
        self.problem, self.grading, self.support = problem, grading, dict(support)
        self.time_limit = time_limit
        self.longest = 30 + 12 * time_limit
        """After so many seconds the process itself is ended: something holds it up."""

    def __call__(self, submission: Submission, stop: threading.Event) -> dict[str, Any]:
        """Return the record of a submission; raises ``StoppedError`` when told to stop."""
        if submission.fault:
            return self._failed(submission, submission.fault)
        with tempfile.TemporaryDirectory(prefix="chalkgrad-grade-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            self._lay_out(folder, submission)
            wrong = self._run(folder, stop)
            try:
                answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
                return dict(answer)
            except (OSError, ValueError, TypeError):
                sentence = wrong or _last_words(folder)
                return self._failed(submission, sentence) | {"keep": bool(wrong)}

    def _failed(self, submission: Submission, sentence: str) -> dict[str, Any]:
        shown = submission.file or submission.place
        diagnosis = no_answer(self.problem.network, shown, sentence)
        return record(diagnosis, submission.student, self.problem, self.grading, shown=shown)

    def _lay_out(self, folder: Path, submission: Submission) -> None:
        code = folder / CODE
        file = _plain_name(submission.file)
        for place, text in {**self.support, **submission.beside, file: submission.code}.items():
            target = code / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
        request = {
            "problem": self.problem.to_dict(),
            "function": self.grading.function,
            "file": file,
            "shown": f"{submission.file}:{self.grading.function}",
            "student": submission.student,
            "time_limit": self.time_limit,
        }
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")

    def _run(self, folder: Path, stop: threading.Event) -> str:
        """Run the process; return why it was ended, if it was."""
        arguments = ["-m", "chalkgrad.grade.processes.worker", str(folder)]
        with (folder / "told").open("wb") as told:
            process = start_python(arguments, environment_with(), folder=folder, output=told.fileno())
        with ending(process, _PATIENCE):
            waited = 0.0
            while True:
                try:
                    process.wait(_STEP)
                    return ""
                except subprocess.TimeoutExpired:
                    waited += _STEP
                if stop.is_set():
                    raise StoppedError
                if waited > self.longest:
                    return f"no diagnosis within {self.longest:g} seconds: it was ended"


def _last_words(folder: Path) -> str:
    """Say how a process went that left no answer: by somebody's hand, or by a fault of ours."""
    lines = printed(folder / "told", 100_000).strip().splitlines()
    if any(line.startswith("Traceback") for line in lines):
        return f"its diagnosis broke off, a fault of chalkgrad and not of this code: {lines[-1][:200]}"
    return "the program that diagnoses it was ended before it answered"


def _plain_name(file: str) -> str:
    """Return a name that Python can import: ``my code.py`` becomes ``my_code.py``."""
    path = Path(file)
    stem = "".join(c if c.isalnum() and c.isascii() else "_" for c in path.stem)[:60]
    stem = stem if stem.strip("_") and not stem[0].isdigit() else f"code_{stem}"
    return stem + path.suffix.lower()
