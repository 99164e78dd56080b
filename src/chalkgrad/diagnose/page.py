"""A diagnosis as a page: the verdict, each gradient's, and each mistake with its place and its fix."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath

from chalkgrad.diagnose.findings import MARKS, GradientVerdict, Mistake
from chalkgrad.diagnose.mistakes.rules import why_in
from chalkgrad.diagnose.mistakes.statement import (
    Statement,
    capitalised,
    code,
    ended,
    joined,
    plain,
    quantity,
    retold,
)
from chalkgrad.diagnose.report import Diagnosis
from chalkgrad.notation.boxes import (
    Block,
    Box,
    Bullets,
    Code,
    Display,
    Document,
    Heading,
    Inline,
    Line,
    Paragraph,
    Sym,
    TableBlock,
)
from chalkgrad.notation.boxes.changed import marked
from chalkgrad.notation.equations.network_names import short_widths
from chalkgrad.notation.equations.numbers import number_box
from chalkgrad.notation.equations.retelling import Retelling
from chalkgrad.notation.profiles.find import Notation, find_notation

ERROR = "error"
ERROR_NOTE = "The error is the largest difference, in units of the right gradient's largest entry."
MOST_PRINTED = 20
"""Lines of the function's own output."""
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def diagnosis_page(diagnosis: Diagnosis, notation: Notation | str | None = None) -> Document:
    """The page of a diagnosis.

    Parameters
    ----------
    diagnosis
        From ``diagnose``.
    notation
        How its symbols and equations are written; if left out, ``matrix`` in the layout of the code.

    Returns
    -------
    Document
        Give it to a writer: ``chalkgrad.notation.render(document, "html")``.
    """
    page = _Page(diagnosis, Retelling(diagnosis.network, notation or own_layout(diagnosis.layout)))
    title = f"Diagnosis of {diagnosis.subject}, {short_widths(diagnosis.network)}"
    return Document(title, tuple(page.blocks()))


def own_layout(layout: Mapping[str, str], usual: str = "matrix") -> Notation:
    """A notation with samples and weights the way round that somebody's code has them.

    >>> own_layout({"samples": "columns", "weights": "flat"}).batch
    'columns'
    """
    notation = find_notation(usual)
    weights = layout.get("weights", "")
    return replace(
        notation,
        batch=layout.get("samples", notation.batch),
        weights=weights if weights in ("out_in", "in_out") else notation.weights,
    )


