"""What was found in a key: one finding an answer, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from chalkgrad._pages import Page, Written, page_of


class Verdict(StrEnum):
    """What is said of one printed answer."""

    RIGHT = "right"
    CUT = "right, but cut, not rounded"
    WRONG = "wrong"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class KeyFinding:
    """One answer of a key and what was found.

    Attributes
    ----------
    name
        The entry's name in the key.
    quantity
        What it is an answer for, e.g. ``dW1`` or ``δ_j^l``.
    printed
        The answer as it is printed.
    verdict
        What is said of it.
    expected
        For a wrong number the value with the same digits, for a wrong formula the formula in the same
        letters; for a cut number the rounded one; otherwise empty.
    evidence
        Why it is wrong, e.g. ``at z = 0 the key gives 0.5, it is 0.25``.
    remark
        How the answer was read, where that is not plain.
    """

    name: str
    quantity: str
    printed: str
    verdict: Verdict
    expected: str = ""
    evidence: str = ""
    remark: str = ""

    @property
    def explanation(self) -> str:
        """Evidence and remark in one line."""
        return "; ".join(filter(None, (self.evidence, self.remark)))

    def to_dict(self) -> dict[str, str]:
        """Return the finding as plain data."""
        return {**asdict(self), "verdict": self.verdict.value}


@dataclass(frozen=True)
class KeyReport(Written):
    """The findings of a key, in the key's order.

    >>> report = KeyReport("a quiz", (KeyFinding("loss", "L", "0.3", Verdict.WRONG, "0.5"),))
    >>> report.ok, str(report)
    (False, 'loss: 0.3 is wrong, it should be 0.5')
    """

    title: str
    findings: tuple[KeyFinding, ...]

    def __repr__(self) -> str:
        return f"<KeyReport on {self.title!r}: {self.summary}>"

    def page(self, notation: Any = None) -> Page:
        """Return it as a page: a table of the answers, and what each wrong one should be.

        Parameters
        ----------
        notation
            Answers are shown as they are printed, whatever the notation.
        """
        return page_of(self)

    @property
    def ok(self) -> bool:
        """Whether no answer is wrong."""
        return not self.wrong

    @property
    def wrong(self) -> tuple[KeyFinding, ...]:
        """The wrong answers."""
        return tuple(f for f in self.findings if f.verdict is Verdict.WRONG)

    @property
    def summary(self) -> str:
        """One line: how many are right, wrong, not checked."""
        count = {verdict: sum(f.verdict is verdict for f in self.findings) for verdict in Verdict}
        parts = [f"{count[Verdict.RIGHT] + count[Verdict.CUT]} right", f"{count[Verdict.WRONG]} wrong"]
        if count[Verdict.CUT]:
            parts[0] += f" ({count[Verdict.CUT]} of them cut, not rounded)"
        if count[Verdict.UNCHECKED]:
            parts.append(f"{count[Verdict.UNCHECKED]} not checked")
        return ", ".join(parts)

    def to_dict(self) -> dict[str, object]:
        """Return the report as plain data, for JSON."""
        findings = [finding.to_dict() for finding in self.findings]
        return {"title": self.title, "ok": self.ok, "findings": findings}

    def __str__(self) -> str:
        """Return one line for each finding."""
        return "\n".join(_line(finding) for finding in self.findings)


def _line(finding: KeyFinding) -> str:
    text = f"{finding.name}: {finding.printed} is {finding.verdict}"
    if finding.expected and finding.verdict is Verdict.WRONG:
        text += f", it should be {finding.expected}"
    return f"{text} ({finding.explanation})" if finding.explanation else text
