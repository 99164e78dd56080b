"""What a check found: one finding a quantity, and the verdict over all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._numbers import as_json
from chalkgrad._pages import Written
from chalkgrad.check.taylor import ConvergenceRow, Verdict
from chalkgrad.network import Network

PARAMETER, INTERMEDIATE, CALL = "parameter", "intermediate", "call"
MARKS = {"right": "✓", "wrong": "✗", "at-a-kink": "∧", "vacuous": "∅", "inconclusive": "?"}


@dataclass(frozen=True)
class ComparedEntry:
    """One entry of a gradient: where, what was claimed, what it is; the index counts from 0."""

    index: tuple[int, ...]
    claimed: float
    measured: float

    @property
    def gap(self) -> float:
        """How far the claim is off."""
        return abs(self.claimed - self.measured)

    @property
    def place(self) -> str:
        """The index as people write it: ``[2, 1]`` counts from 1."""
        return f"[{', '.join(str(i + 1) for i in self.index)}]"


@dataclass(frozen=True)
class Finding:
    """The verdict on one gradient and what it rests on.

    Attributes
    ----------
    name
        The canonical name of the gradient: dW1, db1, dZ1, dA1, dY; or ``call`` for the call itself.
    kind
        ``parameter``, ``intermediate`` or ``call``.
    verdict
        right, wrong, at-a-kink, vacuous or inconclusive.
    message
        One line in words.
    claimed, expected
        The gradient under test and, where it is known, the derived one, in the canonical layout.
    worst
        The entry with the largest error.
    relative_error
        The largest error over the largest entry.
    rate
        The exponent with which the Taylor remainder falls (2 if right); None if it is zero to rounding.
    resolution
        A relative error below this could not have been seen.
    ratio
        claimed/expected where that is one number for all entries.
    covered
        Which entries were looked at one by one.
    exact
        Whether the comparison was one of exact fractions, without tolerance.
    points
        The convergence table of one direction.
    """

    name: str
    kind: str
    verdict: Verdict
    message: str = ""
    claimed: Array | None = field(default=None, repr=False, compare=False)
    expected: Array | None = field(default=None, repr=False, compare=False)
    worst: ComparedEntry | None = None
    relative_error: float | None = None
    rate: float | None = None
    resolution: float | None = None
    ratio: Fraction | float | None = None
    covered: str = ""
    exact: bool = False
    points: tuple[ConvergenceRow, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return f"<Finding {self.name} {self.verdict}: {self.message}>"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        table: dict[str, Any] = {"name": self.name, "kind": self.kind, "verdict": self.verdict}
        table["message"] = self.message
        for key in ("relative_error", "rate", "resolution", "covered", "exact"):
            value = getattr(self, key)
            table[key] = None if isinstance(value, float) and not math.isfinite(value) else value
        table["ratio"] = None if self.ratio is None else str(self.ratio)
        if self.worst is not None:
            table["worst"] = {
                "index": list(self.worst.index),
                "claimed": as_json(self.worst.claimed),
                "measured": as_json(self.worst.measured),
            }
        table["points"] = [[p.h, p.quotient, p.remainder, p.rate, p.usable] for p in self.points]
        return table


@dataclass(frozen=True)
class Report(Written):
    """Everything a check found.

    Attributes
    ----------
    network
        What was checked.
    findings
        One for each gradient, parameters first, then intermediates in the order of the backward pass.
    subject
        What was checked against the network: its own derivation, or a user's function by name.
    notes
        What a reader should know: data that was drawn, the reading of the arrays, prints, kinks.
    backward
        The names of all gradients in the order of the backward pass.
    """

    network: Network
    findings: tuple[Finding, ...]
    subject: str = "the derivation"
    notes: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()
    output: str = ""

    def __repr__(self) -> str:
        return f"<Report on {self.subject} of {self.network!r}: {self.summary}>"

    def finding(self, name: str) -> Finding:
        """Find a gradient by its canonical name (``dW1``).

        Raises
        ------
        KeyError
            It was not checked.
        """
        for found in self.findings:
            if found.name == name:
                return found
        raise KeyError(f"no finding {name!r}; there are {', '.join(f.name for f in self.findings)}")

    @property
    def parameters(self) -> tuple[Finding, ...]:
        """The findings on parameters' gradients."""
        return tuple(found for found in self.findings if found.kind == PARAMETER)

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """Everything that is wrong."""
        return tuple(found for found in self.findings if found.verdict == "wrong")

    @property
    def first_wrong(self) -> Finding | None:
        """The first wrong quantity along the backward pass; what comes after it may only follow from it."""
        order = {name: place for place, name in enumerate(self.backward)}
        return min(self.wrong, key=lambda found: order.get(found.name, -1), default=None)

    @property
    def verdict(self) -> Verdict:
        """The verdict over all: wrong before inconclusive before vacuous before right."""
        if self.wrong:
            return "wrong"
        verdicts = [found.verdict for found in self.parameters]
        if not verdicts or all(verdict == "vacuous" for verdict in verdicts):
            return "vacuous"
        if "inconclusive" in verdicts:
            return "inconclusive"
        return "at-a-kink" if "right" not in verdicts else "right"

    @property
    def ok(self) -> bool:
        """Whether every gradient is proven right (or allowed at a kink), and the check was not vacuous."""
        return self.verdict in ("right", "at-a-kink")

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        count = len(self.parameters)
        match self.verdict:
            case "wrong":
                first = self.first_wrong
                names = ", ".join(found.name for found in self.wrong)
                start = (
                    f"; along the backward pass {first.name} is the first"
                    if first and len(self.wrong) > 1
                    else ""
                )
                return f"wrong: {names}{start}"
            case "vacuous":
                return (
                    "nothing was tested: all gradients are zero on both sides. "
                    "Use other parameters or inputs (dead ReLUs? saturated units? x = 0?), or leave them out."
                )
            case "inconclusive":
                names = ", ".join(found.name for found in self.parameters if found.verdict == "inconclusive")
                return f"not decided: {names}. Use data of moderate size, away from kinks and saturation."
        dead = [found.name for found in self.parameters if found.verdict == "vacuous"]
        aside = f"; nothing was tested for {', '.join(dead)}, zero on both sides" if dead else ""
        return f"right: {count - len(dead)} of {count} parameters' gradients{aside}"

    def __str__(self) -> str:
        lines = [f"{self.subject} on {self.network}: {self.summary}"]
        lines += [
            f"  {MARKS[f.verdict]} {f.name:<5} {f.verdict:<13} {f.message}".rstrip() for f in self.findings
        ]
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "network": self.network.to_dict(),
            "subject": self.subject,
            "verdict": self.verdict,
            "ok": self.ok,
            "summary": self.summary,
            "first_wrong": self.first_wrong.name if self.first_wrong else None,
            "notes": list(self.notes),
            "findings": [found.to_dict() for found in self.findings],
        }


def largest(array: Array) -> float:
    """The largest absolute entry, 0 for none."""
    return float(np.abs(array).max()) if array.size else 0.0