class _Page:
    def __init__(self, diagnosis: Diagnosis, retelling: Retelling) -> None:
        self.found = diagnosis
        self.told = retelling
        self.file = PurePath(diagnosis.subject.rpartition(":")[0]).name

    def blocks(self) -> list[Block]:
        found = self.found
        blocks: list[Block] = [self._paragraph(found.said)]
        if found.outcome == "other network":
            return [*blocks, self._paragraph(found.instead), *self._last()]
        if found.outcome not in ("right", "failed"):
            table = self._table()
            blocks.append(table)
            if (ERROR,) in table.header:
                blocks.append(Paragraph((ERROR_NOTE,)))
        for number, mistake in enumerate(found.mistakes):
            if found.outcome == "failed":  # its sentence is the verdict
                blocks += [*self._fix(mistake), *self._why(mistake)]
            else:
                blocks += [Heading(self._heading(number)), *self._mistake(mistake)]
        if len(found.mistakes) > 1 and all(mistake.verified for mistake in found.mistakes):
            blocks.append(Paragraph((f"Tried: with these lines {self._all()} are right.",)))
        if found.fits is not None:
            blocks += [Heading("Or another loss"), self._paragraph(found.instead)]
        if found.ambiguity or found.alternatives:
            blocks += [Heading("What fits as well"), *self._ambiguity()]
        blocks += self._listed("What the numbers tell", found.patterns)
        return blocks + self._last()

    def _last(self) -> list[Block]:
        """What is told of every diagnosis in the end."""
        found = self.found
        blocks = self._listed("Beside", [remark.said for remark in found.remarks])
        blocks += self._tried()
        if found.output.strip():
            blocks += [Heading("What the function printed"), Code(_shortened(found.output))]
        return blocks

    # -- the gradients ----------------------------------------------------------------------------------

    def _table(self) -> TableBlock:
        """A row a gradient; columns in which nothing would stand are left out."""
        header: list[Inline] = [("",), ("gradient",), ("verdict",), (ERROR,), ("why",)]
        rows: list[list[Inline]] = []
        for verdict in self.found.gradients:
            cells: list[Inline] = [(MARKS[verdict.verdict],), (self.told.symbol(verdict.name),)]
            rows.append([*cells, (verdict.verdict,), _error(verdict), self._because(verdict)])
        kept = [n for n in range(len(header)) if n < 3 or any(row[n] for row in rows)]
        return TableBlock(tuple(header[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in rows))

    def _because(self, verdict: GradientVerdict) -> Inline:
        """Where a wrong gradient's mistake stands: in itself, or in what came before it."""
        if verdict.verdict == "right":
            return ()
        mistakes = self.found.mistakes
        causes = [n for n, mistake in enumerate(mistakes) if verdict.name in mistake.explains]
        if not causes:
            return () if verdict.message == verdict.verdict else (verdict.message,)
        own: list[Inline] = []
        before: list[str] = []
        for number in causes:
            sites = mistakes[number].sites
            if sites and verdict.name not in sites:
                before += [sites[0]] * (sites[0] not in before)
            else:
                own.append(("the mistake" if len(mistakes) == 1 else f"the {_ordinal(number)} mistake",))
        follows: list[Inline] = [(self.told.symbol(site),) for site in before]
        follows = [("follows from ", *follows[0]), *follows[1:]] if follows else []
        told = joined([*own, *follows], " and ")
        shaped = verdict.verdict == "wrong shape" and verdict.message
        return (verdict.message, "; ", *told) if shaped else told

    # -- a mistake --------------------------------------------------------------------------------------

    def _heading(self, number: int) -> str:
        if self.found.outcome == "ambiguous":
            return "What fits" if not number else "And"
        return "The mistake" if len(self.found.mistakes) == 1 else f"The {_ordinal(number)} mistake"

    def _mistake(self, mistake: Mistake) -> list[Block]:
        itself = len(mistake.explains) == 1 and tuple(mistake.sites) == tuple(mistake.explains)
        wrong = () if itself else self._wrong(mistake)
        said = self._say(ended(mistake.said if wrong else capitalised(mistake.said)))
        blocks: list[Block] = [Paragraph((*wrong, " wrong: ", *said) if wrong else said)]
        blocks += self._equations(mistake)
        blocks += self._fix(mistake)
        if mistake.verified and len(self.found.mistakes) == 1:
            what = "with this line" if mistake.remedy.code else "with this mended"
            blocks.append(Paragraph((f"Tried: {what} {self._all()} are right.",)))
        return blocks + self._why(mistake) + self._letters(mistake)

    def _letters(self, mistake: Mistake) -> list[Block]:
        """What is to be said of the letters of the equations."""
        if not mistake.sites:
            return []
        notes = self.told.small_letters(mistake.sites[0], mistake.computed, mistake.correct)
        return [Paragraph(note) for note in notes]

    def _wrong(self, mistake: Mistake) -> Inline:
        """The gradients that a mistake makes wrong."""
        count = len(mistake.explains)
        if count > 2 and count == len(self.found.gradients):
            return (f"All {count} gradients",)
        return joined([(self.told.symbol(name),) for name in mistake.explains], ", ")

    def _why(self, mistake: Mistake) -> list[Block]:
        told = why_in(mistake.rule, self.told.network)
        return [Paragraph(("Why: ", *self._say(told)))] if told else []

    def _equations(self, mistake: Mistake) -> list[Block]:
        """What was computed above what it should be, the difference in colour."""
        if not mistake.sites:
            return []
        site = mistake.sites[0]
        left: Box = self.told.symbol(site)
        computed, correct = (
            None if expr is None else self.told.equation(site, expr)
            for expr in (mistake.computed, mistake.correct)
        )
        if computed is not None and correct is not None and computed != correct:
            computed, correct = marked(computed, correct)
        else:  # in the letters of a blackboard
            texts = (mistake.computed_text, mistake.correct_text)
            if not all(texts):
                return []
            left = Sym(plain((quantity(self.told.network, site),)), "code")
            computed, correct = (Sym(text, "code") for text in texts)
        lines = (Line(left, "=", computed, ("you computed",)), Line(left, "=", correct, ("it should be",)))
        others: list[Inline] = [(self.told.symbol(other),) for other in mistake.sites[1:]]
        more = joined(others, ", ")
        said = [("The same in ", *more, ".")] if more else []
        return [Display(lines), *(Paragraph(note) for note in said)]

    def _fix(self, mistake: Mistake) -> list[Block]:
        """The line as it is and as it should be, or the advice."""
        source, fix = (textwrap.dedent(text).strip() for text in (mistake.source, mistake.remedy.code))
        place = f"In line {mistake.line}" if mistake.line else "In your code"
        place += f" of {self.file}" if self.file and mistake.line else ""
        if fix and source.startswith("return ") > fix.startswith("return "):
            lines = Paragraph((f"{place}:",)), Code(source, "python")  # the rest of the return stays
            return [*lines, Paragraph(("Fix: there, ", code(fix), "."))]
        if fix:
            old = [f"- {line}" for line in source.splitlines()]
            new = [f"+ {line}" for line in fix.splitlines()]
            lead = f"{place}:" if source else "Write:" if not mistake.line else f"{place} write:"
            block = Code("\n".join([*old, *new]), "diff") if source else Code(fix, "python")
            return [Paragraph((lead,)), block]
        shown: list[Block] = [Paragraph((f"{place}:",)), Code(source, "python")] if source else []
        advice = mistake.remedy.advice
        return shown + ([Paragraph(("Fix: ", *self._say(ended(advice))))] if advice else [])

    # -- the rest ---------------------------------------------------------------------------------------

    def _ambiguity(self) -> list[Block]:
        said = self.found.ambiguity
        blocks: list[Block] = [self._paragraph((said,))] if said else []
        items = [
            joined([self._alternative(mistake, first=not place) for place, mistake in enumerate(each)], " ")
            for each in self.found.alternatives
        ]
        return [*blocks, Bullets(tuple(items))] if items else blocks

    def _alternative(self, mistake: Mistake, *, first: bool) -> Inline:
        """A mistake that fits as well, in a line with its fix where that is short."""
        told = self._say(ended(capitalised(mistake.said)) if first else mistake.said)
        line = mistake.remedy.code.strip()
        if line and "\n" not in line:
            return (*told, " → ", code(line))
        advice = mistake.remedy.advice
        return (*told, " Fix: ", *self._say(advice)) if advice else told

    def _tried(self) -> list[Block]:
        """How the arrays were read and what the function was called on."""
        read = f"Read with {self.found.reading}. " if self.found.reading else ""
        probes = f"Tried on {'; '.join(self.found.probes)}." if self.found.probes else ""
        text = f"{read}{probes}".strip()
        return [Heading("What was tried"), Paragraph((text,))] if text else []

    def _listed(self, title: str, told: Sequence[Statement]) -> list[Block]:
        items = tuple(self._say(ended(each)) for each in told)
        return [Heading(title), Bullets(items)] if items else []

    def _all(self) -> str:
        count = len(self.found.gradients)
        return f"all {count} gradients" if count > 1 else "the gradient"

    def _say(self, told: Statement) -> Inline:
        return retold(told, self.told)

    def _paragraph(self, told: Statement) -> Paragraph:
        return Paragraph(self._say(ended(capitalised(told))))


def _error(verdict: GradientVerdict) -> Inline:
    error = verdict.relative_error
    if error is None or verdict.verdict == "right" or not math.isfinite(error):
        return ()
    return (number_box(error, 2),)


def _shortened(output: str) -> str:
    r"""What was printed, for reading: a line that comes again and again stands once, and the rest is cut.

    >>> _shortened("epoch 1\nepoch 1\nepoch 1\ndone\n")
    'epoch 1  (3 times)\ndone'
    """
    lines = []
    for line, group in groupby(output.strip("\n").splitlines()):
        count = len(list(group))
        lines.append(f"{line}  ({count} times)" if count > 1 and line.strip() else line)
    more = len(lines) - MOST_PRINTED
    return "\n".join([*lines[:MOST_PRINTED], *([f"… and {more} lines more"] if more > 0 else [])])


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"{number + 1}th"
