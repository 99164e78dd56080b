"""Executors for tests: a network and its data, and a trainer that knows only gradients and the optimisers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad.derive.optimisers import SGD, Adam, AdamW, RMSprop
from chalkgrad.lower import lower
from chalkgrad.network import Network
from chalkgrad.train.executors.reference import ReferenceExecutor
from chalkgrad.train.setup.work import Block, Setup

Array = NDArray[Any]
Parameters = dict[str, Array]
Gradient = Callable[[Parameters, NDArray[np.int64], int], tuple[float, Mapping[str, Array]]]

Optimiser = SGD | Adam | AdamW | RMSprop
OPTIMISERS: tuple[Optimiser, ...] = (
    SGD(0.05),
    SGD(0.05, momentum=0.9, weight_decay=0.02),
    SGD(0.05, momentum=0.8, nesterov=True),
    Adam(0.01),
    Adam(0.01, beta1=0.8, beta2=0.95, epsilon=1e-6, weight_decay=0.03),
    AdamW(0.01, weight_decay=0.1),
    RMSprop(0.003, alpha=0.9, weight_decay=0.01),
)


def reference(network: Network, **settings: Any) -> ReferenceExecutor:
    """The reference executor of a network, float64 unless said otherwise."""
    given = {"optimiser": SGD(0.1), "batch_size": 4, "dtype": "float64", **settings}
    setup = Setup(network, **given)
    program = lower(network, dropout=setup.dropout, clipped=setup.clip_norm is not None)
    return ReferenceExecutor(program, setup)


def draw(network: Network, rows: int, seed: int = 0) -> tuple[Parameters, Block]:
    """Parameters with biases, inputs, and targets that the loss allows."""
    random = np.random.default_rng([7, seed])
    parameters = {
        name: random.normal(size=shape) / np.sqrt(shape[-1])
        for name, shape in network.parameter_shapes().items()
    }
    n, domain = network.widths[-1], network.loss.loss_function.domain
    if domain.sums_to_one:
        t = np.eye(n)[random.integers(0, n, size=rows)]
    elif domain.is_bounded:
        t = domain.inside(np.round(random.random((rows, n)), random.integers(0, 3)))
    else:
        t = random.normal(size=(rows, n))
    return parameters, Block(random.normal(size=(rows, network.widths[0])), t)


class ByHand:
    """Training by the optimisers' formulas as their papers have them, on any gradient."""

    def __init__(self, optimiser: Optimiser, parameters: Parameters) -> None:
        self.optimiser = optimiser
        self.parameters = {name: value.copy() for name, value in parameters.items()}
        self.first = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.second = {name: np.zeros_like(value) for name, value in parameters.items()}

    def step(self, gradients: Mapping[str, Array], rate: float, t: int) -> None:
        """Update number t, from 1."""
        for name, theta in self.parameters.items():
            self.parameters[name] = theta - self._change(name, theta, gradients[name], rate, t)

    def _change(self, name: str, theta: Array, g: Array, rate: float, t: int) -> Array:
        o = self.optimiser
        if not isinstance(o, AdamW):
            g = g + o.weight_decay * theta
        if isinstance(o, SGD):
            self.first[name] = o.momentum * self.first[name] + g
            return rate * (g + o.momentum * self.first[name] if o.nesterov else self.first[name])
        if isinstance(o, RMSprop):
            self.second[name] = o.alpha * self.second[name] + (1 - o.alpha) * g**2
            return rate * g / (np.sqrt(self.second[name]) + o.epsilon)
        self.first[name] = o.beta1 * self.first[name] + (1 - o.beta1) * g
        self.second[name] = o.beta2 * self.second[name] + (1 - o.beta2) * g**2
        m, v = self.first[name] / (1 - o.beta1**t), self.second[name] / (1 - o.beta2**t)
        decayed = rate * o.weight_decay * theta if isinstance(o, AdamW) else 0.0
        return decayed + rate * m / (np.sqrt(v) + o.epsilon)


def apart(found: Mapping[str, Array], true: Mapping[str, Array]) -> float:
    """The largest difference, over the largest number of all arrays."""
    assert found.keys() == true.keys()
    scale = max(float(np.abs(value).max()) for value in true.values())
    worst = max(float(np.abs(found[name] - value).max()) for name, value in true.items())
    return worst / scale if scale else worst
