"""Loss and gradients of a case by PyTorch's automatic differentiation, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tests.oracles.cases import Array, Case, LayerCase

Tensor = Any

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda z: z,
    "relu": functional.relu,
    "elu": functional.elu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    # torch.nn.functional.softplus is linear above 20, which is not the function.
    "softplus": lambda z: torch.logaddexp(z, torch.zeros_like(z)),
    "silu": functional.silu,
    "gelu": functional.gelu,
    "softmax": lambda z: torch.softmax(z, dim=1),
    "formula:z*sigmoid(z)": lambda z: z * torch.sigmoid(z),
    "formula:z/(1+z^2)": lambda z: z / (1 + z * z),
}
LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared_error": lambda y, t: ((y - t) ** 2).sum(dim=1),
    "half_squared_error": lambda y, t: ((y - t) ** 2).sum(dim=1) / 2,
    "mean_squared_error": lambda y, t: ((y - t) ** 2).mean(dim=1),
    "formula:(y-t)^4": lambda y, t: ((y - t) ** 4).sum(dim=1),
    "formula:log(cosh(y-t))": lambda y, t: (torch.logaddexp(y - t, t - y) - math.log(2)).sum(dim=1),
}


def gradients(case: Case) -> tuple[float, dict[str, Array]]:
    """Return the loss and {name: gradient}."""
    parameters = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in case.parameters.items()
    }
    x, t = torch.tensor(case.x), torch.tensor(case.t)
    values = [x]
    z = x
    for l, layer in enumerate(case.layers, start=1):
        z = functional.linear(values[-1], parameters[f"W{l}"], parameters.get(f"b{l}"))
        z = normalised(layer, l, z, parameters) if layer.norm else z
        a = activation(layer, z)
        a = a + values[l - layer.skip] if layer.skip else a
        values.append(a * torch.tensor(case.masks[l]) if l in case.masks else a)
    a = values[-1]
    if case.canonical:
        per_sample = from_logits(case.loss, case.layers[-1].activation, z, t)
    else:
        per_sample = LOSSES[case.loss](a, t)
    if case.weights is not None:
        per_sample = per_sample * torch.tensor(case.weights)
    loss = case.factor * (per_sample.mean() if case.reduction == "mean" else per_sample.sum())
    if case.l2:
        loss = loss + case.l2 * sum((parameters[f"W{l + 1}"] ** 2).sum() for l in range(len(case.layers)))
    loss.backward()
    return float(loss.detach()), {
        name: np.zeros(p.shape) if p.grad is None else p.grad.numpy() for name, p in parameters.items()
    }


def normalised(layer: LayerCase, l: int, u: Tensor, parameters: dict[str, Tensor]) -> Tensor:
    epsilon = float(layer.norm.partition("(")[2].rstrip(")") or 1e-5)
    gain, shift = parameters[f"gamma{l}"], parameters[f"beta{l}"]
    if layer.norm.startswith("batch"):
        return functional.batch_norm(u, None, None, gain, shift, training=True, eps=epsilon)
    return functional.layer_norm(u, (layer.width,), gain, shift, epsilon)


def activation(layer: LayerCase, z: Tensor) -> Tensor:
    if layer.activation == "leaky_relu":
        return functional.leaky_relu(z, layer.slope)
    return ACTIVATIONS[layer.activation](z)


def from_logits(loss: str, last: str, z: Tensor, t: Tensor) -> Tensor:
    """Losses of probabilities, written in the logits z so that the reference itself loses no digits."""
    if (loss, last) == ("binary_cross_entropy", "sigmoid"):
        return functional.binary_cross_entropy_with_logits(z, t, reduction="none").sum(dim=1)
    if (loss, last) == ("cross_entropy", "softmax"):
        return -(t * functional.log_softmax(z, dim=1)).sum(dim=1)
    if (loss, last) == ("cross_entropy", "sigmoid"):
        return -(t * functional.logsigmoid(z)).sum(dim=1)
    assert (loss, last) == ("binary_cross_entropy", "softmax")
    # log(1 − y_j) = log Σ_{k≠j} e^{z_k} − log Σ_k e^{z_k}
    n = z.shape[1]
    others = z[:, None, :].expand(-1, n, -1).masked_fill(torch.eye(n, dtype=torch.bool), -math.inf)
    log_rest = torch.logsumexp(others, dim=2) - torch.logsumexp(z, dim=1, keepdim=True)
    return -(t * functional.log_softmax(z, dim=1) + (1 - t) * log_rest).sum(dim=1)
