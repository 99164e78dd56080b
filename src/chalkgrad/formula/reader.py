"""The grammar that all typed formulas share: binding powers (Pratt), brackets, arguments, located errors.

    expression := prefix (infix expression)*      by binding power; where a reader allows it, two parts side
                                                  by side multiply
    prefix     := number | name … | "(" expression ")" | "-" expression | "+" expression

A reader built on this one says what its tokens are and what a name means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import ClassVar, NamedTuple

from chalkgrad._errors import Fault, FormulaError
from chalkgrad.formula.build import add, divide, mul, negate, power, subtract
from chalkgrad.formula.caps import MAX_DECIMAL_EXPONENT, MAX_DEPTH, MAX_LENGTH
from chalkgrad.formula.nodes import Compare, Node, Num, Where

INFIX = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 40, "**": 40}
_NEGATION, _SIDE_BY_SIDE = 30, 20  # -z^2 is -(z^2), and -z*y is (-z)*y


class Token(NamedTuple):
    """A number, a name, an operator or the end; ``spaced`` if a space is before it; a LaTeX ``command``."""

    kind: str
    text: str
    at: int
    spaced: bool = False
    command: bool = False


class Reader(ABC):
    """Reads one formula; ``tokens`` end with one of the kind ``end``."""

    infix: ClassVar[dict[str, int]] = INFIX
    closing: ClassVar[dict[str, str]] = {"(": ")"}
    deepest: ClassVar[int] = MAX_DEPTH
    unclosed: ClassVar[str] = "close every parenthesis"
    incomplete: ClassVar[str] = "be a complete formula"

    def __init__(self, text: str, path: str) -> None:
        if len(text) > MAX_LENGTH:
            condition = f"have at most {MAX_LENGTH} characters"
            raise FormulaError(Fault(path, condition, f"{len(text)}", "Shorten the formula."))
        self.text, self.path = text, path
        self.at = self.depth = 0
        self.tokens = self.read_tokens(text)

    @abstractmethod
    def read_tokens(self, text: str) -> list[Token]:
        """Return the tokens of the text."""

    @abstractmethod
    def named(self) -> Node:
        """Read what begins with the name that stands here."""

    @abstractmethod
    def condition(self) -> Compare:
        """Read the condition of a ``where``."""

    # -- the place --
    @property
    def here(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *words: str) -> str:
        token = self.here
        if token.kind != "op" or token.text not in words:
            return ""
        self.at += 1
        return token.text

    def expect(self, word: str, condition: str = "") -> None:
        if not self.accept(word):
            raise self.error(condition or self.unclosed, f"Put {word!r} at the mark.")

    def error(self, condition: str, fix: str, at: int | None = None, got: str | None = None) -> FormulaError:
        return located(self.path, self.text, self.here.at if at is None else at, condition, fix, got)

    def unexpected(self) -> FormulaError:
        if self.here.kind == "end":
            return self.error(self.incomplete, "Something is missing at the mark.")
        return self.error(f"not have {self.here.text!r} here", "Remove it, or complete the part before it.")

    def wrong_count(self, name: str, wanted: int, given: int, example: str, at: int) -> FormulaError:
        count = "one argument" if wanted == 1 else f"{wanted} arguments"
        return self.error(f"give {name} {count}", f"Write {name}({example}).", at, got=str(given))

    # -- expressions --
    def expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > self.deepest:
            raise self.error(f"nest at most {self.deepest} deep", "Simplify the formula.")
        left = self.prefix()
        while True:
            token = self.tokens[self.at]
            word = token.text
            if word in self.infix:
                if self.infix[word] <= binding:
                    break
                self.at += 1
                right = self.expression(self.infix[word] - (word in ("^", "**")))
            elif _SIDE_BY_SIDE > binding and self.starts_factor():
                word, right = "*", self.expression(_SIDE_BY_SIDE)
            else:
                break
            left = self.combine(word, left, right, token.at)
        self.depth -= 1
        return left

    def starts_factor(self) -> bool:
        """Whether a factor begins here without a ``*``."""
        return False

    def combine(self, word: str, left: Node, right: Node, at: int) -> Node:
        match word:
            case "+":
                return add(left, right)
            case "-":
                return subtract(left, right)
            case "*":
                return mul(left, right)
            case "/":
                return self.divided(left, right, at)
        return self.raised(left, right, at)

    def divided(self, left: Node, right: Node, at: int) -> Node:
        try:
            return divide(left, right)
        except ZeroDivisionError:
            raise self.error("not divide by zero", "Change the denominator.", at) from None

    def raised(self, base: Node, exponent: Node, at: int) -> Node:
        return power(base, exponent)

    def prefix(self) -> Node:
        token = self.here
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.named()
        if token.text in self.closing:
            return self.group()
        if self.accept("-"):
            return negate(self.expression(_NEGATION))
        if self.accept("+"):
            return self.expression(_NEGATION)
        raise self.unexpected()

    def number(self, token: Token) -> Node:
        self.at += 1
        exponent = token.text.lower().partition("e")[2]
        if exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_DECIMAL_EXPONENT):
            condition = f"use numbers up to 1e{MAX_DECIMAL_EXPONENT}"
            raise self.error(condition, "Use a smaller number.", token.at)
        return Num(Fraction(token.text))

    def group(self) -> Node:
        closing = self.closing[self.accept(*self.closing)]
        inside = self.expression(0)
        self.expect(closing)
        return inside

    def arguments(self, closing: str = ")") -> list[Node]:
        found = [self.expression(0)]
        while self.accept(","):
            found.append(self.expression(0))
        self.expect(closing)
        return found

    def where(self) -> Node:
        condition = self.condition()
        self.expect(",", "give where three parts")
        then = self.expression(0)
        self.expect(",", "give where three parts")
        otherwise = self.expression(0)
        self.expect(")")
        return Where(condition, then, otherwise)


def located(path: str, text: str, at: int, condition: str, fix: str, got: str | None = None) -> FormulaError:
    """Return an error with the stretch of the text around ``at``, and a caret below it."""
    start = max(0, at - 30)
    window = "".join(c if c.isprintable() else "?" for c in text[start : at + 30])
    mark = f"\n    {window}\n    {' ' * (at - start)}^" if window.strip() else ""
    return FormulaError(Fault(path, condition, got or repr(window), f"{fix}{mark}"))
