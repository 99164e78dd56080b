"""The one-line description of a network: ``4-3:relu-2:leaky_relu(0.1):nobias-1:sigmoid``.

    spec   := WIDTH "-" layer ("-" layer)*
    layer  := WIDTH (":" option)*                         options in any order
    option := "nobias" | "skip" | "skip(" N ")" | norm | activation
    norm   := ("layer_norm" | "batch_norm") ["(" ε ["," ρ] ")"]
    activation := NAME | NAME "(" value ("," value)* ")" | "formula:" [NAME "="] FORMULA

Inside a formula a ``-`` joins layers only outside parentheses and where a width follows it and then
``:``, ``-`` or the end; so ``3:formula:(z-2)`` needs its parentheses and ``3:formula:z-0.5*z`` does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_SPEC = 200_000
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "‐": "-"})
_FORMULA = re.compile(r"\s*formula\s*:")
_NEXT_LAYER = re.compile(r"-\s*\d+\s*(?=[:\-]|$)")


@dataclass(frozen=True)
class Part:
    """One part of a specification before anything in it is looked up."""

    width: str
    activations: tuple[str, ...] = ()
    bias: bool = True
    skips: tuple[str, ...] = field(default=())


def split_spec(text: str) -> list[str]:
    """Split a specification into the texts of its parts.

    >>> split_spec("4-3:elu(-1)-2:formula:z-0.5*z-1")
    ['4', '3:elu(-1)', '2:formula:z-0.5*z', '1']
    """
    text = text.translate(_DASHES)
    parts, start, depth, in_formula = [], 0, 0, False
    for position, letter in enumerate(text):
        if letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == ":" and not in_formula:
            in_formula = _FORMULA.match(text, position + 1) is not None
        elif letter == "-" and depth <= 0:
            negative_width = not text[start:position].strip() and text[position + 1 : position + 2].isdigit()
            if negative_width or (in_formula and not _NEXT_LAYER.match(text, position)):
                continue
            parts.append(text[start:position].strip())
            start, depth, in_formula = position + 1, 0, False
    return [*parts, text[start:].strip()]


def read_part(text: str) -> Part:
    """Read one part of a specification into its width and options.

    >>> read_part("3:nobias:leaky_relu(0.1):skip(2)")
    Part(width='3', activations=('leaky_relu(0.1)',), bias=False, skips=('2',))
    """
    width, *options = _split_options(text)
    activations, skips, bias = [], [], True
    for option in options:
        skip = re.fullmatch(r"skip(?:\s*\(\s*(.*?)\s*\))?", option)
        if option == "nobias":
            bias = False
        elif skip:
            skips.append(skip[1] if skip[1] is not None else "1")
        else:
            activations.append(option)
    return Part(width, tuple(activations), bias, tuple(skips))


def _split_options(text: str) -> list[str]:
    pieces, start, depth = [], 0, 0
    for position, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == ":" and depth <= 0 and text[start:position].strip() != "formula":
            pieces.append(text[start:position].strip())
            start = position + 1
    return [*pieces, text[start:].strip()]


def read_call(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Read ``name(0.1, alpha=2)`` into its name and its (keyword or empty, value) pairs.

    >>> read_call("elu(alpha=2)"), read_call("relu")
    (('elu', [('alpha', '2')]), ('relu', []))
    """
    call = re.fullmatch(r"(\w+)\s*\((.*)\)", text)
    if call is None:
        return text, []
    pairs = [argument.rpartition("=") for argument in call[2].split(",")] if call[2].strip() else []
    return call[1], [(name.strip(), value.strip()) for name, _, value in pairs]


def read_formula(text: object) -> tuple[str, str] | None:
    """Read ``formula:swish=z*sigmoid(z)`` into its name (or ``formula``) and its text; else ``None``.

    >>> read_formula("formula:swish=z*sigmoid(z)"), read_formula("relu")
    (('swish', 'z*sigmoid(z)'), None)
    """
    if not isinstance(text, str):
        return None
    head, colon, body = text.partition(":")
    if head.strip() != "formula" or not colon:
        return None
    named = re.fullmatch(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)", body, re.DOTALL)
    return (named[1], named[2].strip()) if named else ("formula", body.strip())


def formula_text(name: str, body: str) -> str:
    """Write a formula as an option of a specification; the inverse of ``read_formula``.

    >>> formula_text("formula", "z - 2"), formula_text("swish", "z*sigmoid(z)")
    ('formula:(z - 2)', 'formula:swish=z*sigmoid(z)')
    """
    depths = 0
    for letter in body:
        depths += (letter in "([") - (letter in ")]")
        if letter in "-:" and depths <= 0:
            body = f"({body})"
            break
    return f"formula:{body}" if name == "formula" else f"formula:{name}={body}"
