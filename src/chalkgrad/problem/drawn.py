"""A problem for any network: numbers that are short enough to compute with by hand, drawn from a seed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from chalkgrad._numbers import plain_value
from chalkgrad.network import Network
from chalkgrad.problem.model import Problem

MOST_WRITTEN = 400
"""Parameters beyond this many are left to the seed."""
RATE = Fraction(1, 10)


def draw_problem(
    network: Network, seed: int = 0, samples: int | None = None, *, zeros: bool = False, notation: str = ""
) -> Problem:
    """Return a network with weights in quarters, inputs in whole numbers, and targets that its loss takes.

    Parameters
    ----------
    network
        What the numbers are for.
    seed
        Where they are drawn from; the same seed gives the same numbers.
    samples
        How many rows of x and t; left out, one, or three where a batch norm needs some.
    zeros
        Whether all numbers are 0 instead, to be filled in.
    notation
        The notation of the problem.

    Examples
    --------
    >>> problem = draw_problem(Network("2-1:sigmoid"), seed=1)
    >>> problem.to_dict()["sample"]
    {'x': [[2, 2]], 't': [[0]]}
    """
    if samples is None:
        samples = 3 if network.statistics else 1
    draw = np.random.default_rng(seed)
    shapes = network.parameter_shapes()
    written = sum(map(np.prod, shapes.values())) <= MOST_WRITTEN
    parameters = {name: _quarters(draw, shape, zeros) for name, shape in shapes.items()} if written else {}
    width = network.widths[0]
    x = np.zeros((samples, width), dtype=int) if zeros else draw.integers(-2, 3, (samples, width))
    return Problem(
        network,
        parameters,
        x.tolist(),
        _targets(network, draw, samples, zeros),
        learning_rate=RATE,
        seed=seed,
        notation=notation,
    )


def _quarters(draw: np.random.Generator, shape: tuple[int, ...], zeros: bool) -> object:
    """Multiples of ¼ between −1 and 1, none of them 0."""
    size, sign = draw.integers(1, 5, shape), draw.choice([-1, 1], shape)
    return plain_value((0 if zeros else 1) * size * sign / 4)


def _targets(network: Network, draw: np.random.Generator, samples: int, zeros: bool) -> object:
    """Classes for cross-entropy, 0 or 1 for probabilities, else multiples of ½."""
    width, domain = network.widths[-1], network.loss.loss_function.domain
    if domain.sums_to_one:
        return np.eye(width, dtype=int)[draw.integers(width, size=samples) * (not zeros)].tolist()
    if domain.is_probability or network.layers[-1].activation.stays_within(0, 1):
        return (draw.integers(0, 2, (samples, width)) * (not zeros)).tolist()
    if domain.is_bounded:
        return plain_value(domain.inside(draw.integers(0, 2, (samples, width)) * (not zeros)))
    return plain_value(draw.integers(-2, 3, (samples, width)) * (not zeros) / 2)
