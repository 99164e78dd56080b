"""Match the parameters of somebody's function with what there is."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalkgrad.usercode.call.construction import is_own_penalty
from chalkgrad.usercode.call.containers import in_shape
from chalkgrad.usercode.call.forward_pass import ALONE
from chalkgrad.usercode.call.supply import Supply
from chalkgrad.usercode.syntax.indexing import is_keyed, paired
from chalkgrad.usercode.syntax.source import constant_keys, node_of, tree_of
from chalkgrad.usercode.vocabulary.names import plain, quantity, role
from chalkgrad.usercode.vocabulary.roles import ROLES

_WEIGHT = re.compile(r"(initial|init|synaptic)?(w|syn|theta|kernel|coef)")
_BIAS = re.compile(r"(initial|init)?(b|intercept)(?!atch)")
_TARGET = re.compile(r"target|label|truth|expected|desired|actual|^y|^l$|output")
_INPUT = re.compile(r"input|feature|image|^x|data")
_HIDDEN = ("h", "hidden", "hid", "hiddenoutput", "hiddenoutputs", "hiddenlayeroutput", "layer1", "a")


def arguments(
    function: Callable[..., Any], supply: Supply, own: Mapping[str, Any] | None = None
) -> dict[str, Any] | list[str]:
    """Match the parameters of a function with what there is; a list of names that nothing matches.

    Parameters
    ----------
    function
        The user's.
    supply
        Everything that there is.
    own
        What the user's own forward pass returned, by plain name: it goes before ours.  If it was one array,
        that is the one parameter that nothing else matches.
    """
    own = own or {}
    every = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    asked = [p for p in every if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    names = [p.name for p in asked]
    wanted = _FunctionParameters(function, names, supply)
    bound: dict[str, Any] = {}
    unknown = []
    for parameter in asked:
        name = parameter.name
        keeps = isinstance(parameter.default, dict | list) and wanted.roles[name] is None
        if keeps or is_own_penalty(parameter):
            continue
        value = own[plain(name)] if plain(name) in own else wanted.value(name)
        if value is not None or plain(name) in own:
            bound[name] = value
        elif parameter.default is parameter.empty:
            unknown.append(name)
    if unknown:
        _guess(unknown, names, bound, supply)
        unknown = [name for name in unknown if name not in bound]
    if len(unknown) == 1 and ALONE in own and not any(role(name) == "Y" for name in bound):
        return bound | {unknown[0]: own[ALONE]}
    return unknown or bound


class _FunctionParameters:
    """What the parameters of one function ask for, all of them and its text considered."""

    def __init__(self, function: Callable[..., Any], names: Sequence[str], supply: Supply) -> None:
        self._node = node_of(function)
        self._module = tree_of(getattr(getattr(function, "__code__", None), "co_filename", ""))
        self._supply, self._depth = supply, supply.depth
        self._counted = supply.counted([*names, *constant_keys(self._node)])
        self.roles = {name: _role(name, self._node, supply.depth) for name in names}
        self._has_target = any(kind == "T" for kind in self.roles.values())
        self._late = any(re.fullmatch(rf"[za]{supply.depth + 1}", plain(name)) for name in names)

    def value(self, name: str) -> Any:
        """A container as the text takes it apart, or else what the name means."""
        value = None
        if plain(name) != name.lower() or self._quantity(name) is None:
            value = in_shape(self.roles[name], self._supply, self._node, self._module, name)
        if value is not None:
            return value
        if self._late:
            name = _renumbered(name, self._depth)
            return self._meant(name, role(name))
        return self._meant(name, self.roles[name])

    def _quantity(self, name: str) -> str | None:
        return self._supply.named(name, self._counted.offset)

    def _meant(self, name: str, kind: str | None) -> Any:
        is_table = kind == "params" and plain(name) in ("weights", "biases")
        found = None if is_table else self._quantity(name)
        if found is not None and (kind is None or found in self._supply):
            return self._supply.get(found)
        if kind == "y":
            return self._supply["Y" if self._has_target else "T"]
        return ROLES[kind].value(self._counted) if kind else None


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
    code = ast.unparse(node)
    return set(re.findall(r"(?:= |in |\*)(\w+)(?:\.\w+\(\))?(?=[:\n\])]|$)", code))


def _guess(unknown: Sequence[str], names: Sequence[str], bound: dict[str, Any], supply: Supply) -> None:
    """Bind what is left by its kind: weights and biases in their order, one input, one target."""
    for words, letter in ((_WEIGHT, "W"), (_BIAS, "b")):
        called = [name for name in names if words.match(plain(name))]
        ours = supply.listed(letter)
        if set(called) & set(unknown) and len(called) == len(ours):
            bound |= dict(zip(called, ours, strict=True))
    kinds = {role(name) for name in bound}
    for name in unknown:
        word = plain(name)
        if supply.depth == 2 and word in _HIDDEN:
            bound[name] = supply["A1"]
        elif name not in bound and _TARGET.search(word) and not kinds & {"T", "y"}:
            bound[name] = supply["T"]
        elif name not in bound and _INPUT.search(word) and "X" not in kinds:
            bound[name] = supply["X"]
