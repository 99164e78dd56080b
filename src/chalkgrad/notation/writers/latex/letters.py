"""Letters in LaTeX: running text, mathematics and typewriter, in ASCII whatever comes in."""

from __future__ import annotations

import unicodedata

from chalkgrad.notation.boxes.characters import GREEK, SIGNS, clean

_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030a": "r ", "\u030c": "v ",
    "\u0327": "c ", "\u0304": "=", "\u0306": "u ", "\u0307": ".", "\u030b": "H ", "\u0328": "k ",
}  # fmt: skip
_TEXT: dict[str, str] = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&",
    "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': "''", "“": "``", "”": "''", "„": ",,", "‘": "`", "’": "'", "–": "--", "—": "---",
    "…": r"\ldots{}", "•": r"$\bullet$", "\u00a0": "~", "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}",
    "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}", "Œ": r"\OE{}", "å": r"\aa{}", "Å": r"\AA{}", "ł": r"\l{}",
    "Ł": r"\L{}", "ı": r"\i{}", "§": r"\S{}", "©": r"\copyright{}", "′": "$'$", "-": "-", "`": "`",
    "\u2009": r"\,", "\u202f": r"\,", "²": "$^2$", "³": "$^3$",
}  # fmt: skip


def escape(text: str) -> str:
    r"""Return running text for LaTeX in ASCII; a character that has no command is named as ``[U+1F600]``.

    >>> escape("50 % of σ: naïve")
    '50 \\% of $\\sigma$: na\\"{\\i}ve'
    """
    return "".join(_escape_character(character) for character in unicodedata.normalize("NFC", clean(text)))


def _escape_character(c: str) -> str:
    if c in _TEXT:
        return _TEXT[c]
    if c.isascii():
        return c
    if c in GREEK or c in SIGNS:
        return f"${letter(c)}$"
    base, combining = unicodedata.normalize("NFD", c)[0], unicodedata.normalize("NFD", c)[1:]
    if base.isascii() and len(combining) == 1 and combining[0] in _ACCENTS:
        return f"\\{_ACCENTS[combining[0]]}{{{chr(92) + base if base in 'ij' else base}}}"
    kind = unicodedata.decomposition(c)
    if kind.startswith(("<super>", "<sub>")):
        return f"${letter(c)}$"
    compatible = unicodedata.normalize("NFKC", c)
    if compatible != c:
        return escape(compatible)
    return f"[U+{ord(c):04X}]"


def letter(c: str) -> str:
    """Return one character as it is written in LaTeX mathematics."""
    if c in GREEK:
        return "\\" + GREEK[c]
    if c in SIGNS:
        return SIGNS[c]
    if c.isascii():
        return {"`": r"\text{``}", "'": "{}'"}.get(c, c)  # a bare ' would be a second superscript
    base = unicodedata.normalize("NFKC", c)
    name = unicodedata.name(c, "").removeprefix("MATHEMATICAL ")
    for word, command in (("DOUBLE-STRUCK", r"\mathbb"), ("SCRIPT", r"\mathcal"), ("BOLD", r"\boldsymbol")):
        if name.startswith(word) and len(base) == 1 and base != c:
            return f"{command}{{{letter(base)}}}"
    kind = unicodedata.decomposition(c)
    for start, sign in (("<super>", "^"), ("<sub>", "_")):
        if kind.startswith(start):
            return f"{{}}{sign}{{{''.join(letter(b) for b in base)}}}"
    return rf"\text{{{escape(c)}}}"


def join(parts: list[str]) -> str:
    """Join pieces of LaTeX, with a blank where a command would swallow the next letter."""
    text = ""
    for part in parts:
        ends_in_command = text[-1:].isalpha() and "\\" in text and text[text.rindex("\\") + 1 :].isalpha()
        text += " " + part if ends_in_command and part[:1].isalpha() else part
    return text


def mono(text: str) -> str:
    """Return text for a typewriter font, every special character by its number."""
    special = set("\\{}#$%&_^~\"`'<>|-?!,")
    return "".join(f"{{\\char{ord(c)}}}" if c in special else c if c.isascii() else escape(c) for c in text)
