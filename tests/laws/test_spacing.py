"""One table says what stands between neighbours; every writer follows it, and it is TeX's."""

from __future__ import annotations

import pytest

from chalkgrad.notation.boxes import BigOp, Box, Coloured, Fence, Frac, Grid, Op, Row, Sym
from chalkgrad.notation.boxes.grammar import MEDIUM, THICK, THIN, class_of, space
from chalkgrad.notation.writers.html import mathml
from chalkgrad.notation.writers.text import boxes as text
from chalkgrad.notation.writers.typst import boxes as typst

BOXES: dict[str, Box] = {
    "ord": Sym("x"),
    "name": Sym("log"),
    "big": BigOp("Σ"),
    "binary": Op("+"),
    "relation": Op("=", "relation"),
    "punct": Op(",", "punct"),
    "inner": Frac(Sym("a"), Sym("b")),
    "fence": Fence(Sym("y")),
}
# The TeXbook, chapter 18: rows are what stands before; names and sums are one class there, brackets two.
# Beyond it, a sum keeps its distance from brackets.
CHART = """
          ord name big binary relation punct inner fence
ord        0   1    1    2      3       0     1     0
name       1   1    1    .      3       0     1     0
big        1   1    1    .      3       0     1     .
binary     2   2    2    .      .       .     2     2
relation   3   3    3    .      0       0     3     3
punct      1   1    1    .      1       1     1     1
inner      1   1    1    2      3       1     1     1
fence      0   1    1    2      3       0     1     0
"""


def charted() -> list[tuple[str, str, int]]:
    """TeX's answers, but between operators, which are never neighbours here."""
    (*after,), *rows = (line.split() for line in CHART.strip().splitlines())
    operators = {"binary", "relation", "punct"}
    return [
        (before, name, (0, THIN, MEDIUM, THICK)[int(number)])
        for before, *numbers in rows
        for name, number in zip(after, numbers, strict=True)
        if number != "." and not ({before, name} <= operators) and (before, name) != ("inner", "punct")
    ]


@pytest.mark.parametrize(("before", "after", "mu"), charted())
def test_the_table_is_the_texbooks(before: str, after: str, mu: int) -> None:
    assert (class_of(BOXES[before]), class_of(BOXES[after])) == (before, after)
    assert space(BOXES[before], BOXES[after]) == mu


NEIGHBOURS: dict[str, Box] = {
    "letter": Sym("x"),
    "fraction": BOXES["inner"],
    "colour": Coloured(Sym("w"), "red"),
    "matrix": Grid(((Sym("a"),),)),
    "brackets": BOXES["fence"],
    "name": Sym("log"),
}


@pytest.mark.parametrize("after", NEIGHBOURS)
@pytest.mark.parametrize("before", NEIGHBOURS)
def test_every_writer_follows_the_table(before: str, after: str) -> None:
    """MathML sets the width; Typst is told where it would set none; text leaves out what brackets show."""
    left, right = NEIGHBOURS[before], NEIGHBOURS[after]
    mu, row = space(left, right), Row((left, right))
    assert mathml.box(row).count('<mspace width="0.167em"/>') == (mu == THIN)
    assert "mspace" not in mathml.box(row).replace('<mspace width="0.167em"/>', "")
    own = class_of(left) == "name" or class_of(right) == "name"
    assert (" thin " in typst.write(row)) == (mu == THIN and not own)
    if after != "fraction" and before != "brackets":
        written = text.picture(row, tall=False, notes=False).text
        parts = [text.picture(part, tall=False, notes=False).text for part in (left, right)]
        parts[0] = f"({parts[0]})" if before == "fraction" else parts[0]
        assert written == parts[0] + " " * bool(mu) + parts[1]
