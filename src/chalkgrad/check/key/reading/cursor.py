"""A place in the tokens of an answer: what stands here, what is expected, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chalkgrad._errors import did_you_mean
from chalkgrad.check.key.reading.letters import AnswerAlphabet
from chalkgrad.check.key.reading.tokens import read_tokens
from chalkgrad.formula.reader import INFIX, Reader, Token

CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Disambiguation:
    """How doubtful writing is read.

    ``product``: ``**`` is a product; ``loose_layer``: ``a^l-1`` is a^(l−1); ``bare_layer``: ``w^2`` is w of
    layer 2; ``values``: ``σ(1-σ)`` is σ times 1 − σ; ``starred``: ``y*(`` is y* before a bracket, where y* is
    a letter of the notation.
    """

    product: bool = False
    loose_layer: bool = False
    bare_layer: bool = True
    values: bool = False
    starred: bool = False


class Cursor(Reader):
    """Walks through the tokens of one answer."""

    infix: ClassVar[dict[str, int]] = {**INFIX, ">": 5, "<": 5, ">=": 5, "<=": 5}
    closing: ClassVar[dict[str, str]] = CLOSING
    deepest: ClassVar[int] = 40
    unclosed: ClassVar[str] = "close every bracket"
    incomplete: ClassVar[str] = "be complete"

    def __init__(self, text: str, alphabet: AnswerAlphabet, reading: Disambiguation, path: str) -> None:
        self.alphabet, self.reading = alphabet, reading
        super().__init__(text, path)

    def read_tokens(self, text: str) -> list[Token]:
        tokens = _bare_letters(_right_side(read_tokens(text, self.path)))
        if "y*" in self.alphabet.kinds:
            tokens = _starred(tokens, self.reading.starred)
        is_product = self.reading.product
        return [token._replace(text="*") if is_product and token.text == "**" else token for token in tokens]

    def split_name(self) -> str:
        """Take a word off a run of letters: ``partialw`` is partial and w, ``wx`` is w and x."""
        token = self.here
        words = {*self.alphabet.words(), "sum", "where", "frac", "partial", "if", "else"}
        if (self.at + 1 < len(self.tokens)) and token.text in words:
            self.at += 1
            return token.text
        pieces = _pieces(token.text, words) if not token.command else None
        if not pieces:
            if token.text == "T" and self.at and self.tokens[self.at - 1].text in ("^", "{"):
                fix = "Write one entry with its indices, such as sum_k w_kj^(l+1)."
                raise self.error("be about one entry, not about matrices", fix)
            known = sorted(words)
            fix = (
                did_you_mean(token.text, known)
                or "Write products with *; known letters are "
                + ", ".join(sorted(self.alphabet.kinds, key=lambda word: (len(word) > 1, word)))
                + "."
            )
            raise self.error("use only letters of the notation", fix, got=repr(token.text[:40]))
        ends = token.at
        split = []
        for piece in pieces:
            split.append(Token("name", piece, ends, token.spaced and ends == token.at, True))
            ends += len(piece)
        self.tokens[self.at : self.at + 1] = split
        self.at += 1
        return pieces[0]

    def skip_group(self) -> None:
        opening = self.accept(*CLOSING)
        if not opening:
            self.at += self.here.kind != "end"
            return
        depth = 1
        while depth and self.here.kind != "end":
            depth += (self.here.text in CLOSING) - (self.here.text in CLOSING.values())
            self.at += 1


def _right_side(tokens: list[Token]) -> list[Token]:
    """Return what stands right of the last ``=`` that is in no bracket; ``w -= u`` is w − (u)."""
    depth, start = 0, 0
    for place, token in enumerate(tokens[:-1]):
        depth += (token.text in CLOSING) - (token.text in CLOSING.values())
        if token.text in ("=", ":=") and depth == 0:
            before = tokens[place - 1].text if place else ""
            if before in ("+", "-") and not token.spaced:
                opening, closing = Token("op", "(", token.at), Token("op", ")", tokens[-1].at)
                return [*tokens[start:place], opening, *tokens[place + 1 : -1], closing, tokens[-1]]
            start = place + 1
    return tokens[start:]


def _bare_letters(tokens: list[Token]) -> list[Token]:
    """Take the braces off a letter that has indices behind them: ``{a_k}^{l-1}`` is ``a_k^{l-1}``."""
    kept: list[Token] = []
    dropped: set[int] = set()
    for place, token in enumerate(tokens):
        before = tokens[place - 1].text if place else ""
        if token.text == "{" and before not in ("^", "_", "frac", "sqrt"):
            end = next((i for i in range(place + 1, len(tokens)) if tokens[i].text == "}"), 0)
            inside = tokens[place + 1 : end]
            is_letter = bool(inside) and inside[0].kind == "name"
            is_letter = is_letter and all(t.kind in ("name", "number") or t.text == "_" for t in inside)
            if is_letter and tokens[end + 1].text in ("_", "^"):
                dropped |= {place, end}
        if place not in dropped:
            kept.append(token)
    return kept


def _starred(tokens: list[Token], always: bool) -> list[Token]:
    """Join y and * to the letter y* where the star cannot be a product, or also where it could be."""
    kept: list[Token] = []
    for place, token in enumerate(tokens):
        before = kept[-1] if kept else None
        after = tokens[place + 1] if place + 1 < len(tokens) else token
        is_sign = token.text == "*" and before is not None and before.text == "y"
        is_free = after.kind == "op" and after.text not in ("(", "[", "{")
        if is_sign and before is not None and (is_free or after.kind == "end" or always):
            kept[-1] = Token("name", "y*", before.at, before.spaced, True)
        elif always and token.text == "**" and before is not None and before.text == "y":
            kept[-1] = Token("name", "y*", before.at, before.spaced, True)
            kept.append(Token("op", "*", token.at))
        else:
            kept.append(token)
    return kept


def _pieces(run: str, words: set[str]) -> list[str] | None:
    """Cut a run of letters into as few known words as possible; a ``d`` may lead them."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 12), end):
            before, word = best[start], run[start:end]
            known = word in words or (word == "d" and start == 0 and len(run) > 1)
            if before is not None and known:
                candidate = [*before, word]
                current = best[end]
                if current is None or len(candidate) < len(current):
                    best[end] = candidate
    return best[-1]
