"""What is worth saying beside the verdicts: how a framework's object was read, and a loss of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalkgrad.diagnose.findings import Fix, Mistake, Remark
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.usercode.answer.loss_value import loss_against_gradient
from chalkgrad.usercode.answer.observation import Observation
from chalkgrad.usercode.note import Note

_OF_A_LIBRARY = Fix(advice=("Divide its gradient by the number of outputs, or sum its loss over them.",))


def beside(found: Diagnosis, there: Sequence[Observation]) -> Diagnosis:
    """Add what the calls showed: notes of adapters as remarks, and gradients of another loss."""
    notes = {note.kind: note for each in there for note in each.notes}
    listed = dict.fromkeys(note for each in there for note in each.notes)
    remarks = [Remark(note.kind, (note.text,)) for note in listed]
    if "loss" not in notes:
        told = loss_against_gradient([each for each in there if each.error is None][:4])
        if told and (told.is_averaged_loss or not found.mistakes):  # else the mistake says it already
            remarks.append(Remark("loss", (f"{told.text[0].upper()}{told.text[1:]}.",)))
    found = replace(found, remarks=(*found.remarks, *remarks))
    if "forward-differs" in notes and not found.ok:
        return _of_another_function(found, notes["forward-differs"])
    if "loss" in notes:  # a library's own code, which a reader does not mend
        mended = tuple(
            replace(m, remedy=_OF_A_LIBRARY) if m.rule == "output-mean-missing" else m for m in found.mistakes
        )
        return replace(found, mistakes=mended)
    return found


def _of_another_function(found: Diagnosis, note: Note) -> Diagnosis:
    """Where the forward pass is another function, its gradients are of that, whatever they are."""
    wrong = tuple(verdict.name for verdict in found.gradients if not verdict.ok)
    mistake = Mistake(note.kind, (), wrong, (f"{note.text}.",))
    remarks = tuple(remark for remark in found.remarks if remark.kind != note.kind)
    return replace(
        found, outcome="explained", mistakes=(mistake,), alternatives=(), ambiguity="", remarks=remarks
    )
