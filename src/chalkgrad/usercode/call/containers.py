"""Containers in the shape of the user's own: tuples, lists, dictionaries, caches of layers."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from chalkgrad.usercode.syntax.indexing import is_keyed, is_list, keyed_layers, paired
from chalkgrad.usercode.syntax.source import constant_places, nested_unpack, unpacked, values_unpack
from chalkgrad.usercode.vocabulary.names import plain, quantity, role
from chalkgrad.usercode.vocabulary.spelled import Spelled


def in_shape(
    kind: str | None,
    supply: Mapping[str, Any],
    depth: int,
    tree: ast.AST | None,
    module: ast.AST | None,
    name: str,
) -> Any:
    """A container as the code takes it apart; None where its text does not tell.

    A tuple in its order; a list of layers, of pairs, of Ng's caches; a list from 1; a dictionary of anything.
    """
    if kind in ("X", "T", "Y", "y", "m", "l2", "learning_rate", "pairs", "once", "dY"):
        return None
    target = nested_unpack(tree, name)
    made = None if target is None else _like(target, supply, depth)
    if made is not None:
        return made
    keys = values_unpack(tree, name)
    if keys:
        ordered = {key: _meant(key, supply, depth) for key in keys}
        return None if any(value is None for value in ordered.values()) else Spelled(ordered, depth)
    if kind in ("weights", "biases", "zs"):
        return _from_one(str(kind), supply, depth, tree, name)
    if kind == "as":
        return None
    if kind in ("params", "widths") or (kind is None and "cache" not in name.lower()):
        if paired(tree, name):
            return [[supply[f"W{l}"], supply.get(f"b{l}")] for l in range(1, depth + 1)]
        if kind == "widths" and keyed_layers(tree, name):
            return [Spelled(supply, depth)[l] for l in range(1, depth + 1)]
        if kind is None and is_keyed(tree, name):
            arrays = {k: v for k, v in supply.items() if k[0] in "WbZAXYT"}
            return Spelled(arrays, depth)
        return None
    if is_list(tree, name) and not (keyed_layers(tree, name) and constant_places(tree, name)):
        if "activation" in name.lower():
            return [supply["X"], *(supply[f"A{l}"] for l in range(1, depth + 1))]
        return [_of_layer(supply, depth, l, module) for l in range(1, depth + 1)]
    return None


def _from_one(
    kind: str, supply: Mapping[str, Any], depth: int, tree: ast.AST | None, name: str
) -> list[Any] | None:
    """A list that begins with an empty place, where the code has W[1] … W[L]."""
    letter = {"weights": "W", "biases": "b", "zs": "Z"}[kind]
    values = [supply[f"{letter}{l}"] for l in range(1, depth + 1) if f"{letter}{l}" in supply]
    places = constant_places(tree, name)
    return [None, *values] if depth in places and 0 not in places else None


def _like(target: ast.Tuple | ast.List, supply: Mapping[str, Any], depth: int) -> tuple[Any, ...] | None:
    items: list[Any] = []
    for item in target.elts:
        if isinstance(item, ast.Tuple | ast.List):
            value: Any = _like(item, supply, depth)
        elif isinstance(item, ast.Name) and item.id == "_":
            value = 0.0
        else:
            value = _meant(ast.unparse(item), supply, depth)
        if value is None:
            return None
        items.append(value)
    return tuple(items)


def _meant(text: str, supply: Mapping[str, Any], depth: int) -> Any:
    """The quantity that a name means."""
    found = "X" if plain(text) == "a0" else quantity(text, depth)
    if found == f"A{depth}":
        found = "Y"
    kind = role(text) or ""
    return supply.get(found or {"y": "T"}.get(kind, kind))


def _of_layer(supply: Mapping[str, Any], depth: int, layer: int, module: ast.AST | None) -> Any:
    """((A_prev, W, b), Z), unless the file unpacks a layer's cache in another order."""
    if keyed_layers(module, ""):
        return Spelled(supply, depth)[layer]
    values = {
        "A_prev": supply["X"] if layer == 1 else supply[f"A{layer - 1}"],
        "W": supply[f"W{layer}"],
        "b": supply.get(f"b{layer}"),
        "Z": supply.get(f"Z{layer}"),
        "A": supply["Y"] if layer == depth else supply.get(f"A{layer}"),
    }
    words = {"aprev": "A_prev", "ap": "A_prev", "x": "A_prev", "w": "W", "b": "b", "z": "Z", "a": "A"}
    for names in unpacked(module):
        meant = [words.get(plain(name)) for name in names]
        if len(names) >= 3 and all(meant) and ("Z" in meant or "A" in meant):
            return tuple(values[key] for key in meant if key)
    for names in unpacked(module):
        meant = [words.get(plain(name)) for name in names]
        if all(meant) and meant == ["A_prev", "W"]:
            return ((values["A_prev"], values["W"]), values["Z"])
    return ((values["A_prev"], values["W"], values["b"]), values["Z"])
