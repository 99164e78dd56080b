"""Letters as boxes: accents, indices, and where a layer's number stands."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from chalkgrad.derive.index import Index
from chalkgrad.notation.boxes import Box, Fence, Numeral, Op, Row, Script, Sym
from chalkgrad.notation.boxes.characters import ACCENTS


def letter_box(text: str, style: str) -> Box:
    """A letter as TOML files give it: ``ŷ`` and ``y*`` carry an accent, ``w0`` an index."""
    if not text:
        return Row(())
    plain = unicodedata.normalize("NFD", text)
    if len(plain) == 2 and plain[1] in ACCENTS:
        return Sym(plain[0], style, ACCENTS[plain[1]])
    if text.endswith("*") and len(text) > 1:
        return Sym(text[:-1], style, "star")
    if len(text) > 1 and text[-1].isdigit() and text[:-1].isalpha():
        return Script(Sym(text[:-1], style), Numeral(text[-1]))
    if text == "𝒜":
        return Sym("A", "script")
    return Sym(text, style)


def called(name: Box, arg: Box) -> Box:
    """A function's name with its argument in brackets."""
    return Row((name, arg if isinstance(arg, Fence) and arg.left == "(" else Fence(arg)))


def index_box(index: Index) -> Box:
    """j, or 2."""
    return Numeral(str(index)) if isinstance(index, int) else Sym(index)


def row_of(items: list[Box]) -> Box:
    """Boxes side by side; one stays itself."""
    return items[0] if len(items) == 1 else Row(tuple(items))


def offset_box(base: str, offset: int) -> Box:
    """l − 1, l, l + 1."""
    if not offset:
        return Sym(base)
    return Row((Sym(base), Op("−" if offset < 0 else "+"), Numeral(str(abs(offset)))))


def attach_layer(base: Box, label: Box, style: str, sub: list[Box]) -> Box:
    """Put a layer's label where the notation has it, beside the indices."""
    wrapped = Fence(label) if "(" in style else Fence(label, "[", "]") if "[" in style else label
    if style.startswith("^"):
        return Script(base, row_of(sub) if sub else None, wrapped)
    if style.startswith("_"):
        return Script(base, row_of([wrapped, Op(",", "punct"), *sub]) if sub else wrapped)
    text = base.text if isinstance(base, Sym) else ""
    if not isinstance(label, Numeral):
        return Script(Sym(text, "upright"), row_of([label, Op(",", "punct"), *sub]) if sub else label)
    plain = Sym(text + label.text, "upright")
    return Script(plain, row_of(sub)) if sub else plain


def with_prefix(box: Box, prefix: str) -> Box:
    """dW, with the prefix at the letter and not at its indices."""
    match box:
        case Script(base, sub, sup):
            return Script(with_prefix(base, prefix), sub, sup)
        case Sym(_, style, _):
            return Row((Sym(prefix, "italic" if style == "bold" else style), box))
    return Row((Sym(prefix), box))


def primed(box: Box) -> Box:
    """f′, with the prime at the letter: LReLU′₂."""
    match box:
        case Sym(accent=""):
            return replace(box, accent="prime")
        case Script(base, sub, sup):
            return Script(primed(base), sub, sup)
    return Row((box, Op("′", "punct")))
