from typing import Any, final

from numpy.typing import NDArray

SCHEMA: dict[str, Any]

def instruction_set(name: str | None, /) -> str | None: ...
def processors() -> int: ...
def epoch_order(out: NDArray[Any], seed: NDArray[Any], epoch: int, /) -> None: ...

@final
class Executor:
    isa: str
    def __new__(cls, arrays: tuple[NDArray[Any], ...], isa: str | None, /) -> Executor: ...
    def load(self, layer: int, slot: int, weights: NDArray[Any], bias: NDArray[Any] | None, /) -> None: ...
    def store(self, layer: int, slot: int, weights: NDArray[Any], bias: NDArray[Any] | None, /) -> None: ...
    def run(
        self,
        x: NDArray[Any],
        t: NDArray[Any],
        weight: NDArray[Any] | None,
        order: NDArray[Any],
        first_step: int,
        rates: NDArray[Any],
        losses: NDArray[Any],
        /,
    ) -> int: ...
    def run_epochs(
        self,
        x: NDArray[Any],
        t: NDArray[Any],
        weight: NDArray[Any] | None,
        order: NDArray[Any],
        chosen: NDArray[Any] | None,
        seed: NDArray[Any] | None,
        first_epoch: int,
        first_step: int,
        rates: NDArray[Any],
        losses: NDArray[Any],
        norms: NDArray[Any],
        marks: NDArray[Any],
        watched: tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None, NDArray[Any]] | None,
        watch: tuple[int, bool, float, float, int, int, tuple[NDArray[Any] | None, ...] | None] | None,
        /,
    ) -> tuple[int, int]: ...
    def norms(self, out: NDArray[Any], /) -> None: ...
    def is_finite(self) -> bool: ...
    def keep_threads(self, whether: bool, /) -> None: ...
    def limit_threads(self, most: int, /) -> None: ...
    def evaluate(
        self, x: NDArray[Any], t: NDArray[Any] | None, weight: NDArray[Any] | None, outputs: NDArray[Any], /
    ) -> float: ...
    def gradients(
        self, x: NDArray[Any], t: NDArray[Any], weight: NDArray[Any] | None, order: NDArray[Any], step: int, /
    ) -> float: ...
    def forget_gradients(self) -> None: ...
