"""Whether the parts of a model fit each other, and data the model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.data.columns.preparation import Preparation
from chalkgrad.data.columns.raw import framed, is_named, table_of, with_target
from chalkgrad.data.tables.table import Table
from chalkgrad.network import Network
from chalkgrad.train.rows.names import Names, check_index

_TOLD = 5
SLOTS = ("m", "v")
"""What optimisers remember of every parameter."""


class Known(Protocol):
    """What a model knows of its inputs."""

    @property
    def network(self) -> Network: ...

    @property
    def preparation(self) -> Preparation | None: ...

    @property
    def names(self) -> Names: ...


def check_arrays(
    network: Network, parameters: Mapping[str, Array], state: Mapping[str, Array], faults: list[Fault]
) -> None:
    """Add what is wrong with parameters and optimiser state."""
    shapes = network.stored_shapes()
    types = {np.asarray(array).dtype for array in parameters.values()}
    found = [_missing(name, shape) for name, shape in shapes.items() if name not in parameters]
    for name, array in parameters.items():
        if name in shapes:
            found += _array_faults(f"parameters.{name}", array, shapes[name])
        else:
            found.append(
                Fault(f"parameters.{name}", "belong to the network", "an unknown name", "Leave it out.")
            )
    if not found and len(types) > 1:
        names = " and ".join(sorted(dtype.name for dtype in types))
        found.append(Fault("parameters", "all be of one type", names, "Convert them to float32."))
    faults += (found or _state_faults(shapes, state))[:_TOLD]


def _state_faults(shapes: Mapping[str, tuple[int, ...]], state: Mapping[str, Array]) -> list[Fault]:
    found = []
    for name, array in state.items():
        owner, dot, slot = name.partition(".")
        if owner not in shapes or not dot or slot not in SLOTS:
            found.append(Fault(f"state.{name}", "belong to a parameter", "an unknown name", "Leave it out."))
        else:
            found += _array_faults(f"state.{name}", array, shapes[owner])
    return found


def _missing(name: str, shape: tuple[int, ...]) -> Fault:
    return Fault(f"parameters.{name}", f"be given, of shape {shape}", "nothing", "Train the model again.")


def _array_faults(path: str, array: Any, shape: tuple[int, ...]) -> list[Fault]:
    if not isinstance(array, np.ndarray) or array.dtype not in (np.float32, np.float64):
        got = getattr(getattr(array, "dtype", None), "name", None) or shown(array)
        return [Fault(path, "be an array in float32 or float64", got, "Convert it with astype.")]
    if array.shape != shape:
        fix = "Train the model again for this network."
        return [Fault(path, f"have shape {shape}", f"{array.shape}", fix)]
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = np.unravel_index(int(np.argmax(wrong)), shape)
        where = ", ".join(str(int(k) + 1) for k in place)
        got = f"{array[place]} at [{where}], {int(wrong.sum()):,} such numbers"
        return [Fault(path, "be finite", got, "Train again with a smaller learning rate.")]
    return []


def sealed(array: Array) -> Array:
    """Return the same numbers, read-only."""
    view = array.view()
    view.flags.writeable = False
    return view


def check_preparation(network: Network, preparation: Preparation | None, faults: list[Fault]) -> None:
    """Add what does not fit between columns and network."""
    if preparation is None:
        return
    if preparation.width != network.input_width:
        got = f"{preparation.width} inputs for a network of {network.input_width}"
        faults.append(Fault("preparation", "give as many inputs as the network has", got, "Train it again."))
    outputs = len(preparation.classes) if preparation.task == "classes" else 1
    if preparation.task is not None and network.widths[-1] != outputs:
        got = f"{network.widths[-1]} for {preparation.task} of {len(preparation.classes)}"
        faults.append(Fault("network", f"have {outputs} outputs", got, "Train it again."))


def read_inputs(known: Known, data: Any, notes: list[str] | None, *, prepared: bool = False) -> Array:
    """Return the inputs of a table or of an array, m × n₀; raises ``InputError``."""
    if known.preparation is not None and not prepared:
        return known.preparation.inputs(table_of(data, known.preparation, notes), notes)
    from chalkgrad.train.rows.arrays import read_inputs as read

    names = known.names.inputs or (() if known.preparation is None else known.preparation.features)
    origin = "data"
    if names and is_named(data):
        data, origin = framed(data, names, notes)
    elif isinstance(data, str | os.PathLike | Mapping | Table):
        fix = "Pass the inputs as an array, m × n₀."
        raise InputError(Fault("data", "be an array: the model knows no columns", "a table", fix))
    faults: list[Fault] = []
    x = read(known.network, data, "float64", origin, faults, names)
    if faults or x is None:
        raise InputError(faults)
    return x


def read_targets(
    known: Known, data: Any, t: Any, notes: list[str] | None, *, prepared: bool = False
) -> tuple[Array, Array]:
    """Return inputs and targets of a table or of arrays; raises ``InputError``."""
    preparation, mixed = known.preparation, list[Fault]()
    check_index(data, t, "t", mixed)
    if mixed:
        raise InputError(mixed)
    if preparation is not None and preparation.target is not None and not prepared:
        return preparation.arrays(with_target(table_of(data, preparation, notes), preparation, t), notes)
    from chalkgrad.train.rows.arrays import read_targets as read

    x = read_inputs(known, data, notes, prepared=prepared)
    if t is None:
        fix = "Pass the targets beside the inputs."
        raise InputError(Fault("t", "be given: the model knows no column to be answered", "nothing", fix))
    faults: list[Fault] = []
    targets = read(known.network, t, len(x), "float64", "t", faults, known.names.outputs)
    if faults or targets is None:
        raise InputError(faults)
    return x, targets
