"""Characters: what a letter, accent or sign is called in each format.

Tables only, and the two questions every writer asks of a string: is it safe to print, and how wide is it?
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SUPERSCRIPTS: dict[str, str] = dict(
    zip(
        "0123456789+−-=()×abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθφχ⊤",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ˣᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡᵀ",
        strict=True,
    )
)
SUBSCRIPTS: dict[str, str] = dict(
    zip("0123456789+−-=(),aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎‚ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
ACCENTS: dict[str, str] = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
"""Combining accent → its name in a ``Sym``."""
MARKS: dict[str, str] = {"′": "′", "'": "′", "″": "″", "*": "*", "∗": "*", "⋆": "*", "†": "†"}
"""Superscripts that stand at the letter themselves, in plain text and in an accent."""

ACCENTS_AFTER: dict[str, str] = {"star": "*", "prime": "′"}
COMBINING: dict[str, str] = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
TYPED: dict[str, str] = {
    "-": "−", "*": "·", "<-": "←", "->": "→", "=>": "⇒", "<=": "≤", ">=": "≥", "!=": "≠", "~": "∼",
}  # fmt: skip
"""Operators as people type them, and as they are printed outside code."""

DOUBLE = dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True))
SCRIPT = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))

GREEK: dict[str, str] = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ϵ": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ϑ": "vartheta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu",
    "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "varsigma", "τ": "tau", "υ": "upsilon",
    "φ": "varphi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "Delta",
    "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Υ": "Upsilon", "Φ": "Phi", "Ψ": "Psi",
    "Ω": "Omega",
}  # fmt: skip
"""Greek letters and their LaTeX commands."""

SIGNS: dict[str, str] = {
    "−": "-", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "÷": r"\div", "⊙": r"\odot", "∘": r"\circ",
    "⊗": r"\otimes", "⊕": r"\oplus", "±": r"\pm", "∓": r"\mp", "∂": r"\partial", "∇": r"\nabla",
    "←": r"\leftarrow", "→": r"\rightarrow", "⇒": r"\Rightarrow", "⇐": r"\Leftarrow", "↦": r"\mapsto",
    "⇔": r"\Leftrightarrow", "≔": ":=", "≡": r"\equiv", "≈": r"\approx", "∼": r"\sim", "≠": r"\neq",
    "≤": r"\leq", "≥": r"\geq", "≪": r"\ll", "≫": r"\gg", "∝": r"\propto", "∈": r"\in", "∉": r"\notin",
    "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∀": r"\forall", "∃": r"\exists",
    "∞": r"\infty", "…": r"\ldots", "⋯": r"\cdots", "⋮": r"\vdots", "⋱": r"\ddots", "⊤": r"\top",
    "⊥": r"\perp", "∅": r"\emptyset", "√": r"\surd", "∗": "*", "⋆": r"\star", "†": r"\dagger", "ℓ": r"\ell",
    "∑": r"\sum", "∏": r"\prod", "∫": r"\int", "′": r"\prime", "″": r"{\prime\prime}", "°": r"^{\circ}",
    "½": r"\tfrac12", "¼": r"\tfrac14", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "∥": r"\|",
    "⌈": r"\lceil", "⌉": r"\rceil", "⌊": r"\lfloor", "⌋": r"\rfloor", "ı": r"\imath", "\\": r"\backslash",
    "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_", "<": "<",
    ">": ">", "|": r"\vert", "~": r"\sim", "^": r"\wedge", "✓": r"\checkmark",
}  # fmt: skip
"""Signs and their LaTeX commands in mathematics (amsmath, amssymb)."""

_BREAKS = re.compile(r"[\n\t\r\u2028\u2029]+")
_HARMFUL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_DIGITS = str.maketrans({digit: SUBSCRIPTS[digit] for digit in "0123456789"})


def subscript(text: object) -> str:
    """The digits of a text as indices: ``W₁₂`` of W12."""
    return str(text).translate(_DIGITS)


def clean(text: str, lines: bool = False) -> str:
    r"""Return ``text`` without control characters, direction overrides and half characters.

    They would move a terminal's cursor, hide text or make XML invalid.  With ``lines`` newlines stay
    and tabs become spaces; otherwise both become one space.

    >>> clean("a\x1b[31mb\tc")
    'a�[31mb c'
    """
    kept = text.replace("\r\n", "\n").expandtabs(4) if lines else _BREAKS.sub(" ", text)
    return _HARMFUL.sub("\ufffd", kept)


@lru_cache(maxsize=4096)
def width(text: str) -> int:
    """Return how many terminal cells ``text`` takes: combining marks none, wide characters two."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def _cells(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def alphabet(character: str, style: str) -> str:
    """Return the letter in a mathematical alphabet (bold, script, double) as one Unicode character.

    >>> alphabet("W", "bold"), alphabet("R", "double"), alphabet("Z", "script"), alphabet("δ", "bold")
    ('𝐖', 'ℝ', '𝒵', '𝛅')
    """
    special = {"double": DOUBLE, "script": SCRIPT}.get(style, {})
    if character in special:
        return special[character]
    starts = {  # capital, small, digit
        "bold": (0x1D400, 0x1D41A, 0x1D7CE),
        "script": (0x1D49C, 0x1D4B6, 0),
        "double": (0x1D538, 0x1D552, 0x1D7D8),
    }.get(style)
    if starts is None:
        return character
    for first, last, start in zip("Aa0", "Zz9", starts, strict=True):
        if first <= character <= last and start:
            return chr(start + ord(character) - ord(first))
    if style == "bold" and "Α" <= character <= "Ω":
        return chr(0x1D6A8 + ord(character) - ord("Α"))
    if style == "bold" and "α" <= character <= "ω":
        return chr(0x1D6C2 + ord(character) - ord("α"))
    return character
