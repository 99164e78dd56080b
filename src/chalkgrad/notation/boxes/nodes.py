"""Boxes: mathematics as it stands on the page, independent of the format.

A notation turns equations into boxes; one writer a format (text, LaTeX, MathML, Typst) turns boxes
into characters.  A writer that meets an unknown box raises.  ``Document`` is the same idea for a page.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from chalkgrad._pages import made


@dataclass(frozen=True)
class Box:
    """Base of everything that can stand inside a formula."""


@dataclass(frozen=True)
class Sym(Box):
    r"""A letter or name: style is italic, bold, upright, script (calligraphic), double (ℝ) or code.

    ``accent`` is "", "hat", "star" (y*), "bar", "tilde" or "prime".  Greek letters are given as the
    Unicode character; writers that need a command (``\delta``) translate it.
    """

    text: str
    style: str = "italic"
    accent: str = ""


@dataclass(frozen=True)
class Numeral(Box):
    """A number, already rounded for the reader: ``0.25``, ``−3``, ``2.08e-5``, or ``3/7`` (a fraction)."""

    text: str


@dataclass(frozen=True)
class Op(Box):
    """An operator: kind is binary (+ − ⊙ · ×), relation (= ← := ∈ ≈), prefix (−, ∂) or punct (, ;).

    Writers also make open and close: a bracket that does not grow, where a long line breaks inside it.
    """

    text: str
    kind: str = "binary"


@dataclass(frozen=True)
class Words(Box):
    """Upright words inside a formula: “for l = 2, …, 49”, “if”, “where”."""

    text: str


@dataclass(frozen=True)
class Row(Box):
    items: tuple[Box, ...]


@dataclass(frozen=True)
class Script(Box):
    base: Box
    sub: Box | None = None
    sup: Box | None = None


@dataclass(frozen=True)
class Frac(Box):
    num: Box
    den: Box


@dataclass(frozen=True)
class Fence(Box):
    """Brackets that grow with their contents."""

    body: Box
    left: str = "("
    right: str = ")"


@dataclass(frozen=True)
class BigOp(Box):
    """Σ (or another large operator) with what runs below and above, before its body."""

    symbol: str
    sub: Box | None = None
    sup: Box | None = None


@dataclass(frozen=True)
class Under(Box):
    """A brace under the body with a label: the slides' coloured paths."""

    body: Box
    label: Box


@dataclass(frozen=True)
class Coloured(Box):
    """The body in a colour: one of ``PALETTE``'s names.

    Where colours cannot be seen it is named in words, unless the words around it say what it tells.
    """

    body: Box
    colour: str
    named: bool = True


@dataclass(frozen=True)
class Grid(Box):
    """A matrix written out, row by row."""

    rows: tuple[tuple[Box, ...], ...]
    left: str = "["
    right: str = "]"


@dataclass(frozen=True)
class Cases(Box):
    """A brace with alternatives: (value, condition) pairs."""

    rows: tuple[tuple[Box, Box], ...]


# Colours by name, each of them read easily on white paper (contrast 4.5 and more, WCAG).
PALETTE: dict[str, str] = {
    "blue": "#0072B2",
    "red": "#C8202A",
    "green": "#007A56",
    "purple": "#AA458C",
    "orange": "#A45700",
    "cyan": "#0C7491",
    "grey": "#6B6B6B",
}


# ---- a page -------------------------------------------------------------------------------------

Inline = tuple["str | Box", ...]
"""Running text with formulas in it."""


class Link(str):
    """Words of running text that lead to another page; formats without links print the words.

    ``target`` is a relative address such as ``students/ada.html``; one with a scheme leads nowhere.

    >>> Link("Ada", "students/ada.html").target, Link("Ada", "javascript:x").target
    ('students/ada.html', '')
    """

    target: str

    def __new__(cls, text: str, target: str) -> Link:
        link = super().__new__(cls, text)
        outward = ":" in target.partition("/")[0] or target.startswith(("/", "\\"))
        link.target = "" if outward else target
        return link


