"""The rows of ``chalkgrad train``, prepared: what ``fit`` takes, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.app.training.options import TrainOptions
from chalkgrad.data import Preparation, RowSource, Table

if TYPE_CHECKING:
    from chalkgrad.data.streams.blocks import TableBlocks
    from chalkgrad.model import Model
    from chalkgrad.model.evaluation import Evaluation


@dataclass(frozen=True)
class PreparedRows:
    """What ``fit`` takes, and how it came about."""

    preparation: Preparation
    x: Array | RowSource
    t: Array | None
    """None where a source has them."""
    validation: tuple[Array, Array] | None
    target: str
    rows: int
    """To learn from."""
    notes: tuple[str, ...]
    division: str | None = None
    """The column that said which rows to learn from."""
    blocks: TableBlocks | None = None
    """What the source reads."""
    aside: bool = False
    """Whether the rows to validate on were set aside of those to learn from."""

    def everything(self) -> tuple[Array, Array]:
        """Return the arrays of all rows, those to learn from and those that were set aside of them."""
        assert isinstance(self.x, np.ndarray), "rows are set aside of arrays"
        assert self.t is not None, "beside arrays"
        assert self.validation is not None, "some were set aside"
        x, t = self.validation
        return np.concatenate([self.x, x]), np.concatenate([self.t, t])

    def learned(self, model: Model) -> Evaluation:
        """Return how well a model answers the rows that were learned."""
        if self.blocks is None:
            return model.evaluate(self.x, self.t, prepared=True)
        from chalkgrad.data.streams.blocks import all_tables

        return model.evaluate(all_tables(self.blocks))


def inference(asked: TrainOptions, table: Table) -> dict[str, Any]:
    """Return what ``Preparation.infer`` is told."""
    return {
        "task": asked.task,
        "missing": asked.missing,
        "categorical": asked.categorical,
        "ignore": tuple(name for name in asked.ignore if name in table.columns),
    }
