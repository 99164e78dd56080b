"""A ``torch.autograd.Function`` tried in one place of a network, at random inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.network import Network
from chalkgrad.usercode.frameworks import torch_network as own

Tensor = Any
Kind = Literal["activation", "linear", "layer", "loss", "loss of logits", "network"]
NEAR = 1e-4  # in single precision, too


@dataclass(frozen=True)
class FunctionPlace:
    """One way in which a Function may be a piece of the network.

    Attributes
    ----------
    kind
        An activation f(z), a linear layer, a layer with its activation, a loss of (y, t) or of (z, t), or
        the whole network.
    layer
        Whose activation or layer it is.
    order
        What its arguments are: z, a, W, b, y, t, or W1, b1 … of a whole network; a number for a constant.
    weights, columns, bias, target
        Their layout: W as n_in × n_out, samples as columns, b flat or as a matrix, t as class numbers.
    result
        What it returns: the loss of a batch, of every sample, of every entry; y or z of the network.
    gap
        By how much its values differ from the network's, of the largest; infinite if they do not fit.
    """

    kind: Kind
    layer: int
    order: tuple[str | float, ...]
    weights: str = "out_in"
    columns: bool = False
    bias: str = "flat"
    target: str = "matrix"
    result: str = ""
    gap: float = np.inf

    def turn(self, name: str, value: Tensor) -> Tensor:
        """A canonical tensor in its layout."""
        if name[0] == "W":
            return value.T if self.weights == "in_out" else value
        if name[0] == "b":
            flat = value if self.bias == "flat" else value.reshape(1, -1)
            return flat.T if self.columns and flat.ndim == 2 else flat
        if name == "t" and self.target == "classes":
            return value.argmax(dim=1)
        if self.target == "flat":
            return value.reshape(-1)
        return value.T if self.columns else value

    def arguments(self, values: Mapping[str, Tensor]) -> list[Any]:
        """Its arguments in order, from canonical tensors by role."""
        return [item if isinstance(item, float) else self.turn(item, values[item]) for item in self.order]

    def back(self, value: Tensor) -> Tensor:
        """A result with samples as rows."""
        return value.T if self.columns and value.ndim == 2 else value


class RandomInputs:
    """Random inputs, and the network's own values at them."""

    def __init__(self, network: Network) -> None:
        random = np.random.default_rng(0)
        m = next(n for n in range(17, 19 + network.depth) if n not in network.widths)
        shapes = network.parameter_shapes()
        arrays = {name: random.normal(0, 0.7, shape) for name, shape in shapes.items()}
        arrays["x"] = random.normal(size=(m, network.input_width))
        arrays["t"] = draw_targets(network, random, m)
        self.network, self.given = network, own.tensors_of(arrays)
        self.values = own.forward(network, self.given, self.given["x"])
        # Each layer is tried on inputs of both signs: relu and identity agree behind a relu.
        inputs = {f"{l}": random.normal(size=(m, width)) for l, width in enumerate(network.widths[:-1])}
        self.inputs = own.tensors_of(inputs)
        each_layer = range(1, network.depth + 1)
        self.sums = {l: own.linear(l)(self.inputs[f"{l - 1}"], self.given) for l in each_layer}
        each = own.losses(network, self.values, self.given["t"], from_logits=True)
        whole = own.loss(network, self.values, self.given["t"], self.given)
        self.results = {
            "loss": own.reduced(network, each),
            "samples": each,
            "entries": self._entries(),
            "loss with penalty": whole,
        }

    def _entries(self) -> Tensor:
        function = self.network.loss.loss_function.function
        return own.elementwise(function, self.values[f"A{self.network.depth}"], self.given["t"])

    def gap(self, function: Any, place: FunctionPlace) -> tuple[float, str]:
        """How far a Function's values are from those it should have there; why it did not run."""
        import torch

        l = place.layer
        given, last = dict(self.given), self.network.depth
        if place.kind != "network":
            given |= {"z": self.sums[l], "a": self.inputs[f"{l - 1}"], "W": self.given[WEIGHT.name(l)]}
            given["b"] = self.given.get(
                BIAS.name(l), torch.zeros(self.network.widths[l], dtype=torch.float64)
            )
            given["y"] = self.values[f"Z{last}" if place.kind == "loss of logits" else f"A{last}"]
        wanted = self._wanted(place, given)
        try:
            with torch.no_grad(), np.errstate(all="ignore"):
                arguments = [a.clone() if isinstance(a, torch.Tensor) else a for a in place.arguments(given)]
                value = place.back(function.apply(*arguments))
            if value.ndim == wanted.ndim + 1 and 1 in value.shape and wanted.ndim < 2:
                value = value.reshape(wanted.shape) if value.numel() == wanted.numel() else value
            if value.shape != wanted.shape:
                return np.inf, f"its forward returned shape {tuple(value.shape)}"
            difference = (value.to(torch.float64) - wanted).abs().max() / wanted.abs().max()
            return float(difference.nan_to_num(1e9)), ""
        except Exception as error:  # whatever the user's code raises: it does not fit here
            return np.inf, f"{type(error).__name__}: {error}"[:200]

    def _wanted(self, place: FunctionPlace, given: Mapping[str, Tensor]) -> Tensor:
        l = place.layer
        match place.kind:
            case "activation" | "layer":
                return own.activate(self.network, l, self.sums[l])
            case "linear":
                return self.sums[l] if "b" in place.order else self.sums[l] - given["b"]
            case "network" if place.result in ("y", "z"):
                return self.values[f"{'A' if place.result == 'y' else 'Z'}{l}"]
            case "network" if place.result == "loss":
                return self.results["loss with penalty"]
        return self.results["loss" if place.result == "loss without penalty" else place.result]


def draw_targets(network: Network, random: np.random.Generator, m: int) -> Any:
    """Targets that the loss can take; classes where there is a softmax, 0 or 1 where there is a sigmoid."""
    shape, domain = (m, network.widths[-1]), network.loss.loss_function.domain
    if domain.sums_to_one:
        return np.eye(shape[1])[random.permutation(np.arange(m) % shape[1])]
    if domain.is_bounded:
        return domain.inside((random.permutation(m * shape[1]) % 2).reshape(shape).astype(np.float64))
    return random.normal(size=shape)
