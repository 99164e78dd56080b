"""Letters that step aside: those of a training step and of a norm, where a notation has given theirs away.

Most pages have no sample weights, masks or norms, so a notation of one's own need not know their letters: one
that is not chosen is the first of its spare letters that means nothing else.  A training step and a norm use
the same letters as long as they do not meet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from functools import lru_cache

from chalkgrad.notation.profiles.clashes import reserved
from chalkgrad.notation.profiles.notation import NORM, SPARE, Letters, Notation

TABLES = ("letters", "batch_letters", "index_letters")


def step_aside(notation: Notation, chosen: Collection[str]) -> Notation:
    """The notation with other letters for what a training step or a norm adds, unless they are ``chosen``."""
    for name, spare in SPARE.items():
        notation = _other_letter(notation, name, [(text, text) for text in spare], chosen, NORM)
    for name, pairs in NORM.items():
        notation = _other_letter(notation, name, pairs, chosen, SPARE)
    return notation


@lru_cache(maxsize=64)
def beside_norms(notation: Notation) -> Notation:
    """The notation for a page of both: the letters of a training step are none of a norm's."""
    for name, spare in SPARE.items():
        notation = _other_letter(notation, name, [(text, text) for text in spare], (), ())
    return notation


def _other_letter(
    notation: Notation,
    name: str,
    spare: Iterable[tuple[str, str]],
    chosen: Collection[str],
    elsewhere: Collection[str],
) -> Notation:
    """The notation with the first free letter for a name, if its own is not free; not of those elsewhere."""
    if name in chosen:
        return notation
    others = [f.name for f in fields(Letters) if f.name != name and f.name not in elsewhere]
    taken = {str(getattr(getattr(notation, table), other)) for table in TABLES for other in others} - {""}
    own = {str(getattr(getattr(notation, table), name)) for table in TABLES}
    if all(_is_free(notation, name, text, taken) for text in own):
        return notation
    one, many = next(pair for pair in spare if all(_is_free(notation, name, text, taken) for text in pair))
    letters = {"letters": one, "batch_letters": many, "index_letters": one}
    return replace(
        notation, **{table: replace(getattr(notation, table), **{name: letters[table]}) for table in TABLES}
    )


def _is_free(notation: Notation, name: str, text: str, taken: set[str]) -> bool:
    index = {*notation.indices, notation.output_index}
    return text not in taken and text not in index and not reserved(notation, text, name)
