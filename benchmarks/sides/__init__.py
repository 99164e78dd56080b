"""Everybody who trains the same networks: ours, and the peers at their best."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Protocol

from benchmarks.workloads import Array, Parameters, Workload


@dataclass(frozen=True)
class Task:
    """A workload with its rows, the parameters to start from, and how many threads may work."""

    workload: Workload
    x: Array
    t: Array
    parameters: Parameters
    threads: int = 1
    variant: str = ""


class Side(Protocol):
    """A training in progress: consecutive mini-batches, from the first row again after an epoch."""

    granularity: int
    """Steps come in multiples of this, except the very first run, which may be shorter."""

    def run(self, steps: int) -> None:
        """Take so many steps and wait until they are done."""

    def parameters(self) -> Parameters:
        """W1, n₁ × n₀, b1, … as they are now."""


@dataclass(frozen=True)
class Kind:
    """Who can be asked: a module of this package with ``prepare(task) -> Side``."""

    key: str
    label: str
    module: str
    library: str
    variant: str = ""
    without: tuple[str, ...] = ()
    """Workloads that it has no form for."""
    only: tuple[str, ...] = ()
    """If not empty, the only workloads where it is worth a look."""

    def installed(self) -> bool:
        """Whether its library is there."""
        return importlib.util.find_spec(self.library) is not None

    def takes(self, workload: Workload) -> bool:
        """Whether it takes part in this workload."""
        return workload.name not in self.without and (not self.only or workload.name in self.only)


FIT = Kind("fit", "chalkgrad, fit", "fitted", "chalkgrad")
OURS = Kind("ours", "chalkgrad, executor", "ours", "chalkgrad")
AUTO = Kind("auto", "chalkgrad, fit, threads left to it", "fitted", "chalkgrad", "auto")
USUAL = Kind("usual", "chalkgrad, fit with accuracy", "fitted", "chalkgrad", "usual")
PEERS = (
    Kind("torch", "torch eager", "torch_eager", "torch"),
    Kind("torch-fused", "torch eager, fused optimiser", "torch_eager", "torch", "fused"),
    Kind("torch-medium", "the same, matmul precision medium", "torch_eager", "torch", "medium", only=("W7",)),
    Kind("torch-hand", "torch kernels by hand", "torch_by_hand", "torch"),
    Kind("jax", "JAX jit + scan", "jax_scan", "jax"),
    Kind("tensorflow", "TensorFlow while loop + XLA", "tensorflow_loop", "tensorflow"),
    Kind("numba", "Numba by hand", "numba_by_hand", "numba"),
    Kind("numpy", "NumPy by hand", "numpy_by_hand", "numpy"),
    Kind("sklearn", "scikit-learn", "scikit_learn", "sklearn", without=("W2",)),
)
KINDS = {kind.key: kind for kind in (FIT, OURS, AUTO, USUAL, *PEERS)}
