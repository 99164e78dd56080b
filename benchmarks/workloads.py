"""The work that is timed: networks, batches and optimisers, with their random data and initial parameters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Parameters = dict[str, Array]
Activation = Literal["relu", "tanh", "sigmoid"]
Loss = Literal["cross_entropy", "binary_cross_entropy", "squared_error", "squared_error_of_sigmoid"]


@dataclass(frozen=True)
class Workload:
    """A network n₀-n₁-…-n_L with one activation in its hidden layers, and how it is trained."""

    name: str
    widths: tuple[int, ...]
    activation: Activation
    loss: Loss
    batch: int
    optimiser: Literal["sgd", "adam"] = "sgd"
    rows: int = 20480
    checked_steps: int = 10
    """After so many steps the loss of every side is compared; float32 and float64 part later."""
    learning_rate: float = 0.01
    """Small enough that no run diverges: timing NaN tells nothing."""

    @property
    def steps_per_epoch(self) -> int:
        """Only whole mini-batches are visited."""
        return self.rows // self.batch

    @property
    def depth(self) -> int:
        """L."""
        return len(self.widths) - 1

    @property
    def flops(self) -> int:
        """6 m Σ n_in n_out − 2 m n₀ n₁ of a step: three products a layer, two in the first."""
        pairs = zip(self.widths, self.widths[1:], strict=False)
        products = sum(n_in * n_out for n_in, n_out in pairs)
        return 6 * self.batch * products - 2 * self.batch * self.widths[0] * self.widths[1]

    @property
    def parameter_count(self) -> int:
        """All weights and biases."""
        return sum((n_in + 1) * n_out for n_in, n_out in zip(self.widths, self.widths[1:], strict=False))

    def describe(self) -> str:
        """One line: ``784-128-10 relu, cross-entropy, batch 32, SGD``."""
        widths = _folded(self.widths)
        rule = "SGD" if self.optimiser == "sgd" else "Adam"
        return f"{widths} {self.activation}, {self.loss.replace('_', ' ')}, batch {self.batch}, {rule}"

    def to_dict(self) -> dict[str, Any]:
        """For a message to a child process."""
        return asdict(self)

    @classmethod
    def from_dict(cls, fields: dict[str, Any]) -> Workload:
        """The inverse of `to_dict`."""
        return cls(**{**fields, "widths": tuple(fields["widths"])})


def _folded(widths: tuple[int, ...]) -> str:
    """Write runs of equal widths once: 64-(128 × 16)-1."""
    parts: list[str] = []
    k = 0
    while k < len(widths):
        run = next((j for j in range(k, len(widths)) if widths[j] != widths[k]), len(widths)) - k
        parts += [f"({widths[k]} × {run})"] if run > 2 else [str(widths[k])] * run
        k += run
    return "-".join(parts)


WORKLOADS = {
    w.name: w
    for w in (
        Workload("W1", (4, 3, 2, 1), "relu", "binary_cross_entropy", 32),
        Workload("W2", (2, 2, 1), "sigmoid", "squared_error_of_sigmoid", 4),
        Workload("W3", (13, 64, 64, 1), "tanh", "squared_error", 32),
        Workload("W4", (54, 256, 256, 7), "relu", "cross_entropy", 256, "adam", learning_rate=0.001),
        Workload("W5", (784, 128, 10), "relu", "cross_entropy", 32),
        Workload(
            "W6", (784, 512, 512, 10), "relu", "cross_entropy", 128, "adam", rows=5120, learning_rate=0.001
        ),
        Workload("W7", (1024, 4096, 4096, 1000), "relu", "cross_entropy", 512, rows=1024, checked_steps=2),
        Workload("W8", (64, *(128,) * 16, 1), "relu", "squared_error", 64, rows=10240, checked_steps=5),
    )
}


def random_data(w: Workload, seed: int = 1) -> tuple[Array, Array]:
    """x, rows × n₀, and t: class numbers for a cross-entropy over classes, else rows × n_L; all noise."""
    random = np.random.default_rng(seed)
    x = random.standard_normal((w.rows, w.widths[0]), dtype=np.float32)
    outputs = w.widths[-1]
    if w.loss == "cross_entropy":
        return x, random.integers(0, outputs, w.rows)
    if w.loss == "squared_error":
        return x, random.standard_normal((w.rows, outputs), dtype=np.float32)
    return x, random.integers(0, 2, (w.rows, outputs)).astype(np.float32)


def initial_parameters(w: Workload, seed: int = 2) -> Parameters:
    """W_l, n_l × n_{l−1}, He normal for relu, else Glorot's variance 1/n_{l−1}; small biases."""
    random = np.random.default_rng(seed)
    p: Parameters = {}
    for l, (n_in, n_out) in enumerate(zip(w.widths, w.widths[1:], strict=False), start=1):
        gain = (2.0 if w.activation == "relu" else 1.0) * (0.25 if l == w.depth else 1.0)
        p[f"W{l}"] = (random.standard_normal((n_out, n_in)) * np.sqrt(gain / n_in)).astype(np.float32)
        p[f"b{l}"] = (random.standard_normal(n_out) * 0.01).astype(np.float32)
    return p
