"""What a diagnosis found: a verdict a gradient, and the mistakes that explain the wrong ones.  Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalkgrad._pages import Page, Written, page_of
from chalkgrad.diagnose.findings import MARKS, GradientVerdict, Mistake, Remark
from chalkgrad.diagnose.mistakes.rules import title_in
from chalkgrad.diagnose.mistakes.statement import Statement, code, joined, plain
from chalkgrad.diagnose.other_description import difference, options
from chalkgrad.network import Network

Outcome = Literal["right", "explained", "ambiguous", "unexplained", "other network", "failed"]


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
    patterns
        Where no rule fits: the pattern of the error, best evidence first; ``evidence`` as text.
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
    patterns: tuple[Statement, ...] = ()
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
    def evidence(self) -> tuple[str, ...]:
        """The pattern of the error, as text."""
        return tuple(map(plain, self.patterns))

    @property
    def summary(self) -> str:
        """The verdict in one line."""
        return plain(self.said)

    @property
    def said(self) -> Statement:
        """The verdict in one line, its quantities as symbols."""
        right = sum(gradient.ok for gradient in self.gradients)
        count = f"{right} of {len(self.gradients)} gradients right"
        match self.outcome:
            case "right":
                return (f"right: {right} of {len(self.gradients)} parameters' gradients",)
            case "explained" | "ambiguous":
                number = len(self.mistakes)
                words = {1: "one mistake", 2: "two mistakes", 3: "three mistakes"}
                found = words.get(number, f"{number} mistakes")
                more = "" if self.outcome == "explained" else ", or another that cannot be told from it"
                titles = [title_in(mistake.rule, self.network) for mistake in self.mistakes]
                return (f"{found} found{more}: ", *joined(titles, "; "), f" ({count})")
            case "other network":
                return (f"right for {self.fitting}, but {self.network} was described",)
            case "unexplained":
                return (f"wrong, and no known mistake reproduces it ({count})",)
        return ("no gradients: ", *(self.mistakes[0].whole if self.mistakes else ("it did not answer",)))

    @property
    def or_else(self) -> str:
        """That the code is right for another network, and how to describe that; empty without one."""
        return plain(self.instead)

    @property
    def instead(self) -> Statement:
        """The same, its options as code."""
        if self.fits is None:
            return ()
        count = len(self.fits.parameter_shapes())
        all_of = f"all {count} gradients are right" if count > 1 else "its gradient is right"
        write = code(options(self.network, self.fits))
        if self.outcome == "explained":
            return (f"If you mean {self.fitting}, {all_of} as the code is: write ", write, ".")
        return (
            f"For that {all_of} at every probe. If you mean it, write ", write,
            "; if not, the forward pass of the code is another than the described one.",
        )  # fmt: skip

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
