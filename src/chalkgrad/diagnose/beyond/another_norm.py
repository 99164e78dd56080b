"""Right gradients of another norm: with another ε, or with a variance that is divided by n − 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import GAIN, layer_of, role_of
from chalkgrad.diagnose.mistakes.statement import Statement
from chalkgrad.diagnose.probes.points import Point
from chalkgrad.evaluate import gradients
from chalkgrad.network import Network
from chalkgrad.usercode.answer.rounding import agree

EPSILONS = [Fraction(1, 10**digits) for digits in range(1, 17)]


def another_epsilon(points: Sequence[Point]) -> Network | None:
    """The network with another ε in its norms with which all gradients are right; None if there is none."""
    network = points[0].derivation.network
    for epsilon in EPSILONS if _counts(points[0]) else ():
        other = _with(network, dict.fromkeys(range(1, network.depth + 1), epsilon))
        if all(_agrees(point, _found(other, point.data.parameters, point)) for point in points):
            return other if other != network else None
    return None


def has_unbiased_variance(points: Sequence[Point]) -> bool:
    """Whether all gradients are right for variances that are divided by one less than they are taken of.

    With n/(n − 1) v for v the norm is the one with γ √((n − 1)/n) for γ and ε (n − 1)/n for ε.
    """
    return bool(_counts(points[0])) and all(_agrees(point, _unbiased(point)) for point in points)


def said_of_epsilon(other: Network) -> Statement:
    """What is said of code that is right with another ε."""
    return (f"Its norm has another ε: for {other} every gradient is right.",)


def _counts(point: Point) -> dict[int, int]:
    """Layer → of how many numbers its norm takes the mean."""
    return {
        number: layer.width if layer.norm.over == "features" else point.m
        for number, layer in enumerate(point.derivation.network.layers, start=1)
        if layer.norm is not None
    }


def _with(network: Network, epsilon: Mapping[int, Fraction]) -> Network:
    """The network with another ε in each norm, by the layer's number."""
    layers = tuple(
        replace(layer, norm=None if layer.norm is None else replace(layer.norm, epsilon=epsilon[number]))
        for number, layer in enumerate(network.layers, start=1)
    )
    return Network((network.input_width, *layers), loss=network.loss, l2=network.l2)


def _unbiased(point: Point) -> dict[str, Array]:
    network, counts = point.derivation.network, _counts(point)
    norms = {number: network.layers[number - 1].norm for number in counts}
    small = {n: norm.epsilon * (counts[n] - 1) / counts[n] for n, norm in norms.items() if norm is not None}
    other = _with(network, small)
    shares = {number: float(np.sqrt((n - 1) / n)) for number, n in counts.items()}
    return _scaled(_found(other, _scaled(point.data.parameters, shares), point), shares)


def _scaled(values: Mapping[str, Array], shares: Mapping[int, float]) -> dict[str, Array]:
    """With each γ, or its gradient, times its layer's share."""
    return {n: value * shares[layer_of(n)] if role_of(n) is GAIN else value for n, value in values.items()}


def _found(network: Network, parameters: Mapping[str, Array], point: Point) -> dict[str, Array]:
    return dict(gradients(network, parameters, point.data.x, point.data.t)[1])


def _agrees(point: Point, found: Mapping[str, Array]) -> bool:
    """Whether the code's gradients are those."""
    return all(
        (claimed := point.claimed.get(f"d{name}")) is not None and agree(claimed.reshape(array.shape), array)
        for name, array in found.items()
    )
