"""Containers in the shape of the user's own: tuples, lists, dictionaries, caches of layers."""

from __future__ import annotations

import ast
from typing import Any

from chalkgrad._roles import BIAS, WEIGHT
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.syntax.indexing import is_keyed, is_list, keyed_layers, paired
from chalkgrad.usercode.syntax.source import constant_places, nested_unpack, unpacked, values_unpack
from chalkgrad.usercode.vocabulary.names import plain
from chalkgrad.usercode.vocabulary.spelling_dict import SpellingDict


def in_shape(
    kind: str | None,
    supply: Supply,
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
    made = None if target is None else _like(target, supply)
    if made is not None:
        return made
    keys = values_unpack(tree, name)
    if keys:
        ordered = {key: supply.meant(key) for key in keys}
        return (
            None if any(value is None for value in ordered.values()) else SpellingDict(ordered, supply.depth)
        )
    if kind in ("weights", "biases", "zs"):
        return _from_one(str(kind), supply, tree, name)
    if kind == "as":
        return None
    if kind in ("params", "widths") or (kind is None and "cache" not in name.lower()):
        if paired(tree, name):
            return [[supply[WEIGHT.name(l)], supply.get(BIAS.name(l))] for l in range(1, supply.depth + 1)]
        if kind == "widths" and keyed_layers(tree, name):
            return [SpellingDict(supply, supply.depth)[l] for l in range(1, supply.depth + 1)]
        if kind is None and is_keyed(tree, name):
            return supply.spelled("ZAXYT")
        return None
    if is_list(tree, name) and not (keyed_layers(tree, name) and constant_places(tree, name)):
        if "activation" in name.lower():
            return supply.activations()
        return [_of_layer(supply, l, module) for l in range(1, supply.depth + 1)]
    return None


def _from_one(kind: str, supply: Supply, tree: ast.AST | None, name: str) -> list[Any] | None:
    """A list that begins with an empty place, where the code has W[1] … W[L]."""
    values = supply.listed({"weights": "W", "biases": "b", "zs": "Z"}[kind])
    places = constant_places(tree, name)
    return [None, *values] if supply.depth in places and 0 not in places else None


def _like(target: ast.Tuple | ast.List, supply: Supply) -> tuple[Any, ...] | None:
    items: list[Any] = []
    for item in target.elts:
        if isinstance(item, ast.Tuple | ast.List):
            value: Any = _like(item, supply)
        elif isinstance(item, ast.Name) and item.id == "_":
            value = 0.0
        else:
            value = supply.meant(ast.unparse(item))
        if value is None:
            return None
        items.append(value)
    return tuple(items)


def _of_layer(supply: Supply, layer: int, module: ast.AST | None) -> Any:
    """((A_prev, W, b), Z), unless the file unpacks a layer's cache in another order."""
    if keyed_layers(module, ""):
        return SpellingDict(supply, supply.depth)[layer]
    values = {
        "A_prev": supply["X"] if layer == 1 else supply[f"A{layer - 1}"],
        "W": supply[WEIGHT.name(layer)],
        "b": supply.get(BIAS.name(layer)),
        "Z": supply.get(f"Z{layer}"),
        "A": supply["Y"] if layer == supply.depth else supply.get(f"A{layer}"),
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
