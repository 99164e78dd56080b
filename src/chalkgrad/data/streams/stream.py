"""Rows that do not fit in memory: read block by block, mixed in a buffer, the same for the same seed.

Epoch e draws from one generator, seeded with (seed, e): first the order of the blocks; then, every time the
buffer is full, an order of its rows.  The first half of that order is visited, the other half stays and is
mixed with the blocks that follow.  Two buffers are all the memory that is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad.data.streams.blocks import TableBlocks
from chalkgrad.data.streams.fingerprint import joined_fingerprint
from chalkgrad.data.streams.order import epoch_random
from chalkgrad.data.streams.source import Portion
from chalkgrad.data.tables.table import Table

Rows = tuple[Array, Array, Array | None]
BUFFER_BYTES = 1 << 26
"""Of inputs in one of the two buffers, unless their rows are given: 64 MB."""


class StreamSource:
    """Rows from blocks, made into arrays block by block.

    Parameters
    ----------
    blocks
        What is read.
    arrays
        Makes x, t and weight (or None) of the rows of a block.
    buffer_rows
        Rows that are mixed with each other; None for 64 MB of them.  The order of the rows depends on it.
    settings
        What else the rows depend on, for the fingerprint.
    rows
        How many rows an epoch has, if not all that the blocks have.
    """

    def __init__(
        self,
        blocks: TableBlocks,
        arrays: Callable[[Table], Rows],
        *,
        buffer_rows: int | None = None,
        settings: object = None,
        rows: int | None = None,
    ) -> None:
        if buffer_rows is not None and buffer_rows < 1:
            raise InputError(Fault("buffer_rows", "be a whole number from 1 up", f"{buffer_rows}"))
        self.blocks, self._arrays, self._settings = blocks, arrays, settings
        self._head = arrays(next(blocks.tables(0)))
        self._rows = blocks.rows if rows is None else rows
        self.buffer_rows = buffer_rows or max(1, BUFFER_BYTES // (4 * self.features))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.rows:,} rows × {self.features}>"

    @property
    def rows(self) -> int:
        """How many rows an epoch has."""
        return self._rows

    @property
    def features(self) -> int:
        """n₀, the numbers of a row of x."""
        return int(self._head[0].shape[1])

    def portions(
        self, epoch: int, *, seed: int, shuffle: bool, batch_size: int, skip: int = 0
    ) -> Iterator[Portion]:
        """Yield the rows of an epoch but its first ``skip``, which are read but not given.

        A portion holds until the next one is asked for.

        Raises
        ------
        InputError
            If the file was changed since the source was made, or cannot be read any more.
        """
        self.blocks.check()
        given = 0
        for portion in self._mixed(epoch_random(seed, epoch) if shuffle else None, batch_size):
            start = min(max(skip - given, 0), len(portion.order))
            given += len(portion.order)
            if start < len(portion.order):
                yield portion._replace(order=portion.order[start:])
        if given != self.rows:
            got = f"{given:,} of {self.rows:,} rows"
            fix = "Train again from the beginning, on a file that nobody writes to."
            raise InputError(Fault(self.blocks.origin, "stay as it was while it is trained on", got, fix))

    def _mixed(self, random: np.random.Generator | None, batch_size: int) -> Iterator[Portion]:
        capacity = min(max(self.buffer_rows, 2 * batch_size), max(self.rows, 1))
        half = capacity if random is None else -(-capacity // 2)
        give = max(half // batch_size, 1) * batch_size
        filled, spare = (_Buffer(capacity, self._head) for _ in range(2))
        for rows in self._read(random):
            start = filled.fill(rows, 0)
            while start < len(rows[0]):
                order = filled.order(random)
                yield filled.portion(order[:give])
                spare.take(filled, order[give:])
                filled, spare = spare, filled
                start += filled.fill(rows, start)
        self.blocks.check()
        if filled.count:
            yield filled.portion(filled.order(random))

    def _read(self, random: np.random.Generator | None) -> Iterator[Rows]:
        count = self.blocks.count
        for block in np.arange(count) if random is None else random.permutation(count):
            for table in self.blocks.tables(int(block)):
                yield self._arrays(table)

    def sample(self, rows: int) -> Portion:
        """Return the first rows in one portion, as many as are asked for."""
        room = _Buffer(min(rows, self.rows), self._head)
        for part in self._read(None):
            if room.fill(part, 0) < len(part[0]):
                break
        return room.portion(room.order(None))

    def fingerprint(self) -> str:
        """Return what tells these rows and their order from others."""
        return joined_fingerprint(self.blocks.fingerprint(), self.buffer_rows, self._settings)


class _Buffer:
    """Room for some rows of x, t and weight."""

    def __init__(self, capacity: int, like: Rows) -> None:
        self.count = 0
        self._arrays = [
            None if array is None else np.empty((capacity, *array.shape[1:]), array.dtype) for array in like
        ]

    def fill(self, rows: Rows, start: int) -> int:
        """Copy rows from ``start`` on, as many as there is room for; return their number."""
        count = min(len(rows[0]) - start, len(self._x) - self.count)
        for room, given in zip(self._arrays, rows, strict=True):
            if room is not None and given is not None:
                room[self.count : self.count + count] = given[start : start + count]
        self.count += count
        return count

    def take(self, other: _Buffer, places: NDArray[np.int64]) -> None:
        """Hold these rows of another buffer, and no others."""
        self.count = len(places)
        for room, given in zip(self._arrays, other._arrays, strict=True):
            if room is not None and given is not None:
                np.take(given, places, axis=0, out=room[: self.count], mode="clip")

    def order(self, random: np.random.Generator | None) -> NDArray[np.int64]:
        """Return an order of the rows that are held."""
        return np.arange(self.count) if random is None else random.permutation(self.count)

    def portion(self, order: NDArray[np.int64]) -> Portion:
        """Return the rows that are held, to be visited in this order."""
        x, t, weight = (None if room is None else room[: self.count] for room in self._arrays)
        assert x is not None
        assert t is not None
        return Portion(x, t, weight, order)

    @property
    def _x(self) -> Array:
        x = self._arrays[0]
        assert x is not None
        return x
