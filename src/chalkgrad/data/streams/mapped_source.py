"""Arrays that a file is mapped to, their rows read from the file, a few megabytes at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad.data.streams.mapped_rows import readable
from chalkgrad.data.streams.order import epoch_order
from chalkgrad.data.streams.source import ArraySource, Portion

PORTION_BYTES = 1 << 24


class MappedSource(ArraySource):
    """The rows of arrays, some of them in files, in the very order of an `ArraySource`.

    Parameters
    ----------
    x, t, weight, chosen
        As an `ArraySource` takes them.

    Raises
    ------
    InputError
        If a file has become shorter than what is mapped; later also while its rows are read.
    """

    def __init__(
        self, x: Array, t: Array, weight: Array | None, chosen: NDArray[np.int64] | None = None
    ) -> None:
        super().__init__(x, t, weight, np.arange(len(x)) if chosen is None else chosen)
        rows: tuple[Any, Any] = readable(x), readable(t) if t.ndim > 1 else np.array(t)
        self.x, self.t = rows
        self.weight = None if weight is None else np.array(weight)
        self._width = sum(part.dtype.itemsize * int(np.prod(part.shape[1:])) for part in rows)

    def portions(
        self, epoch: int, *, seed: int, shuffle: bool, batch_size: int, skip: int = 0
    ) -> Iterator[Portion]:
        """Yield copies of the epoch's rows but its first ``skip``, in the order in which they are visited."""
        assert self.chosen is not None, "all at least"
        order = self.chosen[epoch_order(self.rows, seed, epoch, shuffle=shuffle)[skip:]]
        step = max(1, PORTION_BYTES // (self._width * batch_size)) * batch_size
        for start in range(0, len(order), step):
            rows = order[start : start + step]
            weight = None if self.weight is None else self.weight[rows]
            yield Portion(self.x[rows], self.t[rows], weight, np.arange(len(rows)))
