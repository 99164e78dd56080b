"""A function as it was written down, and how it is called, to check the corpus without the diagnosis."""

from __future__ import annotations

import inspect
import io
import runpy
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.faults.backward.functions import FORWARD
from tests.faults.backward.lines import Layout
from tests.faults.backward.setups import Array, Arrays, Setup

_ACT: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(0, z),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "identity": lambda z: z,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
}
assert set(_ACT) == set(FORWARD)


@dataclass(frozen=True)
class Written:
    """The text of a file, the name in it, and the layout it expects.

    ``returns`` is ``dict``, ``tuple`` (in the order of ``order``), ``lists``, ``attributes``, ``updated`` or
    ``updated attributes``; ``loss_first`` if the loss stands before the gradients.
    """

    text: str
    name: str
    layout: Layout
    returns: str = "dict"
    loss_first: bool = False
    order: tuple[str, ...] = ()
    targets: str = "matrix"  # or classes

    def save(self, folder: Path, stem: str) -> str:
        """Write the file; return the target for a diagnosis."""
        path = folder / f"{stem}.py"
        path.write_text(self.text, encoding="utf-8")
        return f"{path}:{self.name}"


def turned(layout: Layout, name: str, value: Array) -> Array:
    """A canonical array in a layout."""
    if name[0] == "W":
        return np.array(value.T if layout.in_out else value)
    if name[0] == "b":
        if layout.flat:
            return value.copy()
        return value.reshape(1, -1) if layout.rows else value.reshape(-1, 1)
    return np.array(value if layout.rows else value.T)


def forward_values(setup: Setup, parameters: Arrays, x: Array) -> Arrays:
    """Z1, A1, Z2 … in the canonical layout."""
    values: Arrays = {}
    a = x
    for l, activation in enumerate(setup.activations, start=1):
        z = a @ parameters[f"W{l}"].T + parameters.get(f"b{l}", np.zeros(1))
        a = _ACT[activation](z) + (a if l in setup.skips else 0.0)
        values |= {f"Z{l}": z, f"A{l}": a}
    return values


def supply(written: Written, setup: Setup, parameters: Arrays, x: Array, t: Array) -> dict[str, Any]:
    """Everything a function may ask for, by every name the corpus uses."""
    values: Arrays = parameters | forward_values(setup, parameters, x)
    turn = {name: turned(written.layout, name, value) for name, value in values.items()}
    table: dict[str, Any] = dict(turn) | {name.lower(): value for name, value in turn.items()}
    table |= {f"h{l}": turn[f"A{l}"] for l in range(1, setup.depth + 1)}
    inputs = turned(written.layout, "X", x)
    targets = t.argmax(axis=1) if written.targets == "classes" else turned(written.layout, "T", t)
    if written.layout.vector and not written.layout.single:
        inputs, targets = x.copy(), t.copy()
    table |= {"X": inputs, "x": inputs, "Y": targets, "y": targets, "A0": inputs, "a0": inputs}
    named = {name: turn[name] for name in parameters}
    cache = {name: value for name, value in turn.items() if name[0] in "ZA"} | {"X": inputs, "A0": inputs}
    layers = range(1, setup.depth + 1)
    table |= {
        "params": named,
        "parameters": named,
        "cache": cache | named,
        "lr": 0.1,
        "learning_rate": 0.1,
        "eta": 0.1,
    }
    table |= {"lam": setup.l2, "reg": setup.l2, "lambd": setup.l2, "m": len(x)}
    table["weights"] = [turn[f"W{l}"] for l in layers]
    table["biases"] = [turn[f"b{l}"] for l in layers if f"b{l}" in turn]
    return table


def answer(
    written: Written, setup: Setup, draw: tuple[Arrays, Array, Array], path: str, calls: int = 1
) -> list[Arrays]:
    """Run the file at a path and return the gradients of each call, in the canonical layout."""
    with redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        space = runpy.run_path(path)
        if written.layout.single:
            return [_averaged(written, setup, draw, space) for _ in range(calls)]
        return [_call(written, setup, draw, space[written.name]) for _ in range(calls)]


def _averaged(
    written: Written, setup: Setup, draw: tuple[Arrays, Array, Array], space: dict[str, Any]
) -> Arrays:
    parameters, x, t = draw
    found = [
        _call(written, setup, (parameters, x[i : i + 1], t[i : i + 1]), space[written.name])
        for i in range(len(x))
    ]
    total = {name: sum(each[name] for each in found) for name in found[0]}
    penalty = {name: 2 * setup.l2 * value for name, value in parameters.items() if name[0] == "W"}
    share = len(x) if setup.reduction == "mean" else 1
    return {name: np.asarray(value / share + penalty.get(name, 0.0)) for name, value in total.items()}


def _call(written: Written, setup: Setup, draw: tuple[Arrays, Array, Array], function: Any) -> Arrays:
    table = supply(written, setup, *draw)
    names = list(draw[0])
    if inspect.isclass(function):
        return _object(written, setup, table, function, names)
    wanted = inspect.signature(function).parameters.values()
    arguments = {p.name: table[p.name] for p in wanted if p.name in table}
    found = function(**arguments)
    if written.returns == "updated":
        old = supply(written, setup, *draw)
        found = found if found is not None else tuple(arguments[name] for name in names)
        if isinstance(found, Mapping):
            found = tuple(found[name] for name in names)
        return _canonical(
            {n: (old[n] - new) / 0.1 for n, new in zip(names, found, strict=True)}, written, draw[0]
        )
    if written.loss_first:
        found = found[1] if len(found) == 2 else found[1:]
    return _canonical(_named(found, written, names), written, draw[0])


def _named(found: Any, written: Written, names: Sequence[str]) -> dict[str, Any]:
    if written.returns == "lists":
        weights, biases = found
        table = {f"W{l}": w for l, w in enumerate(weights, start=1)}
        have = [name for name in names if name[0] == "b"]
        return table | dict(zip(have, (b for b in biases if b is not None), strict=False))
    if isinstance(found, Mapping):
        plain = {key.replace("grad_", "").removeprefix("d").upper(): value for key, value in found.items()}
        return {name: plain[name.upper()] for name in names if name.upper() in plain}
    return dict(zip(written.order or names, found, strict=True))


def _object(written: Written, setup: Setup, table: dict[str, Any], kind: Any, names: Sequence[str]) -> Arrays:
    built = kind(list(setup.widths))
    for name in names:
        setattr(built, name, table[name].copy())
    for method in ("forward", "backward", "train"):
        if (call := getattr(built, method, None)) is not None:
            wanted = inspect.signature(call).parameters
            call(**{name: table[name] for name in wanted if name in table})
    old = {name: table[name] for name in names}
    if written.returns == "attributes":
        found = {name: getattr(built, f"d{name}") for name in names}
    else:
        found = {name: (old[name] - getattr(built, name)) / 0.1 for name in names}
    like = {
        name: table[name].T if name[0] == "W" and written.layout.in_out else table[name] for name in names
    }
    return _canonical(found, written, {n: v.reshape(-1) if n[0] == "b" else v for n, v in like.items()})


def _canonical(found: Mapping[str, Any], written: Written, like: Arrays) -> Arrays:
    result: Arrays = {}
    for name, value in found.items():
        array = np.asarray(value, float)
        if name[0] == "W" and written.layout.in_out:
            array = array.T
        if name[0] == "b" and array.size == like[name].size:
            array = array.reshape(like[name].shape)
        result[name] = array
    return result
