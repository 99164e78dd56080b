"""Formulas on one line: where brackets, dots and blanks keep what a two-dimensional page would show."""

from __future__ import annotations

from chalkgrad.notation.boxes import (
    BigOp,
    Box,
    Cases,
    Coloured,
    Fence,
    Frac,
    Grid,
    Numeral,
    Op,
    Row,
    Script,
    Sym,
    Under,
    Words,
)
from chalkgrad.notation.boxes.characters import SUBSCRIPTS, SUPERSCRIPTS, clean
from chalkgrad.notation.boxes.grammar import flat, is_name


def ends_wide(before: Box, drawn: str) -> bool:
    """Does it end in brackets or in so many scripts that the next letter needs air?"""
    if isinstance(before, Fence | Frac) or (isinstance(before, Script) and isinstance(before.base, Fence)):
        return drawn != "½"
    scripts = len(drawn) - len(drawn.rstrip("".join({*SUPERSCRIPTS.values(), *SUBSCRIPTS.values(), "′*"})))
    return scripts > 1 or drawn.endswith("}") or (len(drawn) > 1 and drawn[-2] in "_^")


def number_text(text: str) -> str:
    return clean(text).replace("-", "−").replace("inf", "∞")


def sticks(neighbour: Box | None) -> bool:
    """Would a fraction next to it be misread as reaching over it?"""
    if neighbour is None or isinstance(neighbour, Words):
        return False
    return not isinstance(neighbour, Op) or (
        neighbour.kind in {"prefix", "open"} and neighbour.text not in "−-([{"
    )


def is_derivative(f: Frac) -> bool:
    first = flat(f.num)[:1]
    return (bool(first) and isinstance(first[0], Op) and first[0].text in {"∂", "d"}) or _is_power_of_d(first)


def _is_power_of_d(first: tuple[Box, ...]) -> bool:
    return (
        bool(first)
        and isinstance(first[0], Script)
        and isinstance(first[0].base, Op)
        and first[0].base.text == "∂"
    )


def is_labelled(b: Box) -> bool:
    if isinstance(b, Coloured):
        return is_labelled(b.body)
    return isinstance(b, Under) or (isinstance(b, Row) and any(map(is_labelled, b.items)))


def is_product(b: Box) -> bool:
    """May it stand before a slash without brackets?"""
    bad = {"binary", "relation", "punct"}
    for item in flat(b):
        if isinstance(item, Op) and item.kind in bad and item.text not in {"·", "⋅"}:
            return False
        if isinstance(item, Frac | BigOp | Cases | Words | Under | Coloured):
            return False
        if isinstance(item, Numeral) and "/" in item.text:
            return False
    return bool(flat(b))


def is_atom(b: Box) -> bool:
    """May it stand after a slash without brackets?"""
    items = flat(b)
    if len(items) == 2 and isinstance(items[0], Op) and items[0].text in {"∂", "d"}:
        return is_atom(items[1])
    if len(items) == 2 and is_name(items[0]) and isinstance(items[1], Fence):
        return True
    if len(items) != 1:
        return False
    item = items[0]
    if isinstance(item, Numeral):
        return item.text[:1] not in {"-", "−"} and "/" not in item.text and "e" not in item.text
    return isinstance(item, Sym | Fence | Grid) or (
        isinstance(item, Script) and isinstance(item.base, Sym | Fence | Grid)
    )
