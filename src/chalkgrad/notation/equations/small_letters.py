"""Small letters beside capital ones: a layer of one unit has a column where the others have matrices."""

from __future__ import annotations

from collections.abc import Iterable

from chalkgrad.expr import Symbol
from chalkgrad.notation.boxes import Inline
from chalkgrad.notation.equations.writer import EquationWriter


def small_letters(writer: EquationWriter, of: Iterable[Symbol]) -> list[Inline]:
    """Why z₍₂₎ stands beside Z₍₁₎: the letter of a matrix is a capital, and a layer of one unit has none."""
    found = {symbol.root for symbol in of if symbol.root.kind in ("pre", "act")}
    own, other = writer.letters, writer.single_letters
    if writer.code is not None or (own.pre, own.act) == (other.pre, other.act):
        return []
    small = sorted((s for s in found if not writer.is_matrix(s)), key=lambda s: (s.layer, s.kind != "pre"))
    if not small or not any(writer.is_matrix(symbol) for symbol in found):
        return []
    rows = "row" if writer.derivation.convention.samples == "columns" else "column"
    text = f" has a small letter, since layer {small[0].layer} has one unit: a {rows} of m numbers."
    return [(writer.symbol(small[0]), text)]
