"""PyTorch as its tutorials have it: nn.Sequential, autograd, an optimiser of torch.optim."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchmarks.sides import Task
from benchmarks.sides.batches import Batches
from benchmarks.workloads import Parameters, Workload

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def loss_of(w: Workload) -> Any:
    """The loss as a function of the output layer's Z and the target."""
    return {
        "cross_entropy": functional.cross_entropy,
        "binary_cross_entropy": functional.binary_cross_entropy_with_logits,
        "squared_error": functional.mse_loss,
        "squared_error_of_sigmoid": lambda Z, t: functional.mse_loss(torch.sigmoid(Z), t),
    }[w.loss]


class Eager(Batches):
    """Variants: ``fused`` (the optimiser in one kernel), ``medium`` (that and oneDNN's float32 product)."""

    def __init__(self, task: Task) -> None:
        w = task.workload
        torch.set_num_threads(task.threads)
        if task.variant == "medium":
            torch.set_float32_matmul_precision("medium")
        self.linear = [nn.Linear(n_in, n_out) for n_in, n_out in pairwise(w.widths)]
        with torch.no_grad():
            for l, layer in enumerate(self.linear, start=1):
                layer.weight.copy_(torch.from_numpy(task.parameters[f"W{l}"]))
                layer.bias.copy_(torch.from_numpy(task.parameters[f"b{l}"]))
        modules: list[Any] = []
        for layer in self.linear:
            modules += [layer, ACTIVATIONS[w.activation]()]
        model, loss = nn.Sequential(*modules[:-1]), loss_of(w)
        rule = torch.optim.SGD if w.optimiser == "sgd" else torch.optim.Adam
        optimiser = rule(model.parameters(), lr=w.learning_rate, fused=bool(task.variant) or None)

        def step(x: Any, t: Any) -> None:
            optimiser.zero_grad(set_to_none=True)
            loss(model(x), t).backward()
            optimiser.step()

        super().__init__(torch.from_numpy(task.x), torch.from_numpy(task.t), w.batch, step)

    def parameters(self) -> Parameters:
        """Copies."""
        found = {}
        for l, layer in enumerate(self.linear, start=1):
            found[f"W{l}"] = layer.weight.detach().numpy().copy()
            found[f"b{l}"] = layer.bias.detach().numpy().copy()
        return found


def prepare(task: Task) -> Eager:
    """The threads are torch's own."""
    return Eager(task)
