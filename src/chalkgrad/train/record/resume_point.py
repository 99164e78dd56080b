"""Where a training stands: all that is needed to go on from there to the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from chalkgrad._arrays import Array
from chalkgrad._numbers import as_json
from chalkgrad.train.record.history import History
from chalkgrad.train.rows.names import UNNAMED, Names

Arrays = dict[str, Array]
Outcome = Literal["finished", "stopped", "interrupted", "diverged", "data changed"]
"""How a training ended."""


@dataclass(frozen=True)
class Position:
    """Between two steps of a training.

    Attributes
    ----------
    step
        Steps taken: the number of the next step.
    epoch
        The epoch that is being visited, from 0.
    done
        Rows of this epoch that were visited.
    total
        Σ loss · rows over the mini-batches of this epoch.
    seconds, busy
        What this epoch has taken, and what of it was spent in steps.
    norms
        Of the gradient of the last of its steps, by layer number.
    """

    step: int = 0
    epoch: int = 0
    done: int = 0
    total: float = 0.0
    seconds: float = 0.0
    busy: float = 0.0
    norms: Mapping[str, float] = field(default_factory=dict)

    def next_epoch(self) -> Position:
        """Return the beginning of the next epoch."""
        return Position(self.step, self.epoch + 1)

    def moved(
        self, steps: int, rows: int, total: float, seconds: float, busy: float, norms: Mapping[str, float]
    ) -> Position:
        """Return the position after some steps."""
        return replace(
            self,
            step=self.step + steps,
            done=self.done + rows,
            total=total,
            seconds=self.seconds + seconds,
            busy=self.busy + busy,
            norms=norms,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers, ready for JSON; what is not finite becomes text."""
        table: dict[str, Any] = as_json(vars(self))
        return table

    @classmethod
    def from_dict(cls, table: Mapping[str, Any]) -> Position:
        """Read what ``to_dict`` wrote; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        norms = {str(name): float(value) for name, value in table.get("norms", {}).items()}
        return cls(**{**table, "norms": norms})


@dataclass(frozen=True)
class Standing:
    """The numbers and notes of a training at a position.

    ``best`` are the parameters that early stopping would restore; ``pace`` and ``watch`` what schedule and
    early stopping have noted; ``ended`` is empty while the training goes on.
    """

    parameters: Arrays
    state: Arrays
    at: Position = Position()
    history: History = field(default_factory=History)
    pace: Mapping[str, Any] | None = None
    watch: Mapping[str, Any] | None = None
    best: Arrays | None = None
    ended: str = ""
    drawn: bool = False
    """Whether the training began with parameters drawn from its seed."""
    names: Names = UNNAMED
    """Of the columns that it learns from."""
    epochs: int | None = None
    """How many there were to be; None where nobody kept that."""


@dataclass(frozen=True)
class Start:
    """Where this run began, so that its steps can be taken again.

    ``parameters`` is None where they are drawn from the seed, or where they were too large to be kept, which
    ``kept`` tells.
    """

    at: Position = Position()
    parameters: Arrays | None = None
    state: Arrays | None = None
    kept: bool = True


def size(arrays: Mapping[str, Array]) -> int:
    """Return the bytes of some arrays."""
    return sum(array.nbytes for array in arrays.values())
