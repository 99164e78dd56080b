"""What is measured after every epoch, and on which rows."""

from __future__ import annotations

from dataclasses import dataclass

from chalkgrad.train.executors.executor import Executor
from chalkgrad.train.rows.rows import Rows
from chalkgrad.train.setup.metrics import NAMED, Metric
from chalkgrad.train.setup.work import Block

MEASURED_ROWS = 4096
"""How many training rows the metrics are measured on where there are none to validate on."""


@dataclass(frozen=True)
class Scoring:
    """Metrics, and the rows that they are measured on: those to validate on, else the first training rows."""

    metrics: tuple[Metric, ...]
    block: Block | None
    """None where nothing is measured."""
    validates: bool
    """Whether their loss is measured too."""

    @classmethod
    def on(cls, rows: Rows, metrics: tuple[Metric, ...]) -> Scoring:
        """Return what a run measures; none of its arrays is copied that need not be."""
        if rows.validation is not None:
            return cls(metrics, rows.validation, True)
        return cls(metrics, rows.block(rows.source.sample(MEASURED_ROWS)) if metrics else None, False)

    def measure(self, executor: Executor) -> tuple[float | None, dict[str, float]]:
        """Return the validation loss, and the metrics by name."""
        block = self.block
        if block is None:
            return None, {}
        loss, y = executor.losses(block) if self.validates else (None, executor.predict(block.x))
        return loss, {metric.name: float(metric.measure(y, block.t)) for metric in self.metrics}

    def is_counted(self) -> bool:
        """Whether the loss, and how many rows are classified right, tell everything that is measured."""
        return all(metric is NAMED["accuracy"] for metric in self.metrics)

    def counted(self, loss: float, right: float) -> tuple[float | None, dict[str, float]]:
        """Return what ``measure`` returns, from these two."""
        rows = 1 if self.block is None else len(self.block.x)
        return loss if self.validates else None, {metric.name: right / rows for metric in self.metrics}
