"""What a training step is given besides parameters, inputs and targets: sample weights and dropout masks."""

from __future__ import annotations

from collections.abc import Mapping

from chalkgrad._arrays import Array
from chalkgrad._errors import Fault
from chalkgrad._numbers import shown, whole
from chalkgrad.derive.training import not_hidden
from chalkgrad.evaluate.arrays import read_array
from chalkgrad.expr import symbol_name
from chalkgrad.network import Network


def fit_extras(
    network: Network, sample_weight: object, masks: object, rows: int, faults: list[Fault]
) -> dict[str, Array]:
    """Return ``s`` of shape (m,) and the masks ``M1`` of shape (m, n₁), …, by canonical name."""
    found: dict[str, Array] = {}
    if sample_weight is not None:
        weights = _weights(sample_weight, rows, faults)
        if weights is not None:
            found["s"] = weights
    return {**found, **_masks(network, masks, rows, faults)}


def _weights(value: object, rows: int, faults: list[Fault]) -> Array | None:
    array = read_array(value, "sample_weight", faults)
    if array is None:
        return None
    flat = array.reshape(-1)
    if len(flat) != rows or array.shape not in ((), (rows,), (rows, 1)):
        fix = "Give one number for each row of x."
        faults.append(Fault("sample_weight", f"have {rows} numbers, one a row of x", f"{len(flat)}", fix))
        return None
    if flat.min() < 0:
        place = int((flat < 0).argmax())
        got, fix = shown(float(flat[place])), "Leave the row out with 0."
        faults.append(Fault(f"sample_weight[{place}]", "be at least 0", got, fix))
        return None
    return flat


def _masks(network: Network, masks: object, rows: int, faults: list[Fault]) -> dict[str, Array]:
    if masks is None:
        return {}
    if not isinstance(masks, Mapping):
        fix = "Write {1: …}: the mask after layer 1."
        faults.append(Fault("masks", "be a table of layers and masks", shown(masks), fix))
        return {}
    found: dict[str, Array] = {}
    for key, value in masks.items():
        layer = whole(key)
        path = f"masks[{shown(key)}]"
        if layer is None or not 1 <= layer < network.depth:
            faults.append(not_hidden(path, network, key))
            continue
        array = read_array(value, path, faults)
        shape = (rows, network.widths[layer])
        if array is not None and array.shape != shape:
            fix = "A mask has the shape of its layer's activations."
            faults.append(Fault(path, f"have shape {shape}", f"shape {array.shape}", fix))
        elif array is not None:
            found[symbol_name("mask", layer)] = array
    return found
