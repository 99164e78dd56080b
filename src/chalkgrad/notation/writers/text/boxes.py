"""Text: boxes as Unicode characters for terminals and plain files."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cached_property

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes import grammar as g
from chalkgrad.notation.boxes.characters import (
    ACCENTS_AFTER,
    COMBINING,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    alphabet,
    clean,
)
from chalkgrad.notation.boxes.linear import (
    ends_wide,
    is_atom,
    is_derivative,
    is_labelled,
    is_product,
    number_text,
    sticks,
)
from chalkgrad.notation.writers.text.picture import Picture, beside, braced, fenced, stacked, table


def box(node: b.Box) -> str:
    """Return the formula on one line.

    >>> from chalkgrad.notation.boxes import Fence, Op, Row, Script, Sym
    >>> box(Row((Script(Sym("f"), sup=Op("′")), Fence(Script(Sym("Z"), sub=Sym("1"))))))
    'f′(Z₁)'
    """
    return picture(node, tall=False).text


def picture(node: b.Box, *, tall: bool = True, notes: bool = True, code: bool | None = None) -> Picture:
    """Return the formula as a picture; ``notes`` names colours in words, for where they cannot be seen."""
    return _Drawing(tall, notes, g.is_code(node) if code is None else code).draw(node)


def drawing(*, notes: bool, code: bool) -> Callable[[b.Box], Picture]:
    """Return a tall ``picture`` that draws every part once, for trying how a formula breaks."""
    return _Drawing(True, notes, code).draw


class _Drawing:
    def __init__(self, tall: bool, notes: bool, code: bool) -> None:
        self.tall, self.notes, self.code = tall, notes, code
        self._drawn: dict[int, tuple[b.Box, Picture]] = {}  # boxes are kept, so that their ids stay their own

    def draw(self, node: b.Box) -> Picture:
        known = self._drawn.get(id(node))
        if known is None:
            known = self._drawn[id(node)] = node, self._draw(node)
        return known[1]

    def _draw(self, node: b.Box) -> Picture:
        match node:
            case b.Sym():
                return Picture.of(self._letter(node))
            case b.Numeral(text):
                return Picture.of(clean(text) if self.code else number_text(text))
            case b.Op():
                return Picture.of(g.operator(node, self.code))
            case b.Words(text):
                return Picture.of(clean(text))
            case b.Row():
                return self._row(g.flat(node, self.code))
            case b.Script():
                return self._script(node)
            case b.Frac(num, den):
                return self._fraction(num, den)
            case b.Fence(body, left, right):
                return fenced(self.draw(body), clean(left), clean(right))
            case b.BigOp(symbol, sub, sup):
                limits = self._index(sub, SUBSCRIPTS, "_") + self._index(sup, SUPERSCRIPTS, "^")
                return Picture.of(clean(symbol) + limits)
            case b.Under(body, label):
                return self._under(body, label)
            case b.Coloured(body, colour, named):
                drawn = self.draw(body)
                if self.notes and named and not is_labelled(body):
                    drawn = beside(drawn, Picture.of(f" [{clean(colour)}]"))
                return drawn.styled(colour)
            case b.Grid(rows, left, right):
                return self._grid(rows, clean(left), clean(right))
            case b.Cases(pairs):
                return self._cases(pairs)
        raise g.unknown(node)

    def line(self, node: b.Box) -> str:
        """Draw on one line, whatever it is."""
        return self._flat.draw(node).text

    @cached_property
    def _flat(self) -> _Drawing:
        return _Drawing(False, self.notes, self.code) if self.tall else self

    def _letter(self, s: b.Sym) -> str:
        text = clean(s.text)
        if s.style in {"double", "script"}:
            text = "".join(alphabet(character, s.style) for character in text)
        if s.accent in COMBINING:
            return unicodedata.normalize("NFC", text[:1] + COMBINING[s.accent] + text[1:])
        return text + ACCENTS_AFTER.get(s.accent, "")

    # ---- rows -------------------------------------------------------------------------------------

    def _row(self, items: tuple[b.Box, ...]) -> Picture:
        drawn: list[Picture] = []
        for index, (mu, item) in enumerate(g.spaced(items, self.code)):
            before = items[index - 1] if index else None
            after = items[index + 1] if index + 1 < len(items) else None
            part = self.draw(item)
            inner = item.body if isinstance(item, b.Coloured) else item
            if isinstance(inner, b.Frac) and not self.code and (sticks(before) or sticks(after)):
                dotted = is_derivative(inner) and not isinstance(before, b.BigOp)
                if not dotted and part.rows[0] and "/" in part.text:
                    part = fenced(part, "(", ")")
            if before is not None:
                left, right = (p.rows[p.base][-1][0] if p.rows[p.base] else "" for p in (drawn[-1], part))
                drawn.append(Picture.of(self._gap(mu, before, item, left, right)))
            drawn.append(part)
        return beside(*drawn)

    def _gap(self, mu: int, before: b.Box, after: b.Box, left: str, right: str) -> str:
        """Return what stands for a space: nothing, a blank or a dot, more where one line says less."""
        if isinstance(before, b.Op) or isinstance(after, b.Op):
            return " " if mu else ""
        if isinstance(before, b.Words) or isinstance(after, b.Words):
            return " " if left[-1:] != " " and right[:1] != " " else ""
        if self.code:
            return " " if mu and right[:1] not in {".", "["} else ""
        if isinstance(before, b.Frac) and is_derivative(before):
            return " · "
        plain = isinstance(after, b.Frac) and not is_derivative(after)  # it stands in brackets
        is_factor = left == "½" and g.class_of(after) in {"ord", "fence"}
        if mu and not is_factor and not (plain and g.class_of(before) in {"ord", "fence"}):
            return " "
        wide = ends_wide(before, left) or (isinstance(before, b.Sym) and len(before.text) > 1)
        return " " if wide and not isinstance(after, b.Fence) else ""

    # ---- scripts ----------------------------------------------------------------------------------

    def _script(self, s: b.Script) -> Picture:
        base, sub, sup = g.script_parts(s)
        mark, sup = g.marks(sup)
        drawn = self.draw(base)
        if not drawn.width:
            drawn = Picture.of("")
        below, above = self._index(sub, SUBSCRIPTS, "_"), mark + self._index(sup, SUPERSCRIPTS, "^")
        if len(drawn.rows) == 1:
            return beside(drawn, Picture.of(mark + below + above[len(mark) :]))
        rows = [Picture.of(above), *[Picture.of("")] * (len(drawn.rows) - 2), Picture.of(below)]
        return beside(drawn, stacked(rows, drawn.base))

    def _index(self, node: b.Box | None, table: dict[str, str], sign: str) -> str:
        """Return a sub- or superscript in raised characters if all of it has them, else ``_{…}``."""
        if node is None:
            return ""
        items = g.flat(node, script=True)
        text = "".join(
            self.line(item).replace(" ", "") if not isinstance(item, b.Words) else self.line(item)
            for item in items
        )
        if not text:
            return ""
        last = items[-1]
        if sign == "^" and isinstance(last, b.Sym) and last.text in {"T", "⊤", "ᵀ"} and len(items) > 1:
            rest = self._index(b.Row(items[:-1]), table, sign)
            return rest + "ᵀ"
        if text in {"ᵀ", "*", "†"} and sign == "^":
            return text
        if all(character in table for character in text):
            return "".join(table[character] for character in text)
        if len(text) == 1 or (text[0] == "[" and text.find("]") == len(text) - 1):
            return sign + text
        return f"{sign}{{{text}}}"

    # ---- fractions, braces, matrices --------------------------------------------------------------

    def _fraction(self, num: b.Box, den: b.Box) -> Picture:
        if num == b.Numeral("1") and den == b.Numeral("2") and not self.code:
            return Picture.of("½")
        above, below = self.draw(num), self.draw(den)
        if not is_product(num):
            above = fenced(above, "(", ")")
        if not is_atom(den):
            below = fenced(below, "(", ")")
        return beside(above, Picture.of("/"), below)

    def _under(self, body: b.Box, label: b.Box) -> Picture:
        if not self.tall:
            return beside(self.draw(body), Picture.of(f" [{self.line(label)}]"))
        return braced(self.draw(body), Picture.of(self.line(label)))

    def _grid(self, rows: tuple[tuple[b.Box, ...], ...], left: str, right: str) -> Picture:
        if not self.tall:
            return Picture.of(
                left + "; ".join(" ".join(self.line(cell) for cell in row) for row in rows) + right
            )
        count = max((len(row) for row in rows), default=0)
        numeric = [all(isinstance(r[c], b.Numeral | b.Op) for r in rows if c < len(r)) for c in range(count)]
        body = table([[self.draw(cell) for cell in row] for row in rows], numeric)
        if len(body.rows) == 1:
            return beside(Picture.of(left), body, Picture.of(right))
        space = Picture(tuple(((" ", ""),) for _ in body.rows), body.base)
        return fenced(beside(space, body, space), left, right)

    def _cases(self, pairs: tuple[tuple[b.Box, b.Box], ...]) -> Picture:
        if not self.tall:
            return Picture.of("{ " + "; ".join(f"{self.line(v)} {self.line(c)}" for v, c in pairs))
        drawn = [(self.draw(value), self.draw(condition)) for value, condition in pairs]
        widest = max((value.width for value, _ in drawn), default=0)
        lines: list[Picture] = []
        for value, condition in drawn:
            lines.append(beside(value, Picture.of(" " * (widest - value.width + 3)), condition))
            lines.append(Picture.of(" "))
        body = stacked(lines[:-1])
        body = Picture(body.rows, max(0, len(body.rows) - 1) // 2)
        return fenced(beside(Picture(tuple(((" ", ""),) for _ in body.rows), body.base), body), "{", "")
