"""Which piece of the network is a ``torch.autograd.Function``?

Found by the names of its arguments, and by what its forward computes at random inputs.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from chalkgrad.network import Network
from chalkgrad.usercode.frameworks.torch_trial import NEAR, FunctionPlace, RandomInputs
from chalkgrad.usercode.frameworks.torch_watched import arguments_of
from chalkgrad.usercode.vocabulary.names import plain, quantity, role

_WEIGHTS = {"w", "weight", "weights", "kernel", "theta", "wt", "mat"}
_BIASES = {"b", "bias", "biases", "b0"}
_TARGETS = {"t", "y", "target", "targets", "label", "labels", "ytrue", "truth", "gt", "onehot"}


def places(function: Any, network: Network) -> tuple[list[FunctionPlace], str]:
    """All places that a Function may have, tried at random inputs, the best first; and why none ran."""
    setting = RandomInputs(network)
    asked = arguments_of(function)
    tried, reason = [], ""
    for place in _candidates(asked, network):
        gap, why = setting.gap(function, place)
        reason = reason or why
        if np.isfinite(gap):
            tried.append(replace(place, gap=gap))
    return sorted(tried, key=lambda place: place.gap if place.gap > NEAR else 0.0), reason


def _candidates(asked: Sequence[inspect.Parameter], network: Network) -> Iterator[FunctionPlace]:
    needed = [p for p in asked if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    yield from _networks(asked, network)
    for layer in range(1, network.depth + 1):
        yield from _layers(asked, needed, network, layer)
        if len(needed) == 1:
            yield FunctionPlace("activation", layer, ("z",))
        else:
            constants = [float(value) for _, value in network.layers[layer - 1].activation.parameters]
            if constants and len(needed) == 1 + len(constants):
                yield FunctionPlace("activation", layer, ("z", *constants))
    if len(needed) == 2:
        yield from _losses(needed, network)


def _networks(asked: Sequence[inspect.Parameter], network: Network) -> Iterator[FunctionPlace]:
    order: list[str | float] = []
    for parameter in asked:
        found = quantity(parameter.name, network.depth)
        if found in network.parameter_shapes():
            order.append(str(found))
        elif role(parameter.name) == "X":
            order.append("x")
        elif role(parameter.name) in ("y", "T"):
            order.append("t")
        else:
            return
    if (
        "x" not in order
        or not set(network.parameter_shapes()) <= set(order)
        or (network.depth == 1 and len(order) < 4)
    ):
        return
    targets: tuple[Any, ...] = ("matrix", "classes") if network.layers[-1].is_softmax else ("matrix",)
    results = ("loss", "loss without penalty") if "t" in order else ("y", "z")
    for result, weights, columns, bias, target in product(
        results, ("out_in", "in_out"), (False, True), ("flat", "matrix"), targets
    ):
        yield FunctionPlace("network", network.depth, tuple(order), weights, columns, bias, target, result)


def _layers(
    asked: Sequence[inspect.Parameter], needed: Sequence[inspect.Parameter], network: Network, layer: int
) -> Iterator[FunctionPlace]:
    words = [_word(parameter.name) for parameter in asked]
    optional = len(asked) - len(needed)
    has_bias = network.layers[layer - 1].bias
    counts = {2, 3} & set(range(len(needed), len(asked) + 1))
    for count in sorted(counts, reverse=has_bias):
        if count == 3 and not has_bias and optional:
            continue  # a bias that may be left out is left out
        named = tuple(word if word in "Wb" else "a" for word in words[:count])
        orders = [named] if sorted(named) == sorted("aWb"[:count]) else []
        orders += [] if orders else [tuple("aWb"[:count])]
        for order in orders:
            for weights, columns, bias in product(("out_in", "in_out"), (False, True), ("flat", "matrix")):
                if bias == "flat" or count == 3:
                    yield FunctionPlace("linear", layer, order, weights, columns, bias)
                    if not network.layers[layer - 1].activation.is_identity and count == 3 - (not has_bias):
                        yield FunctionPlace("layer", layer, order, weights, columns, bias)


def _losses(needed: Sequence[inspect.Parameter], network: Network) -> Iterator[FunctionPlace]:
    words = [plain(parameter.name) in _TARGETS for parameter in needed]
    orders: list[tuple[str, str]] = [("y", "t"), ("t", "y")]
    if words == [True, False]:
        orders.reverse()
    targets = ["matrix"]
    targets += ["flat"] if network.widths[-1] == 1 else []
    targets += ["classes"] if network.widths[-1] > 1 and network.loss.loss_function.domain.sums_to_one else []
    for order, kind, target, columns, result in product(
        orders, ("loss", "loss of logits"), targets, (False, True), ("loss", "samples", "entries")
    ):
        yield FunctionPlace(kind, network.depth, order, columns=columns, target=target, result=result)  # type: ignore[arg-type]


def _word(name: str) -> str:
    word = plain(name)
    return "W" if word in _WEIGHTS else "b" if word in _BIASES else "a"
