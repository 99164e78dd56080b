"""A rare class that is lost is told, with its figure; a common one or one that is found is not."""

from __future__ import annotations

import pytest

from chalkgrad.model.evaluation import ClassEvaluation
from chalkgrad.model.rare_classes import rare_class_words


def evaluation(*confusion: tuple[int, ...]) -> ClassEvaluation:
    labels = tuple("abc"[: len(confusion)])
    return ClassEvaluation(0.1, labels, confusion)


def test_the_class_with_the_lowest_recall_is_told() -> None:
    words = rare_class_words(evaluation((950, 5, 5), (10, 10, 0), (17, 0, 3)))
    assert words.startswith("class c, 2.0% of the rows: 3 of 20 are found; --class-weight balanced")


@pytest.mark.parametrize(
    "confusion",
    [
        ((975, 5), (5, 15)),  # three quarters are found
        ((996, 0), (4, 0)),  # too few to say
        ((600, 0), (400, 0)),  # not rare
        ((0, 20), (0, 980)),  # never answered, and lost
    ],
)
def test_what_is_found_and_what_is_common_is_not(confusion: tuple[tuple[int, ...], ...]) -> None:
    lost = confusion[0][0] == 0
    assert bool(rare_class_words(evaluation(*confusion))) is lost
