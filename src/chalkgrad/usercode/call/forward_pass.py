"""The user's own forward pass, run first where the backward pass wants what it leaves behind."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from chalkgrad.usercode.syntax.source import returned_names
from chalkgrad.usercode.vocabulary.names import plain, role

FORWARD = (
    "forward", "feedforward", "feed_forward", "forwardpass", "forwardprop", "forwardpropagation",
    "forwardpropagate", "propagate", "predict", "modelforward", "lmodelforward", "nnforward",
    "forwardprops", "think", "compute", "run",
)  # fmt: skip
BACKWARD = (
    "backward", "backprop", "backpropagation", "backpropagate", "backwardpass", "backwardprop",
    "backwardpropagation", "backwardpropagate", "bprop", "gradients", "gradient", "grad", "grads",
    "computegradients", "computegradient", "calculategradients", "costfunctionprime", "lossgradients",
    "lmodelbackward", "backpropagationn", "lossgradient", "gradientdescentstep", "loss", "trainstep",
    "trainonbatch", "updateminibatch", "step", "update", "train", "learn", "fit", "partialfit",
    "gradientdescent", "sgd", "updateweights", "updateparameters", "backwardpropagationn",
)  # fmt: skip
TRAINERS = (
    "loss", "trainstep", "trainonbatch", "updateminibatch", "train", "learn", "fit", "partialfit",
    "gradientdescent", "sgd",
)  # fmt: skip
UPDATERS = (
    "update",
    "step",
    "updateweights",
    "updateparameters",
    "applygradients",
    "optimize",
    "updateparams",
)
STARTERS = (
    "initialize",
    "initializeweights",
    "initweights",
    "initparams",
    "initializeparameters",
    "build",
    "reset",
)


def named(space: Mapping[str, Any], words: tuple[str, ...]) -> str | None:
    """The first name of a table that is one of some words, in the order of the words."""
    found = {plain(name): name for name, value in reversed(list(space.items())) if callable(value)}
    return next((found[word] for word in words if word in found), None)


def forward_in(space: Mapping[str, Any], file: str) -> Callable[..., Any] | None:
    """The function of a file that is called as a forward pass is."""
    functions = {
        name: value
        for name, value in space.items()
        if isinstance(value, types.FunctionType) and value.__code__.co_filename == file
    }
    name = named(functions, FORWARD)
    return None if name is None else functions[name]


def input_of(forward: Callable[..., Any], supply: Mapping[str, Any]) -> dict[str, Any]:
    """X for the first parameter of a forward pass that calls its input a, unless another is called X."""
    names = [name for name in inspect.signature(forward).parameters if name != "self"]
    if names and role(names[0]) in ("as", None) and not any(role(name) == "X" for name in names):
        return {plain(names[0]): supply["X"]}
    return {}


ALONE = ""
"""The name, which no parameter has, of the one array that a forward pass returned."""


def left_behind(result: Any, forward: Callable[..., Any], backward: Callable[..., Any]) -> dict[str, Any]:
    """What a forward pass returned, by the plain names of the parameters of the backward pass."""
    if result is None:
        return {}
    asked = [name for name in inspect.signature(backward).parameters if name != "self"]
    names = returned_names(forward)
    found: dict[str, Any] = {}
    if isinstance(result, tuple) and len(names) == len(result):
        found = {plain(name): item for name, item in zip(names, result, strict=True) if name}
    kept = {plain(name): found[plain(name)] for name in asked if plain(name) in found}
    items = list(result) if isinstance(result, tuple) and any(_is_array(i) for i in result) else [result]
    for name in asked:
        if plain(name) in kept or role(name) not in ("cache", "Y"):
            continue
        wanted = [item for item in items if _is_array(item) == (role(name) == "Y")]
        if len(wanted) == 1:
            kept[plain(name)] = wanted[0]
        elif role(name) == "cache" and isinstance(result, tuple):
            kept[plain(name)] = result
    if len(items) == 1 and _is_array(items[0]):
        kept[ALONE] = items[0]
    return kept


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)
