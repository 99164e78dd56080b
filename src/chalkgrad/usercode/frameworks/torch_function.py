"""A ``torch.autograd.Function`` in its place in the network: the rest is PyTorch's own differentiation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import ROLES
from chalkgrad.evaluate import initialise
from chalkgrad.network import Network
from chalkgrad.usercode.frameworks import torch_network as own
from chalkgrad.usercode.frameworks.base import Adapted, MisfitError
from chalkgrad.usercode.frameworks.torch_names import known_names
from chalkgrad.usercode.frameworks.torch_places import places
from chalkgrad.usercode.frameworks.torch_trial import NEAR, FunctionPlace, draw_targets
from chalkgrad.usercode.frameworks.torch_watched import Record, arguments_of, backward_of, watched

Tensor = Any


class AdaptedFunction(Adapted):
    """A Function as part of a network, with ``backward`` for what it is.

    Besides the gradients of the parameters it gives ∂L/∂Z_l and ∂L/∂A_l, as dZ1, dA1 and so on.

    Raises
    ------
    MisfitError
        If the Function has no backward, or fits no place in the network.
    """

    def __init__(self, function: Any, network: Network) -> None:
        super().__init__(network, function.__name__)
        if backward_of(function) is None:
            raise MisfitError(f"{self.__name__}: must have a backward; got only a forward. Write one.")
        found, reason = places(function, network)
        if not found:
            names = ", ".join(parameter.name for parameter in arguments_of(function))
            why = f" ({reason})" if reason else ""
            raise MisfitError(
                f"{self.__name__}.forward({names}) fits no place in {network}{why}. It must be an activation "
                "f(z), a layer (input, weight, bias), a loss (y, t) or the whole network (X, W1, b1, …, y)."
            )
        self.place = found[0]
        self.layers = _layers(found, network, self.__name__)
        self._record = Record(self.notes)
        self._function = watched(function, self._record)
        self._tell_place()
        self._pieces = self._built()
        self._try(function)

    def _tell_place(self) -> None:
        kind, where = self.place.kind, ", ".join(map(str, self.layers))
        plural = "s" if len(self.layers) > 1 else ""
        words = {
            "activation": f"the activation of layer{plural} {where}",
            "linear": f"the linear part of layer{plural} {where}",
            "layer": f"layer{plural} {where} with the activation",
            "loss": "the loss of (y, t)",
            "loss of logits": f"the loss, taken of z{self.network.depth}",
            "network": "the whole network",
        }
        self.tell(f"{self.__name__} is {words[kind]}; the rest is PyTorch's own differentiation")
        if self.place.gap > NEAR:
            self.tell_forward(".forward", self.place.gap)

    def _built(self) -> own.Pieces:
        place, pieces = self.place, own.Pieces()
        if place.kind == "activation":
            pieces.activations = dict.fromkeys(self.layers, lambda z: self._call({"z": z}))
        elif place.kind == "linear":
            pieces.linears = {l: self._layer(l) for l in self.layers}
        elif place.kind == "layer":
            pieces.layers = {l: self._layer(l) for l in self.layers}
        elif place.kind == "loss":
            pieces.loss = self._loss
        elif place.kind == "loss of logits":
            pieces.loss_of_logits = self._loss
        return pieces

    def _call(self, values: Mapping[str, Tensor], named: Mapping[str, str] | None = None) -> Tensor:
        """Apply it; ``named`` says which roles are which parameters."""
        place = self.place
        leaves = {
            at: (named[item], place.weights == "in_out" and item[0] == "W")
            for at, item in enumerate(place.order)
            if named and isinstance(item, str) and item in named
        }
        with self._record.calling(leaves):
            return place.back(self._function.apply(*place.arguments(values)))

    def _layer(self, l: int) -> Callable[[Tensor, own.Parameters], Tensor]:
        def layer(a: Tensor, parameters: own.Parameters) -> Tensor:
            import torch

            named = {role.letter: role.name(l) for role in ROLES.values() if role.name(l) in parameters}
            values = {"a": a} | {letter: parameters[name] for letter, name in named.items()}
            values.setdefault("b", torch.zeros(len(values["W"]), dtype=torch.float64))
            z = self._call(values, named)
            return z if "b" in self.place.order or "b" not in named else z + values["b"]

        return layer

    def _loss(self, y: Tensor, t: Tensor) -> Tensor:
        value = self._call({"y": y, "t": t})
        if self.place.result == "loss":
            return value.sum()
        mean = self.network.loss.loss_function.mean_over_outputs
        if self.place.result == "entries":
            value = value.mean(dim=1) if mean else value.sum(dim=1)
        return own.reduced(self.network, value)

    def gradients(self, x: Array, t: Array, parameters: Mapping[str, Array]) -> dict[str, Any]:
        """One forward and one backward pass."""
        answer, _ = self._run(x, t, parameters)
        return answer

    def _run(
        self, x: Array, t: Array, parameters: Mapping[str, Array]
    ) -> tuple[dict[str, Any], dict[str, Array]]:
        self._record.misshapen.clear()
        leaves, given = own.tensors_of(parameters, grad=True), own.tensors_of({"x": x, "t": t})
        values: dict[str, Tensor] = {}
        if self.place.kind == "network":
            total = self._whole(given, leaves)
        else:
            values = own.forward(self.network, leaves, given["x"], self._pieces)
            total = own.loss(self.network, values, given["t"], leaves, self._pieces)
        for value in values.values():
            if value.requires_grad:
                value.retain_grad()
        if not total.requires_grad:
            raise ValueError(f"{self.__name__}: no gradient reaches the parameters, the result is detached")
        total.backward()
        answer: dict[str, Any] = {"loss": float(total.detach())}
        for name, leaf in leaves.items():
            if name in self._record.misshapen:
                answer[f"d{name}"] = own.array_of(self._record.misshapen[name])
            elif leaf.grad is not None:
                answer[f"d{name}"] = own.array_of(leaf.grad)
        last = f"A{self.network.depth}"
        for name, value in values.items():
            if value.requires_grad and value.grad is not None:
                answer["dY" if name == last else f"d{name}"] = own.array_of(value.grad)
        renamed = {"A0": "X", "x": "X", "t": "T", last: "Y"}
        arrays = {renamed.get(k, k): own.array_of(value) for k, value in (leaves | values | given).items()}
        return answer, arrays | {name: value for name, value in answer.items() if name != "loss"}

    def _whole(self, given: Mapping[str, Tensor], leaves: Mapping[str, Tensor]) -> Tensor:
        value = self._call({**given, **leaves}, {name: name for name in leaves})
        network = self.network
        if self.place.result == "loss":
            return value.sum()
        if self.place.result == "loss without penalty":
            weights = [leaves[each.name] for each in network.penalised()]
            return value.sum() + float(network.l2) * sum((w * w).sum() for w in weights)
        z = {f"Z{network.depth}": value} if self.place.result == "z" else {}
        y = own.activate(network, network.depth, value) if z else value
        return own.loss(network, {f"A{network.depth}": y} | z, given["t"], leaves)

    def _try(self, function: Any) -> None:
        """Run it once, to learn its names and to see what it does to its tensors."""
        random, m = np.random.default_rng(1), 5
        table = initialise(self.network, 1)
        x, t = random.normal(size=(m, self.network.input_width)), draw_targets(self.network, random, m)
        try:
            self.known_as = known_names(function, lambda: self._run(x, t, table)[1])
        except Exception:  # the call that counts raises it again
            self.known_as = {}


def _layers(found: list[FunctionPlace], network: Network, name: str) -> tuple[int, ...]:
    """Return the layers in which it stands: where its values are right, or else where its name says so."""
    best = found[0]
    same = [place for place in found if (place.kind, place.order[:1]) == (best.kind, best.order[:1])]
    if best.kind in ("loss", "loss of logits", "network"):
        return (network.depth,)
    right = sorted({place.layer for place in same if place.gap <= NEAR})
    if right:
        return tuple(right)
    called = name.lower()
    named = [
        l
        for l, layer in enumerate(network.layers, start=1)
        if layer.activation.name.replace("_", "") in called.replace("_", "")
    ]
    hidden = range(1, network.depth) if best.kind == "activation" else range(1, network.depth + 1)
    return tuple(named or hidden or (network.depth,))
