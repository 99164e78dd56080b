"""What a run learns from and is validated on, as blocks that an executor takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data import Portion, RowSource
from chalkgrad.data.streams.fingerprint import FileStamp
from chalkgrad.data.tables.labels import class_numbers
from chalkgrad.network import Network
from chalkgrad.train.rows.names import UNNAMED, Names
from chalkgrad.train.setup.metrics import has_classes
from chalkgrad.train.setup.work import Block

if TYPE_CHECKING:
    from chalkgrad.data import Preparation


@dataclass(frozen=True)
class Rows:
    """The source of the training rows, the rows to validate on, and what each class counts."""

    source: RowSource
    validation: Block | None
    dtype: str
    class_weight: Array | None = None
    mapped: tuple[FileStamp, ...] = ()
    """The files that arrays are mapped to."""
    names: Names = UNNAMED
    """Of the columns, where frames were given."""
    numbered: bool = True
    """Whether whole numbers, one a row, are the numbers of classes."""
    split: str = ""
    """The rule by which rows were set aside, where it is not the plain shuffle."""
    unread: int = 0
    """The number of classes, where class numbers are seen only when their rows come by."""

    def check(self) -> None:
        """Refuse files that are not what they were; raises ``InputError``."""
        for mark in self.mapped:
            mark.check()

    def block(self, portion: Portion) -> Block:
        """Return a portion's rows in the run's type; the arrays themselves where they have it."""
        t = targets_of(portion.t, self.dtype, self.numbered)
        if self.unread and t.ndim == 1:
            check_labels(t, self.unread)
        weight = None if portion.weight is None else np.asarray(portion.weight, dtype=self.dtype)
        if self.class_weight is not None:
            counted = self.class_weight[class_numbers(t)]
            weight = counted if weight is None else weight * counted
        return Block(np.ascontiguousarray(portion.x, dtype=self.dtype), t, weight)


def check_labels(t: Array, classes: int) -> None:
    """Refuse class numbers that there are not, before they index; raises ``InputError``."""
    wrong = np.flatnonzero((t < 0) | (t >= classes))
    if len(wrong):
        fix = f"The network has {classes} outputs; number the classes from 0."
        raise InputError(Fault("t", f"be classes from 0 to {classes - 1}", str(t[wrong[0]]), fix))


def preparation_of(source: RowSource) -> Preparation | None:
    """Return how a source prepares its rows, or None where it takes them as they are."""
    found: Preparation | None = getattr(source, "preparation", None)
    return found


def prepared(preparation: Preparation | None, x: Any) -> Any:
    """Return the inputs of a frame as the rows of a source were prepared; anything else as it is."""
    from chalkgrad.data.columns.raw import is_named, table_of

    if preparation is None or not is_named(x):
        return x
    return preparation.inputs(table_of(x, preparation, None))


def are_numbered(network: Network) -> bool:
    """Whether the targets of a network may be class numbers, one a row."""
    return has_classes(network) and network.widths[-1] > 1


def targets_of(t: Array, dtype: str, numbered: bool) -> Array:
    """Return targets as a table in the run's type, or as class numbers where they may be ``numbered``."""
    if numbered and t.ndim == 1 and t.dtype.kind in "iub":
        return np.ascontiguousarray(t, dtype=np.int64)
    table = t.reshape(-1, 1) if t.ndim == 1 else t
    return np.ascontiguousarray(table, dtype=dtype)
