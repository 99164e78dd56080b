"""The real cases: their table, and one draw of numbers to call each by hand, without our own adapters."""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad import gradients
from chalkgrad.network import Network

Array = NDArray[Any]
Arrays = Sequence[Any]
FOLDER = Path(__file__).parent / "real"
CASES: dict[str, list[dict[str, Any]]] = tomllib.loads((FOLDER / "cases.toml").read_text("utf-8"))
CALLS: dict[str, Callable[[Problem], Arrays]] = {}
"""File's name without ``.py`` → how it is called."""


def call(function: Callable[[Problem], Arrays]) -> Callable[[Problem], Arrays]:
    """Register how the case of this name is called."""
    CALLS[function.__name__] = function
    return function


def network_of(case: dict[str, Any]) -> Network:
    """Build the network of a case."""
    keys = {key: case[key] for key in ("factor", "reduction", "l2") if key in case}
    return Network(case["network"], case["loss"], **keys)


class Problem:
    """One draw: X, T, parameters and forward values, samples as rows, W as n_out × n_in."""

    def __init__(self, case: dict[str, Any], seed: int = 0, m: int = 4) -> None:
        self.case, self.m = case, m
        self.network = network_of(case)
        self.L = self.network.depth
        rng = np.random.default_rng(seed)
        width, out = self.network.widths[0], self.network.widths[-1]
        self.X: Array = rng.normal(size=(m, width))
        self.parameters = {
            name: rng.normal(size=shape) * 0.8 for name, shape in self.network.parameter_shapes().items()
        }
        self.y: Array = np.arange(m) % out
        kind = self.network.loss.name
        if kind == "cross_entropy" or "softmax" in case["network"]:
            self.T: Array = np.eye(out)[self.y]
        elif kind == "binary_cross_entropy":
            self.T = (rng.random((m, out)) > 0.5) * 1.0
        else:
            self.T = rng.normal(size=(m, out))
        self.W = {int(name[1:]): value for name, value in self.parameters.items() if name[0] == "W"}
        self.b = {int(name[1:]): value for name, value in self.parameters.items() if name[0] == "b"}
        self.Z: dict[int, Array] = {}
        self.A: dict[int, Array] = {0: self.X}
        self._forward()

    def _forward(self) -> None:
        for l, layer in enumerate(self.network.layers, start=1):
            self.Z[l] = self.A[l - 1] @ self.W[l].T + self.b.get(l, 0)
            self.A[l] = _activate(str(layer), self.Z[l]) + (self.A[l - 1] if "skip" in str(layer) else 0)

    @cached_property
    def mod(self) -> Any:
        """The user's module, loaded afresh."""
        path = FOLDER / self.case["file"]
        spec = importlib.util.spec_from_file_location(f"real_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    @property
    def cls(self) -> Any:
        """The class of the target."""
        return getattr(self.mod, self.case["target"].split(".")[0])

    @property
    def call(self) -> Any:
        """The function of the target."""
        return getattr(self.mod, self.case["target"])

    def expected(self) -> dict[str, Array]:
        """The derived gradients."""
        return dict(gradients(self.network, self.parameters, self.X, self.T)[1])

    def moved(self, after: Arrays, rate: float) -> Arrays:
        """(old − new)/η of parameters, W as n_out × n_in, in the usual order."""
        before = self.parameters.values()
        return [(old - np.reshape(new, old.shape)) / rate for old, new in zip(before, after, strict=True)]

    def combined(self, found: Sequence[Arrays]) -> Arrays:
        """The mean of the samples' gradients, or their sum, as the loss has it."""
        take = np.mean if self.network.loss.reduction == "mean" else np.sum
        return [
            take(np.array([np.asarray(g, float) for g in part]), axis=0) for part in zip(*found, strict=True)
        ]

    def each(self, function: Callable[[Array, Array], Arrays]) -> Arrays:
        """Call a function with one sample after the other."""
        return self.combined([function(x, t) for x, t in zip(self.X, self.T, strict=True)])

    def trained(
        self, net: Any, names: Sequence[str], train: Callable[[], None], rate: float, weights: str = "in_out"
    ) -> Arrays:
        """Put our parameters into attributes, let it train, and read (old − new)/η from them."""
        for name, (key, value) in zip(names, self.parameters.items(), strict=True):
            turned = value.T if key[0] == "W" and weights == "in_out" else value
            shape = turned.shape if key[0] == "W" else np.shape(getattr(net, name))
            setattr(net, name, np.array(turned).reshape(shape))
        train()
        new = [np.asarray(getattr(net, name)) for name in names]
        turn = [key[0] == "W" and weights == "in_out" for key in self.parameters]
        return self.moved([value.T if t else value for value, t in zip(new, turn, strict=True)], rate)


def _activate(layer: str, z: Array) -> Array:
    if "softmax" in layer:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))
    if "sigmoid" in layer:
        return np.asarray(1 / (1 + np.exp(-z)))
    if "tanh" in layer:
        return np.tanh(z)
    if "leaky_relu" in layer:
        slope = float(layer.split("(")[1].split(")")[0])
        return np.where(z > 0, z, slope * z)
    return np.maximum(z, 0) if "relu" in layer else z


def column(vector: Array) -> Array:
    """(n,) as (n, 1)."""
    return vector.reshape(-1, 1)


def row(vector: Array) -> Array:
    """(n,) as (1, n)."""
    return vector.reshape(1, -1)


def from_dict(p: Problem, answer: dict[str, Any]) -> Arrays:
    """dW1, db1 … of a dictionary."""
    return [answer[f"d{name}"] for name in p.parameters]


def pairs(weights: Arrays, biases: Arrays) -> Arrays:
    """W1, b1, W2, b2 … of all W and all b."""
    return [value for pair in zip(weights, biases, strict=True) for value in pair]


def nielsen(p: Problem) -> Arrays:
    """Call a Network of lists whose backprop takes one sample as columns."""
    net = p.cls(list(p.network.widths))
    net.weights, net.biases = list(p.W.values()), [column(b) for b in p.b.values()]

    def one(x: Array, t: Array) -> Arrays:
        nabla_b, nabla_w = net.backprop(column(x), column(t))
        return pairs(nabla_w, nabla_b)

    return p.each(one)


def learn_dl(p: Problem, sizes: list[int]) -> Arrays:
    """Call a Network of layer objects that trains on one sample as columns."""

    def one(x: Array, t: Array) -> Arrays:
        net = p.cls(sizes)
        for l, layer in enumerate(net.layers, start=1):
            layer.W, layer.b = p.W[l].copy(), column(p.b[l]).copy()
        net.train_sample(column(t), column(x), 0.5)
        return p.moved([v for layer in net.layers for v in (layer.W, layer.b)], 0.5)

    return p.each(one)


__all__ = [
    "CALLS",
    "CASES",
    "FOLDER",
    "Array",
    "Arrays",
    "Problem",
    "call",
    "column",
    "from_dict",
    "learn_dl",
    "network_of",
    "nielsen",
    "pairs",
    "row",
]
