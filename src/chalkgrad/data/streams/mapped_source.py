"""Arrays that a file is mapped to, their rows read from the file, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.data.streams.fingerprint import array_fingerprint
from chalkgrad.data.streams.mapped_rows import FileRows, readable
from chalkgrad.data.streams.order import epoch_order
from chalkgrad.data.streams.source import Portion

PORTION_BYTES = 1 << 24


class MappedSource:
    """The rows of arrays, some of them in files, in the very order of an `ArraySource`.

    Parameters
    ----------
    x, t, weight
        As an `ArraySource` takes them.
    chosen
        The numbers of the rows to learn from; None for all.

    Raises
    ------
    InputError
        If a file has become shorter than what is mapped; later also while its rows are read.
    """

    def __init__(
        self,
        x: Array,
        t: Array,
        weight: Array | None,
        chosen: NDArray[np.int64] | None = None,
        names: tuple[str, ...] = (),
    ) -> None:
        self.names = names
        """Of the columns of x, where it was a data frame."""
        self._x: Array | FileRows = readable(x)
        self._t: Array | FileRows = readable(t) if t.ndim > 1 else np.array(t)
        self._weight = None if weight is None else np.array(weight)
        self._chosen = np.arange(len(x)) if chosen is None else chosen
        self._width = sum(part.dtype.itemsize * int(np.prod(part.shape[1:])) for part in (self._x, self._t))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.rows:,} rows × {self.features}>"

    @property
    def rows(self) -> int:
        """How many rows an epoch has."""
        return len(self._chosen)

    @property
    def features(self) -> int:
        """n₀, the numbers of a row of x."""
        return int(self._x.shape[1])

    def portions(
        self, epoch: int, *, seed: int, shuffle: bool, batch_size: int, skip: int = 0
    ) -> Iterator[Portion]:
        """Yield copies of the epoch's rows but its first ``skip``, in the order in which they are visited."""
        order = epoch_order(self.rows, seed, epoch, shuffle=shuffle)[skip:]
        step = max(1, PORTION_BYTES // (self._width * batch_size)) * batch_size
        for start in range(0, len(order), step):
            yield self._portion(self._chosen[order[start : start + step]])

    def sample(self, rows: int) -> Portion:
        """Return the first rows, as they stand."""
        return self._portion(self._chosen[:rows])

    def _portion(self, rows: NDArray[np.int64]) -> Portion:
        weight = None if self._weight is None else self._weight[rows]
        return Portion(self._x[rows], self._t[rows], weight, np.arange(len(rows)))

    def fingerprint(self) -> str:
        """Return what tells this data from other data."""
        return array_fingerprint(self._x, self._t, self._weight)
