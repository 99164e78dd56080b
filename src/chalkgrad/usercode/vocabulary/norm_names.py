"""What people call the quantities of a norm; only a network that has one gives these names a meaning.

``beta1`` is the number of an optimiser elsewhere, ``gamma`` a decay, ``u1`` a weighted sum.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

LETTERS = {
    "gamma": ("gamma", "gain", "g"),
    "beta": ("beta", "shift"),
    "U": ("u", "lin", "linear", "affine"),
    "mu": ("mu", "mean"),
    "var": ("var", "variance", "sigma2", "sigmasq"),
    "r": ("rstd", "ivar", "istd", "invstd", "invvar", "stdinv", "r"),
    "std": ("std", "sigma", "sd", "sqrtvar"),
    "N": ("xhat", "xnorm", "uhat", "unorm", "zhat", "znorm", "hhat", "nhat", "normalized", "n"),
}
OF_THE_WAY = ("U", "mu", "var", "r", "N")
"""What a norm computes on its way."""
_OF_LETTER = {word: letter for letter, words in LETTERS.items() for word in words}
_WORDS = "|".join(sorted(_OF_LETTER, key=len, reverse=True))
_NORM = "(?:layer|batch)?norm|ln|bn"
_NUMBERED = re.compile(rf"({_WORDS})(?:{_NORM})?(\d*)")
_OF_A_MODULE = re.compile(rf"(?:{_NORM})(\d*)d?(weight|bias|w|b|{'|'.join(LETTERS['gamma'])}|beta|shift)")
_GRADIENT = re.compile(
    r"(?:d[ljce]d|gradient|grads|grad|nabla|partial|delta|dd|d)?(.+?)(?:gradient|grads|grad)?"
)


def of_norm(word: str, there: Collection[str], offset: int = 0) -> str | None:
    """The quantity of a norm that a plain name means among those that there are; None for none.

    >>> there = ("W1", "gamma1", "beta1", "W2")
    >>> [of_norm(name, there) for name in ("gamma1", "beta", "ln1weight", "gamma2", "w1")]
    ['gamma1', 'beta1', 'gamma1', None, None]
    >>> of_norm("beta1", ("W1", "W2"))
    """
    match = _NUMBERED.fullmatch(word)
    if match and (len(match[1]) > 1 or match[2]):
        return _numbered(_OF_LETTER[match[1]], match[2], there, offset)
    if match := _OF_A_MODULE.fullmatch(word):
        letter = {"weight": "gamma", "w": "gamma", "bias": "beta", "b": "beta"}.get(match[2])
        return _numbered(letter or _OF_LETTER[match[2]], match[1], there, offset)
    return None


def gradient_of_norm(word: str, there: Collection[str], offset: int = 0) -> str | None:
    """The gradient by a quantity of a norm that a plain name means: dgamma1; None for none.

    >>> [gradient_of_norm(n, ("gamma1", "beta1")) for n in ("dgamma", "gradbeta1", "gamma1", "d1")]
    ['dgamma1', 'dbeta1', 'dgamma1', None]
    """
    match = _GRADIENT.fullmatch(word)
    found = None if match is None else of_norm(match[1], there, offset)
    return None if found is None else f"d{found}"


def layers_of(letter: str, there: Collection[str]) -> list[int]:
    """The layers that have a quantity, in order."""
    return sorted(_numbers(letter, there))


def _numbers(letter: str, there: Collection[str]) -> Iterator[int]:
    for name in map(str, there):
        number = name.removeprefix(letter)
        if number != name and number.isdecimal():
            yield int(number)


def _numbered(letter: str, number: str, there: Collection[str], offset: int) -> str | None:
    """The quantity of a layer, or of the only one that has any: without a number, or as the first."""
    layers = layers_of(letter, there)
    layer = int(number[:6]) + offset if number else None
    if layer in layers:
        return f"{letter}{layer}"
    return f"{letter}{layers[0]}" if len(layers) == 1 and layer in (None, 1) else None
