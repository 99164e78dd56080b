"""What people call things: the spellings of arguments and of gradients in user's code.

Everything is compared in lower case without underscores, brackets and carets: ``W_1``, ``w1``, ``W[1]`` and
``W^{(1)}`` are one name.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from chalkgrad.usercode.vocabulary.norm_names import gradient_of_norm, of_norm
from chalkgrad.usercode.vocabulary.roles import ROLES

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹δΔ∇∂θ", "01234567890123456789ddg" + "dw")
_NOISE = re.compile(r"[\s_\[\](){}^.'\"*]")

_LETTERS = {
    "W": ("w", "weight", "weights", "theta", "wt", "kernel"),
    "b": ("b", "bias", "biases", "intercept"),
    "Z": ("z", "pre", "preact", "preactivation", "net", "logits", "s", "u"),
    "A": ("a", "act", "activation", "h", "hidden", "o", "out", "layer"),
}
_OF_LETTER = {word: letter for letter, words in _LETTERS.items() for word in words}
_WORDS = "|".join(sorted(_OF_LETTER, key=len, reverse=True))
_QUANTITY = re.compile(rf"({_WORDS})(\d*)")
_GRADIENT = re.compile(
    rf"(?:d[ljce]d|gradient|grads|grad|nabla|partial|delta|loss|cost|dd|d|g)({_WORDS})(\d*)"
)
_GRADIENT_AFTER = re.compile(rf"({_WORDS})(\d*)(?:gradient|grads|grad)")
_ERROR = re.compile(r"(?:delta|error|err|d|dd)(\d+)")

_ROLE_OF = {word: name for name, each in reversed(ROLES.items()) for word in each.words}
_LOSS = frozenset({"loss", "cost", "l", "j", "c", "e", "error", "totalloss", "lossvalue"})
_INPUT_GRADIENT = frozenset({"dx", "da0", "gradx", "dinput", "dinputs", "gx"})
_OUTPUT_GRADIENT = frozenset(
    {"dy", "dyhat", "dypred", "dout", "doutput", "dystar", "dp", "gradyhat", "dldy", "dldyhat"}
)
_HIDDEN_OUTER = {
    "h": 1,
    "hidden": 1,
    "ih": 1,
    "xh": 1,
    "o": 2,
    "out": 2,
    "output": 2,
    "ho": 2,
    "hy": 2,
    "y": 2,
}
_TWO_LAYER = re.compile(r"(d|grad|g|dd)?(w|b|z|a)(hidden|output|out|ih|xh|ho|hy|h|o|y)")


def plain(name: str) -> str:
    """A name without case, underscores, brackets and the like.

    >>> plain("grad_W^{(1)}"), plain("δ₂")
    ('gradw1', 'd2')
    """
    return _NOISE.sub("", name.translate(_SUBSCRIPTS).lower())


def quantity(name: str, depth: int, offset: int = 0, there: Collection[str] = ()) -> str | None:
    """The canonical W1, b1, Z1 or A1 that a name means; None if it is something else.

    ``offset`` is 1 where the user counts layers from 0.  Of a norm's quantities it may mean those that are
    ``there``.
    """
    word = plain(name)
    if there and (found := of_norm(word, there, offset)) is not None:
        return found
    if depth == 2 and (two := _TWO_LAYER.fullmatch(word)) and not two[1]:
        return f"{_OF_LETTER[two[2]]}{_HIDDEN_OUTER[two[3]]}"
    match = _QUANTITY.fullmatch(word)
    return None if match is None else _numbered(match[1], match[2], depth, offset)


def _numbered(word: str, number: str, depth: int, offset: int) -> str | None:
    if not number and depth > 1:
        return None
    layer = int(number[:6]) + offset if number else 1
    return f"{_OF_LETTER[word]}{layer}" if 1 <= layer <= depth else None


def role(name: str) -> str | None:
    """The role of an argument without a number: X, T, Y, m, params, cache …; ``y`` is left open."""
    word = plain(name)
    return "y" if word == "y" else _ROLE_OF.get(word)


def gradient(name: str, depth: int, offset: int = 0, there: Collection[str] = ()) -> str | None:
    """The canonical dW1, db1, dZ1, dA1, dY, dX or loss that a returned name means.

    >>> [gradient(n, 2) for n in ("grad_W1", "dL_db2", "delta1", "W2", "cost", "nonsense")]
    ['dW1', 'db2', 'dZ1', 'dW2', 'loss', None]
    """
    word = plain(name)
    if there and (of_a_norm := gradient_of_norm(word, there, offset)) is not None:
        return of_a_norm
    if word in _LOSS:
        return "loss"
    if word in _INPUT_GRADIENT:
        return "dX"
    if word in _OUTPUT_GRADIENT:
        return "dY"
    if depth == 2 and (two := _TWO_LAYER.fullmatch(word)):
        return f"d{_OF_LETTER[two[2]]}{_HIDDEN_OUTER[two[3]]}"
    if (error := _ERROR.fullmatch(word)) is not None:
        found = _numbered("z", error[1], depth, offset)
        return None if found is None else f"d{found}"
    for pattern in (_QUANTITY, _GRADIENT, _GRADIENT_AFTER):
        if (match := pattern.fullmatch(word)) is not None:
            found = _numbered(match[1], match[2], depth, offset)
            if found is not None:
                return "dY" if found == f"A{depth}" else f"d{found}"
    if word in ("delta", "dz", "error") and depth == 1:
        return "dZ1"
    return None


def counts_from_zero(names: list[str], depth: int) -> bool:
    """Whether the names number layers 0 … L−1: there is a W0 or dW0 and no W with the last number."""
    words = [plain(name) for name in names]
    zero = any(re.fullmatch(r"(?:d|grad|g|nabla|dd)?[wb]0", word) for word in words)
    last = any(re.fullmatch(rf"(?:d|grad|g|nabla|dd)?[wb]{depth}", word) for word in words)
    return zero and not last
