"""Formulas in Typst's mathematics."""

from __future__ import annotations

import unicodedata

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes import grammar as g
from chalkgrad.notation.boxes.characters import clean

_LARGE = {"Σ": "∑", "Π": "∏"}
_CLASS = {
    "binary": "binary",
    "relation": "relation",
    "punct": "punctuation",
    "open": "opening",
    "close": "closing",
}
_NATIVE = {"binary": set("+−·×÷⊙∘⊗⊕±∓"), "relation": set("=←→⇒≈≡≠≤≥∈∝∼")}
_OPENING, _CLOSING = set("([{⟨⌈⌊"), set(")]}⟩⌉⌋")  # signs whose class Typst knows


def string(text: str) -> str:
    r"""Return a Typst string literal.

    >>> print(string('a "b" \\c'))
    "a \"b\" \\c"
    """
    return '"' + clean(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def write(node: b.Box, code: bool | None = None, script: bool = False) -> str:
    """Return the formula for Typst's math mode, without the dollars; an unknown box raises TypeError."""
    code = g.is_code(node) if code is None else code
    match node:
        case b.Sym():
            return _symbol(node)
        case b.Numeral(text):
            return _mono(text) if code else _number(text)
        case b.Op():
            return _operator(node, code)
        case b.Words(text):
            return string(text.strip())
        case b.Row():
            return _row(g.flat(node, code, script), code, script)
        case b.Script():
            return _script(node, code)
        case b.Frac(num, den):
            return f"frac({write(num, code)}, {write(den, code)})"
        case b.Fence(body, left, right):
            return fenced(write(body, code, script), left, right, g.grows(body))
        case b.BigOp(symbol, sub, sup):
            sign = _LARGE.get(clean(symbol), clean(symbol))
            if len(sign) != 1:
                large = f"op({string(sign)}, limits: #true)"
            else:
                large = _character(sign) if sign in "∑∏∫" else f'class("large", {string(sign)})'
            return large + _attached("_", sub) + _attached("^", sup)
        case b.Under(body, label):
            return f"underbrace({write(body, code)}, {write(label)})"
        case b.Coloured(body, colour):
            inner = write(body, code, script)
            known = b.PALETTE.get(colour)
            return f"cgkeep({inner})" if known is None else f"cgtint(#rgb({string(known)}), {inner})"
        case b.Grid(rows, left, right):
            return _grid(rows, left, right, code)
        case b.Cases(pairs):
            if not pairs:
                return fenced("", "{", "", True)
            return "cases(" + ", ".join(f"{write(v, code)} quad & {write(c, code)}" for v, c in pairs) + ")"
    raise g.unknown(node)


def _character(c: str) -> str:
    """Return one character: letters and digits as they are, everything else escaped."""
    if c.isalnum() and (c.isascii() or unicodedata.category(c) in {"Lu", "Ll"}):
        return c
    return "\\" + c if c.isascii() and not c.isspace() else string(c) if c.isspace() else c


def _symbol(s: b.Sym) -> str:
    text = unicodedata.normalize("NFC", clean(s.text))
    if s.style == "code":
        return _mono(text)
    if g.is_name(s):
        written = f"op({string(text)})"
    elif not text:
        written = '""'
    else:
        letters = " ".join(map(_character, text)) if not text.isdigit() else text
        style = {
            "bold": "bold(upright({}))",
            "upright": "upright({})",
            "script": "cal({})",
            "double": "bb({})",
        }
        written = style.get(s.style, "{}").format(letters)
        if len(text) > 1 and s.style == "italic" and not text.isdigit():
            written = f"italic({string(text)})"
    accent = {"hat": "hat({})", "bar": "macron({})", "tilde": "tilde({})", "star": "{}^*", "prime": "{}'"}
    return accent.get(s.accent, "{}").format(written)


def _operator(o: b.Op, code: bool) -> str:
    text = g.operator(o, code)
    if code:
        return f"class({string(_CLASS.get(o.kind, 'normal'))}, {_mono(text)})"
    if text in _NATIVE.get(o.kind, ()) and len(text) == 1:
        return text
    if not text:
        return '""'
    body = _character(text) if len(text) == 1 else string(text)
    if o.kind == "prefix" and text in "∂∇":
        return text
    if o.kind == "prefix":
        return f'class("normal", {body})'
    return f"class({string(_CLASS.get(o.kind, 'normal'))}, {body})" if o.text != "/" else r"\/"


def _row(items: tuple[b.Box, ...], code: bool, script: bool) -> str:
    parts: list[str] = []
    if items and isinstance(items[0], b.Op) and items[0].kind in {"binary", "relation"} and not script:
        parts.append('""')  # something before the operator gives it its space
    before: b.Box | None = None
    for mu, item in g.spaced(items, code):
        if (
            mu == g.THIN
            and before is not None
            and not isinstance(before, b.Op)
            and not isinstance(item, b.Op)
        ):
            between = {g.class_of(before), g.class_of(item)}
            if code or ("inner" in between and not between & {"name", "big"}):  # Typst knows the others
                parts.append('" "' if code else "thin")
        negation = isinstance(item, b.Op) and item.kind == "prefix" and g.operator(item, code) == "−"
        plain = negation and (before is None or isinstance(before, b.Op)) and not code
        parts.append("−" if plain else write(item, code, script))
        before = item
    return " ".join(parts) or '""'


def _script(s: b.Script, code: bool) -> str:
    base, sub, sup = g.script_parts(s)
    mark, rest = g.marks(sup)
    below = _attached("_", sub)
    raised = " ".join([*(_prime(m) for m in mark), *([write(rest, script=True)] if rest is not None else [])])
    scripts = below + (f"^({raised})" if raised else "")
    if isinstance(base, b.Fence) and base.right and not g.grows(base.body):
        return fenced(write(base.body, code), base.left, base.right, False) + scripts  # at the bracket
    written = (
        f"cgkeep({write(base, code)})" if not isinstance(base, b.Sym) or base.accent else write(base, code)
    )
    return written + scripts


def _prime(mark: str) -> str:
    return {"′": "prime", "″": "prime.double", "*": "\\*", "†": "dagger"}.get(mark, string(mark))


def _attached(sign: str, node: b.Box | None) -> str:
    return f"{sign}({write(node, script=True)})" if node is not None else ""


def fenced(body: str, left: str, right: str, tall: bool) -> str:
    """Return the body between brackets that grow with it or stay as they are."""
    signs = []
    for sign, kind, known in ((clean(left), "opening", _OPENING), (clean(right), "closing", _CLOSING)):
        written = _character(sign) if len(sign) == 1 else string(sign)
        signs.append(written if sign in known else f"class({string(kind)}, {written})" if sign else "")
    inner = " ".join(part for part in (signs[0], body, signs[1]) if part)
    return f"lr({inner})" if tall else inner or '""'


def _grid(rows: tuple[tuple[b.Box, ...], ...], left: str, right: str, code: bool) -> str:
    count = max((len(row) for row in rows), default=0)
    lines = []
    for row in rows:
        cells = [write(cell, code) for cell in row] + ['""'] * (count - len(row))
        pairs = zip(cells, row, strict=False)
        lines.append(", ".join(f"{cell} &" if isinstance(box, b.Numeral) else cell for cell, box in pairs))
    body = f"mat(delim: #none, {'; '.join(lines)})" if count else '""'
    return fenced(body, left, right, True)


def _mono(text: str) -> str:
    return f"cgmono({string(text)})"


def _number(text: str) -> str:
    mantissa, denominator, exponent = g.number(text)
    sign = "−" if mantissa.startswith("−") else ""
    digits = mantissa.removeprefix("−")
    is_plain = digits.replace(".", "", 1).isdigit() and digits[0] != "." and digits[-1] != "."
    main = digits if is_plain else string(digits)
    if denominator:
        return f"{sign}frac({main}, {string(denominator)})"
    return sign + main + (f" dot.op 10^({string(exponent)})" if exponent else "")
