"""A network with numbers in which an answer can be tried: every letter has the value it must have there.

The values come from the derivation of that network, by evaluating its steps; nothing here knows a
gradient.  ∂z/∂w and the like are gradients too: of the network cut off at z, with the loss t·y, where t
picks a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.evaluate import Data, trace
from chalkgrad.network import Layer, Loss, Network


def derived_values(
    network: Network, parameters: Mapping[str, object], x: object, t: object, **options: Any
) -> dict[str, Array]:
    """Return every quantity of one step by its canonical name: Z1, A1, Y, L, dY, dZ1, dW1, W1_new …

    Parameters
    ----------
    network, parameters, x, t, options
        As ``chalkgrad.trace`` takes them.

    Returns
    -------
    dict
        Samples are rows, W_l is (n_l, n_{l−1}), b_l is (n_l,), L a single number.
    """
    step = trace(network, parameters, x, t, **options).steps[0]
    numbered = {symbol.numbered_name: value for symbol, value in step.symbols.items()}
    return {**step.named, **numbered, "L": np.asarray(step.loss)}


@dataclass(frozen=True)
class Draw:
    """One set of numbers for a network."""

    network: Network
    parameters: dict[str, Array]
    x: Array
    t: Array
    rate: float
    values: dict[str, Array]
    slopes: dict[tuple[str, int, int], dict[str, Array]] = field(default_factory=dict)

    def local(self, kind: str, layer: int, unit: int) -> dict[str, Array]:
        """Return the derivatives of one unit's z or a, by the names of their gradients (dW1, dZ1 …)."""
        key = (kind, layer, unit)
        if key not in self.slopes:
            self.slopes[key] = self._local(*key)
        return self.slopes[key]

    def _local(self, kind: str, layer: int, unit: int) -> dict[str, Array]:
        layers = list(self.network.layers[:layer])
        last = layers[-1]
        if kind == "pre":
            layers[-1] = Layer(last.width, "identity", last.bias)
        picked = Loss("picked", "t*y", reduction="sum")
        network = Network([self.network.input_width, *layers], picked)
        chosen = np.zeros((1, last.width))
        chosen[0, unit - 1] = 1
        parameters = {name: self.parameters[name] for name in network.parameter_shapes()}
        return derived_values(network, parameters, self.x, chosen)


@lru_cache(maxsize=16)
def draws(network: Network, count: int) -> tuple[Draw, ...]:
    """Return several sets of random numbers for one sample, without those that give no finite loss."""
    rng = np.random.default_rng(20)
    found = []
    for _ in range(count):
        parameters = {
            name: rng.normal(size=shape) + 0.1 for name, shape in network.parameter_shapes().items()
        }
        x, t = rng.normal(size=(1, network.input_width)), _targets(network, rng)
        found.append(_draw(network, parameters, x, t, float(rng.uniform(0.1, 1))))
    return tuple(draw for draw in found if draw is not None)


def draws_near(network: Network, data: Data, count: int) -> tuple[Draw, ...]:
    """Return random numbers close to given ones, with their target: on the same side of every kink."""
    rng = np.random.default_rng(20)
    found = []
    for _ in range(count):
        parameters = {name: _moved(value, rng) for name, value in data.parameters.items()}
        x, rate = _moved(data.x, rng), float(rng.uniform(0.1, 1))
        found.append(_draw(network, parameters, x, data.t, rate))
    return tuple(draw for draw in found if draw is not None)


def _draw(network: Network, parameters: dict[str, Array], x: Array, t: Array, rate: float) -> Draw | None:
    with np.errstate(all="ignore"):
        values = derived_values(network, parameters, x, t, learning_rate=rate)
    is_finite = all(np.isfinite(value).all() for value in values.values())
    return Draw(network, parameters, x, t, rate, values) if is_finite else None


def _moved(values: Array, rng: np.random.Generator) -> Array:
    return values * (1 + 1e-3 * rng.normal(size=values.shape)) + 1e-9 * rng.normal(size=values.shape)


def _targets(network: Network, rng: np.random.Generator) -> Array:
    width, domain = network.widths[-1], network.loss.loss_function.domain
    if domain.sums_to_one:
        return rng.dirichlet(np.ones(width)).reshape(1, width)
    if domain.is_bounded:
        return np.asarray(domain.inside(rng.uniform(0.05, 0.95, size=(1, width))))
    return rng.normal(size=(1, width))


WIDTHS = (3, 4, 5, 6, 4, 5, 3, 2)
GENERAL_LAYER = 2
_ANY = Layer(1, "formula:f=z*sigmoid(z) + sin(2*z)/2 + z/5").activation
_ANY_LOSS = Loss("C", "(y - t)^4/4 + sin(y*t) + y^2*t/3 + y")


@lru_cache(maxsize=32)
def general_network(single: bool, like: Network | None = None, own_functions: bool = False) -> Network:
    """Return the network that stands for all: different widths, an activation and a loss without qualities.

    With ``single`` every layer has one neuron.  With ``like`` it has that network's loss, with
    ``own_functions`` also its hidden activation and its output's.
    """
    widths = [1] * len(WIDTHS) if single else list(WIDTHS)
    hidden, last, loss = _ANY, _ANY, _ANY_LOSS
    if like is not None:
        loss = like.loss
    if like is not None and own_functions:
        names = {layer.activation for layer in like.layers[:-1]} or {like.layers[-1].activation}
        hidden = next(iter(names)) if len(names) == 1 and not next(iter(names)).is_softmax else _ANY
        last = like.layers[-1].activation
    layers = [Layer(width, hidden) for width in widths[1:-1]]
    return Network([widths[0], *layers, Layer(widths[-1], last)], loss)
