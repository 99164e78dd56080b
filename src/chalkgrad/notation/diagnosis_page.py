"""A diagnosis as a page: the verdict, each gradient's, and each mistake with its place and its fix."""

from __future__ import annotations

import ast
import math
import textwrap
from collections.abc import Sequence
from pathlib import PurePath
from typing import Protocol

from chalkgrad.expr import Expr
from chalkgrad.network import Network
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
    Table,
)
from chalkgrad.notation.changed import marked
from chalkgrad.notation.network_names import short_widths
from chalkgrad.notation.numbers import number_box
from chalkgrad.notation.profile import Notation
from chalkgrad.notation.retelling import Retelling

MARKS = {"right": "✓", "wrong": "✗", "wrong shape": "✗", "not finite": "✗", "not returned": "–"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


class GradientVerdict(Protocol):
    """The verdict on one gradient."""

    @property
    def name(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def relative_error(self) -> float | None: ...
    @property
    def follows(self) -> bool: ...


class Mistake(Protocol):
    """One named mistake."""

    @property
    def title(self) -> str: ...
    @property
    def sites(self) -> Sequence[str]: ...
    @property
    def explains(self) -> Sequence[str]: ...
    @property
    def sentence(self) -> str: ...
    @property
    def computed(self) -> Expr | None: ...
    @property
    def correct(self) -> Expr | None: ...
    @property
    def computed_text(self) -> str: ...
    @property
    def correct_text(self) -> str: ...
    @property
    def fix(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def source(self) -> str: ...
    @property
    def verified(self) -> bool: ...
    @property
    def why(self) -> str: ...


class Remark(Protocol):
    """Something worth saying that makes no gradient wrong."""

    @property
    def text(self) -> str: ...


class Diagnosis(Protocol):
    """What a diagnosis found."""

    @property
    def network(self) -> Network: ...
    @property
    def subject(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def gradients(self) -> Sequence[GradientVerdict]: ...
    @property
    def mistakes(self) -> Sequence[Mistake]: ...
    @property
    def alternatives(self) -> Sequence[Sequence[Mistake]]: ...
    @property
    def ambiguity(self) -> str: ...
    @property
    def reading(self) -> str: ...
    @property
    def remarks(self) -> Sequence[Remark]: ...
    @property
    def evidence(self) -> Sequence[str]: ...
    @property
    def probes(self) -> Sequence[str]: ...
    @property
    def output(self) -> str: ...


def diagnosis_page(diagnosis: Diagnosis, notation: Notation | str = "matrix") -> Document:
    """The page of a diagnosis.

    Parameters
    ----------
    diagnosis
        From ``diagnose``.
    notation
        How its symbols and equations are written.

    Returns
    -------
    Document
        Give it to a writer: ``chalkgrad.notation.render(document, "html")``.
    """
    page = _Page(diagnosis, Retelling(diagnosis.network, notation))
    title = f"Diagnosis of {diagnosis.subject}, {short_widths(diagnosis.network)}"
    return Document(title, tuple(page.blocks()))


class _Page:
    def __init__(self, diagnosis: Diagnosis, retelling: Retelling) -> None:
        self.found = diagnosis
        self.told = retelling
        self.file = PurePath(diagnosis.subject.rpartition(":")[0]).name

    def blocks(self) -> list[Block]:
        found = self.found
        blocks: list[Block] = [Paragraph(self._say(found.summary, whole=True))]
        if found.outcome != "right" and found.gradients:
            blocks.append(self._table())
        for number, mistake in enumerate(found.mistakes):
            blocks += [Heading(self._heading(number)), *self._mistake(mistake)]
        if len(found.mistakes) > 1 and all(mistake.verified for mistake in found.mistakes):
            blocks.append(Paragraph((f"Tried: with these lines {self._all()} are right.",)))
        if found.ambiguity or found.alternatives:
            blocks += [Heading("Or is it another?"), *self._ambiguity()]
        blocks += self._listed("What the numbers tell", found.evidence)
        blocks += self._listed("Beside", [remark.text for remark in found.remarks])
        blocks += self._listed("What was tried", [found.reading, *found.probes])
        if found.output.strip():
            blocks += [Heading("What the function printed"), Code(found.output.rstrip("\n"))]
        return blocks

    # -- the gradients ----------------------------------------------------------------------------------

    def _table(self) -> Table:
        """A row a gradient; columns in which nothing would stand are left out."""
        header: list[Inline] = [("",), ("gradient",), ("verdict",), ("error",), ("why",)]
        rows: list[list[Inline]] = []
        for verdict in self.found.gradients:
            cells: list[Inline] = [(MARKS.get(verdict.verdict, "✗"),), (self.told.symbol(verdict.name),)]
            rows.append([*cells, (verdict.verdict,), _error(verdict), self._because(verdict)])
        kept = [n for n in range(len(header)) if n < 3 or any(row[n] for row in rows)]
        return Table(
            tuple(header[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in rows)
        )

    def _because(self, verdict: GradientVerdict) -> Inline:
        """Where a wrong gradient's mistake stands: in itself, or in what came before it."""
        if verdict.verdict == "right":
            return ()
        mistakes = self.found.mistakes
        causes = [n for n, mistake in enumerate(mistakes) if verdict.name in mistake.explains]
        if not causes:
            return self._say(verdict.message)
        parts: list[Inline] = []
        for number in causes:
            sites = mistakes[number].sites
            which = "the mistake" if len(mistakes) == 1 else f"the {_ordinal(number)} mistake"
            if not sites or verdict.name in sites:
                parts.append((f"{which} itself" if sites else which,))
            else:
                parts.append(("follows from ", self.told.symbol(sites[0])))
        told = _joined(parts, " and ")
        shaped = verdict.verdict == "wrong shape" and verdict.message
        return (*self._say(verdict.message), "; ", *told) if shaped else told

    # -- a mistake --------------------------------------------------------------------------------------

    def _heading(self, number: int) -> str:
        if self.found.outcome == "failed":
            return "What happened"
        return "The mistake" if len(self.found.mistakes) == 1 else f"The {_ordinal(number)} mistake"

    def _mistake(self, mistake: Mistake) -> list[Block]:
        wrong = _joined([(self.told.symbol(name),) for name in mistake.explains], ", ")
        sentence = self._say(mistake.sentence, whole=not wrong)
        blocks: list[Block] = [Paragraph((*wrong, " wrong: ", *sentence) if wrong else sentence)]
        blocks += self._equations(mistake)
        blocks += self._fix(mistake)
        if mistake.verified and len(self.found.mistakes) == 1:
            what = "with this line" if _is_code(mistake.fix) else "with this mended"
            blocks.append(Paragraph((f"Tried: {what} {self._all()} are right.",)))
        if mistake.why:
            blocks.append(Paragraph(("Why: ", *self._say(mistake.why))))
        return blocks

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
        else:  # in canonical names, which are code
            texts = (mistake.computed_text, mistake.correct_text)
            if not all(texts):
                return []
            left = Sym(site, "code")
            computed, correct = (Sym(text, "code") for text in texts)
        lines = (Line(left, "=", computed, ("you computed",)), Line(left, "=", correct, ("it should be",)))
        return [Display(lines)]

    def _fix(self, mistake: Mistake) -> list[Block]:
        """The line as it is and as it should be, or the advice."""
        source = textwrap.dedent(mistake.source).strip()
        fix = textwrap.dedent(mistake.fix).strip()
        place = f"In line {mistake.line}" if mistake.line else "In your code"
        place += f" of {self.file}" if self.file and mistake.line else ""
        if _is_code(fix):
            old = [f"- {line}" for line in source.splitlines()]
            new = [f"+ {line}" for line in fix.splitlines()]
            lead = f"{place}:" if source else "Write:" if not mistake.line else f"{place} write:"
            code = Code("\n".join([*old, *new]), "diff") if source else Code(fix, "python")
            return [Paragraph((lead,)), code]
        shown: list[Block] = [Paragraph((f"{place}:",)), Code(source, "python")] if source else []
        return shown + ([Paragraph(("Fix: ", *self._say(fix)))] if fix else [])

    # -- the rest ---------------------------------------------------------------------------------------

    def _ambiguity(self) -> list[Block]:
        blocks: list[Block] = []
        if self.found.ambiguity:
            blocks.append(Paragraph(self._say(self.found.ambiguity, whole=True)))
        items: list[Inline] = []
        for alternative in self.found.alternatives:
            sentences = []
            for mistake in alternative:
                fix: Inline = ()
                if mistake.fix and "\n" not in mistake.fix.strip():
                    text = mistake.fix.strip()
                    fix = (" → ", Sym(text, "code")) if _is_code(text) else (" Fix: ", *self._say(text))
                sentences.append((*self._say(mistake.sentence, whole=not sentences), *fix))
            items.append(_joined(sentences, " "))
        return [*blocks, Bullets(tuple(items))] if items else blocks

    def _listed(self, title: str, texts: Sequence[str]) -> list[Block]:
        items = tuple(self._say(text) for text in texts if text)
        return [Heading(title), Bullets(items)] if items else []

    def _all(self) -> str:
        count = len(self.found.gradients)
        return f"all {count} gradients" if count > 1 else "the gradient"

    def _say(self, text: str, whole: bool = False) -> Inline:
        """A text in the notation's letters; as a whole sentence with its capital letter and full stop."""
        said = self.told.sentence(text.strip())
        if not whole or not said:
            return said
        if isinstance(said[0], str):
            said = (said[0][:1].upper() + said[0][1:], *said[1:])
        end = said[-1]
        return said if isinstance(end, str) and end.endswith((".", "!", "?", ":")) else (*said, ".")


def _error(verdict: GradientVerdict) -> Inline:
    error = verdict.relative_error
    if error is None or verdict.verdict == "right" or not math.isfinite(error):
        return ()
    return (number_box(error, 2),)


def _joined(parts: Sequence[Inline], between: str) -> Inline:
    joined: list[str | Box] = []
    for number, part in enumerate(parts):
        joined += [between, *part] if number else part
    return tuple(joined)


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"{number + 1}th"


def _is_code(text: str) -> bool:
    """Whether a fix is Python and not advice: words alone are names to Python, so a statement is wanted.

    >>> [_is_code(text) for text in ("dZ1 = dA1 * (Z1 > 0)", "return dW1, db1", "transpose", "clear it first")]
    [True, True, False, False]
    """
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return False
    return bool(body) and not any(
        isinstance(line, ast.Expr) and not isinstance(line.value, ast.Call) for line in body
    )
