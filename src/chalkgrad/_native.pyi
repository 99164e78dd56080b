from typing import Any, final

from numpy.typing import NDArray

ACTIVATIONS: tuple[str, ...]
LOSSES: tuple[str, ...]
RULES: tuple[str, ...]
OPERATIONS: tuple[str, ...]

def instruction_set(name: str | None, /) -> str | None: ...
def processors() -> int: ...

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
    def evaluate(
        self, x: NDArray[Any], t: NDArray[Any] | None, weight: NDArray[Any] | None, outputs: NDArray[Any], /
    ) -> float: ...
    def gradients(
        self, x: NDArray[Any], t: NDArray[Any], weight: NDArray[Any] | None, order: NDArray[Any], step: int, /
    ) -> float: ...
    def forget_gradients(self) -> None: ...
