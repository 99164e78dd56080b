"""What a diagnosis found: a verdict a gradient, and the mistakes that explain the wrong ones.  Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._pages import Page, Written, page_of
from chalkgrad.expr import Expr
from chalkgrad.network import Network

Verdict = Literal["right", "wrong", "wrong shape", "not finite", "not returned"]
Outcome = Literal["right", "explained", "ambiguous", "unexplained", "other network", "failed"]
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
class Mistake:
    """One named mistake.

    Attributes
    ----------
    rule
        Its name in the table of rules: ``derivative-missing``.
    title
        The same in words: ``the activation's derivative is missing``.
    sites
        The steps of the derivation in which it stands, the first along the backward pass first: dZ1.
    explains
        The gradients of parameters that are wrong because of it: dW1, db1.
    sentence
        What happened, in one sentence that names the missing or wrong thing; ``text`` has the gradients that
        are wrong because of it before it.
    computed, correct
        The user's right side at the first site and the derivation's, as expressions; None where there is
        no expression for it (a broadcasting accident, an accumulator).
    computed_text, correct_text
        The same in canonical names, for where no notation is at hand: ``(dZ2 W2) ⊙ relu′(Z1)``.
    fix
        One line of code in the user's own names, or a piece of advice where no line is enough.
    line, source
        The line of the user's file where it stands, and its text, where that could be found out.
    verified
        Whether the user's function was run with the fix in place and gave the right gradients.
    why
        A sentence for a learner: why the derivation has it so.
    """

    rule: str
    title: str
    sites: tuple[str, ...]
    explains: tuple[str, ...]
    sentence: str
    computed: Expr | None = field(default=None, repr=False, compare=False)
    correct: Expr | None = field(default=None, repr=False, compare=False)
    computed_text: str = ""
    correct_text: str = ""
    fix: str = ""
    line: int | None = None
    source: str = ""
    verified: bool = False
    why: str = ""

    def __repr__(self) -> str:
        return f"<Mistake {self.rule}: {self.text}>"

    @property
    def text(self) -> str:
        """The sentence with the gradients that it explains: ``dW1, db1 wrong: δ₁ was formed without …``."""
        if self.explains and self.explains != self.sites:
            return f"{', '.join(self.explains)} wrong: {self.sentence}"
        return self.sentence[:1].upper() + self.sentence[1:]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        keys = ("rule", "title", "sentence", "computed_text", "correct_text", "fix", "line", "source")
        table: dict[str, Any] = {key: getattr(self, key) for key in keys}
        table |= {"text": self.text, "verified": self.verified, "why": self.why}
        return table | {"sites": list(self.sites), "explains": list(self.explains)}


@dataclass(frozen=True)
class Remark:
    """Something worth saying that makes no gradient wrong: digits lost, inputs changed, a convention.

    ``kind`` is a rule's name where there is one: ``unstable``, ``float32``, ``inputs-changed``.
    """

    kind: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Plain values, ready for JSON."""
        return {"kind": self.kind, "text": self.text}


