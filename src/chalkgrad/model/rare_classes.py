"""A class that is lost among the others: so few rows that a network does well without answering it."""

from __future__ import annotations

from chalkgrad.model.evaluation import ClassEvaluation, ClassScore

FEWEST = 5
"""Rows of a class below which its recall says nothing."""
FOUND = 0.75
"""A recall below this is a class that is lost."""


def rare_class(found: ClassEvaluation) -> ClassScore | None:
    """Return the class with the lowest recall, below 0.75, among those of less than half their even share."""
    share = found.rows / (2 * len(found.classes))
    lost = [score for score in found.scores if FEWEST <= score.rows < share and score.recall < FOUND]
    return min(lost, key=lambda score: (score.recall, score.rows), default=None)


def rare_class_words(found: ClassEvaluation) -> str:
    """Say which class is lost, with its figure and what finds more of it; nothing where none is."""
    lost = rare_class(found)
    if lost is None:
        return ""
    hits, part = round(lost.recall * lost.rows), lost.rows / found.rows
    return (
        f"class {lost.label}, {part:.1%} of the rows: {hits} of {lost.rows} are found; "
        "--class-weight balanced finds more of them, and more that are none"
    )
