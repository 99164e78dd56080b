"""Pages: an outline without gaps, tables with heads, colours that are read and are what they are called."""

from __future__ import annotations

import colorsys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad.app.cli import main
from chalkgrad.notation.boxes import (
    PALETTE,
    Coloured,
    Columns,
    Display,
    Document,
    Heading,
    Line,
    Op,
    Row,
    Script,
    Sym,
    TableBlock,
    Under,
    Words,
)
from chalkgrad.notation.writers.html import page as html
from chalkgrad.notation.writers.html.style import DARK, LIGHT, STYLE
from chalkgrad.notation.writers.text import page as text_page
from chalkgrad.notation.writers.text.terminal import TONES
from tests.laws.box_trees import pages
from tests.laws.test_chart import contrast

HUES = {
    "red": (345, 375), "orange": (25, 45), "green": (140, 170), "cyan": (185, 205), "blue": (198, 215),
    "purple": (300, 335),
}  # fmt: skip
PAGES = {
    "derive": "derive 4-3:relu-2:tanh-1:sigmoid --loss binary_cross_entropy",
    "code": "derive 2-2:tanh-1:sigmoid --loss binary_cross_entropy --notation pytorch",
    "beside": "derive 2-2:relu-1:sigmoid --notation pytorch --beside bishop",
    "path": "derive 3-2:tanh-2:sigmoid-1 --path W1[2,2]",
    "cost": "derive 784-128:relu-10:softmax --loss cross_entropy --cost",
    "transposes": "derive 4-3:relu-1:sigmoid --transposes",
    "graph": "graph examples/slides_2layer.toml",
    "trace": "trace examples/slides_matrix.toml",
    "check": "check examples/quiz.toml",
    "verify-key": "verify-key examples/quiz.toml",
    "program": "program 4-3:relu-1:sigmoid --loss binary_cross_entropy",
}


def tree(page: str) -> ElementTree.Element:
    return ElementTree.fromstring(page[page.index("<body") : page.index("</html>")])


def outline(root: ElementTree.Element) -> list[int]:
    return [int(e.tag[1]) for e in root.iter() if e.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]


def sound(page: str) -> None:
    """What a reader of screens, a keyboard and a phone need of a page."""
    assert '<html lang="en">' in page
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page
    root = tree(page)
    levels = outline(root)
    assert levels.count(1) <= 1
    assert all(level <= before + 1 for before, level in zip([1, *levels], levels, strict=False))
    for head in root.iter("th"):
        assert "".join(head.itertext()), "a head that names nothing"
        assert head.attrib["scope"] == "col"
    for box in root.iter("div"):
        if box.attrib.get("class") in {"cg-display", "cg-scroll", "cg-drawing"}:
            assert box.attrib["tabindex"] == "0", "what scrolls is reached by keys"
        if box.attrib.get("role") == "img":
            assert "aria-label" in box.attrib


@given(pages)
@settings(deadline=None)
def test_every_page_is_sound(d: Document) -> None:
    sound(html.document(d))


@pytest.mark.parametrize("kind", PAGES)
def test_every_kind_of_page_is_sound(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    assert main([*PAGES[kind].split(), "-o", str(tmp_path / "page.html")]) in (0, 1, None)
    page = (tmp_path / "page.html").read_text("utf-8")
    sound(page)
    assert "<h1>" in page


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_letters_can_be_read_on_paper_and_on_its_tint(colours: dict[str, str]) -> None:
    for name in ("ink", "quiet", *PALETTE):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours[name], colours["tint"]) >= 4.5, name
    assert all(f"--cg-{name}: {colour};" in STYLE for name, colour in colours.items())


def test_a_terminals_colours_can_be_read_on_black_and_on_white() -> None:
    assert TONES.keys() == PALETTE.keys()
    for name, colour in TONES.items():
        assert contrast(colour, "#000000") >= 4.5, name
        assert contrast(colour, "#ffffff") >= 4.5, name


@pytest.mark.parametrize("colours", [PALETTE, LIGHT, DARK, TONES], ids=["print", "light", "dark", "terminal"])
def test_a_colour_is_what_its_name_says(colours: dict[str, str]) -> None:
    for name in PALETTE:
        r, g, b = (int(colours[name][k : k + 2], 16) / 255 for k in (1, 3, 5))
        hue, _, saturation = colorsys.rgb_to_hls(r, g, b)
        if name == "grey":
            assert saturation < 0.05
        else:
            first, last = HUES[name]
            assert first <= 360 * hue <= last or first <= 360 * (hue + 1) <= last, name


def test_two_notations_stand_section_by_section_each_with_its_name() -> None:
    one, two = (Document(name, _sections(name, lines)) for name, lines in (("left", 1), ("right", 2)))
    root = tree(html.document(Document("Both", (Columns(one, two),))))
    grid = next(e for e in root.iter("div") if e.attrib.get("class") == "cg-columns")
    told = ["".join("".join(cell.itertext()).split()) for cell in grid]
    lines = ["leftleft1", "rightright1right1", "leftleft1", "rightright1"]
    assert told == ["left", "right", "Forward", *lines[:2], "Backward", *lines[2:]]
    assert outline(root) == [1, 2, 2]


def _sections(name: str, displays: int) -> tuple[Heading | Display, ...]:
    display = Display((Line(None, "", Words(f"{name}1")),))
    return (Heading("Forward"), *[display] * displays, Heading("Backward"), display)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_broken_path_names_its_colour_once(width: int) -> None:
    factors = tuple(Script(Sym("a"), Row((Sym("1"), Op(",", "punct"), Sym(str(k))))) for k in range(30))
    for path in (Coloured(Row(factors), "blue"), Coloured(Under(Row(factors), Words("blue")), "blue")):
        page = text_page.document(Document("", (Display((Line(Sym("g"), "=", path),)),)), width)
        assert page.count("blue") == 1
        assert page.rstrip().endswith("[blue]")
        assert "_{" not in page


WORDS = st.lists(st.text("abcdefgh", min_size=1, max_size=9), min_size=1, max_size=8)


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=4), st.integers(31, 70))
def test_a_narrow_table_breaks_no_word_that_has_room(rows: list[tuple[list[str], ...]], width: int) -> None:
    """Three columns of words of nine letters with two blanks between have room from 31 columns on."""
    cells = tuple(tuple((" ".join(words),) for words in row) for row in rows)
    table = TableBlock((("one",), ("two",), ("three",)), cells)
    lines = text_page.document(Document("", (table,)), width).splitlines()
    assert max(map(len, lines)) <= width
    printed = Counter(word for line in lines[2:] for word in line.split())
    assert printed == Counter(word for row in rows for words in row for word in words)
