"""How good are the answers?  Counts for classes, distances for numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._pages import Page, Written, page_of
from chalkgrad.data.columns.moments import Moments


@dataclass(frozen=True)
class ClassScore:
    """How well one class is told from the others.

    precision = n_kk/Σ_i n_ik, recall = n_kk/Σ_j n_kj, f1 = 2·precision·recall/(precision + recall), where
    n_ij rows of class i are answered j.  NaN where nothing was answered k, or no row is of class k.
    """

    label: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class ClassEvaluation(Written):
    """The answers to rows of known classes.

    Attributes
    ----------
    loss
        L of the network over all rows.
    classes
        Their labels.
    confusion
        n_ij: the rows of class i (down) that were answered j (across).
    """

    loss: float
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows were answered."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """Σ_k n_kk/m."""
        return sum(row[k] for k, row in enumerate(self.confusion)) / self.rows

    @property
    def baseline(self) -> float:
        """The accuracy of always answering the most frequent class."""
        return max(map(sum, self.confusion)) / self.rows

    @property
    def scores(self) -> tuple[ClassScore, ...]:
        """Precision, recall and f1 of every class."""
        counts = np.asarray(self.confusion)
        found = []
        for k, label in enumerate(self.classes):
            hit, answered, rows = int(counts[k, k]), int(counts[:, k].sum()), int(counts[k].sum())
            f1 = _ratio(2 * hit, answered + rows)
            found.append(ClassScore(label, _ratio(hit, answered), _ratio(hit, rows), f1, rows))
        return tuple(found)

    def __repr__(self) -> str:
        words = f"accuracy {self.accuracy:.4g} (the most frequent class alone {self.baseline:.4g})"
        return f"<ClassEvaluation of {self.rows:,} rows: {words}, loss {self.loss:.6g}>"

    def page(self, notation: Any = None, *, width: int = 100) -> Page:
        """Return loss, accuracy, the score of every class and the confusion matrix as a page.

        Parameters
        ----------
        notation
            There is nothing to be written in one.
        width
            A confusion matrix of more columns than these is told by its largest entries.
        """
        return page_of(self, f"Answers to {self.rows:,} rows", "the target", width)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists."""
        scores = [{**vars(score)} for score in self.scores]
        return {
            "rows": self.rows, "loss": self.loss, "accuracy": self.accuracy, "baseline": self.baseline,
            "classes": scores, "confusion": [list(row) for row in self.confusion],
        }  # fmt: skip


@dataclass(frozen=True)
class NumberEvaluation(Written):
    """The answers to rows of known numbers, in the target's own units.

    rmse = √(Σ(y − t)²/m), mae = Σ|y − t|/m, r2 = 1 − Σ(y − t)²/Σ(t − t̄)²; spread = √(Σ(t − t̄)²/m) is the
    rmse of always answering the mean.  r2 is NaN for a constant target.
    """

    loss: float
    rows: int
    rmse: float
    mae: float
    r2: float
    spread: float

    def __repr__(self) -> str:
        words = f"RMSE {self.rmse:.6g}, MAE {self.mae:.6g}, R² {self.r2:.6g}, loss {self.loss:.6g}"
        return f"<NumberEvaluation of {self.rows:,} rows: {words}>"

    def page(self, notation: Any = None) -> Page:
        """Return loss and distances as a page.

        Parameters
        ----------
        notation
            There is nothing to be written in one.
        """
        return page_of(self, f"Answers to {self.rows:,} rows", "the target", 100)

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return dict(vars(self))


Evaluation = ClassEvaluation | NumberEvaluation


class ClassTally:
    """Counts the rows of class i that are answered j, block by block, both as class numbers."""

    def __init__(self, classes: Sequence[object]) -> None:
        self._classes = tuple(map(str, classes))
        self._counts = np.zeros((len(classes), len(classes)), np.int64)
        self._loss = 0.0

    def add(self, loss: float, true: Array, answered: Array) -> None:
        """Take in a block with its mean loss."""
        n = len(self._classes)
        self._counts += np.bincount(true * n + answered, minlength=n * n).reshape(n, n)
        self._loss += loss * len(true)

    def result(self) -> ClassEvaluation:
        """Return how good all answers were."""
        counts = tuple(tuple(row) for row in self._counts.tolist())
        return ClassEvaluation(self._loss / int(self._counts.sum()), self._classes, counts)


class NumberTally:
    """Sums what tells how far numbers are from the truth, block by block."""

    def __init__(self) -> None:
        self._true = Moments(1)
        self._loss = self._squares = self._distances = 0.0

    def add(self, loss: float, true: Array, answered: Array) -> None:
        """Take in a block with its mean loss."""
        t, y = np.asarray(true, np.float64).reshape(-1), np.asarray(answered, np.float64).reshape(-1)
        error = y - t
        self._true.add(t.reshape(-1, 1))
        self._loss += loss * len(t)
        self._squares += float(np.sum(error**2))
        self._distances += float(np.abs(error).sum())

    def result(self) -> NumberEvaluation:
        """Return how good all answers were."""
        rows, spread = self._true.count, float(self._true.std[0])
        squares = self._squares / rows
        r2 = 1 - squares / spread**2 if spread else math.nan
        mae = self._distances / rows
        return NumberEvaluation(self._loss / rows, rows, math.sqrt(squares), mae, r2, spread)


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
