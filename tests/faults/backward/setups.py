"""The networks that the functions are written for, data for them, and the gradients they should give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from chalkgrad import Network, gradients

Array = NDArray[np.float64]
Arrays = dict[str, Array]


@dataclass(frozen=True)
class Setup:
    """A network, with what a writer of its backward pass has to know.

    ``skips`` are the layers whose input is added to their output: A_l = f(Z_l) + A_{l−1}.
    """

    spec: str
    loss: str
    reduction: str = "mean"
    l2: float = 0.0

    @cached_property
    def network(self) -> Network:
        return Network(self.spec, loss=self.loss, reduction=self.reduction, l2=self.l2)

    @cached_property
    def activations(self) -> tuple[str, ...]:
        """The activation of layer 1, 2 …, at places 0, 1 …."""
        known = ("leaky_relu", "relu", "tanh", "sigmoid", "softplus", "softmax")
        parts = self.spec.split("-")[1:]
        return tuple(next((k for k in known if k in part.split(":")), "identity") for part in parts)

    @property
    def depth(self) -> int:
        return len(self.activations)

    @cached_property
    def biases(self) -> tuple[bool, ...]:
        return tuple("nobias" not in part for part in self.spec.split("-")[1:])

    @cached_property
    def skips(self) -> frozenset[int]:
        parts = self.spec.split("-")[1:]
        return frozenset(l for l, part in enumerate(parts, start=1) if "skip" in part)

    @property
    def widths(self) -> tuple[int, ...]:
        return self.network.widths

    def draw(self, seed: int) -> tuple[Arrays, Array, Array]:
        """Parameters, inputs and targets, far enough from kinks for differences."""
        random = np.random.default_rng((seed, len(self.spec)))
        parameters = {
            name: random.normal(0, 0.7 if name[0] == "W" else 0.3, shape)
            for name, shape in self.network.parameter_shapes().items()
        }
        m = next(m for m in (5, 6, 7, 8) if m not in self.widths)
        x = random.normal(0, 1, (m, self.widths[0]))
        n = self.widths[-1]
        last = self.activations[-1]
        if last == "softmax":
            t = np.eye(n)[np.arange(m) % n]
        elif last == "sigmoid":
            t = (random.random((m, n)) < 0.5).astype(float)
            t[0], t[1] = 0.0, 1.0
        else:
            t = random.normal(0, 1, (m, n))
        return parameters, x, t

    def truth(self, parameters: Arrays, x: Array, t: Array) -> Arrays:
        return gradients(self.network, parameters, x, t)[1]

    def __str__(self) -> str:
        more = f", l2 {self.l2}" if self.l2 else ""
        return f"{self.spec} {self.loss}{', sum' if self.reduction == 'sum' else ''}{more}"


SETUPS: tuple[Setup, ...] = (
    Setup("3-1:sigmoid", "binary_cross_entropy"),
    Setup("3-2", "squared_error"),
    Setup("3-4:softmax", "cross_entropy"),
    Setup("3-4:relu-1:sigmoid", "binary_cross_entropy"),
    Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy"),
    Setup("3-4:sigmoid-2:sigmoid", "half_squared_error"),
    Setup("2-4:sigmoid-1:sigmoid", "squared_error", "sum"),
    Setup("3-4:relu-2", "mean_squared_error"),
    Setup("4-3:leaky_relu-2", "squared_error"),
    Setup("3-4:softplus-2", "half_squared_error"),
    Setup("4-3:relu-3:softmax", "cross_entropy"),
    Setup("4-5:tanh-3:softmax", "cross_entropy", "sum"),
    Setup("3-4:tanh-3:softmax", "squared_error"),
    Setup("3-4:relu-3:softmax", "cross_entropy", "mean", 0.05),
    Setup("3-4:tanh-1:sigmoid", "binary_cross_entropy", "mean", 0.1),
    Setup("3-4:sigmoid-2", "half_squared_error", "mean", 0.02),
    Setup("4-4:relu-4:relu-1:sigmoid", "binary_cross_entropy"),
    Setup("3-3:tanh-3:tanh-3:softmax", "cross_entropy"),
    Setup("4-4:sigmoid-4:sigmoid-4", "squared_error"),
    Setup("4-5:tanh-3:relu-2", "mean_squared_error"),
    Setup("3-4:softplus-4:leaky_relu-2:sigmoid", "binary_cross_entropy"),
    Setup("3-4:tanh:nobias-4:tanh-2", "half_squared_error", "sum"),
    Setup("3-4:tanh-3:sigmoid", "mean_squared_error"),
    Setup("3-4:tanh-4:tanh:skip-2", "half_squared_error"),
    Setup("4-5:sigmoid-5:sigmoid:skip-5:tanh:skip-3:softmax", "cross_entropy"),
    Setup("3-5:relu-5:relu:skip-1:sigmoid", "binary_cross_entropy"),
    Setup("3-4:tanh-4:tanh-4:tanh-2:sigmoid", "binary_cross_entropy"),
    Setup("2-3:sigmoid-3:sigmoid-3:sigmoid-3:sigmoid-1:sigmoid", "half_squared_error"),
    Setup("3-4:relu-4:relu-4:relu-4:relu-3:softmax", "cross_entropy"),
)
