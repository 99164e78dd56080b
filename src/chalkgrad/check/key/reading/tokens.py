"""Answers as people type them become tokens: ASCII, Unicode or LaTeX, each with its place in the text."""

from __future__ import annotations

import itertools
import re
import unicodedata

from chalkgrad.formula.reader import Token, located
from chalkgrad.notation.boxes.characters import GREEK

WORDS = {letter: name.removeprefix("var") for letter, name in GREEK.items() if name.islower()}
WORDS |= {"Α": "alpha", "Δ": "delta"} | dict.fromkeys("Σ∑", "sum") | dict.fromkeys("∂𝜕", "partial")
"""Letters that are typed by their name where there is no Greek keyboard."""

_SIGNS = dict.fromkeys("−–‐‑‒", "-") | dict.fromkeys("×·⋅∗∙⊙•∘", "*")
_SIGNS |= dict.fromkeys("′’ʹ´`", "'") | {"″": "''", "÷": "/", "∕": "/", "⁄": "/", "ℓ": "l"}
_SIGNS |= {"≥": ">=", "≤": "<=", "½": "(1/2)"} | dict.fromkeys("←≔", "=")
_SIGNS |= dict.fromkeys("\u00a0\u2009\u2062", " ")
_SPACES = {",", ";", "!", ":", " ", "quad", "qquad", "left", "right", "displaystyle", "limits", "nolimits"}
_STYLES = {"mathrm", "mathbf", "mathit", "boldsymbol", "bm", "text", "textrm", "operatorname", "mathcal"}
_LATEX = dict.fromkeys(("cdot", "times", "odot", "ast"), "*") | {"prime": "'", "div": "/", "ell": "l"}
_LATEX |= {"ge": ">=", "geq": ">=", "le": "<=", "leq": "<=", "gt": ">", "lt": "<", "leftarrow": "="}
_LATEX |= {"gets": "=", "dfrac": "frac", "tfrac": "frac", "varepsilon": "epsilon", "ln": "log"}

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+(?![A-Za-z]))?)"
    r"|(?P<name>[A-Za-z]+)"
    r"|(?P<op>\*\*|>=|<=|:=|[-+*/^_(){}\[\],<>='|])"
    r"|(?P<space>\s+)"
    r"|(?P<strange>.)"
)


def read_tokens(text: str, path: str) -> list[Token]:
    """Return the tokens of an answer; a token's place is the one in the text as typed.

    Raises
    ------
    FormulaError
        If the text has a letter that means nothing here.

    Examples
    --------
    >>> [token.text for token in read_tokens("δ_j^l·a²", "answer")]
    ['delta', '_', 'j', '^', 'l', '*', 'a', '^', '2', '']
    """
    tokens: list[Token] = []
    ending = len(text.rstrip()) - 1 if text.rstrip().endswith(".") else len(text)  # a full stop
    for piece, start, command in _pieces(text[:ending]):
        for match in _TOKEN.finditer(piece):
            place = start if command else start + match.start()
            if match.lastgroup == "strange":
                fix = "Allowed are numbers, letters, + - * / ^ _ and brackets."
                raise located(path, text, place, f"not contain {match.group()!a}", fix)
            tokens.append(Token(match.lastgroup or "", match.group(), place, command=command))
    return _spaced(_without_styles(tokens), len(text))


def _pieces(text: str) -> list[tuple[str, int, bool]]:
    """Cut the text into plain stretches, words of Greek letters and LaTeX commands, with their places."""
    pieces: list[tuple[str, int, bool]] = []
    plain, start, at = "", 0, 0

    def flush() -> None:
        nonlocal plain
        if plain:
            pieces.append((plain, start, False))
        plain = ""

    while at < len(text):
        letter, width = text[at], 1
        new, command = "", False
        if letter == "\\":
            match = re.compile(r"\\([A-Za-z]+|[,;!: ]|$|.)").match(text, at)
            word = match[1] if match else ""
            width = len(match[0]) if match else 1
            new = " " if word in _SPACES else _LATEX.get(word, word if word.isalpha() else f"\\{word}")
            command = new.isalpha()
        elif letter in WORDS:
            new, command = WORDS[letter], True
        elif letter in _SIGNS:
            new = _SIGNS[letter]
        elif (script := _script(text, at)) is not None:
            new, width = script
        elif letter == "$":
            new = " "
        elif not letter.isascii():
            new, command = _other(letter)
        if not new:
            if not plain:
                start = at
            plain += letter
        else:
            flush()
            pieces.append((new, at, command))
        at += width
    flush()
    return pieces


def _other(letter: str) -> tuple[str, bool]:
    """Read mathematical alphabets as their plain letters, and ŷ as ``yhat``."""
    parts = unicodedata.normalize("NFKD", letter)
    if len(parts) == 1 and parts in WORDS:
        return WORDS[parts], True
    if len(parts) == 2 and parts[1] == "\u0302" and parts[0].isascii():
        return f"{parts[0]}hat", True
    if letter == "\u0302":
        return "hat", True
    return (parts, False) if len(parts) == 1 and parts.isascii() and parts.isalpha() else (letter, False)


_HIGH, _LOW = "<super>", "<sub>"
_BRACKETS = {"⁺": "+", "⁻": "-", "⁽": "(", "⁾": ")", "₊": "+", "₋": "-", "₍": "(", "₎": ")"}


def _script(text: str, at: int) -> tuple[str, int] | None:
    """Read a run of Unicode superscripts or subscripts, ``⁽ˡ⁺¹⁾``, as ``^(l+1)``; its width, too."""
    for mark, sign in ((_HIGH, "^"), (_LOW, "_")):
        inner, end = "", at
        while end < len(text) and unicodedata.decomposition(text[end]).startswith(mark):
            plain = _BRACKETS.get(text[end]) or unicodedata.normalize("NFKC", text[end])
            inner += plain.replace("−", "-")
            end += 1
        if inner:
            wrapped = (inner.startswith("(") and inner.endswith(")")) or inner.isdecimal()
            return f"{sign}{inner}" if wrapped else f"{sign}({inner})", end - at
    return None


def _without_styles(tokens: list[Token]) -> list[Token]:
    r"""Drop ``\mathrm{…}`` and the like; what is inside stays, and \hat{y} becomes yhat."""
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        inside = tokens[at + 1 : at + 4]
        braced = len(inside) == 3 and inside[0].text == "{" and inside[2].text == "}"
        if token.command and token.text in _STYLES:
            if braced:
                kept.append(Token(inside[1].kind, inside[1].text, inside[1].at, command=True))
                at += 4
                continue
        elif token.command and token.text == "hat" and braced:
            kept.append(Token("name", f"{inside[1].text}hat", token.at, command=True))
            at += 4
            continue
        elif token.command and token.text == "hat" and kept and kept[-1].kind == "name":
            kept[-1] = Token("name", f"{kept[-1].text}hat", kept[-1].at, command=True)
        else:
            kept.append(token)
        at += 1
    return kept


def _spaced(tokens: list[Token], end: int) -> list[Token]:
    pairs = itertools.pairwise([Token("start", "", 0), *tokens, Token("end", "", end)])
    return [token._replace(spaced=before.kind == "space") for before, token in pairs if token.kind != "space"]
