"""Match the parameters of somebody's function with what there is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from chalkgrad.usercode.names import counts_from_zero, plain, quantity, role
from chalkgrad.usercode.source import constant_keys, node_of, tree_of
from chalkgrad.usercode.spelled import Spelled, cache_in_shape, listed

_NUMBERS = ("m", "l2", "learning_rate")
_LETTERS = {"params": ("W", "b"), "cache": ("W", "b", "Z", "A", "X", "Y", "T")}


def arguments(
    function: Callable[..., Any],
    supply: Mapping[str, Any],
    depth: int,
    own: Mapping[str, Any] | None = None,
) -> dict[str, Any] | list[str]:
    """Match the parameters of a function with what there is; a list of names that nothing matches.

    Parameters
    ----------
    function
        The user's.
    supply
        X, T, Y, W1, b1, Z1, A1, … and the numbers m, l2, learning_rate.
    depth
        L.
    own
        What the user's own forward pass returned, by plain name: it goes before ours.
    """
    asked = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    names = [p.name for p in asked if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    node = node_of(function)
    offset = int(counts_from_zero([*names, *constant_keys(node)], depth))
    roles = {name: role(name) for name in names}
    has_target = any(r == "T" for r in roles.values())
    bound: dict[str, Any] = {}
    unknown = []
    for parameter in asked:
        name = parameter.name
        if name not in roles:
            continue
        if own and plain(name) in own:
            bound[name] = own[plain(name)]
            continue
        value = _value(name, roles[name], supply, depth, offset, has_target)
        if roles[name] == "cache" or (value is None and parameter.default is parameter.empty):
            file = getattr(getattr(function, "__code__", None), "co_filename", "")
            shaped = cache_in_shape(supply, depth, node, tree_of(file), name)
            value = value if shaped is None else shaped
        elif roles[name] in ("weights", "biases", "zs", "as") and isinstance(value, list):
            value = listed(str(roles[name]), supply, depth, node, name)
        if value is not None:
            bound[name] = value
        elif parameter.default is parameter.empty:
            unknown.append(name)
    return unknown or bound


def _value(
    name: str, kind: str | None, supply: Mapping[str, Any], depth: int, offset: int, has_target: bool
) -> Any:
    found = quantity(name, depth, offset)
    if found is not None and (kind is None or found in supply):
        return supply["Y"] if found == f"A{depth}" else supply.get(found)
    if kind == "y":
        return supply["Y" if has_target else "T"]
    if kind in _LETTERS:
        values = {k: v for k, v in supply.items() if k[0] in _LETTERS[kind] and k not in _NUMBERS}
        return Spelled(values, depth, offset)
    if kind in ("weights", "biases", "zs", "as"):
        letter = {"weights": "W", "biases": "b", "zs": "Z", "as": "A"}[kind]
        if depth == 1 and kind != "as":
            return supply.get(f"{letter}1")
        values_listed = [supply[f"{letter}{l}"] for l in range(1, depth + 1) if f"{letter}{l}" in supply]
        return [supply["X"], *values_listed[:-1], supply["Y"]] if kind == "as" else values_listed
    if kind == "pairs":
        return supply.get("pairs")
    if kind == "once":
        return 1
    if name in ("N", "n", "m"):
        return supply["m"]
    return supply.get(kind) if kind else None


__all__ = ["arguments"]
