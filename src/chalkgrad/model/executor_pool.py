"""Executors that answer for a model: made once, lent to one thread at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from chalkgrad.network import Network

if TYPE_CHECKING:
    from chalkgrad.train.executors.executor import Executor


class ExecutorPool:
    """As many executors of the same parameters as threads ever wanted one at once.

    Parameters
    ----------
    network
        What they run.
    parameters
        Theirs, which must not change any more.
    """

    def __init__(self, network: Network, parameters: Mapping[str, NDArray[Any]]) -> None:
        self._network, self._parameters = network, parameters
        self._idle: deque[Executor] = deque()

    @contextmanager
    def executor(self) -> Iterator[Executor]:
        """Lend one that nobody else uses."""
        try:
            found = self._idle.pop()
        except IndexError:
            found = self._made()
        try:
            yield found
        finally:
            self._idle.append(found)

    def _made(self) -> Executor:
        from chalkgrad.train import SGD
        from chalkgrad.train.executors.choose import create_executor
        from chalkgrad.train.setup.work import Setup

        dtype = next(iter(self._parameters.values())).dtype.name
        executor = create_executor(Setup(self._network, SGD(), batch_size=1024, dtype=dtype), tells=False)
        executor.load(self._parameters)
        return executor

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy makes its own: executors belong to this process."""
        return ExecutorPool, (self._network, self._parameters)
