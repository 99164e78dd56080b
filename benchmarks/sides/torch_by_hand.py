"""PyTorch's kernels without autograd: backpropagation by hand into arrays allocated once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch

from benchmarks.sides import Task
from benchmarks.sides.batches import Batches
from benchmarks.workloads import Parameters

aten = torch.ops.aten


class ByHand(Batches):
    """All parameters are one vector, W as n_in × n_out; the learning rate of SGD is already in the error."""

    def __init__(self, task: Task) -> None:
        w = self.workload = task.workload
        torch.set_num_threads(task.threads)
        super().__init__(torch.from_numpy(task.x), torch.from_numpy(task.t), w.batch, self.take_step)
        self.theta = torch.empty(w.parameter_count)
        self.g = torch.empty(w.parameter_count)
        self.W, self.b = self.views(self.theta)
        self.dW, self.db = self.views(self.g)
        for l in range(w.depth):
            self.W[l].copy_(torch.from_numpy(task.parameters[f"W{l + 1}"]).t())
            self.b[l].copy_(torch.from_numpy(task.parameters[f"b{l + 1}"]))
        self.A = [torch.empty(w.batch, width) for width in w.widths[1:]]
        self.E = [torch.empty(w.batch, width) for width in w.widths[1:]]
        self.WT, self.AT = [W.t() for W in self.W], [A.t() for A in self.A]
        self.rows = torch.arange(w.batch)
        twice = 2 if w.loss.startswith("squared") else 1
        self.scale = twice / w.batch * (w.learning_rate if w.optimiser == "sgd" else 1)
        if w.optimiser == "adam":
            self.updates = 0
            self.mean, self.square = torch.zeros_like(self.g), torch.zeros_like(self.g)
            self.scratch = torch.empty_like(self.g)

    def views(self, vector: Any) -> tuple[list[Any], list[Any]]:
        """Cut a vector into the weights and the biases of every layer."""
        weights, biases, end = [], [], 0
        for n_in, n_out in pairwise(self.workload.widths):
            start, middle, end = end, end + n_in * n_out, end + (n_in + 1) * n_out
            weights.append(vector[start:middle].view(n_in, n_out))
            biases.append(vector[middle:end])
        return weights, biases

    def run(self, steps: int) -> None:
        """Take so many steps."""
        with torch.inference_mode():
            super().run(steps)

    def take_step(self, x: Any, t: Any) -> None:
        """Forward, loss, backward, update."""
        kind, last = self.workload.activation, self.workload.depth - 1
        below = x
        for l, Z in enumerate(self.A):
            torch.addmm(self.b[l], below, self.W[l], out=Z)
            if l < last:
                if kind == "relu":
                    Z.relu_()
                elif kind == "tanh":
                    Z.tanh_()
                else:
                    Z.sigmoid_()
            below = Z
        self.output_error(below, t, self.E[-1])
        for l in range(last, -1, -1):
            E = self.E[l]
            torch.mm(self.AT[l - 1] if l else x.t(), E, out=self.dW[l])
            torch.sum(E, 0, out=self.db[l])
            if l:
                A, error = self.A[l - 1], self.E[l - 1]
                torch.mm(E, self.WT[l], out=error)
                if kind == "relu":
                    aten.threshold_backward.grad_input(error, A, 0, grad_input=error)
                elif kind == "tanh":
                    aten.tanh_backward.grad_input(error, A, grad_input=error)
                else:
                    aten.sigmoid_backward.grad_input(error, A, grad_input=error)
        self.update()

    def output_error(self, Z: Any, t: Any, E: Any) -> None:
        """E ← ∂L/∂Z_L (times η for SGD)."""
        loss = self.workload.loss
        if loss == "cross_entropy":
            torch.softmax(Z, 1, out=E)
            E[self.rows, t] -= 1
        elif loss == "squared_error":
            torch.sub(Z, t, out=E)
        else:
            Z.sigmoid_()
            torch.sub(Z, t, out=E)
        E.mul_(self.scale)
        if loss == "squared_error_of_sigmoid":
            aten.sigmoid_backward.grad_input(E, Z, grad_input=E)

    def update(self) -> None:
        """θ ← θ − ηg, or Adam's rule."""
        w = self.workload
        if w.optimiser == "sgd":
            self.theta.sub_(self.g)
            return
        self.updates += 1
        self.mean.lerp_(self.g, 0.1)
        self.square.mul_(0.999).addcmul_(self.g, self.g, value=0.001)
        torch.sqrt(self.square, out=self.scratch)
        self.scratch.mul_((1 - 0.999**self.updates) ** -0.5).add_(1e-8)
        self.theta.addcdiv_(self.mean, self.scratch, value=-w.learning_rate / (1 - 0.9**self.updates))

    def parameters(self) -> Parameters:
        """Copies, W as n_out × n_in."""
        found = {}
        for l, (W, b) in enumerate(zip(self.W, self.b, strict=True), start=1):
            found[f"W{l}"], found[f"b{l}"] = W.numpy().T.copy(), b.numpy().copy()
        return found


def prepare(task: Task) -> ByHand:
    """The threads are torch's own."""
    return ByHand(task)
