"""What a function is tried on: mild random data, several times and with several batch sizes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.check.forward import Forward
from chalkgrad.check.probe import clearest, draw_inputs, draw_parameters, draw_targets
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.expr import symbol_name
from chalkgrad.network import Layer, Network

MANY = 5
"""How many outputs to try."""


def mild(network: Network, rows: int, seed: int) -> Data:
    """Random data away from kinks and saturation, at which no gradient vanishes."""

    def draw(attempt: int) -> Data:
        random = np.random.default_rng((seed, rows, attempt))
        parameters = draw_parameters(network, seed * 7919 + 1000 * attempt + rows, random)
        x, t = draw_inputs(network, random, rows), draw_targets(network, random, rows, True)
        turned = _turned(network, t, seed) if rows == 1 else t
        return validate_data(network, x, turned, parameters)

    return clearest(network, draw)


def _turned(network: Network, t: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Another label for every seed: a draw of one sample alone has always the first."""
    if not np.isin(t, (0, 1)).all():
        return t
    if t.shape[1] > 1:
        return np.roll(t, seed, axis=1)
    return np.abs(t - seed % 2)


def saturated(network: Network) -> Data | None:
    """Data at which a sigmoid or softmax output is within rounding of 0 and 1; None for other outputs."""
    if not network.layers[-1].activation.stays_within(0, 1):
        return None
    data = mild(network, batch_sizes(network)[0], 11)
    parameters = dict(data.parameters)
    last = WEIGHT.name(network.depth)
    values = forward_of(network, data)
    size = float(np.abs(values).max()) or 1.0
    parameters[last] = parameters[last] * (60.0 / size)
    return validate_data(network, data.x, data.t, parameters)


def at_kinks(network: Network) -> Data | None:
    """Data at which a unit of the first hidden layer with a kink stands exactly on it; None without kinks."""
    first = network.layers[0]
    if first.is_softmax or not first.function.kinks or not first.bias or 0 not in first.function.kinks:
        return None
    data = mild(network, batch_sizes(network)[0], 12)
    x, parameters = data.x.copy(), dict(data.parameters)
    x[0] = 0.0
    parameters[BIAS.name(1)] = parameters[BIAS.name(1)].copy()
    parameters[BIAS.name(1)][0] = 0.0
    return validate_data(network, x, data.t, parameters)


def forward_of(network: Network, data: Data) -> NDArray[np.float64]:
    """The last layer's pre-activations."""
    values = Forward(network, data).values[symbol_name("pre", network.depth)]
    return np.asarray(values, dtype=np.float64)


def batch_sizes(network: Network) -> tuple[int, int]:
    """Two batch sizes from 3 on that are no width of the network."""
    free = [m for m in range(3, 8 + len(set(network.widths))) if m not in network.widths]
    return free[0], free[2]


def distinct(network: Network) -> Network:
    """The same layers with widths that all differ, so that a matrix cannot be taken for its transpose.

    A single output stays single; several become five, a number that nobody writes as a factor.
    """
    if any(layer.skip for layer in network.layers):
        return network
    last = network.widths[-1]
    if last > 1:
        last = MANY if last != MANY else MANY + 2
    taken = {last}
    widths = []
    for width in network.widths[:-1]:
        new = max(width, 2)
        while new in taken:
            new += 1
        taken.add(new)
        widths.append(new)
    return resized(network, (*widths, last))


def resized(
    network: Network, widths: tuple[int, ...], activations: Mapping[int, str] | None = None
) -> Network:
    """The same layers with other widths, and in some of them (numbered from 1) another activation."""
    others = activations or {}
    if widths == network.widths and not others:
        return network
    layers = tuple(
        Layer(
            width,
            others.get(number, layer.activation),
            bias=layer.bias,
            skip=layer.skip,
            norm=layer.norm,
        )
        for number, (layer, width) in enumerate(zip(network.layers, widths[1:], strict=True), start=1)
    )
    return Network((widths[0], *layers), loss=network.loss, l2=network.l2)
