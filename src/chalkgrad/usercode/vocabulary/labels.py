"""Labels of a nested answer: ``layer1.W``, ``0.dW``, ``dWs.0``, and which gradient each one means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from chalkgrad.usercode.vocabulary.names import counts_from_zero, gradient, plain
from chalkgrad.usercode.vocabulary.norm_names import LETTERS, gradient_of_norm, layers_of

_OF_A_GRADIENT = re.compile(
    r"(?:d+(?=[wb]|gamma|gain|shift)|dl?d|grad|delta|nabla|change|veloc|moment|prev|old|error|cache|[vms](?=d?[wb]\d*$)).*|.*grads?\d*"
)


def by_names(parts: Sequence[tuple[str, Any]], depth: int, there: Collection[str] = ()) -> dict[str, Any]:
    """Read labels: ``dW1``, ``layer1.W``, ``0.dW`` (a list of layers), ``dWs.0`` (lists of layers).

    Of a norm's quantities a label may mean those that are ``there``.
    """
    labels = [label for label, _ in parts]
    offset = int(counts_from_zero([label.split(".")[-1] for label in labels], depth))
    of_norms = _of_norms(labels, there, offset)
    places = [place for label in labels if label not in of_norms and (place := _place(label)) is not None]
    found: dict[str, Any] = {}
    for label, array in parts:
        name = of_norms.get(label) or gradient(label.split(".")[-1], depth, offset)
        place = _place(label)
        if name is None and place is not None:
            layer = _layer(place, places, depth)
            name = next(filter(None, (gradient(f"{stem}{layer}", depth) for stem in place.stems)), None)
        if name is not None:
            found.setdefault(name, array)
    return found


def _of_norms(labels: Sequence[str], there: Collection[str], offset: int) -> dict[str, str]:
    """What labels mean of the norms that there are: ``ln1.weight``, ``layers.1.gamma``, ``gammas.0``."""
    every = [f"{letter}1" for letter in LETTERS]
    found: dict[str, str] = {}
    listed: dict[str, list[tuple[int, str]]] = {}
    for label in labels if there else ():
        *_, last = parts = label.split(".")
        texts = (plain("".join(parts[-2:])), plain(last))
        names = (gradient_of_norm(text, there, offset) for text in texts)
        if (name := next(filter(None, names), None)) is not None:
            found[label] = name
        elif (place := _place(label)) is not None:
            stems = (gradient_of_norm(plain(f"{stem}1"), every) for stem in place.stems)
            if stem := next(filter(None, stems), None):
                listed.setdefault(stem[1:-1], []).append((place.number, label))
    for letter, places in listed.items():
        layers, numbers = layers_of(letter, there), sorted({number for number, _ in places})
        if len(numbers) == len(layers):
            found |= {label: f"d{letter}{layers[numbers.index(number)]}" for number, label in places}
    return found


def looks_like_a_gradient(label: str) -> bool:
    """Whether an attribute is a gradient or an optimiser's memory by its name, and no parameter.

    >>> [looks_like_a_gradient(name) for name in ("dW1", "velocity_w", "W1", "grads.W1", "delta2", "weights")]
    [True, True, False, True, True, False]
    """
    return any(_OF_A_GRADIENT.fullmatch(plain(part)) for part in label.split("."))


@dataclass(frozen=True)
class _Place:
    """A label that tells its layer apart from its letter: its words, a number, of a list or not."""

    stems: tuple[str, ...]
    number: int
    listed: bool


def _place(label: str) -> _Place | None:
    *_, first, last = ("", *label.split("."))
    digits = "".join(c for c in first if c.isdecimal())
    if last.isdecimal() and first and not digits:  # dWs.0
        return _Place((first, first[:-1]) if first[1:].endswith("s") else (first,), int(last), True)
    if digits and not last.isdecimal():  # 0.dW, layer1.W
        return _Place((last,), int(digits), first == digits)
    return None


def _layer(place: _Place, places: Sequence[_Place], depth: int) -> int:
    """Return the layer that a number means: a rank, where there is a number for every layer.

    So lists may begin with 0 or 1, and the linear layers of a sequence may be its places 0, 2 and 4.
    """
    numbers = sorted({other.number for other in places})
    if len(numbers) == depth:
        return numbers.index(place.number) + 1
    from_zero = 0 in numbers or (place.listed and depth not in numbers)
    return place.number + from_zero
