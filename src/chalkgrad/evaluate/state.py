"""What an optimiser remembers from step to step, checked against its rule and the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, did_you_mean
from chalkgrad._numbers import shown
from chalkgrad.derive import UpdateRule
from chalkgrad.evaluate.arrays import read_array
from chalkgrad.expr import SLOT_NAMES
from chalkgrad.network import Network


def state_shapes(network: Network, rule: UpdateRule | None) -> dict[str, tuple[int, ...]]:
    """The shapes of ``W1.m``, ``W1.v``, …: each that of its parameter.

    >>> from chalkgrad.derive.optimisers import SGD
    >>> state_shapes(Network("2-1"), SGD(momentum=0.9).rule())
    {'W1.v': (1, 2), 'b1.v': (1,)}
    """
    slots = [SLOT_NAMES[kind] for kind in rule.remembered] if rule is not None else []
    return {f"{name}.{slot}": shape for name, shape in network.parameter_shapes().items() for slot in slots}


def fit_state(network: Network, rule: UpdateRule | None, state: Any, faults: list[Fault]) -> dict[str, Array]:
    """Return the state in the network's shapes; zeros where none is given."""
    shapes = state_shapes(network, rule)
    if state is None:
        return {name: np.zeros(shape) for name, shape in shapes.items()}
    if not isinstance(state, Mapping):
        faults.append(Fault("state", "be a table of names and arrays", shown(state), "Write {'W1.m': …}."))
        return {}
    found: dict[str, Array] = {}
    for name, value in state.items():
        if name not in shapes:
            fix = did_you_mean(str(name), list(shapes)) or "This optimiser remembers nothing."
            faults.append(Fault(f"state.{name}", "be remembered by the optimiser", "an unknown name", fix))
            continue
        array = read_array(value, f"state.{name}", faults)
        if array is not None and array.shape != shapes[name]:
            fix = "It has the shape of its parameter."
            faults.append(Fault(f"state.{name}", f"have shape {shapes[name]}", f"shape {array.shape}", fix))
        elif array is not None:
            found[name] = array
    for name, shape in shapes.items():
        if name not in state:
            fix = "Leave out the state to begin with zeros."
            faults.append(Fault(f"state.{name}", f"be given, of shape {shape}", "nothing", fix))
    return found
