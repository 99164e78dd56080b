"""Formulas in LaTeX, in the dialect of an article or of GitHub's MathJax."""

from __future__ import annotations

import unicodedata

from chalkgrad.notation import boxes as b
from chalkgrad.notation.boxes import grammar as g
from chalkgrad.notation.boxes.characters import GREEK, SIGNS, clean
from chalkgrad.notation.writers.latex.letters import escape, join, letter, mono

COMMANDS = {
    "log", "exp", "ln", "max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh", "det", "dim",
    "sup", "inf", "lim",
}  # fmt: skip
_NATIVE = {
    "binary": set("+−·⋅×÷⊙∘⊗⊕±∓∗⋆†∪∩/"),
    "relation": {*"=←→⇒⇐↦⇔≔≡≈∼≠≤≥≪≫∝∈∉⊂⊆<>⊥:", ":=", "::"},
    "punct": set(",;"),
    "prefix": set("∂∇∀∃∞√"),
}
_LARGE = {"Σ": r"\sum", "∑": r"\sum", "Π": r"\prod", "∏": r"\prod", "∫": r"\int"}
_BRACKETS: dict[str, tuple[str, str]] = {  # plain, and after \left or \right
    "(": ("(", "("), ")": (")", ")"), "[": ("[", "["), "]": ("]", "]"),
    "{": (r"\{", r"\{"), "}": (r"\}", r"\}"),
    "⟨": (r"\langle ", r"\langle "), "⟩": (r"\rangle ", r"\rangle "), "⌈": (r"\lceil ", r"\lceil "),
    "⌉": (r"\rceil ", r"\rceil "), "⌊": (r"\lfloor ", r"\lfloor "), "⌋": (r"\rfloor ", r"\rfloor "),
    "|": (r"\vert ", r"\vert "), "‖": (r"\Vert ", r"\Vert "), "": ("", "."),
}  # fmt: skip


