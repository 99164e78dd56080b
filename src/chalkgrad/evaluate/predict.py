"""The forward equations alone: what the network answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalkgrad._errors import Fault, InputError
from chalkgrad.derive import Derivation, derive
from chalkgrad.evaluate.arrays import as_float64
from chalkgrad.evaluate.data import Data, fit_inputs, fit_parameters
from chalkgrad.evaluate.program import FLOAT64, CompiledSteps, compile_derivation
from chalkgrad.evaluate.run import inputs
from chalkgrad.network import Network


def predict(network: Network, parameters: Mapping[str, Any], x: Any) -> NDArray[np.float64]:
    """Return the network's outputs Y = A_L in float64, by the forward equations of its derivation.

    Parameters
    ----------
    network
        The description.
    parameters
        ``{"W1": (n₁, n₀), "b1": (n₁,), …}``; of a batch norm also ``running_mean1`` and ``running_var1``.
    x
        Inputs (m, n₀), samples as rows.

    Returns
    -------
    Y
        Of shape (m, n_L).

    Raises
    ------
    InputError
        With every fault of parameters and inputs.

    Examples
    --------
    >>> predict(Network("2-1:nobias"), {"W1": [[1, -1]]}, [[3, 1], [1, 3]]).tolist()
    [[2.0], [-2.0]]
    """
    faults: list[Fault] = []
    fitted = fit_parameters(network, parameters, faults, statistics=True)
    fitted_x = fit_inputs(network, x, "x", faults)
    if faults or fitted_x is None:
        raise InputError(faults)
    given = {name: as_float64(array) for name, array in fitted.items()}
    derivation = derive(network, inference=True)
    rows = as_float64(fitted_x)
    no_targets = np.empty((len(rows), 0))
    values = inputs(derivation, Data(given, rows, no_targets, given), given)
    with np.errstate(over="ignore", under="ignore", invalid="ignore", divide="ignore"):
        forward_program(derivation).run(values)
    y: NDArray[np.float64] = values[derivation.forward[-1].symbol]
    return y


@lru_cache(maxsize=64)
def forward_program(derivation: Derivation) -> CompiledSteps:
    """Return the forward equations in float64."""
    return compile_derivation(derivation, FLOAT64, frozenset({derivation.forward[-1].symbol}))
