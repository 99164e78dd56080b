"""A ``torch.nn.Module`` as a callable of named arrays: its parameters are found by order and shape."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad.network import Network
from chalkgrad.usercode.frameworks import torch_network as own
from chalkgrad.usercode.frameworks.base import Adapted, MisfitError
from chalkgrad.usercode.frameworks.torch_trial import NEAR, draw_targets
from chalkgrad.usercode.vocabulary.names import quantity

Tensor = Any


class AdaptedModule(Adapted):
    """A module whose forward is the network, up to its outputs or logits, or the loss itself.

    Its automatic differentiation is right by construction; hooks and Functions inside need not be.  The
    module itself is used, for a copy would lose the hooks of its tensors; everything in it is put back.

    Raises
    ------
    MisfitError
        If its parameters are not the network's.
    """

    fixed_widths = True

    def __init__(self, target: Any, network: Network) -> None:
        module = target() if isinstance(target, type) else target
        super().__init__(network, type(module).__name__)
        self.module = module
        self._tensors = self._match()
        asked = inspect.signature(module.forward).parameters.values()
        needed = [p for p in asked if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        self._with_target = len(needed) == 2
        self.result = self._result()
        words = {"y": "the outputs", "z": "the logits", "loss": "the loss"}[self.result]
        self.tell(
            f"{self.__name__}'s forward gives {words}; its parameters are {', '.join(self._tensors)} in order"
        )

    def _match(self) -> dict[str, tuple[Tensor, bool]]:
        """Return the module's tensor for each parameter, and whether it is transposed."""
        shapes = self.network.parameter_shapes()
        theirs = dict(self.module.named_parameters())
        named = {
            quantity(name.rpartition(".")[2], self.network.depth): value for name, value in theirs.items()
        }
        ordered = list(theirs.values())
        if set(shapes) <= set(named):
            ordered = [named[name] for name in shapes]
        found = {}
        have = [tuple(value.shape) for value in ordered]
        want = list(shapes.values())
        if len(have) == len(want):
            for (name, shape), tensor in zip(shapes.items(), ordered, strict=True):
                size = tuple(tensor.shape)
                if size == shape or (tensor.numel() == shape[0] and len(shape) == 1):
                    found[name] = tensor, False
                elif size == shape[::-1]:
                    found[name] = tensor, True
        if len(found) < len(shapes):
            raise MisfitError(
                f"{self.__name__}: its parameters must be those of {self.network}, {_listed(want)}; "
                f"got {_listed(have)}. Give the network that it is."
            )
        return found

    def _result(self) -> str:
        """Find out whether its forward gives y, the logits z, or the loss."""
        random, m = np.random.default_rng(0), 5
        table = {k: random.normal(0, 0.7, shape) for k, shape in self.network.parameter_shapes().items()}
        x, t = random.normal(size=(m, self.network.input_width)), draw_targets(self.network, random, m)
        given, depth = own.tensors_of({"x": x, "t": t}), self.network.depth
        parameters = own.tensors_of(table)
        values = own.forward(self.network, parameters, given["x"])
        wanted = {"y": values[f"A{depth}"], "z": values[f"Z{depth}"]}
        wanted["loss"] = own.loss(self.network, values, given["t"], parameters)
        with self._filled(table):
            answer = self._answer(given).detach()
        if answer.numel() == wanted["y"].numel():
            answer = answer.reshape(wanted["y"].shape)
        gaps = {
            kind: float((answer - value).abs().max() / value.abs().max())
            for kind, value in wanted.items()
            if answer.shape == value.shape
        }
        if not gaps:
            raise MisfitError(
                f"{self.__name__}: its forward returned shape {tuple(answer.shape)}, not y or the loss."
            )
        best = min(gaps, key=lambda kind: gaps[kind])
        if gaps[best] > NEAR:
            self.tell_forward("'s forward pass", gaps[best])
        return best

    def _answer(self, given: Mapping[str, Tensor]) -> Tensor:
        if self._with_target:
            return self.module(given["x"], given["t"])
        return self.module(given["x"])

    @contextmanager
    def _filled(self, parameters: Mapping[str, Array]) -> Iterator[None]:
        """Put parameters into the module in float64, evaluation mode; afterwards everything is as it was."""
        import torch

        floating = [b for b in self.module.buffers() if b.is_floating_point()]
        kept = [(tensor, tensor.data) for tensor in (*self.module.parameters(), *floating)]
        slopes = [(tensor, tensor.grad) for tensor in self.module.parameters()]
        modes = [(part, part.training) for part in self.module.modules()]
        try:
            for tensor, _ in slopes:
                tensor.grad = None
            for tensor in floating:
                tensor.data = tensor.data.to(torch.float64)
            for name, (tensor, turned) in self._tensors.items():
                value = torch.tensor(np.asarray(parameters[name], dtype=np.float64))
                tensor.data = (value.T if turned else value).contiguous().reshape(tensor.shape)
            self.module.eval()
            yield
        finally:
            for tensor, data in kept:
                tensor.grad = None
                tensor.data = data
            for tensor, slope in slopes:
                tensor.grad = slope
            for part, training in modes:
                part.training = training

    def gradients(self, x: Array, t: Array, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """One forward and one backward pass."""
        shapes = {name: np.shape(value) for name, value in parameters.items()}
        if shapes != self.network.parameter_shapes():
            raise MisfitError(f"{self.__name__} has fixed widths: {self.network}")
        given, network = own.tensors_of({"x": x, "t": t}), self.network
        with self._filled(parameters):
            answer = self._answer(given)
            if self.result == "loss":
                total = answer.sum()
            else:
                last = answer.reshape(t.shape)
                z = {f"Z{network.depth}": last} if self.result == "z" else {}
                y = own.activate(network, network.depth, last) if z else last
                leaves = {name: tensor for name, (tensor, _) in self._tensors.items()}
                total = own.loss(network, {f"A{network.depth}": y} | z, given["t"], leaves)
            total.backward()
            found: dict[str, Any] = {"loss": float(total.detach())}
            for name, (tensor, turned) in self._tensors.items():
                if tensor.grad is not None:
                    slope = own.array_of(tensor.grad)
                    found[f"d{name}"] = slope.T if turned else slope.reshape(shapes[name])
        return found


def _listed(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(" × ".join(map(str, shape)) for shape in shapes) or "none"
