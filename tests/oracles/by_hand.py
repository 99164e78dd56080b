"""Backpropagation by hand in mpmath, entry by entry: knows nothing of chalkgrad.

Run it at so many digits (``mp.workdps(DIGITS)``) that ŷ − t may be computed as it stands, down to the
smallest double; below z = −10⁹⁰ exp(z) is taken as 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath as mp

mpf = mp.mpf
DIGITS = 400
Function = Callable[[Any], Any]
Matrix = list[list[Any]]


def exp(z: Any) -> Any:
    return mpf(0) if z < -(10**90) else mp.exp(z)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + exp(-z)) if z > 0 else exp(z) / (1 + exp(z))


def tanh(z: Any) -> Any:
    return 1 - 2 * exp(-2 * z) / (1 + exp(-2 * z)) if z > 0 else 2 * exp(2 * z) / (1 + exp(2 * z)) - 1


def softplus(z: Any) -> Any:
    return max(z, mpf(0)) + mp.log1p(exp(-abs(z)))


def elu(z: Any) -> Any:
    return z if z > 0 else mp.expm1(z) if z > -1 else exp(z) - 1


def normal(z: Any) -> Any:
    """Φ(z)."""
    if abs(z) > 10**4:
        return mpf(int(z > 0))
    return mp.erfc(-z / mp.sqrt(2)) / 2


def density(z: Any) -> Any:
    """φ(z)."""
    return exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


# name: the function and its derivative; at a kink the derivative from the left
ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "identity": (lambda z: z, lambda z: mpf(1)),
    "relu": (lambda z: max(z, mpf(0)), lambda z: mpf(int(z > 0))),
    "leaky_relu(0.25)": (lambda z: z if z > 0 else z / 4, lambda z: mpf(1) if z > 0 else mpf(1) / 4),
    "elu": (
        lambda z: z if z > 0 else mp.expm1(z) if z > -(10**6) else mpf(-1),
        lambda z: exp(min(z, mpf(0))),
    ),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z)),
    "tanh": (tanh, lambda z: 4 * sigmoid(2 * z) * sigmoid(-2 * z)),
    "softplus": (softplus, sigmoid),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) + z * sigmoid(z) * sigmoid(-z)),
    "gelu": (lambda z: z * normal(z), lambda z: normal(z) + z * density(z)),
}


def log_softmax(z: list[Any]) -> list[Any]:
    top = max(z)
    total = top + mp.log(mp.fsum(exp(value - top) for value in z))
    return [value - total for value in z]


def head(last: str, loss: str, z: list[Any], t: list[Any]) -> tuple[Any, list[Any]]:
    """Return the loss of one sample and its derivative by the last pre-activations."""
    pairs = list(zip(z, t, strict=True))
    if loss == "binary_cross_entropy":
        assert last == "sigmoid"
        value = mp.fsum(tj * softplus(-zj) + (1 - tj) * softplus(zj) for zj, tj in pairs)
        return value, [(1 - tj) * sigmoid(zj) - tj * sigmoid(-zj) for zj, tj in pairs]
    if loss == "cross_entropy" and last == "sigmoid":
        return mp.fsum(tj * softplus(-zj) for zj, tj in pairs), [-tj * sigmoid(-zj) for zj, tj in pairs]
    factor = {"half_squared_error": mpf(1) / 2, "mean_squared_error": mpf(1) / len(z)}.get(loss, mpf(1))
    if last == "softmax":
        logs = log_softmax(z)
        p = [exp(value) for value in logs]
        if loss == "cross_entropy":
            return -mp.fsum(tj * value for tj, value in zip(t, logs, strict=True)), [
                pj - tj for pj, tj in zip(p, t, strict=True)
            ]
        g = [2 * factor * (pj - tj) for pj, tj in zip(p, t, strict=True)]
        mean = mp.fsum(pj * gj for pj, gj in zip(p, g, strict=True))
        value = factor * mp.fsum((pj - tj) ** 2 for pj, tj in zip(p, t, strict=True))
        return value, [pj * (gj - mean) for pj, gj in zip(p, g, strict=True)]
    f, slope = ACTIVATIONS[last]
    value = factor * mp.fsum((f(zj) - tj) ** 2 for zj, tj in pairs)
    return value, [2 * factor * (f(zj) - tj) * slope(zj) for zj, tj in pairs]


@dataclass
class Network:
    """Parameters as lists of mpf numbers; ``layers`` names the activations."""

    layers: list[str]
    loss: str
    weights: list[Matrix]
    biases: list[list[Any]]

    @classmethod
    def of(cls, layers: list[str], loss: str, parameters: dict[str, Any]) -> Network:
        """Read the float64 parameters W1, b1, … as what they are, digit for digit."""
        numbers = range(1, len(layers) + 1)
        weights = [exactly(parameters[f"W{n}"]) for n in numbers]
        return cls(layers, loss, weights, [exactly([parameters[f"b{n}"]])[0] for n in numbers])


@dataclass
class Found:
    """A loss with all its derivatives; ``sizes`` adds the absolute values of the terms instead."""

    loss: Any
    gradients: dict[str, Matrix]
    sizes: dict[str, Matrix]
    pre: list[Any]
    """Every pre-activation, of all samples."""


def exactly(rows: Any) -> Matrix:
    return [[mpf(float(entry)) for entry in row] for row in rows]


def gradients(network: Network, x: Any, t: Any) -> Found:
    """Return the mean loss over the samples and the derivative by each parameter."""
    depth = len(network.layers)
    shapes = {f"W{n + 1}": network.weights[n] for n in range(depth)}
    shapes |= {f"b{n + 1}": [network.biases[n]] for n in range(depth)}
    slopes, sizes = ({name: [[mpf(0)] * len(row) for row in w] for name, w in shapes.items()} for _ in "ab")
    found = Found(mpf(0), slopes, sizes, [])
    for sample, target in zip(exactly(x), exactly(t), strict=True):
        _add_sample(network, sample, target, mpf(1) / len(x), found)
    return found


def _add_sample(network: Network, sample: list[Any], target: list[Any], share: Any, found: Found) -> None:
    a, zs = [sample], []
    for w, b, name in zip(network.weights, network.biases, network.layers, strict=True):
        zs.append([mp.fdot(row, a[-1]) + bj for row, bj in zip(w, b, strict=True)])
        a.append([ACTIVATIONS[name][0](z) for z in zs[-1]] if name in ACTIVATIONS else [])
    found.pre += [z for layer in zs for z in layer]
    value, delta = head(network.layers[-1], network.loss, zs[-1], target)
    found.loss += share * value
    for table, size in ((found.gradients, lambda u: u), (found.sizes, abs)):
        d = [size(entry) * share for entry in delta]
        for n in reversed(range(len(zs))):
            for i, di in enumerate(d):
                table[f"b{n + 1}"][0][i] += di
                row = table[f"W{n + 1}"][i]
                row[:] = [entry + di * size(aj) for entry, aj in zip(row, a[n], strict=True)]
            if n:
                slope = ACTIVATIONS[network.layers[n - 1]][1]
                columns = zip(*network.weights[n], strict=True)
                back = [mp.fdot(d, [size(entry) for entry in column]) for column in columns]
                d = [g * size(slope(z)) for g, z in zip(back, zs[n - 1], strict=True)]
