"""Formulas as SVG text: a row of tspans with raised and lowered parts, no markup beyond SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from chalkgrad.notation.boxes import BigOp, Box, Coloured, Fence, Frac, Numeral, Op, Row, Script, Sym, Words
from chalkgrad.notation.boxes.characters import clean
from chalkgrad.notation.boxes.grammar import space
from chalkgrad.notation.writers.html.svg import Paint, element
from chalkgrad.notation.writers.text import boxes as text

SERIF = "STIX Two Text, STIXGeneral, Cambria, Times New Roman, Times, serif"
SMALLER = 0.72
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "prime": "′", "star": "*"}
_LETTER = Sym("x")
_NARROW = set("ijlt,.;:!|'()[]f ′*∙·")
_WIDE = set("mwMW𝒜∑")


@dataclass(frozen=True)
class TextRun:
    """A piece of text in one style; ``level`` is 1 above, −1 below the line, 0 on it."""

    text: str
    level: int = 0
    italic: bool = False
    bold: bool = False


def runs(b: Box) -> list[TextRun]:
    """The formula as pieces on one line; what does not fit on a line is written as plain text."""
    return list(_merged(_pieces(b)))


def _pieces(b: Box) -> Iterator[TextRun]:
    match b:
        case Sym(letters, style, accent):
            plain = style not in ("italic", "bold") or not letters.isalpha() or len(letters) > 1
            shown = "𝒜" if style == "script" and letters == "A" else letters
            yield TextRun(
                clean(shown) + _ACCENTS.get(accent, ""), 0, not plain and style == "italic", style == "bold"
            )
        case Numeral(digits):
            yield TextRun(clean(digits).replace("-", "−"))
        case Words(words):
            yield TextRun(clean(words))
        case Op(sign):
            left, right = (" " if mu else "" for mu in (space(_LETTER, b), space(b, _LETTER)))
            yield TextRun(f"{left}{clean(sign)}{right if sign != '′' else ''}")
        case Row(items):
            yield from _row(items)
        case Script(base, sub, sup):
            yield from _pieces(base)
            for part, level in ((sub, -1), (sup, 1)):
                if part is not None:
                    yield from (
                        replace(run, level=level, text=run.text.replace(" ", "")) for run in _pieces(part)
                    )
        case Frac(num, den):
            yield from _pieces(num)
            yield TextRun("/")
            compound = isinstance(den, Row) and any(
                isinstance(i, Op) and i.kind == "binary" for i in den.items
            )
            yield from _pieces(Fence(den) if compound else den)
        case Fence(body, left, right):
            yield TextRun(clean(left))
            yield from _pieces(body)
            yield TextRun(clean(right))
        case BigOp(symbol, sub, sup):
            yield from _pieces(Script(Sym(symbol, "upright"), sub, sup))
        case Coloured(body, _):
            yield from _pieces(body)
        case _:
            yield TextRun(text.box(b))


def _row(items: tuple[Box, ...]) -> Iterator[TextRun]:
    before: Box | None = None
    for item in items:
        prefixed = before == Sym("d")  # dZ is one name
        tight = before is None or prefixed or isinstance(before, Op) or isinstance(item, Op | Fence)
        if not tight:
            yield TextRun("\u2009")
        yield from _pieces(item)
        before = item


def _merged(pieces: Iterator[TextRun]) -> Iterator[TextRun]:
    last: TextRun | None = None
    for run in pieces:
        if last is not None and replace(last, text="") == replace(run, text=""):
            last = replace(last, text=last.text + run.text)
            continue
        if last is not None and last.text:
            yield last
        last = run
    if last is not None and last.text:
        yield last


def measure(b: Box, size: float) -> float:
    """About how wide the formula is, in pixels."""
    total = 0.0
    for run in runs(b):
        letters = sum(
            0.3 if c in _NARROW else 0.85 if c in _WIDE else 0.53 for c in run.text if c != "\u0302"
        )
        total += letters * size * (SMALLER if run.level else 1)
    return total


def svg_text(
    b: Box, x: float, y: float, size: float, *, colour: Paint, anchor: str = "middle", weight: str = ""
) -> str:
    """The formula as one ``<text>`` element at a point of its base line."""
    spans, raised = [], 0.0
    for run in runs(b):
        wanted = -0.38 * size if run.level > 0 else 0.22 * size if run.level < 0 else 0.0
        style = {"font_style": "italic" if run.italic else None, "font_weight": "bold" if run.bold else None}
        style |= {"font_size": f"{size * SMALLER:.1f}" if run.level else None}
        shift = f"{wanted - raised:.1f}" if wanted != raised else None
        raised = wanted
        spans.append(element("tspan", escape(run.text.replace(" ", chr(0xA0))), dy=shift, **style))
    way = {"font_family": SERIF, "font_size": f"{size:g}", "fill": colour, "text_anchor": anchor}
    return element("text", "".join(spans), x=float(x), y=float(y), **way, font_weight=weight or None)
