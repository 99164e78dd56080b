"""What the diagnosis says of a case, and whether that is right."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

from chalkgrad.diagnose import diagnose
from chalkgrad.diagnose.report import Diagnosis
from tests.faults.backward.cases import Case
from tests.faults.backward.controls import Control


@dataclass(frozen=True)
class Judged:
    """The verdict on a verdict.

    ``said`` are the rules that were named, or the outcome where none was; ``placed`` says whether the first
    wrong quantity is where the mistake was planted.
    """

    right: bool
    placed: bool
    outcome: str
    said: str
    printed: str
    seconds: float
    found: Diagnosis | None = None


def is_a_convention(case: Case, found: Diagnosis) -> bool:
    """Whether a factor of the penalty is told as another meaning of λ, which nothing in the code rules out.

    λW in every gradient of a weight is 2λW for the penalty ½λΣW², λW/m is so for λ/(2m)ΣW²: code that takes
    its λ from outside and returns no loss is right code of that convention, and the remark has to say so.
    """
    remarked = any(remark.kind == "penalty" for remark in found.remarks)
    return found.outcome == "right" and remarked and case.accepted == (frozenset({"penalty-factor"}),)


def named_right(case: Case, found: Diagnosis) -> bool:
    """Top-1: the rules named first are those planted, or a set declared to give the same numbers.

    A case that raises, or that answers nothing, fails: that must be said, by whichever of its names.
    """
    if is_a_convention(case, found):
        return True
    usable = (
        ("explained", "ambiguous", "failed") if case.raises or not case.runs else ("explained", "ambiguous")
    )
    return found.outcome in usable and frozenset(found.rules) in case.accepted


def judge(case: Case | Control, folder: Path) -> Judged:
    """Write a case to a file and have it diagnosed."""
    target = case.written.save(folder, "code")
    try:
        found = diagnose(target, case.setup.network)
    except Exception:  # the diagnosis itself must never raise: that is the finding
        return Judged(False, False, "raised", "diagnose raised", traceback.format_exc(), 0.0)
    said = " + ".join(sorted(set(found.rules))) or found.outcome
    if isinstance(case, Control):
        return Judged(found.outcome == "right", True, found.outcome, said, str(found), found.seconds)
    placed = not case.where or found.first_wrong in case.where
    right = named_right(case, found)
    return Judged(right, placed, found.outcome, said, str(found), found.seconds, found)
