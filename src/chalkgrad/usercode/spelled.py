"""Containers in the shape of the user's own: dictionaries of any spelling, lists, tuples, caches."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from chalkgrad.usercode.names import plain, quantity, role
from chalkgrad.usercode.source import constant_places, nested_unpack, unpacked, values_unpack


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
        book = re.fullmatch(r"([mn])(\d)", plain(name))
        if found is None and book:  # M = X W, N = M + b
            found = f"{'M' if book[1] == 'm' else 'Z'}{book[2]}"
        found = found or {"y": "T"}.get(role(name) or "", role(name))
        return found if found is not None and super().__contains__(found) else None

    def _layer(self, key: Any) -> dict[str, Any] | None:
        word = plain(str(key))
        if word in ("hidden", "output", "out"):
            word = "1" if word == "hidden" and self._depth == 2 else str(self._depth - self._offset)
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
    if _is_list(tree, name) and not (keyed_layers(tree, name) and constant_places(tree, name)):
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


def keyed_layers(tree: ast.AST | None, name: str) -> bool:
    """Whether a layer's own is a dictionary: ``cache[1]["A"]``."""
    for node in ast.walk(tree) if tree is not None else ():
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
            and (not name or ast.unparse(node.value.value) == name)
        ):
            return True
    return False


def paired(tree: ast.AST | None, name: str) -> bool:
    """Whether a layer's own is a pair: ``layers[i][0]``, ``for W, b in layers``."""
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
            inner = ast.unparse(node.value.value) == name and isinstance(node.slice, ast.Constant)
            if inner and isinstance(getattr(node.slice, "value", None), int):
                return True
        elif isinstance(node, ast.For | ast.comprehension) and ast.unparse(node.iter) == name:
            if isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2:
                return True
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            target = node.targets[0]
            two = isinstance(target, ast.Tuple) and len(target.elts) == 2
            if two and ast.unparse(node.value.value) == name:
                return True
    return False


def is_keyed(tree: ast.AST | None, name: str) -> bool:
    """Whether a name is indexed with a text: ``weights["W1"]``."""
    return any(
        isinstance(node, ast.Subscript)
        and ast.unparse(node.value) == name
        and (isinstance(node.slice, ast.JoinedStr) or "'" in ast.unparse(node.slice))
        for node in (ast.walk(tree) if tree is not None else ())
    )


def _is_number(index: ast.expr) -> bool:
    """Whether an index is no text, as far as can be seen."""
    if isinstance(index, ast.Constant):
        return isinstance(index.value, int)
    return not isinstance(index, ast.JoinedStr) and "'" not in ast.unparse(index)


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


__all__ = ["Spelled", "in_shape", "is_keyed"]