@dataclass(frozen=True)
class Line:
    """One line of a display: ``left relation right``, and why.

    A continuation line has ``left=None``.  ``shape`` is the shape of the left side, e.g. ``m × 3``.
    """

    left: Box | None
    relation: str
    right: Box
    reason: Inline = ()
    shape: str = ""


@dataclass(frozen=True)
class Display:
    """Aligned lines, the chain of equalities of one or several steps."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 2


@dataclass(frozen=True)
class Paragraph:
    inline: Inline


@dataclass(frozen=True)
class Bullets:
    items: tuple[Inline, ...]


@dataclass(frozen=True)
class TableBlock:
    header: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]

    @classmethod
    def of_words(cls, header: Iterable[str], rows: Iterable[Iterable[str]]) -> TableBlock:
        """Return a table whose cells are words alone."""
        return cls(tuple((word,) for word in header), tuple(tuple((word,) for word in row) for row in rows))


@dataclass(frozen=True)
class Code:
    """Verbatim lines."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Figure:
    """A drawing as SVG with its text twin (for terminals and for those who cannot see it)."""

    svg: str
    text: str
    caption: str = ""


@dataclass(frozen=True)
class Columns:
    """Two documents side by side (``--beside``): aligned block by block where counts agree."""

    left: Document
    right: Document


Block = Heading | Paragraph | Bullets | TableBlock | Code | Figure | Display | Columns


@dataclass(frozen=True)
class Document:
    """A page; a notebook shows it as it stands, and ``print`` as text."""

    title: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)

    def __repr__(self) -> str:
        headings = [block.text for block in self.blocks if isinstance(block, Heading)]
        named = f": {', '.join(headings[:5])}{', …' if headings[5:] else ''}" if headings else ""
        return f"<Document {self.title!r}{named}>"

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def text(self, width: int = 100) -> str:
        """Write plain text of at most ``width`` columns."""
        return _written(self, "text", width=width)

    def latex(self) -> str:
        """Write a LaTeX article that compiles on its own."""
        return _written(self, "latex")

    def html(self) -> str:
        """Write one HTML file that needs no other."""
        return _written(self, "html")

    def markdown(self) -> str:
        """Write Markdown as GitHub reads it."""
        return _written(self, "markdown")

    def typst(self) -> str:
        """Write Typst source."""
        return _written(self, "typst")

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page into a file, whole or not at all; its suffix says the format.

        Parameters
        ----------
        path
            Its name: ``.txt``, ``.tex``, ``.html``, ``.md``, ``.typ`` or, with the extra ``pdf``, ``.pdf``.

        Raises
        ------
        InputError
            If the suffix says no format, or the file cannot be written.
        """
        made("Document.save", self, path)

    def only(self, *headings: str) -> Document:
        """The parts under these headings alone, without title and headings: for a page of one's own.

        Raises
        ------
        KeyError
            There is no such heading.
        """
        found: dict[str, list[Block]] = {}
        for block in self.blocks:
            if isinstance(block, Heading):
                found[block.text] = []
            elif found:
                found[next(reversed(found))].append(block)
        for heading in headings:
            if heading not in found:
                raise KeyError(f"no heading {heading!r}; there are {', '.join(found)}")
        return Document("", tuple(block for heading in headings for block in found[heading]))

    def _repr_html_(self) -> str:
        shown: str = made("Document.fragment", self)
        return shown


def _written(page: Document, format: str, **options: int) -> str:
    text: str = made("Document", page, format, **options)
    return text


__all__ = [
    "PALETTE", "BigOp", "Block", "Box", "Bullets", "Cases", "Code", "Coloured", "Columns", "Display",
    "Document", "Fence", "Figure", "Frac", "Grid", "Heading", "Inline", "Line", "Link", "Numeral", "Op",
    "Paragraph", "Row", "Script", "Sym", "TableBlock", "Under", "Words",
]  # fmt: skip
