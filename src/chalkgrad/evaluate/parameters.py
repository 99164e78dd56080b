"""Parameters to begin with, drawn from a seed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad._reading import read_seed
from chalkgrad.network import Layer, Network
from chalkgrad.network.model import expect_network

MAX_PARAMETERS = 500_000_000


def initialise(network: Network, seed: int = 0) -> dict[str, NDArray[np.float64]]:
    """Draw weights from a seed; biases are 0.

    ``relu, leaky_relu, elu, softplus, silu, gelu``: He normal, ``W ~ N(0, 2/n_in)``.
    Everything else: Glorot uniform, ``W ~ U(−r, r)`` with ``r = √(6/(n_in + n_out))``.
    Layer l draws from a generator of its own, seeded by (seed, l), so a layer's weights do not depend
    on the layers before it.

    Parameters
    ----------
    network
        Its shapes and activations.
    seed
        A whole number of at least 0.

    Returns
    -------
    dict
        ``W1`` of shape (n₁, n₀), ``b1`` of shape (n₁,), and so on; no ``b`` for a layer without bias.  Of a
        norm ``gamma1`` is 1 and ``beta1`` 0; of a batch norm ``running_mean1`` is 0 and ``running_var1`` 1.

    Raises
    ------
    InputError
        If the seed is no whole number of at least 0, or there are more than 500,000,000 parameters.

    References
    ----------
    He, Zhang, Ren, Sun 2015, eq. 10 (normal); Glorot, Bengio 2010, eq. 16 (uniform).

    Examples
    --------
    >>> parameters = initialise(Network("4-3:relu-1:sigmoid"), seed=1)
    >>> {name: array.shape for name, array in parameters.items()}
    {'W1': (3, 4), 'b1': (3,), 'W2': (1, 3), 'b2': (1,)}
    """
    expect_network(network)
    start = read_seed(seed)
    return dict(draws(network, start))


def draws(network: Network, seed: int) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Yield the parameters that ``initialise`` returns, one after the other."""
    count = sum(math.prod(parameter.shape) for parameter in network.parameters())
    if count > MAX_PARAMETERS:
        condition = f"have at most {MAX_PARAMETERS:,} parameters to be drawn"
        raise InputError(Fault("layers", condition, f"{count:,}", "Make the widest layers narrower."))
    for parameter in (*network.parameters(), *network.statistics):
        if parameter.role.initial is None:
            draw = np.random.default_rng((seed, parameter.layer))
            yield parameter.name, _weights(network.layers[parameter.layer - 1], parameter.shape, draw)
        else:
            yield parameter.name, np.full(parameter.shape, parameter.role.initial)


def _weights(layer: Layer, shape: tuple[int, ...], draw: np.random.Generator) -> NDArray[np.float64]:
    n_out, n_in = shape
    if not layer.is_softmax and layer.function.initial == "he":
        return draw.normal(0.0, math.sqrt(2 / n_in), shape)
    limit = math.sqrt(6 / (n_in + n_out))
    return draw.uniform(-limit, limit, shape)