@dataclass(frozen=True)
class Diagnosis(Written):
    """Everything a diagnosis found.

    Attributes
    ----------
    network
        What the gradients should be of.
    subject
        The function, as the user named it.
    outcome
        right; explained: the mistakes reproduce the user's numbers at every probe; ambiguous: so do the
        alternatives; unexplained: something is wrong that no rule reproduces; other network: it is right, but
        for another network than the one described; failed: it did not answer (an exception, an endless loop,
        nothing returned).
    gradients
        A verdict for every parameter's gradient, in order of the parameters.
    mistakes
        The root causes, the first along the backward pass first.
    alternatives
        Other sets of mistakes that fit as well, where they cannot be told apart.
    ambiguity
        Why they cannot be told apart.
    reading
        How the function's arrays were read: ``samples as rows, W as n_out × n_in``.
    layout
        The same as a table: ``{"samples": "rows", "weights": "out_in", …}``.
    remarks
        What is worth saying beside.
    evidence
        Where no rule fits: the pattern of the error, best evidence first.
    probes
        What the function was tried on, in words.
    output
        What the function printed.
    seconds
        How long it took.
    fits
        Another network near the described one of which all gradients are right, if there is one.
    """

    network: Network
    subject: str
    outcome: Outcome
    gradients: tuple[GradientVerdict, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    alternatives: tuple[tuple[Mistake, ...], ...] = ()
    ambiguity: str = ""
    reading: str = ""
    layout: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()
    evidence: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    output: str = field(default="", repr=False)
    seconds: float = 0.0
    fits: Network | None = None

    @property
    def ok(self) -> bool:
        """Whether every gradient is right."""
        return self.outcome == "right"

    @property
    def ok_numbers(self) -> bool:
        """Whether all numbers are right, whatever else may be wrong."""
        return bool(self.gradients) and all(gradient.ok for gradient in self.gradients)

    @property
    def first_wrong(self) -> str | None:
        """The first wrong quantity along the backward pass, by canonical name: dZ1."""
        return next((mistake.sites[0] for mistake in self.mistakes if mistake.sites), None)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the mistakes' rules."""
        return tuple(mistake.rule for mistake in self.mistakes)

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        right = sum(gradient.ok for gradient in self.gradients)
        count = f"{right} of {len(self.gradients)} gradients right"
        match self.outcome:
            case "right":
                return f"right: {right} of {len(self.gradients)} parameters' gradients"
            case "explained" | "ambiguous":
                number = len(self.mistakes)
                words = {1: "one mistake", 2: "two mistakes", 3: "three mistakes"}
                found = words.get(number, f"{number} mistakes")
                more = "" if self.outcome == "explained" else ", or another that cannot be told from it"
                return f"{found} found{more}: {'; '.join(m.title for m in self.mistakes)} ({count})"
            case "other network":
                return f"right for {self.fitting}, but {self.network} was described"
            case "unexplained":
                return f"wrong, and no known mistake reproduces it ({count})"
        return f"no gradients: {self.mistakes[0].text if self.mistakes else 'it did not answer'}"

    @property
    def or_else(self) -> str:
        """That the code is right for another network, and how to describe that; empty without one."""
        if self.fits is None:
            return ""
        count = len(self.fits.parameter_shapes())
        all_of = f"all {count} gradients are right" if count > 1 else "its gradient is right"
        write = options(self.network, self.fits)
        if self.outcome == "explained":
            return f"If you mean {self.fitting}, {all_of} as the code is: write `{write}`."
        return (
            f"For that {all_of} at every probe. If you mean it, write `{write}`; if not, the forward pass of "
            "the code is another than the described one."
        )

    @property
    def fitting(self) -> str:
        """In what the network that the code is right for differs; empty without one."""
        return "" if self.fits is None else difference(self.network, self.fits)

    def gradient(self, name: str) -> GradientVerdict:
        """Find the verdict on a gradient by its canonical name (``dW1``).

        Raises
        ------
        KeyError
            The network has no such parameter.
        """
        for verdict in self.gradients:
            if verdict.name == name:
                return verdict
        raise KeyError(f"no gradient {name!r}; there are {', '.join(g.name for g in self.gradients)}")

    def __str__(self) -> str:
        lines = [f"{self.subject} on {self.network}: {self.summary}"]
        lines += [f"  {MARKS[g.verdict]} {g.name:<5} {g.message or g.verdict}" for g in self.gradients]
        for mistake in self.mistakes:
            where = f" (line {mistake.line})" if mistake.line else ""
            lines += [f"  {mistake.text}{where}"]
            lines += [f"      → {mistake.fix}"] if mistake.fix else []
        if self.fits is not None:
            lines.append(f"  {self.or_else}")
        lines += [f"  {self.ambiguity}"] if self.ambiguity else []
        lines += [f"  {text}" for text in self.evidence]
        return "\n".join([*lines, *(f"  {remark.text}" for remark in self.remarks)])

    def __repr__(self) -> str:
        return f"<Diagnosis of {self.subject} on {self.network!r}: {self.summary}>"

    def page(self, notation: Any = None) -> Page:
        """Return it as a page.

        Parameters
        ----------
        notation
            A built-in notation's name, a TOML file, or a ``Notation``; if left out, matrix with the layout of
            the function's own arrays.
        """
        return page_of(self, notation)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "network": self.network.to_dict(),
            "subject": self.subject,
            "outcome": self.outcome,
            "ok": self.ok,
            "summary": self.summary,
            "first_wrong": self.first_wrong,
            "reading": self.reading,
            "layout": dict(self.layout),
            "gradients": [verdict.to_dict() for verdict in self.gradients],
            "mistakes": [mistake.to_dict() for mistake in self.mistakes],
            "alternatives": [[mistake.to_dict() for mistake in each] for each in self.alternatives],
            "ambiguity": self.ambiguity,
            "remarks": [remark.to_dict() for remark in self.remarks],
            "evidence": list(self.evidence),
            "probes": list(self.probes),
            "fits": None if self.fits is None else self.fits.to_dict(),
            "output": self.output,
            "seconds": round(self.seconds, 3),
        }


def difference(described: Network, other: Network) -> str:
    """Say what the other network has that the described one has not.

    >>> difference(Network("4-3:relu-1"), Network("4-3:relu-1:sigmoid", reduction="sum"))
    '4-3:relu-1:sigmoid with the loss binary_cross_entropy summed over the samples'
    """
    is_other = other.loss.name != described.loss.name
    loss = f"the loss {other.loss.name}" if is_other else "the loss"
    if other.loss.reduction != described.loss.reduction:
        loss += f" {'summed' if other.loss.reduction == 'sum' else 'averaged'} over the samples"
    parts = [str(other)] if str(other) != str(described) else []
    return " with ".join([*parts, loss] if loss != "the loss" else parts)


def options(described: Network, other: Network) -> str:
    """The options of the command line that describe the other network.

    >>> options(Network("4-3:relu-1"), Network("4-3:relu-1", reduction="sum"))
    '--reduction sum'
    """
    listed = [f"--network {other}"] if str(other) != str(described) else []
    if other.loss.name != described.loss.name:
        listed.append(f"--loss {other.loss.name}")
    if other.loss.reduction != described.loss.reduction:
        listed.append(f"--reduction {other.loss.reduction}")
    return " ".join(listed)


def _finite(value: float | None) -> float | str | None:
    return value if value is None or np.isfinite(value) else str(value)


def _listed(array: Array) -> Any:
    return np.where(np.isfinite(array), array, np.nan).tolist() if array.size <= 64 else None
