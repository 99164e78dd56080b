"""The fields of a problem, read one after another; every fault is collected."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import exact, exact_text, plain_value, shown, whole
from chalkgrad.evaluate.arrays import read_array
from chalkgrad.evaluate.data import fit_inputs, fit_parameters, fit_targets
from chalkgrad.network import Network


def read_parameters(network: Network | None, value: object, faults: list[Fault]) -> dict[str, Array]:
    """Return the parameters that are given; without a network only their numbers are checked."""
    if network is not None:
        return _owned(fit_parameters(network, value, faults, partial=True))
    for name, array in value.items() if isinstance(value, Mapping) else ():
        read_array(array, f"parameters.{str(name)[:40]}", faults)
    return {}


def read_sample(
    network: Network | None, x: object, t: object, faults: list[Fault]
) -> tuple[Array | None, Array | None]:
    """Return inputs and targets, both or neither."""
    if x is None and t is None:
        return None, None
    if network is not None:
        inputs = fit_inputs(network, x, "x", faults)
        targets = fit_targets(network, t, "t", inputs, faults)
        owned = _owned({"x": inputs, "t": targets})
        return owned.get("x"), owned.get("t")
    for name, value in (("x", x), ("t", t)):
        if value is None:
            faults.append(Fault(name, "be given", "nothing", "Give both x and t, or neither."))
        else:
            read_array(value, name, faults)
    return None, None


def _owned(arrays: Mapping[str, Array | None]) -> dict[str, Array]:
    """Return copies that nobody else can change."""
    copies = {name: array.copy() for name, array in arrays.items() if array is not None}
    for array in copies.values():
        array.setflags(write=False)
    return copies


def read_learning_rate(value: object, steps: object, faults: list[Fault]) -> Fraction | None:
    """Return the learning rate, which more than one step cannot do without."""
    if value is None:
        if (whole(steps) or 1) > 1:
            fix = "Add learning_rate = 0.1, say."
            faults.append(Fault("learning_rate", f"be given for {shown(steps)} steps", "nothing", fix))
        return None
    rate = exact(value)
    if rate is None or rate <= 0:
        typed = exact_text(value) if isinstance(value, str) else None
        fix = f"Write {str(value).strip()} without quotes." if typed else "Write 0.1, say."
        faults.append(Fault("learning_rate", "be a positive number", shown(value), fix))
    return rate


def read_text_field(name: str, value: object, faults: list[Fault]) -> str:
    """Return a text."""
    if not isinstance(value, str):
        faults.append(Fault(name, "be a text", shown(value), "Put it in quotes."))
        return ""
    return value


def read_table_field(name: str, value: object, faults: list[Fault]) -> dict[str, Any]:
    """Return a table of plain values that nobody else can change; what is in it is its reader's business."""
    if isinstance(value, Mapping):
        table: dict[str, Any] = plain_value(value)
        return table
    faults.append(Fault(name, "be a table", shown(value), f"Write [{name}] on a line of its own."))
    return {}
