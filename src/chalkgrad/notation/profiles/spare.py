"""Letters that step aside: those of a training step, where a notation has given theirs away.

Most pages have no sample weights and no masks, so a notation of one's own need not know their letters: one
that is not chosen is the first of its spare letters that means nothing else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace

from chalkgrad.notation.profiles.clashes import reserved
from chalkgrad.notation.profiles.notation import SPARE, Letters, Notation

TABLES = ("letters", "batch_letters", "index_letters")


def step_aside(notation: Notation, chosen: Collection[str]) -> Notation:
    """The notation with other letters for what a training step adds, unless they are ``chosen``."""
    for name, spare in SPARE.items():
        if name in chosen:
            continue
        taken = {text for text in _texts(notation, name) if text}
        own = {str(getattr(getattr(notation, table), name)) for table in TABLES}
        if all(_is_free(notation, name, text, taken) for text in own):
            continue
        free = next(text for text in spare if _is_free(notation, name, text, taken))
        notation = replace(
            notation, **{table: replace(getattr(notation, table), **{name: free}) for table in TABLES}
        )
    return notation


def _texts(notation: Notation, name: str) -> set[str]:
    """Every letter that means something else."""
    tables = [getattr(notation, table) for table in TABLES]
    return {str(getattr(table, f.name)) for table in tables for f in fields(Letters) if f.name != name}


def _is_free(notation: Notation, name: str, text: str, taken: set[str]) -> bool:
    index = {*notation.indices, notation.output_index}
    return text not in taken and text not in index and not reserved(notation, text, name)
