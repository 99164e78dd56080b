"""A network written in PyTorch's float64, some pieces of which are somebody else's.

Products and sums are PyTorch's own, with its own automatic differentiation; activations and losses are the
network's functions with their derived slopes, which have values also where a formula overflows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.formula import ElementwiseFunction, Float64
from chalkgrad.network import Network

Tensor = Any
Parameters = Mapping[str, Tensor]
_FLOAT64 = Float64()


@dataclass
class Pieces:
    """What is somebody else's, by layer: ``f(z)``, ``(a, W, b) → z``, ``(a, W, b) → f(z)``; and the loss."""

    activations: dict[int, Callable[[Tensor], Tensor]] = field(default_factory=dict)
    linears: dict[int, Callable[[Tensor, Parameters], Tensor]] = field(default_factory=dict)
    layers: dict[int, Callable[[Tensor, Parameters], Tensor]] = field(default_factory=dict)
    loss: Callable[[Tensor, Tensor], Tensor] | None = None
    loss_of_logits: Callable[[Tensor, Tensor], Tensor] | None = None


_NO_PIECES = Pieces()


def forward(
    network: Network, parameters: Parameters, x: Tensor, pieces: Pieces = _NO_PIECES
) -> dict[str, Tensor]:
    """Return Z1, A1, …, Z_L, A_L by name; a layer that is one piece has no Z."""
    values = {"A0": x}
    for l, layer in enumerate(network.layers, start=1):
        before = values[f"A{l - 1}"]
        if l in pieces.layers:
            a = pieces.layers[l](before, parameters)
        else:
            z = pieces.linears.get(l, linear(l))(before, parameters)
            values[f"Z{l}"] = z
            a = pieces.activations[l](z) if l in pieces.activations else activate(network, l, z)
        values[f"A{l}"] = a + values[f"A{l - layer.skip}"] if layer.skip else a
    return values


def linear(l: int) -> Callable[[Tensor, Parameters], Tensor]:
    def product(a: Tensor, parameters: Parameters) -> Tensor:
        z, bias = a @ parameters[WEIGHT.name(l)].T, parameters.get(BIAS.name(l))
        return z if bias is None else z + bias

    return product


def activate(network: Network, l: int, z: Tensor) -> Tensor:
    """f_l(z)."""
    layer = network.layers[l - 1]
    return z.softmax(dim=1) if layer.is_softmax else elementwise(layer.function, z)


def loss(
    network: Network,
    values: Mapping[str, Tensor],
    t: Tensor,
    parameters: Parameters,
    pieces: Pieces = _NO_PIECES,
) -> Tensor:
    """L of the values that ``forward`` gave, with the penalty."""
    depth = network.depth
    if pieces.loss is not None:
        total = pieces.loss(values[f"A{depth}"], t)
    elif pieces.loss_of_logits is not None:
        total = pieces.loss_of_logits(values[f"Z{depth}"], t)
    else:
        own = depth in pieces.activations or f"Z{depth}" not in values
        total = reduced(network, losses(network, values, t, from_logits=not own))
    if network.l2:
        weights = [parameters[each.name] for each in network.penalised()]
        total = total + float(network.l2) * sum((w * w).sum() for w in weights)
    return total


def losses(network: Network, values: Mapping[str, Tensor], t: Tensor, *, from_logits: bool) -> Tensor:
    """ℓ(y, t) of every sample, from the logits where last activation and loss are partners."""
    last, loss = network.layers[-1], network.loss.loss_function
    if from_logits and not last.skip and loss.in_core and loss.is_link(last.activation.name):
        return _OF_LOGITS[loss.name](values[f"Z{network.depth}"], t).sum(dim=1)
    each = elementwise(loss.function, values[f"A{network.depth}"], t)
    return each.mean(dim=1) if loss.mean_over_outputs else each.sum(dim=1)


def _binary(z: Tensor, t: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.binary_cross_entropy_with_logits(z, t, reduction="none")


_OF_LOGITS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "binary_cross_entropy": _binary,
    "cross_entropy": lambda z, t: -(t * z.log_softmax(dim=1)),
}
"""Losses of their partner's logits that are stable."""


def reduced(network: Network, per_sample: Tensor) -> Tensor:
    """The loss of a batch from that of its samples."""
    total = per_sample.mean() if network.loss.reduction == "mean" else per_sample.sum()
    return float(network.loss.factor) * total


def elementwise(function: ElementwiseFunction, *tensors: Tensor) -> Tensor:
    """f(u, …) entry by entry, with the derived slope in its first argument."""
    return _elementwise_class().apply(function, *tensors)


def _elementwise_class() -> Any:
    import torch

    global _ELEMENTWISE
    if _ELEMENTWISE is None:

        class Elementwise(torch.autograd.Function):  # type: ignore[misc]
            @staticmethod
            def forward(ctx: Any, function: ElementwiseFunction, *tensors: Tensor) -> Tensor:
                ctx.function = function
                ctx.save_for_backward(*tensors)
                return torch.from_numpy(_value(function, None, tensors))

            @staticmethod
            def backward(ctx: Any, slope: Tensor) -> Any:
                tensors, function = ctx.saved_tensors, ctx.function
                inner = torch.from_numpy(_value(function, function.variables[0], tensors))
                product = torch.where(slope == 0, slope, slope * inner)  # 0 · ∞ is 0: the slope comes first
                return (None, product, *(None for _ in tensors[1:]))

        _ELEMENTWISE = Elementwise
    return _ELEMENTWISE


_ELEMENTWISE: Any = None


def _value(function: ElementwiseFunction, derivative: str | None, tensors: tuple[Tensor, ...]) -> Array:
    arrays = [tensor.detach().cpu().numpy().astype(np.float64) for tensor in tensors]
    with np.errstate(all="ignore"):
        value = _FLOAT64.apply(function, derivative, *arrays)
    return np.array(np.broadcast_to(value, arrays[0].shape), dtype=np.float64)


def tensors_of(arrays: Mapping[str, Array], *, grad: bool = False) -> dict[str, Tensor]:
    """float64 tensors, copies."""
    import torch

    return {
        name: torch.tensor(np.asarray(value, dtype=np.float64), dtype=torch.float64, requires_grad=grad)
        for name, value in arrays.items()
    }


def array_of(tensor: Tensor) -> Array:
    """The numbers of a tensor, in float64."""
    array: Array = tensor.detach().cpu().to_dense().numpy().astype(np.float64)
    return array
