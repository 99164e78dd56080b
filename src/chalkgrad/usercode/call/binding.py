"""Match the parameters of somebody's function with what there is."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalkgrad.usercode.call.containers import in_shape
from chalkgrad.usercode.call.forward_of import ALONE
from chalkgrad.usercode.syntax.indexing import is_keyed, paired
from chalkgrad.usercode.syntax.source import constant_keys, node_of, tree_of
from chalkgrad.usercode.vocabulary.names import counts_from_zero, plain, quantity, role
from chalkgrad.usercode.vocabulary.spelled import Spelled

_WEIGHT = re.compile(r"(initial|init|synaptic)?(w|syn|theta|kernel|coef)")
_BIAS = re.compile(r"(initial|init)?(b|intercept)(?!atch)")
_TARGET = re.compile(r"target|label|truth|expected|desired|actual|^y|^l$|output")
_INPUT = re.compile(r"input|feature|image|^x|data")
_HIDDEN = ("h", "hidden", "hid", "hiddenoutput", "hiddenoutputs", "hiddenlayeroutput", "layer1", "a")
_NUMBERS = ("m", "l2", "learning_rate")
_LETTERS = {"params": ("W", "b"), "cache": ("W", "b", "Z", "A", "X", "Y", "T", "M")}


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
        What the user's own forward pass returned, by plain name: it goes before ours.  If it was one array,
        that is the one parameter that nothing else matches.
    """
    asked = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    names = [p.name for p in asked if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    node = node_of(function)
    file = getattr(getattr(function, "__code__", None), "co_filename", "")
    offset = int(counts_from_zero([*names, *constant_keys(node)], depth))
    roles = {name: _role(name, node, depth) for name in names}
    has_target = any(r == "T" for r in roles.values())
    late = any(re.fullmatch(rf"[za]{depth + 1}", plain(name)) for name in names)
    bound: dict[str, Any] = {}
    unknown = []
    for parameter in asked:
        name = parameter.name
        if name not in roles:
            continue
        if isinstance(parameter.default, dict | list) and roles[name] is None:
            continue  # what the code keeps for itself
        if roles[name] == "l2" and isinstance(parameter.default, int | float) and parameter.default:
            continue  # the user's own λ belongs to the user's own network
        if own and plain(name) in own:
            bound[name] = own[plain(name)]
            continue
        value = None
        if plain(name) != name.lower() or quantity(name, depth, offset) is None:
            value = in_shape(roles[name], supply, depth, node, tree_of(file), name)
        if value is None:
            spelled = _renumbered(name, depth) if late else name
            value = _value(spelled, role(spelled) if late else roles[name], supply, depth, offset, has_target)
        if value is not None:
            bound[name] = value
        elif parameter.default is parameter.empty:
            unknown.append(name)
    if unknown:
        _guess(unknown, names, bound, supply, depth)
        unknown = [name for name in unknown if name not in bound]
    if len(unknown) == 1 and own and ALONE in own and not any(role(name) == "Y" for name in bound):
        return bound | {unknown[0]: own[ALONE]}
    return unknown or bound


def _renumbered(name: str, depth: int) -> str:
    """The name of z and a where the input counts as the first layer: z2, a2 are z1, a1; a1 is the input."""
    found = re.fullmatch(r"([za])(\d+)", plain(name))
    return f"{found[1]}{int(found[2]) - 1}" if found and int(found[2]) <= depth + 1 else name


def _role(name: str, node: Any, depth: int) -> str | None:
    """The role of a name, as the text uses it: ``weights["W1"]`` is a dictionary, ``X.dot(params)`` none."""
    kind, keyed = role(name), is_keyed(node, name)
    if kind in ("weights", "biases") and keyed:
        return "params"
    if kind == "params" and depth == 1 and node is not None and not keyed and quantity(name, 1) is None:
        return "weights" if not paired(node, name) and name not in _iterated(node) else kind
    return kind


def _iterated(node: Any) -> set[str]:
    """What is taken apart or walked through by name."""
    text = ast.unparse(node)
    return set(re.findall(r"(?:= |in |\*)(\w+)(?:\.\w+\(\))?(?=[:\n\])]|$)", text))


def _guess(
    unknown: Sequence[str], names: Sequence[str], bound: dict[str, Any], supply: Mapping[str, Any], depth: int
) -> None:
    """Bind what is left by its kind: weights and biases in their order, one input, one target."""
    for words, letter in ((_WEIGHT, "W"), (_BIAS, "b")):
        called = [name for name in names if words.match(plain(name))]
        ours = [supply[f"{letter}{l}"] for l in range(1, depth + 1) if f"{letter}{l}" in supply]
        if set(called) & set(unknown) and len(called) == len(ours):
            bound |= dict(zip(called, ours, strict=True))
    kinds = {role(name) for name in bound}
    for name in unknown:
        word = plain(name)
        if depth == 2 and word in _HIDDEN:
            bound[name] = supply["A1"]
        elif name not in bound and _TARGET.search(word) and not kinds & {"T", "y"}:
            bound[name] = supply["T"]
        elif name not in bound and _INPUT.search(word) and "X" not in kinds:
            bound[name] = supply["X"]


def _value(
    name: str, kind: str | None, supply: Mapping[str, Any], depth: int, offset: int, has_target: bool
) -> Any:
    found = (
        None if kind == "params" and plain(name) in ("weights", "biases") else quantity(name, depth, offset)
    )
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
