"""Formulas in presentation MathML (the core that browsers draw without a script)."""

from __future__ import annotations

import unicodedata
from html import escape as _escape

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes import grammar as g
from chalkgrad.notation.boxes.characters import MARKS, alphabet, clean

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_LARGE = {"Σ": "∑", "Π": "∏"}
_SCRIPTS = {(True, True): "msubsup", (True, False): "msub", (False, True): "msup"}
_LIMITS = {(True, True): "munderover", (True, False): "munder", (False, True): "mover"}
_LETTER = b.Sym("x")
_ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~"}


def box(node: b.Box, display: bool = False) -> str:
    """Return the formula as one ``math`` element, for a block of its own or for running text.

    >>> from chalkgrad.notation.boxes import Sym
    >>> box(Sym("σ"))
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>σ</mi></math>'
    """
    return math(node, display, f' xmlns="{NAMESPACE}"')


def math(node: b.Box, display: bool = False, attributes: str = "", code: bool | None = None) -> str:
    """Return the ``math`` element; ``code`` says whether operators stay as typed (default: look)."""
    style = ' displaystyle="true"' if display else ""
    return f"<math{attributes}{style}>{_Writer(g.is_code(node) if code is None else code).write(node)}</math>"


def quoted(text: str) -> str:
    """Return text for XML content or a quoted attribute, without control characters."""
    return _escape(clean(text), quote=True)


class _Writer:
    def __init__(self, code: bool) -> None:
        self.code = code

    def write(self, node: b.Box, script: bool = False) -> str:
        """Return the box as exactly one element, as fractions and scripts need it."""
        match node:
            case b.Sym():
                return self._symbol(node)
            case b.Numeral(text):
                return _mono(text) if self.code else _number(text)
            case b.Op():
                return self._operator(node, script)
            case b.Words(text):
                return f"<mtext>{quoted(text).replace(' ', chr(0xA0))}</mtext>"
            case b.Row():
                return self._row(g.flat(node, self.code, script), script)
            case b.Script(b.BigOp()):
                return self._limits(*g.script_parts(node))
            case b.Script():
                return self._script(node)
            case b.Frac(num, den):
                return f"<mfrac>{self.write(num)}{self.write(den)}</mfrac>"
            case b.Fence(body, left, right):
                stretchy = g.grows(body)
                return _fenced(self.write(body, script), left, right, stretchy)
            case b.BigOp(_, sub, sup):
                return self._limits(node, sub, sup)
            case b.Under(body, label):
                brace = f'<munder>{self.write(body)}<mo stretchy="true">⏟</mo></munder>'
                return f"<munder>{brace}{self.write(label)}</munder>"
            case b.Coloured(body, colour):
                style = (
                    f' style="color:var(--cg-{colour},{b.PALETTE[colour]})"' if colour in b.PALETTE else ""
                )
                return f"<mrow{style}>{self.write(body, script)}</mrow>"
            case b.Grid(rows, left, right):
                return _fenced(self._grid(rows), left, right, True)
            case b.Cases(pairs):
                cells = ((self.write(v), self.write(c)) for v, c in pairs)
                lines = "".join(f"<mtr>{_cell(v, 'left')}{_cell(c, 'left', 1)}</mtr>" for v, c in cells)
                return _fenced(f"<mtable>{lines}</mtable>", "{", "", True)
        raise g.unknown(node)

    def _symbol(self, s: b.Sym) -> str:
        text = unicodedata.normalize("NFC", clean(s.text))
        if s.style == "code":
            return _mono(text)
        letters = "".join(alphabet(c, s.style) for c in text)
        if not text:
            written = "<mrow></mrow>"
        elif text.isdigit():
            written = f"<mn>{letters}</mn>"
        elif g.is_name(s) or (len(text) > 1 and s.style != "italic"):
            written = f"<mi>{quoted(letters)}</mi>"
        elif len(text) > 1:
            written = f"<mrow>{''.join(f'<mi>{quoted(c)}</mi>' for c in text)}</mrow>"
        else:
            greek = "Α" <= text <= "Ω"  # capital Greek stands upright, as in LaTeX
            slanted = s.style == "italic" and text.isalpha() and not greek
            upright = "" if slanted else ' mathvariant="normal"'
            written = f"<mi{upright}>{quoted(letters)}</mi>"
        if s.accent in _ACCENTS:
            return f'<mover accent="true">{written}<mo stretchy="false">{_ACCENTS[s.accent]}</mo></mover>'
        if s.accent == "prime":  # fonts draw it raised already; as a script it would stand too high
            return f'<mrow>{written}<mo lspace="0" rspace="0">′</mo></mrow>'
        if s.accent == "star":
            return f"<msup>{written}{_mark('*')}</msup>"
        return written

    def _operator(self, o: b.Op, script: bool) -> str:
        text = quoted(g.operator(o, self.code))
        if o.kind in {"open", "close"}:
            return f'<mo stretchy="false" lspace="0" rspace="0">{text}</mo>'
        left, right = ("0", "0") if script else (_em(g.space(_LETTER, o)), _em(g.space(o, _LETTER)))
        if self.code:
            is_apart = o.kind in {"binary", "relation"}
            return _mono(f" {o.text} " if is_apart else o.text + " " * (o.kind == "punct"))
        form = "prefix" if o.kind == "prefix" else "infix"
        return f'<mo form="{form}" stretchy="false" lspace="{left}" rspace="{right}">{text}</mo>'

    def _row(self, items: tuple[b.Box, ...], script: bool) -> str:
        parts: list[str] = []
        before: b.Box | None = None
        for mu, item in g.spaced(items, self.code):
            apart = mu and not script and not isinstance(before, b.Op) and not isinstance(item, b.Op)
            parts += [f'<mspace width="{_em(mu)}"/>'] if apart else []
            parts.append(self.write(item, script))
            before = item
        return parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>"

    def _script(self, s: b.Script) -> str:
        base, sub, sup = g.script_parts(s)
        mark, rest = g.marks(sup)
        raised = "".join(map(_mark, mark)) + (self.write(rest, True) if rest is not None else "")
        at_bracket = isinstance(base, b.Fence) and base.right and not g.grows(base.body)
        if isinstance(base, b.Fence) and at_bracket:
            opening = _bracket(base.left, False) + self.write(base.body)
            parts = [_bracket(base.right, False)]
        else:
            opening, parts = "", [self.write(base)]
        parts += [self.write(sub, True)] if sub is not None else []
        single = not mark or (mark == "*" and rest is None)  # a prime's own size counts from the script's
        parts += [raised if single else f"<mrow>{raised}</mrow>"] if raised else []
        tag = _SCRIPTS.get((sub is not None, bool(raised)))
        scripted = f"<{tag}>{''.join(parts)}</{tag}>" if tag else parts[0]
        return f"<mrow>{opening}{scripted}</mrow>" if opening else scripted

    def _limits(self, big: b.Box, sub: b.Box | None, sup: b.Box | None) -> str:
        assert isinstance(big, b.BigOp)
        symbol = clean(big.symbol)
        sub, sup = big.sub or sub, big.sup or sup
        large = ' largeop="true"' if len(symbol) == 1 else ""
        written = f'<mo{large} lspace="0" rspace="0">{quoted(_LARGE.get(symbol, symbol))}</mo>'
        parts = [self.write(part, True) for part in (sub, sup) if part is not None]
        tag = _LIMITS.get((sub is not None, sup is not None))
        return f"<{tag}>{written}{''.join(parts)}</{tag}>" if tag else written

    def _grid(self, rows: tuple[tuple[b.Box, ...], ...]) -> str:
        lines: list[str] = []
        for row in rows:
            cells = (_cell(self.write(cell), "right" if isinstance(cell, b.Numeral) else "") for cell in row)
            lines.append(f"<mtr>{''.join(cells)}</mtr>")
        return f"<mtable>{''.join(lines)}</mtable>"


