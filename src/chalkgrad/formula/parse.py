"""Formulas typed by people become nodes, or a located ``FormulaError``; nothing is ever executed.

expression := prefix (infix expression)*        by binding power (Pratt)
prefix     := number | name | name "(" expression, … ")" | "(" expression ")" | "-" expression
where      := "where(" expression (">"|">="|"<"|"<=") expression "," expression "," expression ")"
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import cache

from chalkgrad._errors import Fault, FormulaError, did_you_mean
from chalkgrad.formula.build import add, divide, mul, negate, power, substitute, subtract
from chalkgrad.formula.caps import (
    MAX_DECIMAL_EXPONENT,
    MAX_DEPTH,
    MAX_EXPONENT,
    MAX_LENGTH,
    constant,
    nested_exponent,
)
from chalkgrad.formula.functions import ABBREVIATIONS, FUNCTIONS
from chalkgrad.formula.nodes import Call, Compare, Named, Node, Num, Var, Where

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<op>\*\*|>=|<=|[-+*/^(),<>])"
    r"|(?P<space>[ \t\r\n]+)"
)
_INFIX = {"+": 10, "-": 10, "*": 20, "/": 20, "^": 40, "**": 40}
_NEGATION = 30  # -z^2 is -(z^2), and -z*y is (-z)*y
_COMPARE = (">", ">=", "<", "<=")
_CONSTANTS = ("pi", "e")


def parse_formula(text: str, variables: Sequence[str] = ("z",), path: str = "formula") -> Node:
    """Return the formula that ``text`` says.

    Parameters
    ----------
    text
        For example ``z*sigmoid(z)`` or ``-t*log(y) - (1 - t)*log(1 - y)``; powers are ``^`` or ``**``.
    variables
        The names that may occur besides ``pi`` and ``e``.
    path
        Where the text stands in the description, for the message.

    Raises
    ------
    FormulaError
        If the text is not such a formula, is longer than 500 characters, nests deeper than 50, or
        raises to a number beyond 64.

    Examples
    --------
    >>> from chalkgrad.formula import format_formula
    >>> format_formula(parse_formula("0.5*(y - t)**2", ("y", "t")))
    '(y - t)^2/2'

    """
    if not isinstance(text, str):
        raise FormulaError(Fault(path, "be a formula as text", repr(text)[:60], "Put it in quotes."))
    if len(text) > MAX_LENGTH:
        fault = Fault(path, f"have at most {MAX_LENGTH} characters", f"{len(text)}", "Shorten the formula.")
        raise FormulaError(fault)
    return _Parser(text, tuple(variables), path).parse()


class _Parser:
    def __init__(self, text: str, names: tuple[str, ...], path: str) -> None:
        self.text, self.names, self.path = text, names, path
        self.tokens: list[tuple[str, str, int]] = []
        self.at = 0
        self.depth = 0

    def parse(self) -> Node:
        self._read_tokens()
        if len(self.tokens) == 1:
            raise self._error("be a formula", 0, f"Write for example {self._example()}.", got="nothing")
        node = self._expression(0)
        kind, word, _ = self.tokens[self.at]
        if kind != "end":
            raise self._unexpected(kind, word)
        return node

    # -- tokens --
    def _read_tokens(self) -> None:
        at = 0
        while at < len(self.text):
            match = _TOKEN.match(self.text, at)
            if match is None:
                fix = "Allowed are numbers, names, + - * / ^ ( ) , and comparisons inside where."
                raise self._error(f"not contain {self.text[at]!a}", at, fix)
            if match.lastgroup != "space":
                self.tokens.append((match.lastgroup or "", match.group(), at))
            at = match.end()
        self.tokens.append(("end", "", len(self.text)))

    def _accept(self, word: str) -> bool:
        kind, here, _ = self.tokens[self.at]
        if kind == "op" and here == word:
            self.at += 1
            return True
        return False

    def _expect(self, word: str, meaning: str) -> None:
        if not self._accept(word):
            raise self._error(meaning, self.tokens[self.at][2], f"Put {word!r} at the mark.")

    # -- grammar --
    def _expression(self, binding: int) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            at = self.tokens[self.at][2]
            raise self._error(f"nest at most {MAX_DEPTH} deep", at, "Simplify the formula.")
        left = self._prefix()
        while True:
            kind, word, at = self.tokens[self.at]
            if kind != "op" or _INFIX.get(word, -1) <= binding:
                break
            self.at += 1
            right = self._expression(_INFIX[word] - (1 if word in ("^", "**") else 0))
            left = self._combine(word, left, right, at)
        self.depth -= 1
        return left

    def _prefix(self) -> Node:
        kind, word, at = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Num(self._number(word, at))
        if kind == "name":
            return self._called(word, at) if self._accept("(") else self._named(word, at)
        if kind == "op" and word == "(":
            inside = self._expression(0)
            self._expect(")", "close every parenthesis")
            return inside
        if kind == "op" and word == "-":
            return negate(self._expression(_NEGATION))
        if kind == "op" and word == "+":
            return self._expression(_NEGATION)
        self.at -= 1
        raise self._unexpected(kind, word)

    def _number(self, word: str, at: int) -> Fraction:
        digits = re.split("[eE]", word)
        if len(digits) == 2 and (len(digits[1]) > 5 or abs(int(digits[1])) > MAX_DECIMAL_EXPONENT):
            raise self._error(f"use numbers up to 1e{MAX_DECIMAL_EXPONENT}", at, "Use a smaller number.")
        return Fraction(word)

    def _named(self, word: str, at: int) -> Node:
        if word in self.names:
            return Var(word)
        if word in _CONSTANTS:
            return Named(word)
        if word in FUNCTIONS or word in ABBREVIATIONS or word == "where":
            raise self._error(f"give {word} its argument", at, f"Write {word}({self._example()}).")
        options = (*self.names, *_CONSTANTS)
        near = next((f"Did you mean {name!r}?" for name in self.names if word.lower().startswith(name)), "")
        fix = near or did_you_mean(word, options) or f"Names that may stand here: {', '.join(options)}."
        raise self._error(f"use only the names {', '.join(options)}", at, fix, got=repr(word))

    def _called(self, word: str, at: int) -> Node:
        if word == "where":
            return self._where()
        arguments = self._arguments()
        if word in FUNCTIONS:
            wanted = len(FUNCTIONS[word].arguments)
        elif word in ABBREVIATIONS:
            wanted = len(ABBREVIATIONS[word][0])
        else:
            known = sorted([*FUNCTIONS, *ABBREVIATIONS, "where"])
            fix = did_you_mean(word, known) or f"Known functions: {', '.join(known)}."
            raise self._error("call only known functions", at, fix, got=repr(word))
        if word in ("max", "min") and len(arguments) > 2:
            node = arguments[0]
            for argument in arguments[1:]:
                node = Call(word, (node, argument))
            return node
        if len(arguments) != wanted:
            fix = f"Write {word}({', '.join(_example_arguments(wanted))})."
            raise self._error(f"give {word} {_count(wanted)}", at, fix, got=str(len(arguments)))
        if word in ABBREVIATIONS:
            names = ABBREVIATIONS[word][0]
            return substitute(_abbreviation(word), dict(zip(names, arguments, strict=True)))
        return Call(word, tuple(arguments))

    def _arguments(self) -> list[Node]:
        arguments = [self._expression(0)]
        while self._accept(","):
            arguments.append(self._expression(0))
        self._expect(")", "close every parenthesis")
        return arguments

    def _where(self) -> Node:
        left = self._expression(0)
        kind, word, at = self.tokens[self.at]
        if kind != "op" or word not in _COMPARE:
            raise self._error("compare in where", at, "Write where(z > 0, then, otherwise).")
        self.at += 1
        condition = Compare(word, left, self._expression(0))
        self._expect(",", "give where three parts")
        then = self._expression(0)
        self._expect(",", "give where three parts")
        otherwise = self._expression(0)
        self._expect(")", "close every parenthesis")
        return Where(condition, then, otherwise)

    def _combine(self, word: str, left: Node, right: Node, at: int) -> Node:
        if word == "+":
            return add(left, right)
        if word == "-":
            return subtract(left, right)
        if word == "*":
            return mul(left, right)
        if word == "/":
            try:
                return divide(left, right)
            except ZeroDivisionError:
                raise self._error("not divide by zero", at, "Change the denominator.") from None
        return self._power(left, right, at)

    def _power(self, base: Node, exponent: Node, at: int) -> Node:
        limit = f"raise to numbers of size at most {MAX_EXPONENT}"
        try:
            value = constant(exponent)
        except OverflowError:
            raise self._error(limit, at, "Use a smaller exponent.") from None
        if value is None:
            return power(base, exponent)
        if abs(value) * nested_exponent(base) > MAX_EXPONENT:
            raise self._error(limit, at, "Use a smaller exponent.")
        if value.numerator > 10**9 or value.denominator > 10**9:
            raise self._error("raise to numbers with at most nine digits", at, "Round the exponent.")
        return power(base, Num(value))

    # -- faults --
    def _unexpected(self, kind: str, word: str) -> FormulaError:
        at = self.tokens[self.at][2]
        if kind == "end":
            return self._error("be a complete formula", at, "Something is missing at the mark.")
        if kind == "op" and word in _COMPARE:
            return self._error("compare only inside where", at, "Write where(z > 0, then, otherwise).")
        if kind in ("number", "name") or word == "(":
            return self._error("join its parts by an operator", at, "Put a * at the mark, for example.")
        return self._error(f"not have {word!r} here", at, "Remove it, or complete the part before it.")

    def _error(self, condition: str, at: int, fix: str, got: str | None = None) -> FormulaError:
        start = max(0, at - 30)
        window = self.text[start : at + 30]
        window = "".join(c if c.isascii() and c.isprintable() else "?" for c in window)
        mark = f"\n    {window}\n    {' ' * (at - start)}^" if window.strip() else ""
        return FormulaError(Fault(self.path, condition, got or ascii(window), f"{fix}{mark}"))

    def _example(self) -> str:
        return self.names[0] if self.names else "1"


def _count(wanted: int) -> str:
    return "one argument" if wanted == 1 else f"{wanted} arguments"


def _example_arguments(wanted: int) -> tuple[str, ...]:
    return ("z",) if wanted == 1 else ("z", "0.01")


@cache
def _abbreviation(word: str) -> Node:
    names, text = ABBREVIATIONS[word]
    return parse_formula(text, names)
