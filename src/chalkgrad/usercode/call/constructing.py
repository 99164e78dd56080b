"""Make an object of a user's class: each constructor parameter gets what its name asks for."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from chalkgrad.usercode.vocabulary.names import plain, quantity, role

_INPUT = (
    "inputsize", "nin", "nx", "ni", "inputdim", "ninput", "ninputs", "inputs", "inputnodes",
    "numinputs", "d", "infeatures", "nfeatures", "numfeatures", "inputneurons", "inputlayer",
    "inputlayersize", "nfeature", "inputunits", "numinput", "din", "insize", "inputlayerneurons",
    "features", "indim", "inputshape", "noinputs", "noofinnodes",
)  # fmt: skip
_HIDDEN = (
    "hiddensize", "nh", "nhid", "hiddendim", "nhidden", "hiddens", "hiddennodes", "numhidden", "hidden",
    "h", "hiddenneurons", "hiddenlayer", "hiddenlayersize", "hiddenunits", "nhiddenunits",
    "hiddenlayerneurons", "hiddendims", "hiddensizes", "hiddenlayers", "hiddenlayersizes",
    "noofhiddennodes", "units", "neurons",
)  # fmt: skip
_OUTPUT = (
    "outputsize", "nout", "ny", "no", "outputdim", "noutput", "noutputs", "outputs", "numoutputs",
    "outputnodes", "numclasses", "nclasses", "c", "k", "outfeatures", "outputneurons", "outputlayer",
    "outputlayersize", "classes", "outputunits", "numoutput", "dout", "outsize", "outputlayerneurons",
    "outdim", "numlabels", "noofoutnodes",
)  # fmt: skip
_SEEDS = ("seed", "randomstate", "randomseed", "rng")
_SCALES = ("std", "weightscale", "scale", "initscale", "sigma", "weightinitstd")


def build(kind: type, supply: Mapping[str, Any], activations: Sequence[str], loss: str) -> Any | list[str]:
    """Construct an object, or list the parameters of the constructor that nothing matches.

    Numbers that are named after nothing are taken as widths where there are as many as the network has.
    """
    widths = list(supply["widths"])
    try:
        asked = [
            p
            for p in inspect.signature(kind).parameters.values()
            if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
        ]
        variable = [p for p in inspect.signature(kind).parameters.values() if p.kind is p.VAR_POSITIONAL]
    except (TypeError, ValueError):
        return kind()
    bound: dict[str, Any] = {}
    unknown: list[str] = []
    hidden = [p.name for p in asked if _hidden(p.name)]
    inputs = [p.name for p in asked if plain(p.name) in _INPUT]
    for parameter in asked:
        name = parameter.name
        if role(name) == "l2" and isinstance(parameter.default, int | float) and parameter.default:
            continue  # the user's own λ
        value = _value(name, supply, widths, hidden, bool(inputs), activations, loss)
        if value is not None:
            bound[name] = value
        elif parameter.default is parameter.empty:
            unknown.append(name)
    if unknown and len(unknown) == len(widths) and not any(name in bound for name in hidden):
        bound |= dict(zip(unknown, widths, strict=True))
        unknown = []
    if unknown:
        return unknown
    if variable and not any(p.kind is p.POSITIONAL_OR_KEYWORD for p in asked):
        return kind(*widths, **bound)
    positional = [bound.pop(p.name) for p in asked if p.kind is p.POSITIONAL_ONLY]
    return kind(*positional, **bound)


def _hidden(name: str) -> bool:
    word = plain(name)
    return word.rstrip("0123456789") in _HIDDEN or word in ("hidden1size", "hidden2size", "hidden3size")


def _value(
    name: str,
    supply: Mapping[str, Any],
    widths: list[int],
    hidden: list[str],
    has_input: bool,
    activations: Sequence[str],
    loss: str,
) -> Any:
    word = plain(name)
    upper = name in ("X", "Y") or (name in ("x", "y") and not has_input)
    if upper or (role(name) in ("T", "X") and word not in ("inputs", "input")):
        return supply["X"] if role(name) == "X" else supply["T"]
    if word in _INPUT:
        return widths[0]
    if name in hidden:
        if (
            name.endswith("s") and word not in ("hiddennodes", "hiddenneurons", "hiddenunits", "nhiddenunits")
        ) or (len(hidden) == 1 and len(widths) > 3):
            return widths[1:-1]
        place = hidden.index(name) + 1
        return widths[place] if place < len(widths) - 1 else None
    if word in _OUTPUT:
        return widths[-1]
    if word in _SEEDS:
        return 0 if word != "rng" else None
    if word in _SCALES:
        return 0.01
    if "activation" in word:
        return None
    kind = role(name)
    if kind in ("learning_rate", "l2", "m"):
        return supply[kind]
    if kind == "widths":
        return widths
    if kind == "once":
        return 1
    found = quantity(name, len(widths) - 1)
    if found is not None and found in supply:
        return supply[found]
    if kind in ("params", "weights", "biases"):
        return None
    if word in ("inputs", "input") and not has_input:
        return widths[0]
    return None