def _em(mu: int) -> str:
    return f"{mu / 18:.3f}em" if mu else "0"


def _cell(content: str, side: str, indent: int = 0) -> str:
    """Return a cell; browsers align formulas by prefixed values only, Firefox by the attribute."""
    room = f";padding-left:{indent}em" if indent else ""
    style = f' columnalign="{side}" style="text-align:-webkit-{side}{room}"' if side else ""
    return f"<mtd{style}>{content}</mtd>"


def _fenced(body: str, left: str, right: str, stretchy: bool) -> str:
    return f"<mrow>{_bracket(left, stretchy)}{body}{_bracket(right, stretchy)}</mrow>"


def _bracket(sign: str, stretchy: bool) -> str:
    """Return a bracket, which grows with its neighbours or stays as it is."""
    stretch = str(stretchy).lower()
    return f'<mo fence="true" stretchy="{stretch}" lspace="0" rspace="0">{quoted(sign)}</mo>' if sign else ""


def _mark(mark: str) -> str:
    size = ' style="font-size:125%"' if mark in "′″" else ""  # drawn for TeX's larger superscripts
    return f'<mo lspace="0" rspace="0"{size}>{MARKS.get(mark, mark)}</mo>'


def _mono(text: str) -> str:
    return f'<mtext style="font-family:monospace">{quoted(text).replace(" ", chr(0xA0))}</mtext>'


def _number(text: str) -> str:
    mantissa, denominator, exponent = g.number(text)
    sign = '<mo form="prefix" lspace="0" rspace="0">−</mo>' if mantissa.startswith("−") else ""
    main = f"<mn>{quoted(mantissa.removeprefix('−'))}</mn>"
    if denominator:
        return f"<mrow>{sign}<mfrac>{main}<mn>{quoted(denominator)}</mn></mfrac></mrow>"
    if exponent:
        return f"<mrow>{sign}{main}<mo>·</mo><msup><mn>10</mn><mn>{quoted(exponent)}</mn></msup></mrow>"
    return f"<mrow>{sign}{main}</mrow>" if sign else main
