"""What differs between two formulas: its places in colour, the same parts left alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from chalkgrad.notation.boxes import Box, Coloured, Fence, Frac, Numeral, Op, Row, Sym

Token = Box | str
OPEN, CLOSE = "(", ")"


def marked(computed: Box, correct: Box) -> tuple[Box, Box]:
    """Both formulas, red where the first has what the second has not, green the other way round.

    Formulas of code, and formulas that have nothing in common, stay as they are.

    >>> from chalkgrad.notation.boxes import Numeral
    >>> x, y = Sym("x"), Sym("y")
    >>> marked(x, Row((x, Op("⊙"), y)))[1].items[2]
    Coloured(body=Sym(text='y', style='italic', accent=''), colour='green', named=False)
    """
    ours, theirs = list(_tokens(computed)), list(_tokens(correct))
    same_ours, same_theirs = [False] * len(ours), [False] * len(theirs)
    for i, j, size in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks():
        same_ours[i : i + size] = same_theirs[j : j + size] = [True] * size
    if not any(same and isinstance(token, Box) for same, token in zip(same_ours, ours, strict=True)):
        return computed, correct
    return _rebuilt(computed, iter(same_ours), "red"), _rebuilt(correct, iter(same_theirs), "green")


def _tokens(box: Box) -> Iterator[Token]:
    """Yield the parts of a formula in reading order; brackets are parts of their own."""
    match box:
        case Row(items):
            for item in items:
                yield from _tokens(item)
        case Fence(body, "(", ")"):
            yield OPEN
            yield from _tokens(body)
            yield CLOSE
        case _:
            yield box


def _rebuilt(box: Box, same: Iterator[bool], colour: str) -> Box:
    flags = [next(same) for _ in _tokens(box)]
    return _coloured(box, flags, colour)


def _coloured(box: Box, same: list[bool], colour: str) -> Box:
    if all(same):
        return box
    match box:
        case Row(items) if not (_is_call(items) and not same[0]):
            parts: list[Box] = []
            start = 0
            for item in items:
                end = start + len(list(_tokens(item)))
                parts.append(_coloured(item, same[start:end], colour))
                start = end
            return Row(tuple(parts))
        case Fence(body, "(", ")") if any(same):
            return replace(box, body=_coloured(body, same[1:-1], colour))
        case Op(_, kind) if kind != "prefix":
            return box
        case Sym(_, "code"):
            return box
    return Coloured(box, colour, named=False)


def _is_call(items: tuple[Box, ...]) -> bool:
    """Whether it is a function's name with its argument: f′(Z)."""
    return len(items) == 2 and isinstance(items[1], Fence) and not isinstance(items[0], Op | Frac | Numeral)
