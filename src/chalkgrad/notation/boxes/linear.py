"""Formulas on one line: where brackets, dots and blanks keep what a two-dimensional page would show."""

from __future__ import annotations

from chalkgrad.notation.boxes import nodes as b
from chalkgrad.notation.boxes.characters import SUBSCRIPTS, SUPERSCRIPTS, clean
from chalkgrad.notation.boxes.grammar import flat, is_name


def ends_wide(before: b.Box, drawn: str) -> bool:
    """Does it end in brackets or in so many scripts that the next letter needs air?"""
    if isinstance(before, b.Fence | b.Frac) or (
        isinstance(before, b.Script) and isinstance(before.base, b.Fence)
    ):
        return drawn != "½"
    scripts = len(drawn) - len(drawn.rstrip("".join({*SUPERSCRIPTS.values(), *SUBSCRIPTS.values(), "′*"})))
    return scripts > 1 or drawn.endswith("}") or (len(drawn) > 1 and drawn[-2] in "_^")


def number_text(text: str) -> str:
    return clean(text).replace("-", "−").replace("inf", "∞")


def sticks(neighbour: b.Box | None) -> bool:
    """Would a fraction next to it be misread as reaching over it?"""
    if neighbour is None or isinstance(neighbour, b.Words):
        return False
    return not isinstance(neighbour, b.Op) or (
        neighbour.kind in {"prefix", "open"} and neighbour.text not in "−-([{"
    )


def is_derivative(f: b.Frac) -> bool:
    first = flat(f.num)[:1]
    return (bool(first) and isinstance(first[0], b.Op) and first[0].text in {"∂", "d"}) or _is_power_of_d(
        first
    )


def _is_power_of_d(first: tuple[b.Box, ...]) -> bool:
    return (
        bool(first)
        and isinstance(first[0], b.Script)
        and isinstance(first[0].base, b.Op)
        and first[0].base.text == "∂"
    )


def is_labelled(node: b.Box) -> bool:
    if isinstance(node, b.Coloured):
        return is_labelled(node.body)
    return isinstance(node, b.Under) or (isinstance(node, b.Row) and any(map(is_labelled, node.items)))


def is_product(node: b.Box) -> bool:
    """May it stand before a slash without brackets?"""
    bad = {"binary", "relation", "punct"}
    for item in flat(node):
        if isinstance(item, b.Op) and item.kind in bad and item.text not in {"·", "⋅"}:
            return False
        if isinstance(item, b.Frac | b.BigOp | b.Cases | b.Words | b.Under | b.Coloured):
            return False
        if isinstance(item, b.Numeral) and "/" in item.text:
            return False
    return bool(flat(node))


def is_atom(node: b.Box) -> bool:
    """May it stand after a slash without brackets?"""
    items = flat(node)
    if len(items) == 2 and isinstance(items[0], b.Op) and items[0].text in {"∂", "d"}:
        return is_atom(items[1])
    if len(items) == 2 and is_name(items[0]) and isinstance(items[1], b.Fence):
        return True
    if len(items) != 1:
        return False
    item = items[0]
    if isinstance(item, b.Numeral):
        return item.text[:1] not in {"-", "−"} and "/" not in item.text and "e" not in item.text
    return isinstance(item, b.Sym | b.Fence | b.Grid) or (
        isinstance(item, b.Script) and isinstance(item.base, b.Sym | b.Fence | b.Grid)
    )
