"""Data to check a network at: random, mild, with at least two samples, away from kinks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._reading import read_seed
from chalkgrad.check.forward import Forward
from chalkgrad.evaluate import gradients, initialise
from chalkgrad.evaluate.data import Data, validate_data
from chalkgrad.expr import symbol_name
from chalkgrad.formula.losses import REAL
from chalkgrad.network import Network
from chalkgrad.network.model import expect_network

_TRIES = 40
_CLEAR = 1e-3  # relative distance from the nearest kink that is good enough


def complete(
    network: Network,
    parameters: Mapping[str, Any] | None,
    x: Any,
    t: Any,
    seed: int = 0,
    *,
    labels: bool = False,
) -> tuple[Data, tuple[str, ...]]:
    """Fill in what was left out with random mild data, and say what was drawn.

    With ``labels`` the targets of sigmoid and softmax are 0 or 1, which other people's functions may rely on:
    ``p[range(m), y] -= 1`` has no meaning for a soft target.

    Of several draws the first is taken at which no unit is within 0.1 % of a kink and no parameter's
    gradient is zero throughout, or else the best.  Drawn numbers have few digits.

    Raises
    ------
    InputError
        If what was given does not fit the network, or the seed is no whole number of at least 0.
    """
    expect_network(network)
    seed = read_seed(seed)
    drawn = [name for name, value in (("parameters", parameters), ("x", x), ("t", t)) if value is None]
    if not drawn:
        return validate_data(network, x, t, parameters), ()

    def draw(attempt: int) -> Data:
        random = np.random.default_rng((seed, attempt))
        table = draw_parameters(network, seed + 1000 * attempt, random) if parameters is None else parameters
        inputs = draw_inputs(network, random, _rows(network, t)) if x is None else x
        rows = (
            1 if np.ndim(inputs) < 2 and network.input_width > 1 else len(np.atleast_1d(np.asarray(inputs)))
        )
        targets = draw_targets(network, random, rows, labels) if t is None else t
        return validate_data(network, inputs, targets, table)

    data = clearest(network, draw)
    return data, (f"{', '.join(drawn)} drawn at random (seed {seed}); m = {len(data.x)}",)


def clearest(network: Network, draw: Callable[[int], Data]) -> Data:
    """The first draw that is clear of kinks and saturation, or the clearest of so many."""
    best: tuple[float, Data] | None = None
    for attempt in range(_TRIES):
        data = draw(attempt)
        score = clarity(network, data)
        if best is None or score > best[0]:
            best = score, data
        if score >= 1:
            break
    assert best is not None
    return best[1]


def _rows(network: Network, t: Any) -> int:
    """The batch size: that of the targets, or the smallest from 3 on that is no width of the network."""
    if t is not None:
        shape = np.shape(t)
        return shape[0] if len(shape) == 2 or (shape and network.widths[-1] == 1) else 1
    return next(m for m in range(3, 4 + len(set(network.widths))) if m not in network.widths)


def draw_parameters(network: Network, seed: int, random: np.random.Generator) -> dict[str, Array]:
    """Initial weights, and small biases so that their gradients are tested away from zero."""
    table = initialise(network, seed)
    small = {p.name for p in network.parameters() if p.role.initial is not None}
    return {k: np.round(random.normal(0, 0.2, w.shape) if k in small else w, 3) for k, w in table.items()}


def draw_inputs(network: Network, random: np.random.Generator, rows: int) -> Array:
    """Standard normal inputs."""
    return np.round(random.normal(size=(rows, network.input_width)), 2)


def draw_targets(network: Network, random: np.random.Generator, rows: int, labels: bool = False) -> Array:
    """Targets inside the loss's domain: none of them at a border, or labels, every class as often."""
    shape = rows, network.widths[-1]
    domain = network.loss.loss_function.domain
    if labels and domain.sums_to_one and network.layers[-1].is_softmax:
        one_hot: Array = np.eye(shape[1])[random.permutation(np.arange(rows) % shape[1])]
        return one_hot
    is_link = network.loss.loss_function.is_link(network.layers[-1].activation.name)
    if labels and domain.is_probability and is_link:
        return (random.permutation(rows * shape[1]) % 2).reshape(shape).astype(np.float64)
    if domain.sums_to_one:
        parts = random.uniform(0.2, 1, size=shape)
        whole: Array = np.round(parts / parts.sum(axis=1, keepdims=True), 3)
        whole[:, -1] = np.round(1 - whole[:, :-1].sum(axis=1), 3)
        return whole
    if domain == REAL:
        return np.round(random.normal(size=shape), 2)
    return np.asarray(np.round(domain.inside(random.uniform(0.1, 0.9, size=shape)), 2))


def clarity(network: Network, data: Data) -> float:
    """1 for data that tests everything; less for a near kink, much less for a dead or infinite gradient."""
    loss, slopes = gradients(network, data.parameters, data.x, data.t)
    if not np.isfinite(loss) or not all(np.isfinite(g).all() for g in slopes.values()):
        return -2.0
    dead = sum(not g.any() for g in slopes.values())
    if dead:
        return -dead / len(slopes)
    forward = Forward(network, data)
    clear = 1.0
    for layer in range(1, network.depth + 1):
        z = forward.values[symbol_name("pre", layer)]
        for kink in forward.kinks(layer):
            clear = min(clear, float(np.abs(z - float(kink)).min() / (np.abs(z).max() or 1.0)) / _CLEAR)
    return clear
