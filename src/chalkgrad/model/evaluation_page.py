"""How good the answers are, as a page: loss, accuracy, confusion matrix; or distances in units."""

from __future__ import annotations

import math

from chalkgrad.model.evaluation import ClassEvaluation, Evaluation, NumberEvaluation
from chalkgrad.notation.boxes import Block, Document, Heading, Paragraph, TableBlock

FIGURES = ("figure", "value", "what it is")
CORNER = "true ↓ answered →"
MOST_MISTAKES = 20
"""Told where the confusion matrix would be too wide."""


def evaluation_page(found: Evaluation, title: str, target: str, width: int) -> Document:
    """Return the page of an evaluation; a confusion matrix that does not fit into the width is told."""
    blocks = _classes(found, width) if isinstance(found, ClassEvaluation) else _numbers(found, target)
    return Document(title, tuple(blocks))


def percent(part: float) -> str:
    """Write a part of one.

    >>> percent(0.85234), percent(1.0), percent(math.nan)
    ('85.23 %', '100.00 %', '–')
    """
    return f"{100 * part:.2f} %" if math.isfinite(part) else "–"


def figure(number: float) -> str:
    """Write a number with five digits.

    >>> figure(0.298143), figure(48213.4), figure(2.5e-7)
    ('0.29814', '48,213', '2.5e-07')
    """
    if not math.isfinite(number):
        return "–"
    return f"{number:,.0f}" if 10_000 <= abs(number) < 1e15 else f"{number:.5g}"


def _numbers(found: NumberEvaluation, target: str) -> list[Block]:
    rows = (
        ("rows", f"{found.rows:,}", ""),
        ("loss", figure(found.loss), "as in training"),
        ("RMSE", figure(found.rmse), f"√ of the mean squared error, in units of {target}"),
        ("MAE", figure(found.mae), f"mean distance, in units of {target}"),
        ("R²", figure(found.r2), f"the mean as the answer has 0 and RMSE {figure(found.spread)}"),
    )
    return [TableBlock.of_words(FIGURES, rows)]


def _classes(found: ClassEvaluation, width: int) -> list[Block]:
    rows = (
        ("rows", f"{found.rows:,}", ""),
        ("loss", figure(found.loss), "as in training"),
        ("accuracy", percent(found.accuracy), f"the most frequent class alone has {percent(found.baseline)}"),
    )
    blocks: list[Block] = [TableBlock.of_words(FIGURES, rows)]
    blocks += [Heading("Classes"), _scores(found), Heading("Confusion")]
    return [*blocks, *(_matrix(found) if _matrix_width(found) <= width else _mistakes(found))]


def _scores(found: ClassEvaluation) -> TableBlock:
    parts = ((s, map(percent, (s.precision, s.recall, s.f1))) for s in found.scores)
    rows = ((score.label, f"{score.rows:,}", *shown) for score, shown in parts)
    return TableBlock.of_words(("class", "rows", "precision", "recall", "F1"), rows)


def _matrix_width(found: ClassEvaluation) -> int:
    """The columns of text that the confusion matrix takes."""
    columns = zip(found.classes, zip(*found.confusion, strict=True), strict=True)
    first = max(len(CORNER), *map(len, found.classes))
    return first + sum(
        2 + max(len(label), *(len(f"{count:,}") for count in counts)) for label, counts in columns
    )


def _matrix(found: ClassEvaluation) -> list[Block]:
    pairs = zip(found.classes, found.confusion, strict=True)
    rows = ((label, *(f"{count:,}" if count else "·" for count in counts)) for label, counts in pairs)
    return [TableBlock.of_words((CORNER, *found.classes), rows)]


def _mistakes(found: ClassEvaluation) -> list[Block]:
    wrong = [
        (count, i, j)
        for i, row in enumerate(found.confusion)
        for j, count in enumerate(row)
        if i != j and count
    ]
    most = sorted(wrong, key=lambda mistake: (-mistake[0], mistake[1:]))[:MOST_MISTAKES]
    rows = ((found.classes[i], found.classes[j], f"{count:,}") for count, i, j in most)
    words = (
        f"The most frequent mistakes among {len(found.classes)} classes; --width or --format json shows all."
    )
    return [Paragraph((words,)), TableBlock.of_words(("true", "answered", "rows"), rows)]
