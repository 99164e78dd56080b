"""What is worth saying beside the verdicts: how a framework's object was read, and a loss of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalkgrad.diagnose.mistakes.rules import title, why
from chalkgrad.diagnose.report import Diagnosis, Mistake, Remark
from chalkgrad.usercode.answer.loss_value import AVERAGED, loss_against_gradient
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.frameworks.base import FORWARD_DIFFERS

_OF_A_LIBRARY = "Divide its gradient by the number of outputs, or sum its loss over them."


def beside(found: Diagnosis, there: Sequence[Observation]) -> Diagnosis:
    """Add what the calls showed: notes of adapters as remarks, and gradients of another loss."""
    notes = list(dict.fromkeys(note for each in there for note in each.notes))
    remarks = [Remark(_kind(note), note) for note in notes]
    if not any(AVERAGED in note for note in notes):
        told = loss_against_gradient([each for each in there if each.error is None][:4])
        if told and (AVERAGED in told or not found.mistakes):  # else the mistake says it already
            remarks.append(Remark("loss", f"{told[0].upper()}{told[1:]}."))
    found = replace(found, remarks=(*found.remarks, *remarks))
    differing = next((note for note in notes if FORWARD_DIFFERS in note), None)
    if differing is not None and not found.ok:
        return _of_another_function(found, differing)
    if any(AVERAGED in note for note in notes):  # a library's own code, which a reader does not mend
        mended = tuple(
            replace(m, fix=_OF_A_LIBRARY) if m.rule == "output-mean-missing" else m for m in found.mistakes
        )
        return replace(found, mistakes=mended)
    return found


def _kind(note: str) -> str:
    if FORWARD_DIFFERS in note:
        return "forward-differs"
    if "in place" in note:
        return "inputs-changed"
    return "loss" if AVERAGED in note else "framework"


def _of_another_function(found: Diagnosis, note: str) -> Diagnosis:
    """Where the forward pass is another function, its gradients are of that, whatever they are."""
    wrong = tuple(verdict.name for verdict in found.gradients if not verdict.ok)
    rule = "forward-differs"
    sentence = f"{note}."
    mistake = Mistake(rule, title(rule), (), wrong, sentence, why=why(rule))
    remarks = tuple(remark for remark in found.remarks if remark.text != note)
    return replace(
        found, outcome="explained", mistakes=(mistake,), alternatives=(), ambiguity="", remarks=remarks
    )


__all__ = ["beside"]
