"""A reader of displayed formulas: LaTeX to a tree, as a careful student reads it.

    expr    := [-] term {(+|-) term}
    term    := product {⊙ product}
    product := factor {[·] factor}                    side by side is the matrix product
    factor  := atom with _ and ^, \\sum_{i=1}^n product

Independent of the code that writes: it knows LaTeX and the habits of mathematics, not the boxes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from chalkgrad.notation.boxes.characters import GREEK

Tree = tuple[Any, ...]
TOKEN = re.compile(r"\\(?:text|operatorname)\{[^}]*\}|\\(?:begin|end)\{cases\}|\\[A-Za-z]+|\\.|\d+|\S")
NOISE = re.compile(r"\\math(?:open|close)\{\}|\\(?:left|right)(?![a-z])|\\[,;]")
GREEK_LETTERS = {f"\\{command}": letter for letter, command in GREEK.items() if letter not in "µ"}
STYLES = ("\\mathbf", "\\boldsymbol", "\\mathit", "\\mathrm", "\\mathcal")
ACCENTS = {"\\hat": "\u0302", "\\bar": "\u0304", "\\tilde": "\u0303", "\\widehat": "\u0302"}
CALLED = ("log", "exp", "max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh", "surd")
SIGNS = {"\\cdot": "·", "\\odot": "⊙", "\\lt": "<", "\\gt": ">", "\\leq": "≤", "\\geq": "≥", "\\top": "⊤"}


class MisreadError(Exception):
    """The formula cannot be read, or only in more than one way."""


def tokens(latex: str) -> list[str]:
    """Commands, numbers and characters; spacing and the sizes of brackets are dropped."""
    text = NOISE.sub(" ", latex).replace("\\mathrm{T}", "⊤ ")
    return [SIGNS.get(token, token) for token in TOKEN.findall(text)]


def equalities(latex: str) -> list[list[str]]:
    """The sides of a chain of equalities (not the = below a sum)."""
    sides: list[list[str]] = [[]]
    depth = 0
    for token in tokens(latex):
        depth += (token in "{(") - (token in "})")
        if token == "=" and not depth:
            sides.append([])
        else:
            sides[-1].append(token)
    return sides


class Reader:
    """Reads one formula; ``is_function`` tells which letters are functions, as the page does."""

    def __init__(self, found: list[str], is_function: Callable[[str], bool]) -> None:
        self.tokens, self.at, self.is_function = found, 0, is_function
        self.closing = ""  # of a norm or an absolute value, which open and close alike

    def read(self) -> Tree:
        tree = self.expr()
        if self.at != len(self.tokens):
            raise MisreadError(f"what follows makes no sense: {' '.join(self.tokens[self.at :])}")
        return tree

    # -- tokens ---------------------------------------------------------------------------------------

    @property
    def next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        token = self.next
        if not token or (wanted and token != wanted):
            raise MisreadError(f"expected {wanted or 'more'} at {' '.join(self.tokens[self.at :])!r}")
        self.at += 1
        return token

    def group(self) -> list[str]:
        """The tokens of {…}, or the one token that stands without braces."""
        if self.next != "{":
            return [self.take()]
        start, depth = self.at + 1, 0
        while True:
            token = self.take()
            depth += (token == "{") - (token == "}")
            if not depth:
                return self.tokens[start : self.at - 1]

    def inner(self, found: list[str]) -> Tree:
        return Reader(found, self.is_function).read()

    # -- grammar ----------------------------------------------------------------------------------------

    def expr(self) -> Tree:
        terms = []
        sign = -1 if self.next == "-" and self.take() else 1
        while True:
            terms.append((sign, self.term()))
            if self.next not in ("+", "-"):
                break
            sign = 1 if self.take() == "+" else -1
        return terms[0][1] if terms[0][0] == 1 and len(terms) == 1 else ("add", terms)

    def term(self) -> Tree:
        parts = [self.product()]
        while self.next == "⊙":
            self.take()
            parts.append(self.product())
        return parts[0] if len(parts) == 1 else ("hadamard", parts)

    def product(self) -> Tree:
        parts: list[Tree] = []
        while True:
            if self.next == "\\sum":
                parts.append(self.total())
                break
            parts.append(self.factor())
            if self.next == "·":
                self.take()
            elif (
                not self.next
                or self.next in "+-⊙)},&=<>≤≥"
                or self.next in ("\\\\", "\\end{cases}", self.closing)
            ):
                break
        return parts[0] if len(parts) == 1 else ("product", parts)

    def total(self) -> Tree:
        self.take("\\sum")
        self.take("_")
        index, equals, first = self.group()
        if (equals, first) != ("=", "1"):
            raise MisreadError(f"a sum from {index} {equals} {first}")
        self.take("^")
        upper = self.group()
        return ("sum", index, upper, self.product())

    def factor(self) -> Tree:
        token = self.take()
        if token.isdigit():
            return self.raised(("number", Fraction(token)))
        if token == "(":
            body = self.expr()
            self.take(")")
            return self.raised(("bracket", body))
        if token in ("\\Vert", "\\vert"):
            before, self.closing = self.closing, token
            body = self.expr()
            self.take(token)
            self.closing = before
            return self.raised(("norm" if token == "\\Vert" else "abs", body))
        if token == "\\frac":
            return self.raised(self.fraction())
        if token == "\\begin{cases}":
            return self.cases()
        self.at -= 1
        return self.named()

    def fraction(self) -> Tree:
        above, below = self.group(), self.group()
        if above[:1] == ["\\partial"] and below[:1] == ["\\partial"]:
            return ("derivative", self.inner(above[1:]), self.inner(below[1:]))
        return ("fraction", self.inner(above), self.inner(below))

    def cases(self) -> Tree:
        rows: list[Tree] = []
        while True:
            value = self.expr()
            self.take("&")
            if self.next.startswith("\\text"):
                self.take()
                self.take("\\end{cases}")
                return ("cases", rows, value)
            left = self.expr()
            relation = self.take()
            rows.append((value, relation, left, self.expr()))
            self.take("\\\\")

    def raised(self, base: Tree) -> Tree:
        if self.next != "^":
            return base
        self.take()
        above = self.group()
        return ("transposed", base) if above == ["⊤"] else ("power", base, self.inner(above))

    # -- names ------------------------------------------------------------------------------------------

    def letter(self) -> str:
        token = self.take()
        if token in STYLES:
            inside = Reader(self.group(), self.is_function)
            text = ""
            while inside.next:
                text += inside.letter()
            return {"A": "𝒜"}.get(text, text) if token == "\\mathcal" else text
        if token in ACCENTS:
            return unicodedata.normalize(
                "NFC", Reader(self.group(), self.is_function).letter() + ACCENTS[token]
            )
        if token in GREEK_LETTERS:
            return GREEK_LETTERS[token]
        if token.startswith("\\operatorname"):
            return token[14:-1]
        if token[1:] in CALLED:
            return token[1:]
        if len(token) == 1 and (token.isalnum() or token.isalpha()):
            return token
        raise MisreadError(f"unknown sign {token}")

    def named(self) -> Tree:
        """A symbol or function with its indices: (letter, below, above), or (d, letter, …) for dW."""
        if self.next == "{":
            inside = Reader(self.group(), self.is_function)
            letters: list[str] = []
            while inside.next:
                if inside.tokens[inside.at :] == ["^", "*"]:
                    letters[-1] += "*"
                    break
                letters.append(inside.letter())
        else:
            letters = [self.letter()]
            if letters == ["d"] and self.next and self.next not in "+-·⊙)}_^":
                letters.append(self.letter())
        below: list[str] = []
        above: list[str] = []
        prime = 0
        while self.next in ("_", "^", "'"):
            match self.take():
                case "_":
                    below = self.group()
                case "^":
                    above = self.group()
                case _:
                    prime += 1
        name = letters[-1]
        numbered = "_".join([name, *below])
        if len(letters) == 1 and self.is_function(numbered):
            name, below = numbered, []
        if len(letters) == 1 and not below and (name in CALLED or self.is_function(name)):
            return self.called(name, prime, above)
        if prime:
            raise MisreadError(f"{name} has a prime and is no function")
        if letters == ["e"] and above and not below:
            return ("call", "exp", 0, [self.inner(above)])
        return ("symbol", len(letters) == 2 and letters[0] == "d", name, below, above)

    def called(self, name: str, prime: int, above: list[str]) -> Tree:
        self.take("(")
        arguments = [self.expr()]
        while self.next == ",":
            self.take()
            arguments.append(self.expr())
        self.take(")")
        call = ("call", name, prime, arguments)
        return ("power", call, self.inner(above)) if above else self.raised(call)
