"""What a diagnosis consists of: a verdict a gradient, mistakes and their fixes, remarks.  Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.diagnose.mistakes import rules
from chalkgrad.diagnose.mistakes.statement import (
    Statement,
    blackboard,
    capitalised,
    named,
    plain,
)
from chalkgrad.expr import Expr

Verdict = Literal["right", "wrong", "wrong shape", "not finite", "not returned"]
MARKS: dict[str, str] = {
    "right": "✓",
    "wrong": "✗",
    "wrong shape": "✗",
    "not finite": "✗",
    "not returned": "–",
}


@dataclass(frozen=True)
class GradientVerdict:
    """The verdict on the gradient of one parameter.

    Attributes
    ----------
    name
        Its canonical name: dW1, db1.
    verdict
        right, wrong, wrong shape, not finite or not returned.
    message
        One line in words, for a reader who sees only this row.
    claimed, expected
        The user's and the derived gradient at the first probe, in the canonical layout.
    relative_error
        The largest difference over the largest entry of the derived gradient.
    follows
        Whether it is wrong only because of what came before it in the backward pass: its own step, and
        every step after the first mistake, is right given the user's own earlier values.
    """

    name: str
    verdict: Verdict
    message: str = ""
    claimed: Array | None = field(default=None, repr=False, compare=False)
    expected: Array | None = field(default=None, repr=False, compare=False)
    relative_error: float | None = None
    follows: bool = False

    def __repr__(self) -> str:
        return f"<GradientVerdict {self.name}: {self.message or self.verdict}>"

    @property
    def ok(self) -> bool:
        """Whether it is right."""
        return self.verdict == "right"

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "message": self.message,
            "relative_error": _finite(self.relative_error),
            "follows": self.follows,
            "claimed": None if self.claimed is None else _listed(self.claimed),
            "expected": None if self.expected is None else _listed(self.expected),
        }


@dataclass(frozen=True)
class Fix:
    """What mends a mistake: Python in the user's own names, or a piece of advice where no line is enough."""

    code: str = ""
    advice: Statement = ()

    def __str__(self) -> str:
        return self.code or plain(self.advice)


@dataclass(frozen=True)
class Mistake:
    """One named mistake.

    Attributes
    ----------
    rule
        Its name in the table of rules: ``derivative-missing``.
    sites
        The steps of the derivation in which it stands, the first along the backward pass first: dZ1.
    explains
        The gradients of parameters that are wrong because of it: dW1, db1.
    said
        What happened, in one sentence that names the missing or wrong thing; ``sentence`` as text, ``text``
        with the gradients that are wrong because of it before it.
    computed, correct
        The user's right side at the first site and the derivation's, as expressions; None where there is
        no expression for it (a broadcasting accident, an accumulator).  ``computed_text`` and
        ``correct_text`` are for where no notation is at hand: ``(δ₂ W₂) ⊙ relu′(z₁)``.
    remedy
        What mends it; ``fix`` as text.
    line, source
        The line of the user's file where it stands, and its text, where that could be found out.
    verified
        Whether the user's function was run with the fix in place and gave the right gradients.
    """

    rule: str
    sites: tuple[str, ...]
    explains: tuple[str, ...]
    said: Statement
    computed: Expr | None = field(default=None, repr=False, compare=False)
    correct: Expr | None = field(default=None, repr=False, compare=False)
    remedy: Fix = Fix()
    line: int | None = None
    source: str = ""
    verified: bool = False

    def __repr__(self) -> str:
        return f"<Mistake {self.rule}: {self.text}>"

    @property
    def title(self) -> str:
        """The rule in words: ``the activation's derivative is missing``."""
        return rules.title(self.rule)

    @property
    def why(self) -> str:
        """A sentence for a learner: why the derivation has it so."""
        return rules.why(self.rule)

    @property
    def sentence(self) -> str:
        """What happened, as text."""
        return plain(self.said)

    @property
    def whole(self) -> Statement:
        """What happened, after the gradients that are wrong by it where it does not stand in them itself."""
        if self.explains and self.explains != self.sites:
            return (*named(self.explains), " wrong: ", *self.said)
        return capitalised(self.said)

    @property
    def text(self) -> str:
        """The same as text: ``dW1, db1 wrong: δ₁ was formed without …``."""
        return plain(self.whole)

    @property
    def fix(self) -> str:
        """One line of code in the user's own names, or a piece of advice where no line is enough."""
        return str(self.remedy)

    @property
    def computed_text(self) -> str:
        """The user's right side on a blackboard."""
        return "" if self.computed is None else blackboard(self.computed)

    @property
    def correct_text(self) -> str:
        """The derivation's right side on a blackboard."""
        return "" if self.correct is None else blackboard(self.correct)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        keys = "rule title text sentence computed_text correct_text fix line source verified why"
        table = {key: getattr(self, key) for key in keys.split()}
        return table | {"sites": list(self.sites), "explains": list(self.explains)}


@dataclass(frozen=True)
class Remark:
    """Something worth saying that makes no gradient wrong: digits lost, inputs changed, a convention.

    ``kind`` is a rule's name where there is one: ``unstable``, ``float32``, ``inputs-changed``.
    """

    kind: str
    said: Statement

    @property
    def text(self) -> str:
        """The sentence as text."""
        return plain(self.said)

    def to_dict(self) -> dict[str, str]:
        """Plain values, ready for JSON."""
        return {"kind": self.kind, "text": self.text}


def _finite(value: float | None) -> float | str | None:
    return value if value is None or np.isfinite(value) else str(value)


def _listed(array: Array) -> Any:
    return np.where(np.isfinite(array), array, np.nan).tolist() if array.size <= 64 else None
