"""What holds of every diagnosis of a planted mistake, beside its name: its lines, fixes and verdicts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

from chalkgrad.diagnose.report import Diagnosis
from tests.faults.backward.cases import Bench, Case, shows

NOWHERE = {
    "accumulator",
    "forward-differs",
    "learning-rate-missing",
    "no-answer",
    "not-deterministic",
    "updated-weights",
    "weights-omitted",
}
"""The rules that need not stand in one line of the backward pass."""


def broken(case: Case, found: Diagnosis, folder: Path) -> list[str]:
    """What a diagnosis says that does not go with the case's own text, or with itself."""
    return [*_lines(case, found), *_fixes(case, found, folder), *_verdicts(found)]


def _lines(case: Case, found: Diagnosis) -> Iterator[str]:
    """The line that is told is one where the mistake was made, or makes on with what is made there."""
    text, planted = case.written.text.splitlines(), _planted(case)
    for mistake in found.mistakes:
        if mistake.line is None:
            if mistake.rule not in NOWHERE:
                yield f"{mistake.rule} stands in no line"
        elif mistake.source != text[mistake.line - 1].strip():
            yield f"line {mistake.line} is not {mistake.source!r}"
        elif mistake.line not in planted and not _made(planted.values()) & set(_WORD.findall(mistake.source)):
            yield f"{mistake.rule} stands in {list(planted)}, not in {mistake.line}: {mistake.source}"


_WORD = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])*")
_ASSIGNED = re.compile(rf"^\s*({_WORD.pattern}) *[-+*/]?=(?!=)", re.MULTILINE)


def _planted(case: Case) -> dict[int, str]:
    """The lines in which the text is not the right one's, with both texts; of one left out its neighbours."""
    right, text = (written.text.splitlines() for written in (case.right, case.written))
    found: dict[int, str] = {}
    for kind, a, b, i, j in SequenceMatcher(None, right, text, autojunk=False).get_opcodes():
        if kind != "equal":
            found |= dict.fromkeys(range(i + 1, j + 1) or (i, i + 1), "\n".join((*right[a:b], *text[i:j])))
    return found


def _made(lines: Iterable[str]) -> set[str]:
    """What is assigned in lines."""
    return set(_ASSIGNED.findall("\n".join(lines)))


def _fixes(case: Case, found: Diagnosis, folder: Path) -> Iterator[str]:
    """With a fix that was tried the function is right, whoever calls it."""
    if any(mistake.line is None for mistake in found.mistakes):
        return
    lines = case.written.text.splitlines()
    for mistake in found.mistakes:
        assert mistake.line is not None
        old = lines[mistake.line - 1]
        lines[mistake.line - 1] = old[: len(old) - len(old.lstrip())] + mistake.fix
    mended = replace(case.written, text="\n".join(lines) + "\n")
    left = shows(Bench(folder), mended, case.setup, case.planted, case.runs)
    if left and any(mistake.verified for mistake in found.mistakes):
        yield f"with the fix it is not right, but {left}"


def _verdicts(found: Diagnosis) -> Iterator[str]:
    """Every wrong gradient has a cause, and no right one; only a wrong one follows from another's."""
    right = {each.name for each in found.gradients if each.ok}
    wrong = {each.name for each in found.gradients if each.verdict not in ("right", "not returned")}
    caused = {name for mistake in found.mistakes for name in mistake.explains}
    if found.outcome == "explained" and (not wrong <= caused or right & caused):
        yield f"{sorted(wrong)} are wrong, {sorted(caused)} are explained"
    sites = {site for mistake in found.mistakes for site in mistake.sites}
    for each in found.gradients:
        if each.follows and (each.ok or each.name in sites or not found.mistakes):
            yield f"{each.name} does not follow"
