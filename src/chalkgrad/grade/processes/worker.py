"""The process that diagnoses one submission: ``python -m chalkgrad.grade.processes.worker FOLDER``.

It reads ``request.json`` and the files in ``handed-in`` there, and writes ``answer.json``.  Whatever a
submission does to it, it does to this one process and a folder that is thrown away.
"""

from __future__ import annotations

import ast
import hashlib
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from chalkgrad._errors import ChalkgradError
from chalkgrad.diagnose.findings import Mistake
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.grade.grading import Grading, read_grading
from chalkgrad.grade.pages.student import student_pages
from chalkgrad.grade.processes.descendants import adopt_orphans, end_descendants
from chalkgrad.grade.source_text import notebook_text, script_text
from chalkgrad.network import Network
from chalkgrad.problem import Problem

DIFFERENTIATING = {
    "torch", "jax", "autograd", "tensorflow", "keras", "sympy", "chalkgrad", "tinygrad", "numdifftools",
}  # fmt: skip
CODE = "handed-in"


def main(folder: Path) -> None:
    """Serve one request."""
    request = json.loads((folder / "request.json").read_text(encoding="utf-8"))
    adopt_orphans()
    try:
        answer = _answer(folder / CODE, request)
    finally:
        end_descendants()
    part = folder / "answer.part"
    part.write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    part.replace(folder / "answer.json")


def _answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    problem = Problem.from_dict(request["problem"])
    grading = read_grading(problem.grading, problem.network, request["function"])
    path = folder / request["file"]
    notes: list[str] = []
    try:
        text = _text(path, notes)
    except ValueError as error:
        path = path.with_suffix(".py")
        diagnosis = no_answer(problem.network, request["shown"], f"{error}")
        return record(diagnosis, request["student"], problem, grading, notes=notes, shown=request["shown"])
    path = path.with_suffix(".py")
    path.write_text(text, encoding="utf-8", newline="\n")
    tree = _tree(text)
    diagnosis = _diagnose(f"{path}:{grading.function}", problem, grading, request)
    diagnosis = replace(diagnosis, subject=request["shown"])
    return record(
        diagnosis, request["student"], problem, grading,
        notes=[*notes, *_imports(tree)], digest=_digest(tree), shown=request["shown"],
    )  # fmt: skip


def _diagnose(target: str, problem: Problem, grading: Grading, request: dict[str, Any]) -> Diagnosis:
    from chalkgrad.diagnose import diagnose

    try:
        return diagnose(
            target, problem.network, problem.all_parameters(), problem.x, problem.t,
            seed=problem.seed, time_limit=request["time_limit"], reading=grading.reading or None,
        )  # fmt: skip
    except ChalkgradError as error:  # no such function, no way to call it, two readings
        return no_answer(problem.network, request["shown"], str(error).split("\n", 1)[0])


def record(
    diagnosis: Diagnosis, student: str, problem: Problem, grading: Grading,
    *, notes: list[str] | None = None, digest: str = "", shown: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return what is kept of a submission: the diagnosis as plain values, and the student's page."""
    return {
        "diagnosis": diagnosis.to_dict(),
        "pages": student_pages(student, diagnosis, grading, problem),
        "digest": digest,
        "notes": notes or [],
        "shown": shown,
    }


def no_answer(network: Network, subject: str, sentence: str) -> Diagnosis:
    """Return the diagnosis of code that could not be run at all."""
    mistake = Mistake("no-answer", (), (), (sentence,))
    return Diagnosis(network, subject, "failed", mistakes=(mistake,))


def _text(path: Path, notes: list[str]) -> str:
    """Return the code of a file as text; raises ``ValueError`` for a notebook that is none."""
    if path.suffix.lower() == ".ipynb":
        text, left_out = notebook_text(path.read_bytes())
        notes += left_out
        return text
    text, note = script_text(path.read_bytes())
    notes += [note] if note else []
    return text


def _tree(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _digest(tree: ast.Module | None) -> str:
    """Return what two files have in common when they differ in comments and spaces alone."""
    if tree is None or not tree.body:
        return ""
    try:
        return hashlib.sha256(ast.dump(tree).encode("utf-8", "surrogatepass")).hexdigest()
    except (RecursionError, MemoryError):
        return ""


def _imports(tree: ast.Module | None) -> list[str]:
    """Say which libraries that differentiate by themselves the code imports."""
    found = set()
    for node in ast.walk(tree) if tree is not None else ():
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found |= {name.partition(".")[0] for name in names} & DIFFERENTIATING
    return [f"imports {name}, which differentiates by itself" for name in sorted(found)]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main(Path(sys.argv[1]))
