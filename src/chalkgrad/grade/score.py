"""Points for a diagnosis, with follow-through: one mistake costs its own points and no others.

A row is **right**, or it **follows**: only an earlier mistake makes it wrong, and it has the share of its
points that the grading says; else it is **wrong** or **missing** and has none.  A mistake costs the row in
which it stands; where it stands in no row that counts, nothing follows from it.

The error δ of a layer (dZ1) is not among what is returned, so it is judged by what is made of it: wrong if a
named mistake stands in it or in the ∂L/∂a before it, right if a gradient of its layer is right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from chalkgrad._roles import ROLES, layer_of
from chalkgrad.grade.grading import Grading

Verdict = Literal["right", "follows", "wrong", "missing"]
MARKS: dict[Verdict, str] = {"right": "✓", "follows": "→", "wrong": "✗", "missing": "–"}


@dataclass(frozen=True)
class Mark:
    """What one row of a student's work is worth."""

    row: str
    verdict: Verdict
    points: Fraction
    of: Fraction


def score(diagnosis: Mapping[str, Any], grading: Grading) -> tuple[Mark, ...]:
    """Give points for every row.

    Parameters
    ----------
    diagnosis
        The plain table of a ``Diagnosis``.
    grading
        What counts, and how much.
    """
    judge = _Judge(diagnosis, grading)
    share = {"right": Fraction(1), "follows": grading.follow_through}
    marks = []
    for row in grading.rows:
        verdict, worth = judge(row), grading.worth(row)
        marks.append(Mark(row, verdict, worth * share.get(verdict, 0), worth))
    return tuple(marks)


class _Judge:
    def __init__(self, diagnosis: Mapping[str, Any], grading: Grading) -> None:
        self.failed = diagnosis["outcome"] == "failed"
        self.verdicts = {
            g["name"]: "follows" if g["follows"] else g["verdict"] for g in diagnosis["gradients"]
        }
        mistakes: Sequence[Mapping[str, Any]] = diagnosis["mistakes"]
        depth = max((layer_of(name) for name in self.verdicts), default=0)
        places = [{_row_of(site, depth) for site in mistake["sites"]} for mistake in mistakes]
        self.stands = set[str]().union(*places) - {""}
        costs_nothing = [
            m for m, rows in zip(mistakes, places, strict=True) if not rows & grading.rows.keys()
        ]
        self.unpaid = {name for mistake in costs_nothing for name in mistake["explains"]}
        self.named = bool(mistakes) and not self.failed

    def __call__(self, row: str) -> Verdict:
        return self._error(row) if row[1] == "Z" else self._gradient(row)

    def _gradient(self, row: str) -> Verdict:
        verdict = self.verdicts.get(row, "not returned")
        if verdict == "right":
            return "right"
        if self.failed or verdict == "not returned":
            return "missing"
        return "follows" if verdict == "follows" and row not in self.unpaid | self.stands else "wrong"

    def _error(self, row: str) -> Verdict:
        made_of_it = [f"d{role.name(layer_of(row))}" for role in ROLES.values()]
        verdicts = [self.verdicts[name] for name in made_of_it if name in self.verdicts]
        if row in self.stands:
            return "wrong"
        if "right" in verdicts:
            return "right"
        if self.failed or all(verdict == "not returned" for verdict in verdicts):
            return "missing"
        if not self.named or self.unpaid & set(made_of_it):
            return "wrong"
        layer = layer_of(row)
        earlier = any(site[1] == "Z" and layer_of(site) > layer for site in self.stands)
        return "follows" if earlier else "right"


def _row_of(site: str, depth: int) -> str:
    """Return the row in which a mistake at a step of the derivation stands: that of ∂L/∂a_l is δ_l.

    >>> _row_of("dA2", 3), _row_of("dY", 3), _row_of("db1", 3), _row_of("loss", 3)
    ('dZ2', 'dZ3', 'db1', '')
    """
    if site == "dY":
        return f"dZ{depth}"
    head, layer = site[:2], site[2:]
    return f"{'dZ' if head == 'dA' else head}{layer}" if layer.isdecimal() and head[:1] == "d" else ""
