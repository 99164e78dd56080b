"""Containers in the shape of the user's own: dictionaries of any spelling, lists, tuples, caches."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from chalkgrad.usercode.names import plain, quantity, role
from chalkgrad.usercode.source import constant_places, nested_unpack, unpacked


class Spelled(dict[Any, Any]):
    """A dictionary that answers to every usual spelling of its keys: ``cache["a1"]``, ``cache["A_1"]``.

    A number or the name of a layer gives that layer's own: ``cache[1]["A"]``, ``params["layer1"]["W"]``.
    ``used`` has the keys that were asked for, by canonical name.
    """

    def __init__(self, values: Mapping[str, Any], depth: int, offset: int = 0) -> None:
        super().__init__(values)
        self._depth, self._offset = depth, offset
        self.used: dict[str, Any] = {}

    def __getitem__(self, key: Any) -> Any:
        found = self.canonical(key)
        if found is None:
            layer = self._layer(key)
            if layer is None:
                raise KeyError(key)
            return layer
        self.used.setdefault(found, key)
        return super().__getitem__(found)

    def canonical(self, key: Any) -> str | None:
        """The canonical name that a key means, None for none that is here."""
        if super().__contains__(key):
            return str(key)
        name = str(key)
        found = quantity(name, self._depth, self._offset)
        if found is None and plain(name) in ("w0", "b0", "z0") and not self._offset:
            self._offset = 1
            found = quantity(name, self._depth, 1)
        if found is None and plain(name) == "a0":
            found = "X"
        if found == f"A{self._depth}" and super().__contains__("Y"):
            found = "Y"
        found = found or {"y": "T"}.get(role(name) or "", role(name))
        return found if found is not None and super().__contains__(found) else None

    def _layer(self, key: Any) -> dict[str, Any] | None:
        word = plain(str(key))
        digits = word.lstrip("abcdefghijklmnopqrstuvwxyz")
        if not digits.isdecimal() or word[: -len(digits)] not in (
            "",
            "l",
            "layer",
            "fc",
            "hidden",
            "dense",
            "linear",
        ):
            return None
        number = int(digits[:6])
        if number == 0:
            self._offset = 1
        number += self._offset
        if not 1 <= number <= self._depth:
            return None
        found = {letter: super(Spelled, self).get(f"{letter}{number}") for letter in "WbZA"}
        found["A_prev"] = super().get(f"A{number - 1}" if number > 1 else "X")
        if number == self._depth and found["A"] is None:
            found["A"] = super().get("Y")
        spelled = {}
        for letter, value in found.items():
            if value is not None:
                words = {"W": ("w", "weight", "weights"), "b": ("bias", "biases"), "Z": ("z",), "A": ("a",)}
                for name in (letter, *words.get(letter, ("a_prev", "input"))):
                    spelled[name] = value
        return spelled

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(self.canonical(key) or key, value)

    def get(self, key: Any, default: Any = None) -> Any:
        """Return the value of any spelling."""
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def copy(self) -> Spelled:
        """The same, still spelled any way."""
        copied = Spelled(dict(self.items()), self._depth, self._offset)
        copied.used = self.used
        return copied


def listed(kind: str, supply: Mapping[str, Any], depth: int, tree: ast.AST | None, name: str) -> list[Any]:
    """A list over layers; activations begin with the input, others with an empty place for W[1] … W[L]."""
    letter = {"weights": "W", "biases": "b", "zs": "Z", "as": "A"}[kind]
    values = [supply.get(f"{letter}{l}") for l in range(1, depth + 1)]
    places = constant_places(tree, name)
    if kind == "as":
        return [supply["X"], *values[:-1], supply["Y"]]
    values = [value for value in values if value is not None]
    return [None, *values] if depth in places and 0 not in places else values


def cache_in_shape(
    supply: Mapping[str, Any], depth: int, tree: ast.AST | None, module: ast.AST | None, name: str
) -> Any:
    """A cache as the code takes it apart: a tuple in its order, Ng's list of layers; else a dictionary."""
    target = nested_unpack(tree, name)
    if target is not None:
        made = _like(target, supply, depth)
        if made is not None:
            return made
    if _is_list(tree, name):
        return [_of_layer(supply, depth, l, module) for l in range(1, depth + 1)]
    return None


def _like(target: ast.Tuple | ast.List, supply: Mapping[str, Any], depth: int) -> tuple[Any, ...] | None:
    items: list[Any] = []
    for item in target.elts:
        if isinstance(item, ast.Tuple | ast.List):
            value: Any = _like(item, supply, depth)
        else:
            text = ast.unparse(item)
            found = quantity(text, depth)
            found = "X" if plain(text) == "a0" else found
            kind = role(text)
            if found == f"A{depth}":
                found = "Y"
            value = supply.get(found or {"y": "T"}.get(kind or "", kind or ""))
            if value is None and text == "_":
                value = 0.0
        if value is None:
            return None
        items.append(value)
    return tuple(items)


def _is_list(tree: ast.AST | None, name: str) -> bool:
    """Whether a name is measured, walked through or indexed by numbers: a list of layers."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            walked = function in ("len", "reversed", "enumerate", "zip")
            if function == f"{name}.pop" or (walked and name in map(ast.unparse, node.args)):
                return True
        elif isinstance(node, ast.For):
            if ast.unparse(node.iter) == name:
                return True
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == name and _is_number(node.slice):
            return True
    return False


def _is_number(index: ast.expr) -> bool:
    """Whether an index is no text, as far as can be seen."""
    if isinstance(index, ast.Constant):
        return isinstance(index.value, int)
    return not isinstance(index, ast.JoinedStr) and "'" not in ast.unparse(index)


def _of_layer(supply: Mapping[str, Any], depth: int, layer: int, module: ast.AST | None) -> Any:
    """((A_prev, W, b), Z), unless the file unpacks a layer's cache in another order."""
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


__all__ = ["Spelled", "cache_in_shape", "listed"]
