"""Right gradients of another network or another loss: the forward pass is not what was described."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from chalkgrad._errors import InputError
from chalkgrad.check.agreement import agree
from chalkgrad.diagnose.points import Point
from chalkgrad.diagnose.report import Mistake
from chalkgrad.diagnose.titles import TITLES
from chalkgrad.diagnose.words import sub
from chalkgrad.evaluate import gradients
from chalkgrad.network import Layer, Network

ACTIVATIONS = (
    "identity",
    "relu",
    "sigmoid",
    "tanh",
    "leaky_relu",
    "softplus",
    "elu",
    "silu",
    "gelu",
    "softmax",
)


def of_another(points: Sequence[Point], wrong: Sequence[str]) -> Mistake | None:
    """The network near the described one of which all the user's gradients are right, as a mistake."""
    network = points[0].derivation.network
    for other, rule, said, fix in _others(network):
        if _right_for(other, points):
            text = f"{', '.join(wrong)} wrong: {said}"
            return Mistake(rule, TITLES[rule], (), tuple(wrong), text, fix=fix)
    return None


def _right_for(other: Network, points: Sequence[Point]) -> bool:
    for point in points:
        data = point.data
        parameters = {n: v for n, v in data.parameters.items() if n in other.parameter_shapes()}
        try:
            _, found = gradients(other, parameters, data.x, data.t)
        except InputError:
            return False
        for name, array in found.items():
            claimed = point.claimed.get(f"d{name}")
            if claimed is None or not agree(claimed.reshape(array.shape), array):
                return False
        for name in data.parameters.keys() - found.keys():
            claimed = point.claimed.get(f"d{name}")
            if claimed is not None and claimed.any() and np.isfinite(claimed).all():
                return False
    return True


def _others(network: Network) -> Iterator[tuple[Network, str, str, str]]:
    for number, layer in enumerate(network.layers, start=1):
        own = str(layer.activation)
        for name in ACTIVATIONS:
            if name in (own, layer.activation.name):
                continue
            if (name == "softmax" and number < network.depth) or (name == "softmax" and layer.width == 1):
                continue
            other = _with(network, {number: name})
            if other is not None:
                said = (
                    f"the forward pass computes a{sub(number)} = {name}(z{sub(number)}), where the network "
                    f"has {own}.  For that network every gradient is right."
                )
                yield other, "forward-differs", said, f"use {own} in layer {number}, or describe {other}"
    hidden = {str(layer.activation) for layer in network.layers[:-1]}
    for name in ACTIVATIONS[:-1]:
        if network.depth > 2 and hidden != {name}:
            other = _with(network, dict.fromkeys(range(1, network.depth), name))
            if other is not None:
                said = (
                    f"the forward pass has {name} in every hidden layer.  For that every gradient is right."
                )
                yield other, "forward-differs", said, f"describe the network as {other}"
    if any(layer.bias for layer in network.layers):
        other = _without_biases(network)
        said = "the forward pass leaves out the biases.  For a network without them every gradient is right."
        yield other, "forward-differs", said, "add the biases: z = W a + b"


def _with(network: Network, names: dict[int, str]) -> Network | None:
    layers = [
        Layer(layer.width, names.get(number, layer.activation), bias=layer.bias, skip=layer.skip)
        for number, layer in enumerate(network.layers, start=1)
    ]
    return _built(network, layers)


def _without_biases(network: Network) -> Network:
    layers = [Layer(layer.width, layer.activation, bias=False, skip=layer.skip) for layer in network.layers]
    built = _built(network, layers)
    assert built is not None
    return built


def _built(network: Network, layers: list[Layer]) -> Network | None:
    try:
        return Network((network.input_width, *layers), loss=network.loss, l2=network.l2)
    except InputError:
        return None
