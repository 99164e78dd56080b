"""What is done already: a JSON file a submission, written at once, so that grading goes on after any end."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from chalkgrad._errors import InputError
from chalkgrad._files import write_text
from chalkgrad.grade.submissions import Submission

FORM = 1
"""Raised when a record of before can no longer be read."""


class Records:
    """The records in a folder, each under the hash of everything that it follows from.

    Parameters
    ----------
    folder
        Where they lie; made when the first is kept.
    basis
        All that the records of a grading have in common: problem, options, version.
    fresh
        Whether nothing of before counts.
    """

    def __init__(self, folder: Path, basis: object, fresh: bool = False) -> None:
        self.folder, self.fresh = folder, fresh
        self._basis = json.dumps([FORM, basis], sort_keys=True, default=str).encode()

    def key(self, submission: Submission) -> str:
        """Return the hash of a submission and of what it is graded by."""
        digest = hashlib.sha256(self._basis)
        one = submission
        parts: list[str | bytes] = [one.student, one.place, one.file, one.fault, one.code]
        for name, text in sorted(one.beside.items()):
            parts += [name, text]
        for part in parts:
            data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "little") + data)
        return digest.hexdigest()[:40]

    def find(self, submission: Submission) -> dict[str, Any] | None:
        """Return the record of a submission, if there is one that can be read."""
        if self.fresh:
            return None
        with contextlib.suppress(OSError, ValueError):
            record = json.loads(self._path(submission).read_text(encoding="utf-8"))
            if isinstance(record, dict) and {"diagnosis", "pages", "digest", "notes"} <= record.keys():
                return record
        return None

    def keep(self, submission: Submission, record: dict[str, Any]) -> None:
        """Write the record of a submission; that a place cannot be written is told at the end."""
        with contextlib.suppress(OSError, InputError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(self._path(submission), json.dumps(record, ensure_ascii=False))

    def _path(self, submission: Submission) -> Path:
        return self.folder / f"{self.key(submission)}.json"
