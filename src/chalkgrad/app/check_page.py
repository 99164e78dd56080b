"""What a check found, as a page: the verdict, a table of the gradients, and what a reader should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalkgrad.check.report import MARKS
from chalkgrad.notation.boxes import Block, Bullets, Code, Document, Heading, Inline, Paragraph, Table

if TYPE_CHECKING:
    from chalkgrad.check import Finding, Report

KINDS = {"call": "The call", "parameter": "Parameters", "intermediate": "Intermediates"}


def check_page(report: Report) -> Document:
    """Return the page of a report.

    Parameters
    ----------
    report
        Of the derivation, or of a user's function.
    """
    blocks: list[Block] = [Paragraph((f"{report.summary[:1].upper()}{report.summary[1:].rstrip('.')}.",))]
    for kind, title in KINDS.items():
        found = [finding for finding in report.findings if finding.kind == kind]
        if found:
            blocks += [Heading(title), _table(found)]
    if report.notes:
        blocks += [Heading("Notes"), Bullets(tuple((note,) for note in report.notes))]
    if report.output.strip():
        blocks += [Heading("What the function printed"), Code(report.output.rstrip("\n"))]
    return Document(f"Check of {report.subject} on {report.network}", tuple(blocks))


def _table(findings: list[Finding]) -> Table:
    header: tuple[Inline, ...] = (("",), ("gradient",), ("verdict",), ("error",), ("evidence",))
    rows = tuple(
        (
            (MARKS[f.verdict],),
            (f.name,),
            (f.verdict.replace("-", " "),),
            (_error(f.relative_error),),
            (f.message,),
        )
        for f in findings
    )
    return Table(header, rows)


def _error(relative: float | None) -> str:
    if relative is None:
        return ""
    return f"{relative:.1e}" if relative else "0"
