"""Where training takes its rows from: arrays at hand, or files that come by in portions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data.streams.fingerprint import array_fingerprint
from chalkgrad.data.streams.order import epoch_order


class Portion(NamedTuple):
    """Rows that are at hand, and the order in which to visit them."""

    x: Array
    """Inputs, rows × n₀."""
    t: Array
    """Targets: rows × n_L, or rows class numbers."""
    weight: Array | None
    """What each row counts, or None: all the same."""
    order: NDArray[np.int64]
    """Row numbers into x, in visiting order; not every row need be visited."""

    def __repr__(self) -> str:
        weighted = "" if self.weight is None else ", weighted"
        return f"<Portion of {len(self.x):,} rows, {len(self.order):,} to visit{weighted}>"


class RowSource(Protocol):
    """Gives every row once an epoch, in an order that is a function of (seed, epoch)."""

    @property
    def rows(self) -> int:
        """How many rows an epoch has."""

    @property
    def features(self) -> int:
        """n₀, the numbers of a row of x."""

    def portions(
        self, epoch: int, *, seed: int, shuffle: bool, batch_size: int, skip: int = 0
    ) -> Iterator[Portion]:
        """Yield the rows of an epoch (from 0) but its first ``skip``, which are done already.

        The rows and their order are the same whatever ``skip`` is; so are the mini-batches, if it is a
        multiple of ``batch_size``.  All portions but the last have a multiple of ``batch_size`` rows.
        """

    def sample(self, rows: int) -> Portion:
        """Return the first rows, as they stand."""

    def fingerprint(self) -> str:
        """Return what tells this data from other data; cheap, so not a proof."""


class ArraySource:
    """Arrays at hand: one portion an epoch.

    Parameters
    ----------
    x
        Inputs, m × n₀; a memory map is fine.  Neither copied nor converted.
    t
        Targets, m × n_L, or m class numbers.
    weight
        What each row counts, m numbers; None for all the same.
    chosen
        The numbers of the rows to learn from, the others being set aside; None for all.

    Raises
    ------
    InputError
        If x is no table, has no rows, or t or weight have not one row for each of its rows.

    Examples
    --------
    >>> source = ArraySource(np.eye(4), np.arange(4))
    >>> [portion.order.tolist() for portion in source.portions(0, seed=1, shuffle=True, batch_size=2)]
    [[0, 1, 2, 3]]
    """

    def __init__(
        self, x: Array, t: Array, weight: Array | None = None, chosen: NDArray[np.int64] | None = None
    ) -> None:
        faults = []
        if x.ndim != 2 or 0 in x.shape:
            fix = "Rows are samples." if x.ndim == 2 else "Write one row a sample."
            faults.append(Fault("x", "be a table with at least one row and column", f"shape {x.shape}", fix))
        else:
            for name, array in (("t", t), ("weight", weight)):
                if array is not None and (array.ndim == 0 or len(array) != len(x)):
                    got = f"shape {array.shape}"
                    faults.append(Fault(name, f"have one row for each of the {len(x)} rows of x", got))
        if faults:
            raise InputError(faults)
        self.x, self.t, self.weight, self.chosen = x, t, weight, chosen
        self.names: tuple[str, ...] = ()
        """Of the columns of x, where it was a data frame."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.rows:,} rows × {self.features}>"

    @property
    def rows(self) -> int:
        """How many rows an epoch has."""
        return len(self.x if self.chosen is None else self.chosen)

    @property
    def features(self) -> int:
        """n₀, the numbers of a row of x."""
        return int(self.x.shape[1])

    def portions(
        self, epoch: int, *, seed: int, shuffle: bool, batch_size: int, skip: int = 0
    ) -> Iterator[Portion]:
        """Yield all arrays with the epoch's order but its first ``skip`` rows."""
        if skip < self.rows:
            order = epoch_order(self.rows, seed, epoch, shuffle=shuffle)[skip:]
            yield Portion(self.x, self.t, self.weight, order if self.chosen is None else self.chosen[order])

    def sample(self, rows: int) -> Portion:
        """Return the first rows, as they stand."""
        first = slice(rows) if self.chosen is None else self.chosen[:rows]
        x, weight = self.x[first], None if self.weight is None else self.weight[first]
        return Portion(x, self.t[first], weight, np.arange(len(x), dtype=np.int64))

    def fingerprint(self) -> str:
        """Return what tells this data from other data: shapes, types and some 200 rows."""
        return array_fingerprint(self.x, self.t, self.weight)
