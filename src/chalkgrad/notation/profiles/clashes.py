"""Letters that would stand for two things, or for nothing: a page in such a notation could not be read."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterator
from dataclasses import fields

from chalkgrad._errors import Fault
from chalkgrad.formula import ACTIVATIONS, FUNCTIONS, SOFTMAX
from chalkgrad.notation.boxes.characters import ACCENTS
from chalkgrad.notation.profiles.notation import NORM, SPARE, Letters, Notation

MEANINGS: dict[str, str] = {
    "input": "the input",
    "target": "the target",
    "output": "the output",
    "weight": "the weights",
    "bias": "the biases",
    "pre": "the pre-activations",
    "act": "the activations",
    "feeds": "what feeds a layer",
    "loss": "the loss",
    "error": "the errors",
    "rate": "the learning rate",
    "penalty": "the strength of the penalty",
    "function": "the hidden activation function",
    "sample_weight": "the sample weights",
    "mask": "the dropout masks",
    "velocity": "the momentum’s running sum",
    "mean": "the running mean of the gradients",
    "square": "the running mean of their squares",
    "pull": "what is followed instead of the gradient",
    "norm": "the length of the gradients",
    "clip_factor": "what is kept of the gradients",
    "momentum": "the momentum",
    "decay": "the weight decay",
    "beta": "the weights of the running means",
    "smoothing": "the weight of the running mean",
    "epsilon": "the number that keeps from dividing by 0",
    "update_number": "the number of the update",
    "threshold": "the longest that gradients may be",
    "linear": "the weighted sums before a norm",
    "centre": "the means of a norm",
    "variance": "the variances of a norm",
    "root": "one over a norm’s standard deviation",
    "epsilon_norm": "the number that keeps a norm from dividing by 0",
    "running_mean": "the running mean of a batch norm",
    "running_variance": "the running variance of a batch norm",
    "normalised": "the normalised values",
    "gain": "the gains of a norm",
    "shift": "the shifts of a norm",
}
FIXED: dict[str, str] = {
    "m": "the number of samples",
    "e": "Euler’s number",
    "π": "the number π",
    "σ": "the sigmoid",
}
IN_CODE: dict[str, str] = {
    "m": "the number of samples",
    "torch": "PyTorch",
    "F": "torch.nn.functional",
    "math": "a module",
}
OPTIONAL = ("feeds", "error", "function")
MAY_SHARE = ({"input", "output", "act"}, {"input", "feeds"})
"""An input or output may be written as activations are, with its layer's number: a⁰, a^L."""


def clashes(notation: Notation, path: str) -> Iterator[Fault]:
    """Every letter that cannot stay as it is."""
    yield from _conventions(notation, path)
    yield from _indices(notation, path)
    tables = {
        f"{path}.letters": (notation.letters, notation.batch_letters),
        f"{path}.letters.index": (notation.index_letters,),
    }
    told: set[tuple[str, str]] = set()
    for place, letters in tables.items():
        for name, text, problem, fix in _wrong(notation, letters):
            if (name, text) not in told:
                told.add((name, text))
                yield Fault(f"{place}.{name}", problem, repr(text), fix)


def _wrong(notation: Notation, tables: tuple[Letters, ...]) -> Iterator[tuple[str, str, str, str]]:
    """(entry, its letter, what it must be, what to do) for the letters that are used on one page."""
    code = notation.operators == "code"
    taken: dict[str, set[str]] = {}
    for name in (f.name for f in fields(Letters)):
        for text in dict.fromkeys(str(getattr(letters, name)) for letters in tables):
            if not text and name in OPTIONAL:
                continue
            if name == "error" and text in ("d", ".grad"):
                continue
            if not _is_letter(text, name, code):
                yield name, text, *_what_is_a_letter(name, code)
                continue
            fixed = reserved(notation, text, name)
            others = {other for other in taken.get(text, set()) if not _may_share(name, other)}
            if fixed or others:
                meaning = fixed or MEANINGS[min(others)]
                yield (
                    name,
                    text,
                    f"be a letter of its own for {MEANINGS[name]}",
                    f"It already means {meaning}.",
                )
            taken.setdefault(text, set()).add(name)


def _may_share(one: str, other: str) -> bool:
    apart = (one in NORM and other in SPARE) or (one in SPARE and other in NORM)
    return one == other or apart or any({one, other} <= group for group in MAY_SHARE)


def reserved(notation: Notation, text: str, name: str) -> str:
    """What a letter means in every notation."""
    if notation.operators == "code":
        return IN_CODE.get(text, "")
    if text == "d" and "d" in (notation.letters.error, notation.index_letters.error):
        return "the derivative in dW"
    if text in notation.indices:
        return "an index"
    if name == "function" and text == "σ":
        return ""
    written = {f.symbol for f in ACTIVATIONS.values() if len(f.symbol) > 1}
    if text in {*FUNCTIONS, SOFTMAX, *written}:
        return f"the function {text}"
    return FIXED.get(text, "")


def _is_letter(text: str, name: str, code: bool) -> bool:
    if code:
        return text.isidentifier() and not keyword.iskeyword(text) and not text[-1:].isdigit()
    text = text.removesuffix("*")
    if name == "bias" and text.endswith("0"):
        text = text[:-1]
    plain = unicodedata.normalize("NFD", text)
    if len(plain) == 2 and plain[1] in ACCENTS:
        plain = plain[0]
    return plain.isalpha()


def _what_is_a_letter(name: str, code: bool) -> tuple[str, str]:
    if code:
        return "be a name of Python that does not end in a digit", "Layers add their number: W becomes W1."
    if name == "bias":
        return "be a letter or a word, with a 0 behind it at most", "Write b, or w0."
    return "be a letter or a word", "An accent or a star may stand at a letter: ŷ, y*."


def _indices(notation: Notation, path: str) -> Iterator[Fault]:
    for index in notation.indices:
        if not (len(index) == 1 and index.isalpha()):
            yield Fault(f"{path}.indices", "be four single letters", repr(index))
        elif index in ("m", "l", "L"):
            meaning = FIXED.get(index, "the layer")
            fix = f"It already means {meaning}."
            yield Fault(f"{path}.indices", "be letters of their own", repr(index), fix)


def _conventions(notation: Notation, path: str) -> Iterator[Fault]:
    """Code has one way to write layers, gradients and sums over a batch; mathematics cannot have it."""
    code = notation.operators == "code"
    for name in ("units", "parameters"):
        style = getattr(notation, name)
        if code != (style == "l"):
            wanted = "be l where operators are code" if code else "not be l where operators are mathematics"
            yield Fault(
                f"{path}.{name}", wanted, repr(style), "W1 is code; write _l, ^l, ^(l) or ^[l] on paper."
            )
    error = notation.letters.error
    if code and error not in ("d", ".grad"):
        yield Fault(f"{path}.letters.error", "be .grad or d where operators are code", repr(error))
    if not code and error == ".grad":
        fix = "Leave it empty for ∂L/∂z, or give it a letter such as δ."
        yield Fault(f"{path}.letters.error", "be a letter where operators are mathematics", repr(error), fix)
    for name in ("feeds", "function"):
        if code and getattr(notation.letters, name):
            text = repr(getattr(notation.letters, name))
            yield Fault(f"{path}.letters.{name}", "be empty where operators are code", text)
    if code and notation.broadcast != "implicit":
        yield Fault(f"{path}.broadcast", "be implicit where operators are code", repr(notation.broadcast))