class LatexWriter:
    """Writes boxes; ``github`` avoids what GitHub's renderer refuses (``operatorname``, colour names)."""

    def __init__(self, github: bool = False) -> None:
        self.github = github

    def box(self, node: b.Box, code: bool | None = None, script: bool = False) -> str:
        """Return the formula for math mode; an unknown box raises TypeError."""
        code = g.is_code(node) if code is None else code
        match node:
            case b.Sym():
                return self._symbol(node)
            case b.Numeral(text):
                return self._mono(clean(text)) if code else _number(text)
            case b.Op():
                return self._operator(node, code)
            case b.Words(text):
                return self.words(text)
            case b.Row():
                return self._row(g.flat(node, code, script), code, script)
            case b.Script():
                return self._script(node, code)
            case b.Frac(num, den):
                if code:
                    return f"{self.box(num, code)}{self._mono('/')}{self.box(den, code)}"
                return rf"\frac{{{self.box(num, code)}}}{{{self.box(den, code)}}}"
            case b.Fence():
                return self.fence(node, code, script)
            case b.BigOp(symbol, sub, sup):
                return self._large(clean(symbol)) + self._limits(sub, sup)
            case b.Under(body, label):
                return rf"\underbrace{{{self.box(body, code)}}}_{{{self.box(label)}}}"
            case b.Coloured(body, colour):
                return self._coloured(self.box(body, code), colour)
            case b.Grid():
                return self._grid(node, code)
            case b.Cases(pairs):
                lines = r" \\ ".join(f"{cell(self.box(v, code))} & {self.box(c, code)}" for v, c in pairs)
                return rf"\begin{{cases}} {lines} \end{{cases}}"
        raise g.unknown(node)

    # ---- letters ----------------------------------------------------------------------------------

    def _letter(self, c: str) -> str:
        """Return one character; GitHub's ``text`` knows no accents as commands, but every character."""
        if self.github and c in "<>":
            return r"\lt" if c == "<" else r"\gt"
        written = letter(c)
        return rf"\text{{{c.replace('`', '‘')}}}" if self.github and written.startswith(r"\text") else written

    def words(self, text: str) -> str:
        """Return upright words; GitHub's ``text`` takes no escapes, so signs stand outside of it."""
        if not self.github:
            return rf"\text{{{escape(text)}}}"
        parts: list[str] = []
        run = ""
        for c in clean(text).replace("`", "‘"):
            if c in SIGNS or c in GREEK:
                parts += [rf"\text{{{run}}}" if run else "", self._letter(c) + " "]
                run = ""
            else:
                run += c
        return "".join([*parts, rf"\text{{{run}}}" if run or not parts else ""])

    def shape(self, text: str) -> str:
        """Return a shape such as ``m × 3``: single letters and numbers as mathematics, words upright."""
        words = clean(text).split()
        return " ".join(
            self.words(w) if len(w) > 1 and w.isalpha() else join(list(map(self._letter, w))) for w in words
        )

    def _mono(self, text: str) -> str:
        if not self.github:
            return rf"\texttt{{{mono(text)}}}"
        return rf"\mathtt{{{join(['~' if c == ' ' else self._letter(c) for c in text])}}}"

    def _symbol(self, s: b.Sym) -> str:
        text = unicodedata.normalize("NFC", clean(s.text))
        if s.style == "code":
            return self._mono(text)
        written = self._name(text) if g.is_name(s) and text.isascii() else self._styled(text, s.style)
        match s.accent:
            case "hat" | "bar" | "tilde":
                wide = {"hat": "widehat", "bar": "overline", "tilde": "widetilde"}
                return rf"\{wide[s.accent] if len(text) > 1 else s.accent}{{{written}}}"
            case "star":
                return written + "^*"
            case "prime":
                return written + "'"
        return written

    def _name(self, text: str) -> str:
        if text in COMMANDS:
            return "\\" + text
        return rf"\mathrm{{{text}}}\," if self.github else rf"\operatorname{{{text}}}"

    def _styled(self, text: str, style: str) -> str:
        written = join(["~" if c.isspace() else self._letter(c) for c in text]) or "{}"
        ascii_letters = text.isascii() and text.isalnum()
        match style:
            case "bold":
                return rf"\{'mathbf' if ascii_letters else 'boldsymbol'}{{{written}}}"
            case "upright" if ascii_letters:
                return rf"\mathrm{{{written}}}"
            case "script" if text.isascii() and text.isalpha() and text.isupper():
                return rf"\mathcal{{{written}}}"
            case "script" if text == "l":
                return r"\ell"
            case "double" if text.isascii() and text.isalpha() and text.isupper():
                return rf"\mathbb{{{written}}}"
        return rf"\mathit{{{text}}}" if len(text) > 1 and ascii_letters and not text.isdigit() else written

    def _operator(self, o: b.Op, code: bool) -> str:
        text = g.operator(o, code)
        if o.kind in {"open", "close"}:
            side = "l" if o.kind == "open" else "r"
            return rf"\big{side}{_BRACKETS.get(text, ('', '.'))[1]}"
        if code:
            written = self._mono(text)
        elif text == "′":
            return "{}'"
        elif text in _NATIVE.get(o.kind, ()):
            return self._sign(text)
        elif len(text) > 1 and text.isalpha():
            written = rf"\mathrm{{{text}}}" if text.isascii() else self.words(text)
        else:
            written = join([self._sign(c) for c in text])
        wrap = {"binary": r"\mathbin", "relation": r"\mathrel", "punct": r"\mathpunct"}.get(o.kind, "")
        return f"{wrap}{{{written}}}"

    def _sign(self, c: str) -> str:
        return join([self._letter(part) for part in c])

    def _large(self, symbol: str) -> str:
        if symbol in _LARGE:
            return _LARGE[symbol]
        if symbol in COMMANDS:
            return "\\" + symbol
        body = rf"\mathrm{{{symbol}}}" if symbol.isascii() and symbol.isalpha() else self._styled(symbol, "")
        return rf"\mathop{{{body}}}\limits"

    # ---- structure --------------------------------------------------------------------------------

    def _row(self, items: tuple[b.Box, ...], code: bool, script: bool) -> str:
        parts: list[str] = []
        for index, (mu, item) in enumerate(g.spaced(items, code)):
            before = items[index - 1] if index else None
            part = self.box(item, code, script)
            if (
                isinstance(item, b.Op)
                and item.kind == "prefix"
                and (before is None or isinstance(before, b.Op))
            ):
                part = part[1:-1] if part == "{-}" else part
            if (
                isinstance(item, b.Op)
                and item.kind in {"binary", "relation"}
                and not script
                and item.text != "/"
            ):
                part = f" {part} " if index else f"{{}} {part} "
            elif isinstance(item, b.Op) and item.kind == "punct" and not script:
                part += " "
            elif (
                isinstance(item, b.Fence)
                and isinstance(before, b.Sym | b.Script)
                and part.startswith(r"\left")
            ):
                part = rf"\mathopen{{}}{part}\mathclose{{}}"
            elif code and mu and not isinstance(before, b.Op) and not isinstance(item, b.Op):
                part = "~" + part
            elif isinstance(before, b.Words | b.Frac | b.Coloured) or isinstance(
                item, b.BigOp | b.Frac | b.Coloured
            ):
                part = (r"\," if self._is_apart(mu, before, item) else " ") + part
            elif (
                not script
                and isinstance(before, b.Script | b.Fence | b.BigOp)
                and isinstance(item, b.Sym | b.Script)
            ):
                part = " " + part
            if isinstance(item, b.Fence) and parts and parts[-1].endswith(r"}\,"):
                parts[-1] = parts[-1].removesuffix(r"\,")
            parts.append(part)
        return " ".join(join(parts).split(" ")).replace("  ", " ").strip() or "{}"

    @staticmethod
    def _is_apart(mu: int, before: b.Box | None, item: b.Box) -> bool:
        """Whether TeX, for which a colour is a letter, has to be told of the space."""
        coloured = isinstance(before, b.Coloured) or isinstance(item, b.Coloured)
        return mu == g.THIN and coloured and not isinstance(before, b.Op) and not isinstance(item, b.BigOp)

    def _script(self, s: b.Script, code: bool) -> str:
        base, sub, sup = g.script_parts(s)
        written = self.box(base, code).removesuffix(r"\,")
        if isinstance(base, b.Sym):
            bare = not base.accent and (len(base.text) == 1 or g.is_name(base)) and "'" not in written
        else:
            bare = isinstance(base, b.Op | b.Grid) or (isinstance(base, b.Fence) and bool(base.right))
        if not bare or not written:
            written = f"{{{written}}}"
        return written + self._limits(sub, sup)

    def _limits(self, sub: b.Box | None, sup: b.Box | None) -> str:
        mark, rest = g.marks(sup)
        below = _attached("_", self.box(sub, script=True)) if sub is not None else ""
        if rest is None:
            primes = mark.replace("″", "′′")
            if primes and set(primes) == {"′"}:
                return below + "'" * len(primes)
            return below + (_attached("^", join([self._letter(c) for c in mark])) if mark else "")
        raised = join([*(self._letter(c) for c in mark), self.box(rest, script=True)])
        return below + _attached("^", raised)

    def fence(self, f: b.Fence, code: bool = False, script: bool = False) -> str:
        """Return the bracketed body; brackets grow only around something tall."""
        body = self.box(f.body, code, script)
        left, right = (_BRACKETS.get(clean(sign)) for sign in (f.left, f.right))
        if left is None or right is None:
            ends = (join([self._letter(c) for c in clean(sign)]) for sign in (f.left, f.right))
            return f"{{{next(ends)}{body}{next(ends)}}}"
        if g.grows(f.body):
            return rf"\left{left[1]}{body}\right{right[1]}".replace(" " + r"\right", r"\right")
        return f"{left[0]}{body}{right[0]}".rstrip() if right[0] else f"{left[0]}{body}"

    def _grid(self, grid: b.Grid, code: bool) -> str:
        count = max((len(row) for row in grid.rows), default=0)
        numeric = [all(isinstance(r[c], b.Numeral) for r in grid.rows if c < len(r)) for c in range(count)]
        lines = r" \\ ".join(cell(" & ".join(self.box(item, code) for item in row)) for row in grid.rows)
        brackets = {("[", "]"): "b", ("(", ")"): "p", ("|", "|"): "v"}.get((grid.left, grid.right))
        if brackets and count <= 10 and not any(numeric):
            return rf"\begin{{{brackets}matrix}} {lines} \end{{{brackets}matrix}}"
        spec = "".join("r" if right else "c" for right in numeric) or "c"
        left, right = (_BRACKETS.get(clean(sign), ("", "."))[1] for sign in (grid.left, grid.right))
        return rf"\left{left}\begin{{array}}{{@{{}}{spec}@{{}}}} {lines} \end{{array}}\right{right}"

    def _coloured(self, body: str, colour: str) -> str:
        if colour not in b.PALETTE:
            return f"{{{body}}}"
        if self.github:
            return rf"{{\color{{{b.PALETTE[colour]}}}{{{body}}}}}"
        return rf"\textcolor{{cg{colour}}}{{{body}}}"


def cell(text: str) -> str:
    """Protect a line's beginning: after a line break ``[`` and ``*`` would be read as its argument."""
    return "{}" + text if text.lstrip()[:1] in {"[", "*"} else text


def _attached(sign: str, body: str) -> str:
    return (
        sign + body if (len(body) == 1 and body.isalnum()) or body in {"*", r"\top"} else f"{sign}{{{body}}}"
    )


def _number(text: str) -> str:
    mantissa, denominator, exponent = g.number(text)
    sign = "-" if mantissa.startswith("−") else ""
    main = join([letter(c) for c in mantissa.removeprefix("−")])
    if not main.isascii() or (main.isalpha() and "\\" not in main):
        main = rf"\mathrm{{{main}}}"
    if denominator:
        return rf"{sign}\frac{{{main}}}{{{join([letter(c) for c in denominator])}}}"
    return f"{sign}{main}" + (rf"\cdot 10^{{{exponent.replace('−', '-')}}}" if exponent else "")
