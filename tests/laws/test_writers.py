"""What holds for every writer and every formula or page."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad.notation.boxes import Box, Display, Document, Grid, Line, Paragraph, Row, Sym, Words
from chalkgrad.notation.boxes.breaking import break_lines, ems
from chalkgrad.notation.boxes.display import BESIDE, place_reasons
from chalkgrad.notation.boxes.grammar import children, flat
from chalkgrad.notation.writers import markdown
from chalkgrad.notation.writers.html import mathml
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.latex import page as latex
from chalkgrad.notation.writers.text import boxes as text
from chalkgrad.notation.writers.text import page as text_page
from chalkgrad.notation.writers.typst import page as typst
from tests.laws.box_trees import blocks, boxes, code_boxes, pages

BOX_WRITERS: dict[str, Callable[[Box], str]] = {
    "text": text.box,
    "latex": latex.box,
    "mathml": mathml.box,
    "markdown": markdown.box,
    "typst": typst.box,
}
PAGE_WRITERS: dict[str, Callable[[Document], str]] = {
    "text": text_page.document,
    "latex": latex.document,
    "html": html.document,
    "fragment": html.fragment,
    "markdown": markdown.document,
    "typst": typst.document,
}


def is_balanced(source: str) -> bool:
    """Do the braces that LaTeX sees open and close in order?"""
    depth = 0
    for brace in re.findall(r"[{}]", re.sub(r"\\[\\{}]", "", source)):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def cells(line: str) -> int:
    marks = sum(unicodedata.combining(c) > 0 or unicodedata.category(c) == "Cf" for c in line)
    return len(line) - marks + sum(unicodedata.east_asian_width(c) in "WF" for c in line)


@given(st.one_of(boxes, code_boxes))
def test_every_writer_writes_every_formula(b: Box) -> None:
    for write in BOX_WRITERS.values():
        assert isinstance(write(b), str)


@given(st.one_of(boxes, code_boxes))
def test_a_formula_in_text_is_one_line(b: Box) -> None:
    assert "\n" not in text.box(b)


@given(st.one_of(boxes, code_boxes))
def test_a_drawing_is_a_rectangle_around_its_baseline(b: Box) -> None:
    drawn = text.picture(b)
    assert 0 <= drawn.base < len(drawn.rows)
    assert all(cells(line) <= drawn.width for line in drawn.text.split("\n"))


@given(st.one_of(boxes, code_boxes))
def test_latex_is_ascii_with_balanced_braces_and_environments(b: Box) -> None:
    source = latex.box(b)
    assert source.isascii()
    assert is_balanced(source)
    assert is_balanced(markdown.box(b))
    assert source.count(r"\left") - source.count(r"\leftarrow") == source.count(r"\right") - source.count(
        r"\rightarrow"
    )
    assert source.count(r"\begin{") == source.count(r"\end{")


@given(st.one_of(boxes, code_boxes))
def test_github_gets_nothing_that_it_refuses(b: Box) -> None:
    source = markdown.box(b)
    assert not re.search(r"\\(operatorname|textcolor|definecolor|texttt|newcommand)", source)
    assert "`" not in source
    assert "<" not in source


@given(st.one_of(boxes, code_boxes))
def test_mathml_is_one_well_formed_element(b: Box) -> None:
    root = ElementTree.fromstring(mathml.box(b))
    space = "{http://www.w3.org/1998/Math/MathML}"
    assert root.tag == space + "math"
    arity = {
        "mfrac": 2,
        "msub": 2,
        "msup": 2,
        "msubsup": 3,
        "munder": 2,
        "mover": 2,
        "munderover": 3,
        "math": 1,
    }
    for element in root.iter():
        name = element.tag.removeprefix(space)
        assert len(element) == arity.get(name, len(element)), name


@given(pages)
@settings(deadline=None)
def test_every_writer_writes_every_page(d: Document) -> None:
    for write in PAGE_WRITERS.values():
        assert write(d).endswith("\n")


@given(pages, st.integers(24, 120))
@settings(deadline=None)
def test_text_respects_its_width(d: Document, width: int) -> None:
    for line in text_page.document(d, width).split("\n"):
        assert cells(line) <= width


@given(pages)
@settings(deadline=None)
def test_a_page_in_html_is_well_formed_and_loads_nothing(d: Document) -> None:
    page = html.document(d)
    body = page[page.index("<body") : page.index("</html>")]
    root = ElementTree.fromstring(body)
    names = {element.tag for element in root.iter()}
    assert not names & {"script", "img", "link", "iframe", "object", "foreignObject"}
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]


@given(pages)
@settings(deadline=None)
def test_a_page_in_latex_is_ascii(d: Document) -> None:
    source = latex.document(d)
    assert source.isascii()
    assert "\x00" not in source


@given(st.one_of(boxes, code_boxes), st.floats(4, 40))
def test_breaking_loses_nothing(b: Box, limit: float) -> None:
    parts = break_lines(b, ems, limit, limit)
    if ems(b) <= limit:
        assert parts == [b]
    if not any(isinstance(leaf, Grid) for leaf in walk(b)):  # a matrix may lose its middle columns
        assert Counter(symbols(b)) == Counter(leaf for part in parts for leaf in symbols(part))


def walk(b: Box) -> Iterator[Box]:
    yield b
    for child in children(b):
        yield from walk(child)


def symbols(b: Box) -> list[Box]:
    return [leaf for leaf in walk(b) if isinstance(leaf, Sym | Words)]


@given(boxes)
def test_flattening_twice_changes_nothing(b: Box) -> None:
    once = flat(b)
    assert flat(Row(once)) == once


@given(st.lists(st.tuples(st.floats(0, 80), st.floats(0, 60)), min_size=1, max_size=8), st.floats(20, 100))
def test_reasons_stay_on_the_page_and_clear_of_formulas(
    sizes: list[tuple[float, float]], limit: float
) -> None:
    edges, reasons = zip(*sizes, strict=True)
    placed = place_reasons(edges, reasons, limit, 3)
    for edge, width, where in zip(edges, reasons, placed.where, strict=True):
        if where == BESIDE and width:
            assert edge + 3 <= placed.column
            assert placed.column + width <= limit


@given(blocks)
@settings(deadline=None)
def test_rich_shows_the_words_of_the_plain_page(block: object) -> None:
    console = pytest.importorskip("rich.console").Console(width=200, record=True, file=None, quiet=True)
    terminal = pytest.importorskip("chalkgrad.notation.writers.text.terminal")
    console.print(terminal.renderable(Document("t", (block,)), 100))  # type: ignore[arg-type]


def test_every_box_has_a_strategy() -> None:
    kinds = {cls.__name__ for cls in Box.__subclasses__() if cls.__module__ == Box.__module__}
    known = {
        "Sym",
        "Numeral",
        "Op",
        "Words",
        "Row",
        "Script",
        "Frac",
        "Fence",
        "BigOp",
        "Under",
        "Coloured",
        "Grid",
        "Cases",
    }
    assert kinds == known, "a new box needs a rule in every writer and a strategy in box_trees"


@dataclasses.dataclass(frozen=True)
class Strange(Box):
    pass


@pytest.mark.parametrize("writer", BOX_WRITERS)
def test_an_unknown_box_is_refused_by_name(writer: str) -> None:
    with pytest.raises(TypeError, match="Strange"):
        BOX_WRITERS[writer](Row((Strange(),)))


@pytest.mark.parametrize("writer", PAGE_WRITERS)
@pytest.mark.parametrize(
    "block", [Paragraph((Strange(),)), Display((Line(None, "=", Strange()),)), Strange()]
)
def test_an_unknown_block_is_refused_by_name(writer: str, block: object) -> None:
    with pytest.raises(TypeError, match="Strange"):
        PAGE_WRITERS[writer](Document("", (block,)))  # type: ignore[arg-type]
