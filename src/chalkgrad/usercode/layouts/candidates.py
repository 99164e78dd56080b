"""Readings: the layouts in which a user's function may want its arrays, and what its answer means in each.

The canonical layout is samples as rows, W n_out × n_in, b flat.  The others are tried only where the
canonical one does not explain the answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, product

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._roles import BIAS, ROLES
from chalkgrad.network import Network
from chalkgrad.usercode.layouts.reading import (
    BiasLayout,
    Mode,
    Penalty,
    Reading,
    Samples,
    TargetLayout,
    WeightLayout,
)
from chalkgrad.usercode.vocabulary.labels import by_names
from chalkgrad.usercode.vocabulary.names import gradient, quantity
from chalkgrad.usercode.vocabulary.norm_names import OF_THE_WAY

_TURNED: tuple[TargetLayout, ...] = ("turned", "data")


def readings(network: Network, t: Array, *, single: bool = False) -> list[Reading]:
    """All layouts, the canonical one first and then the nearer ones first; ``single``: one sample a call."""
    targets: list[TargetLayout] = ["matrix"]
    if t.shape[1] == 1:
        targets.append("flat")
    elif (
        network.loss.loss_function.takes_classes(t.shape[1]) or network.layers[-1].is_softmax
    ) and _is_one_hot(t):
        targets.append("classes")
    samples: tuple[Samples, ...] = ("rows", "columns")
    weights: list[WeightLayout] = ["out_in", "in_out"]
    if network.depth == 1 and t.shape[1] == 1:
        weights.append("flat")
    has_bias = bool(network.parameter_names(BIAS))
    biases: list[BiasLayout] = ["flat", "matrix"] if has_bias else ["flat"]
    mode: Mode = "single" if single else "batch"
    found = [Reading(*choice, mode) for choice in product(samples, weights, biases, targets)]
    return sorted(found, key=Reading.distance)


def unusual(network: Network, usual: Sequence[Reading], best: Reading, named: bool) -> list[Reading]:
    """Layouts that are tried where no usual one is right: targets turned, another meaning of λ."""
    found = [
        replace(each, target=target)
        for each in usual
        if each.mode == "batch" and each.target == "matrix"
        for target in _TURNED
    ]
    if network.l2 and named:
        meant: tuple[Penalty, ...] = ("2c", "2cm")
        found += [replace(best, penalty=penalty) for penalty in meant]
    return found


def quantities_in(network: Network) -> list[str]:
    """The names of the parameters, and of what a norm computes."""
    norms = [number for number, layer in enumerate(network.layers, start=1) if layer.norm is not None]
    return [*network.parameter_shapes(), *(f"{letter}{l}" for l in norms for letter in OF_THE_WAY)]


def _is_one_hot(t: Array) -> bool:
    return np.array_equal(t.sum(axis=1), np.ones(len(t))) and set(t.flat) <= {0, 1}


def meanings(
    parts: Sequence[tuple[str, Array]], names: Sequence[str], network: Network
) -> Iterator[dict[str, Array]]:
    """What an answer may mean: gradients by canonical name (dW1 …), the likeliest first.

    Labels that are names say it themselves; a tuple is read by the names in its ``return``, or by the usual
    orders: W1, b1, W2, b2 …; backwards; all W, then all b; all b, then all W.
    """
    depth, there = network.depth, quantities_in(network)
    named = by_names(parts, depth, there)
    if named:
        yield named | _called_exactly(parts, network)
        return
    told: list[str | None] = []
    if names and len(names) == len({label.split(".")[0] for label, _ in parts}):
        renamed = [(_renamed(label, names), array) for label, array in parts]
        named = by_names(renamed, depth, there)
        told = [gradient(label, depth, there=there) for label, _ in renamed]
        if len(named) == len(parts) or {f"d{name}" for name in network.parameter_shapes()} <= set(named):
            yield named
            return
    arrays = [array for _, array in parts]
    parameters = list(network.parameter_shapes())
    if len(arrays) == len(parameters) + 1 and arrays[0].size == 1:
        arrays, told = arrays[1:], told[1:]
    weights, biases, *others = map(network.parameter_names, ROLES.values())
    of_norms = list(chain.from_iterable(others))
    layers = [[p.name for p in network.parameters() if p.layer == l] for l in range(1, depth + 1)]
    backwards = list(chain.from_iterable(layers[::-1]))
    swapped = list(chain.from_iterable(names[::-1] for names in layers))
    orders = [
        parameters,
        backwards,
        weights + biases + of_norms,
        [*chain.from_iterable(zip(weights, biases, strict=False)), *of_norms],
        biases + weights,
        swapped,
        weights[::-1] + biases[::-1],
    ]
    if len(arrays) == len(weights):
        orders = [weights, weights[::-1]]
    fitting = [order for order in dict.fromkeys(map(tuple, orders)) if len(order) == len(arrays)]
    agreeing = [order for order in fitting if _agrees(order, told)]
    for order in agreeing or fitting:
        yield {f"d{name}": array for name, array in zip(order, arrays, strict=True)}


def _called_exactly(parts: Sequence[tuple[str, Array]], network: Network) -> dict[str, Array]:
    """What has the very name of a parameter for which there are no other words: gamma1, dgamma1."""
    own = {name for name in network.parameter_shapes() if quantity(name, network.depth) is None}
    last = ((label.split(".")[-1].removeprefix("d"), array) for label, array in parts if own)
    return {f"d{name}": array for name, array in last if name in own}


def _agrees(order: Sequence[str], told: Sequence[str | None]) -> bool:
    """Whether an order puts every part whose name is known in its place."""
    pairs = zip(order, told, strict=False)
    return all(known is None or known == f"d{name}" for name, known in pairs)


def _renamed(label: str, names: Sequence[str]) -> str:
    first, _, rest = label.partition(".")
    name = names[int(first)] if first.isdecimal() and len(first) < 9 and int(first) < len(names) else first
    return f"{name}.{rest}" if rest else name
