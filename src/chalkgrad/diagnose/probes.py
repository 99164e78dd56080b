"""What a function is tried on: mild random data, several times and with several batch sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chalkgrad.check.probe import _score, draw_inputs, draw_parameters, draw_targets
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.network import Layer, Network

_TRIES = 40


def mild(network: Network, rows: int, seed: int) -> Data:
    """Random data away from kinks and saturation, at which no gradient vanishes."""
    best: tuple[float, Data] | None = None
    for attempt in range(_TRIES):
        random = np.random.default_rng((seed, rows, attempt))
        parameters = draw_parameters(network, seed * 7919 + 1000 * attempt + rows, random)
        x, t = draw_inputs(network, random, rows), draw_targets(network, random, rows, True)
        data = validate_data(network, x, t, parameters)
        score = _score(network, data)
        if best is None or score > best[0]:
            best = score, data
        if score >= 1:
            break
    assert best is not None
    return best[1]


def batch_sizes(network: Network) -> tuple[int, int]:
    """Two batch sizes from 3 on that are no width of the network."""
    free = [m for m in range(3, 8 + len(set(network.widths))) if m not in network.widths]
    return free[0], free[2]


def distinct(network: Network) -> Network:
    """The same layers with widths that all differ, so that a matrix cannot be taken for its transpose.

    The input and output keep their widths where they can: a single output stays single.
    """
    if any(layer.skip for layer in network.layers):
        return network
    last = network.widths[-1]
    taken = {last}
    widths = []
    for width in network.widths[:-1]:
        new = max(width, 2)
        while new in taken:
            new += 1
        taken.add(new)
        widths.append(new)
    return resized(network, (*widths, last))


def resized(network: Network, widths: tuple[int, ...]) -> Network:
    """The same layers with other widths."""
    if widths == network.widths:
        return network
    layers = tuple(
        Layer(width, layer.activation, bias=layer.bias, skip=layer.skip)
        for layer, width in zip(network.layers, widths[1:], strict=True)
    )
    return Network((widths[0], *layers), loss=network.loss, l2=network.l2)


__all__ = ["batch_sizes", "distinct", "mild", "replace", "resized"]
