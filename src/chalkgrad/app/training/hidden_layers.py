"""What ``--network`` of ``chalkgrad train`` means: the hidden layers, or the whole network around them."""

from __future__ import annotations

from typing import Any

from chalkgrad._errors import Fault, InputError
from chalkgrad._numbers import shown
from chalkgrad.network import Network
from chalkgrad.network.spec import split_spec

NO_LAYER = "none"


def has_head(text: str) -> bool:
    """Whether layers end with softmax, which no hidden layer has."""
    try:
        return Network(f"1-{split_spec(text)[-1]}").layers[-1].activation.is_softmax
    except InputError:
        return False


def hidden_of(text: str, inputs: int, head: str) -> str:
    """Return the hidden layers: the text, or of a whole network what is between its inputs and its head.

    >>> hidden_of("64-32:relu-10:softmax", 64, "10:softmax"), hidden_of("64-32:relu", 64, "10:softmax")
    ('32:relu', '64-32:relu')

    Raises
    ------
    InputError
        If it ends with a softmax, and is not the network of these data.
    """
    first, *middle = split_spec(text)
    if middle and first == str(inputs) and _same(middle[-1], head):
        return "-".join(middle[:-1]) or NO_LAYER
    if has_head(text):
        inner = "-".join(middle[:-1] if first.isdecimal() and middle else split_spec(text)[:-1]) or NO_LAYER
        condition = f"be the hidden layers alone, or the whole network {inputs}-…-{head}"
        raise InputError(Fault("--network", condition, shown(text), f"Write --network {inner}."))
    return text


def _same(layer: str, head: str) -> bool:
    def plain(text: str) -> Any:
        return Network(f"1-{text}").layers[0]

    try:
        return bool(plain(layer) == plain(head))
    except InputError:
        return False
