"""Which letter means what: a notation, read backwards.

In the quiz's letters z is the pre-activation and a the activation, in the lecture's it is the other way
round; w_jk names the receiver first, the slides' w_ij the sender.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalkgrad.check.key.reading.nodes import LayerIndex, Ref
from chalkgrad.check.key.reading.tokens import WORDS
from chalkgrad.formula import ACTIVATIONS, FUNCTIONS, ActivationFunction
from chalkgrad.notation.profiles.find import Notation

KINDS = ("weight", "bias", "pre", "act", "input", "target", "output", "loss", "rate", "penalty")
LAYERED = ("weight", "bias", "pre", "act", "error", "feeds")
UNITS = {"weight": 2, **dict.fromkeys((*LAYERED[1:], "input", "target", "output"), 1)}
USUAL = {
    "delta": "error", "eta": "rate", "alpha": "rate", "lambda": "penalty", "x": "input", "b": "bias",
    "t": "target", "y": "output", "yhat": "output", "C": "loss", "E": "loss", "L": "loss", "loss": "loss",
}  # fmt: skip
"""Letters that mean the same nearly everywhere, used where the notation has not given them away."""


def _spellings(known: ActivationFunction) -> tuple[str, ...]:
    """How an activation is typed: _ begins an index, and the identity has no name in a formula."""
    typed = (known.name, known.name.title(), known.name.upper(), known.symbol, *known.also)
    return () if known.is_identity else tuple(word for word in typed if len(word) > 1 and "_" not in word)


FUNCTION_NAMES = {
    "sigma": "sigmoid",
    "ReLu": "relu",
    "ln": "log",
    "arctan": "atan",
    "sgn": "sign",
    "sech": "sech",
    **{word: name for name, known in ACTIVATIONS.items() for word in _spellings(known)},
    **{name: name for name in FUNCTIONS},
}
CONSTANTS = ("e", "pi")


@dataclass(frozen=True)
class TypedIndex:
    """One index as typed: a letter or a number, shifted, perhaps in brackets of its own."""

    base: str | int
    offset: int = 0
    bracket: str = ""


@dataclass(frozen=True)
class AnswerAlphabet:
    """The letters of an answer.

    Attributes
    ----------
    kinds
        What each letter means: ``{"w": "weight", …}``; ``error`` means ∂C/∂z.
    functions
        What each function's name means; the notation's own letter (f, h) means ``""``, any activation.
    sender_first
        Whether w_ij has the sender's index first.
    layer_below
        Whether a layer's number stands as a subscript.
    layer_bare
        Whether a bare number above a letter is a layer and not a power.
    indices
        The letters of sender, unit and the receiver above.
    """

    kinds: dict[str, str]
    functions: dict[str, str]
    sender_first: bool = False
    layer_below: bool = False
    layer_bare: bool = True
    indices: tuple[str, str, str] = ("k", "j", "i")
    output_index: str = ""
    letters: dict[str, str] = field(default_factory=dict)

    def words(self) -> tuple[str, ...]:
        """Every word that may stand in an answer."""
        return (*self.kinds, *self.functions, *CONSTANTS)

    def reference(self, word: str, below: list[TypedIndex], above: list[TypedIndex], at: int = 0) -> Ref:
        """Return the entry that a letter with its indices means; the layer may stay open."""
        kind = self.kinds[word]
        layer: LayerIndex | None = None
        units: list[str | int] = []
        for place, part in enumerate([*above, *below]):
            must_be_layer = part.base in ("l", "L") or place < len(above)
            if (must_be_layer or part.bracket) and layer is None and kind in LAYERED:
                layer = _layer(part)
            elif must_be_layer or part.offset:
                raise ValueError("have one layer and plain indices")
            else:
                units.append(part.base)
        needed = UNITS.get(kind, 0)
        first = units[0] if units else None
        is_below = len(units) > needed or (self.layer_below and (len(units) == 1 or needed < 2))
        if layer is None and kind in LAYERED and isinstance(first, int) and is_below:
            layer, units = LayerIndex("", first), units[1:]
        if kind == "weight" and units[-1:] == [0] and self.letters.get("bias", "").startswith(word):
            kind, units = "bias", units[:-1]
        if len(units) > UNITS.get(kind, 0):
            raise ValueError(
                f"have at most {needed} {'index' if needed == 1 else 'indices'} besides the layer"
            )
        if kind == "feeds":
            layer = LayerIndex(layer.base, layer.offset - 1) if layer else None
            kind = "act"
        return Ref(kind, layer, tuple(units), word, at)


def _layer(part: TypedIndex) -> LayerIndex:
    if isinstance(part.base, int):
        return LayerIndex("", part.base + part.offset)
    if part.base not in ("l", "L"):
        raise ValueError("have a layer made of l, L or a number above it")
    return LayerIndex(part.base, part.offset)


def typed_letter(letter: str) -> str:
    """Return a notation's letter as the tokens have it: δ is ``delta``, ŷ is ``yhat``, y* is ``y*``."""
    if letter in WORDS:
        return WORDS[letter]
    return {"ŷ": "yhat", "Ŷ": "Yhat", "𝒜": "A"}.get(letter, letter)


def alphabet(notation: Notation) -> AnswerAlphabet:
    """Return the letters of a notation, and the usual ones that it does not use otherwise."""
    kinds: dict[str, str] = {}
    functions = dict(FUNCTION_NAMES)
    index = notation.index_letters
    for letters in (index, notation.letters):
        for kind in ("act", "pre", "weight", "bias", "error", "feeds", *KINDS[4:]):
            letter = typed_letter(getattr(letters, kind))
            if letter and letter[0].isalpha() and letter != "d" and not letter[-1].isdigit():
                kinds.setdefault(letter, kind)
    kinds = USUAL | kinds
    for name in ("weight", "bias"):
        letter = getattr(index, name)
        if len(letter) == 1:
            kinds.setdefault(letter.swapcase(), name)
    own = typed_letter(index.function)
    if own and own not in kinds:
        functions[own] = ""
    for letter in ("f", "g", "h"):
        if letter not in kinds:
            functions.setdefault(letter, "")
    return AnswerAlphabet(
        kinds=kinds,
        functions={word: meaning for word, meaning in functions.items() if word not in kinds},
        sender_first=notation.weights == "in_out",
        layer_below=notation.parameters.startswith("_"),
        layer_bare=notation.units == "^l",
        indices=notation.indices[:3],
        output_index=notation.output_index,
        letters={kind: getattr(index, kind) for kind in (*KINDS, "error", "function")},
    )
