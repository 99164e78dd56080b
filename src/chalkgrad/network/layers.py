"""Lists of layers as people give them: objects, widths, specifications, tables, residual blocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad._reading import attempt
from chalkgrad.network.functions import suggestion
from chalkgrad.network.parts import Activation, Layer, read_width
from chalkgrad.network.spec import MAX_SPEC, split_spec

MAX_DEPTH = 1000
MAX_TOLD = 20


class Residual:
    """A block of layers whose input is added to its output: ``A_l = f_l(Z_l) + A_{l−n}`` for n layers.

    >>> Residual(Layer(3, "tanh"), 3).layers
    (Layer(3, 'tanh'), Layer(3, skip=2))
    """

    layers: tuple[Layer, ...]

    def __init__(self, *layers: Layer | Residual | str | int) -> None:
        faults: list[Fault] = []
        flat = [layer for layer in read_layers(layers, 0, faults) if layer is not None]
        if not layers:
            faults.append(
                Fault("layers", "have at least one layer in a Residual", "none", "Residual(Layer(3))")
            )
        elif not faults and flat[-1].skip:
            fix = "Let a layer of its own follow the inner block."
            path = f"layers[{len(flat) - 1}].skip"
            faults.append(Fault(path, "be 0 where a Residual ends", str(flat[-1].skip), fix))
        if faults:
            raise InputError(faults)
        last = Layer(flat[-1].width, flat[-1].activation, flat[-1].bias, len(flat), flat[-1].norm)
        self.layers = (*flat[:-1], last)

    def __eq__(self, other: object) -> bool:
        return self.layers == other.layers if isinstance(other, Residual) else NotImplemented

    def __hash__(self) -> int:
        return hash((Residual, self.layers))

    def __repr__(self) -> str:
        return f"Residual({', '.join(map(repr, self.layers))})"


def below(path: str, faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults with their paths continued from ``path``."""
    return [replace(fault, path=f"{path}.{fault.path}" if fault.path else path) for fault in faults]


def read_layers(items: Iterable[object], first: int, faults: list[Fault]) -> list[Layer | None]:
    """Read the items after the input into layers numbered from ``first``; ``None`` where one is wrong.

    It stops one layer beyond ``MAX_DEPTH``.
    """
    layers: list[Layer | None] = []
    for item in items:
        parts: Sequence[object] = [item]
        if isinstance(item, Residual):
            parts = item.layers
        elif isinstance(item, str):
            parts = split_spec(item[:MAX_SPEC])
        for part in parts:
            if len(layers) > MAX_DEPTH:
                return layers
            try:
                layers.append(_layer(part))
            except InputError as error:
                faults.extend(below(f"layers[{first + len(layers)}]", error.faults))
                layers.append(None)
    return layers


def _layer(item: object) -> Layer:
    if isinstance(item, Layer):
        return item
    if isinstance(item, str):
        return Layer.parse(item)
    if isinstance(item, int) and not isinstance(item, bool):
        return Layer(item)
    if isinstance(item, Mapping):
        return _layer_table(item)
    raise InputError(
        Fault("", "be a layer, a width or a text such as '3:relu'", shown(item), "Write 3, say.")
    )


def _layer_table(table: Mapping[object, object]) -> Layer:
    keys = ("width", "activation", "bias", "skip", "norm")
    faults = unknown_keys(table, keys)
    if "width" not in table:
        faults.append(Fault("width", "be given", shown(dict(table)), "Add width = 3, say."))
    given: dict[str, object] = {"width": 1, **{key: table[key] for key in keys if key in table}}
    if isinstance(given.get("activation"), Mapping):
        try:
            given["activation"] = _activation_table(given["activation"])  # type: ignore[arg-type]
        except InputError as error:
            faults.extend(error.faults)
            del given["activation"]
    layer = attempt(faults, lambda: Layer(**given))  # type: ignore[arg-type]
    if faults or layer is None:
        raise InputError(faults)
    return layer


def _activation_table(table: Mapping[object, object]) -> Activation:
    given = {str(key): value for key, value in table.items()}
    name = given.pop("name", "formula" if "formula" in given else None)
    if name is None:
        raise InputError(Fault("activation.name", "be given", shown(dict(table)), 'Add name = "relu", say.'))
    return Activation(name, **given)  # type: ignore[arg-type]


def read_input(item: object, faults: list[Fault]) -> int:
    """Return the width of the input, the first part of every description; 0 after adding a fault."""
    found: list[Fault] = []
    if isinstance(item, Mapping):
        found += unknown_keys(item, ("width",))
        item = item.get("width", "")
    elif isinstance(item, str):
        width, colon, _ = item.partition(":")
        if colon:
            fix = f"Write {width.strip()} alone; the layers after it have activations."
            found.append(Fault("", "be the width of the input alone", shown(item), fix))
        width = width.strip()
        item = int(width) if width.removeprefix("-").isdecimal() and len(width) < 400 else width
    elif isinstance(item, Layer):
        found.append(
            Fault("", "be the width of the input, a number", repr(item), f"Write {item.width} first.")
        )
        item = item.width
    width_read = read_width(item, found)
    faults.extend(below("layers[0]", found))
    return width_read


def unknown_keys(table: Mapping[Any, object], known: Sequence[str]) -> list[Fault]:
    """Return a fault for each key that no one reads, with the nearest one that is read."""
    unknown = [key for key in table if key not in known]
    condition = f"be one of {', '.join(known)}"
    faults = []
    for key in unknown[:MAX_TOLD]:
        fix = suggestion(str(key), known) or "Remove it."
        faults.append(Fault(str(key)[:60], condition, "an unknown name", fix))
    if len(unknown) > MAX_TOLD:
        got = f"{len(unknown) - MAX_TOLD:,} more unknown names"
        faults.append(Fault(str(unknown[MAX_TOLD])[:60], condition, got, "Remove them."))
    return faults
