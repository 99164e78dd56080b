"""What was found in a printed key, as a page: a table of the answers, then what each wrong one should be."""

from __future__ import annotations

from chalkgrad.check.key.report import KeyFinding, KeyReport
from chalkgrad.notation.boxes import Block, Bullets, Document, Heading, Inline, Paragraph, TableBlock

MARKS = {"right": "✓", "wrong": "✗", "not checked": "?"}


def key_page(report: KeyReport) -> Document:
    """Return the page of a report.

    Parameters
    ----------
    report
        The findings, one for each answer of the key.
    """
    header: tuple[Inline, ...] = (("",), ("answer",), ("printed",), ("verdict",))
    rows = tuple(
        ((MARKS.get(f.verdict.value, "✓"),), (f.name,), (f.printed,), (f.verdict.value,))
        for f in report.findings
    )
    blocks: list[Block] = [Paragraph((f"{report.summary[:1].upper()}{report.summary[1:]}.",))]
    blocks.append(TableBlock(header, rows))
    wrong = tuple(_correction(f) for f in report.findings if f.verdict.value == "wrong")
    if wrong:
        blocks += [Heading("What the wrong answers should be"), Bullets(wrong)]
    remarks = tuple(
        (f"{f.name}: {f.explanation}",)
        for f in report.findings
        if f.explanation and f.verdict.value != "wrong"
    )
    if remarks:
        blocks += [Heading("How the others were read"), Bullets(remarks)]
    return Document(f"The key of “{report.title}”", tuple(blocks))


def _correction(finding: KeyFinding) -> Inline:
    should = f", it should be {finding.expected}" if finding.expected else ""
    because = f": {finding.explanation}" if finding.explanation else ""
    return (f"{finding.name}: {finding.printed} is wrong{should}{because}",)
