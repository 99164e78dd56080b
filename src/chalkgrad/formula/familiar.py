"""What activations and losses are called elsewhere: one table, read whatever the case, ``_`` or none."""

from __future__ import annotations

from collections.abc import Iterable

FAMILIAR: dict[str, tuple[str, ...]] = {
    "identity": ("linear", "none"),
    "leaky_relu": ("lrelu",),
    "sigmoid": ("logistic",),
    "silu": ("swish",),
    "squared_error": ("sse",),
    "half_squared_error": ("quadratic",),
    "mean_squared_error": ("mse",),
    "binary_cross_entropy": ("bce", "log_loss"),
    "cross_entropy": ("ce", "nll", "categorical_cross_entropy"),
}
"""Our name, and the other names of the same formula."""


def _bare(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter not in "_- ")


_NAMES = {_bare(other): name for name, others in FAMILIAR.items() for other in others}


def known_name(word: str, names: Iterable[str]) -> str | None:
    """Return which of the names is meant by a word, ``None`` if none is.

    >>> known_name("LeakyReLU", ["relu", "leaky_relu"]), known_name("MSE", ["mean_squared_error"])
    ('leaky_relu', 'mean_squared_error')
    """
    bare = {_bare(name): name for name in names}
    found = _bare(word)
    return bare.get(found) or bare.get(_bare(_NAMES.get(found, "")))
